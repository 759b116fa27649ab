"""The numbers behind a judgement, by the same SQL as the rules, on the ledger of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Row, Select, literal, or_, select, true, union_all

from services.billing import rules
from services.billing.rules import tarief, totaal, volume
from services.billing.rules.lines import applied, debits_with_allocation, fits
from services.billing.uitleg.toen import Toen
from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange, rows_of
from shared.levels34.toewijzing import with_allocation
from shared.rules import Rule, RuleFacts, Scope, applying

__all__ = ["Deel", "Verloop", "agreed", "allocation", "applied_rules", "broken", "course", "numbers", "rules"]
KLASSEN = ("Declaratie", "Client", "Prestatie")


def applied_rules(scope: Scope) -> list[tuple[Rule, RuleFacts, str]]:
    """The rules of levels 3 and 4 on the classes that a line stands in, in the order in which they run."""
    chosen = applying(scope.type, in_memory=False)
    return [(rule, known, klasse) for rule, known in chosen for klasse in rule.on if klasse in KLASSEN]


def broken(toen: Toen, scope: Scope, line: Row[Any]) -> set[str]:
    """The codes of the rules that find a line, its client or its declaratie on that ledger."""
    places = {"Declaratie": 1, "Client": line.ouder, "Prestatie": line.volgnummer}
    rows = {klasse: rows_of(scope, klasse) for klasse in KLASSEN}
    at_once: list[Select[Any]] = []
    later: list[Select[Any]] = []
    for rule, known, klasse in applied_rules(scope):
        found = rule.function(scope, rows[klasse]).subquery()
        query = select(literal(known.code)).where(found.c[0] == places[klasse]).distinct()
        (later if rule.later else at_once).append(query)
    queries: list[Executable] = [union_all(*at_once), *later]
    return {row[0] for query in queries for row in toen.run(query)}


def allocation(toen: Toen, scope: Scope, line: Row[Any]) -> Row[Any] | None:
    """The version of its allocation that held (IV013), when there was one of its client."""
    lines, found = with_allocation(scope, t.prestatie)
    query = lines.with_only_columns(*found.c).where(t.prestatie.c.volgnummer == line.volgnummer)
    return next(iter(toen.run(query)), None)


def agreed(toen: Toen, scope: Scope, line: Row[Any]) -> Row[Any] | None:
    """The tariff that counted for a line, with the contracts that it stands in and that brought it."""
    own = (t.prestatie.c.bericht == scope.bericht, t.prestatie.c.volgnummer == line.volgnummer)
    kind = select(t.prestatie).where(*own).subquery("gevraagd")
    columns = [t.tarief.c[name] for name in ("contract", "begindatum", "einddatum", "vastgelegd_op")]
    one = applied(scope, kind).add_columns(*columns, t.contract.c.nummer).lateral("afspraak")
    return next(iter(toen.run(select(one).select_from(kind.join(one, true())))), None)


def numbers(toen: Toen, scope: Scope, line: Row[Any]) -> Row[Any]:
    """What the rules on tariffs and volumes compute for a line: null where there is nothing to compute from."""
    rows = rows_of(scope, "Prestatie")
    _, allocated = debits_with_allocation(scope, rows, isouter=True)
    begin, einde = volume.covered(rows, allocated)
    columns = {
        "goed_tarief": tarief.right_tariff(rows),
        "goed_bedrag": tarief.right_amount(rows),
        "eerste_dag": begin,
        "laatste_dag": einde,
        "keren": volume.times(scope, rows, allocated),
        "eenheid_past": fits(allocated.c.omvang_eenheid, rows.c.eenheid),
        "hoogstens": volume.most(scope, rows, allocated),
        "keren_in_totaal": totaal.times(allocated),
    }
    query = select(rows.c.afgesproken_tarief, rows.c.afgesproken_eenheid, rows.c.geprijsd)
    query = query.add_columns(*(column.label(name) for name, column in columns.items()))
    return toen.run(query.where(rows.c.volgnummer == line.volgnummer))[0]


@dataclass(frozen=True, slots=True)
class Deel:
    """A line that took something of an allocation, or gave it back (negative), before the line that is explained."""

    bericht: Any
    volgnummer: int
    referentie: str
    deel: int


@dataclass(frozen=True, slots=True)
class Verloop:
    """How full an allocation was: the limit, what was taken before by which lines, and what this line asks."""

    grens: int
    eerder: Sequence[Deel]
    deel: int

    @property
    def toegekend(self) -> int:
        """What was granted before this line, credits taken off."""
        return sum(each.deel for each in self.eerder)

    @property
    def fits(self) -> bool:
        """Whether this line fits in what was left; one that asks nothing always does."""
        return self.deel == 0 or self.toegekend + self.deel <= self.grens


def course(toen: Toen, scope: Scope, line: Row[Any], *, budget: bool) -> Verloop | None:
    """How full the allocation of a debit was over its whole run, or its budget; None when that has no limit.

    As in TR322 and TR369: of its own message the credits count first, then the debits above it that fitted.
    """
    rows = toen.run(_shares(scope, line, budget=budget))
    own = next((row for row in rows if row.hier and row.volgnummer == line.volgnummer), None)
    if own is None or own.grens is None or own.deel is None:
        return None
    before = [_part(row) for row in rows if row.meegeteld and row.deel]
    taken = sum(each.deel for each in before)
    for row in rows:
        above = row.debet_hier and row.volgnummer < line.volgnummer and not row.afgewezen and row.deel
        if above and taken + row.deel <= own.grens:
            before.append(_part(row))
            taken += row.deel
    return Verloop(int(own.grens), before, int(own.deel))


def _part(row: Row[Any]) -> Deel:
    sign = -1 if row.credit else 1
    return Deel(row.bericht, row.volgnummer, row.referentie, sign * int(row.deel))


def _shares(scope: Scope, line: Row[Any], *, budget: bool) -> Any:
    """The lines on the allocation of a line, with what each takes of it and whether it is counted beforehand."""
    rows = rows_of(scope, "Prestatie")
    debit, allocated = debits_with_allocation(scope, rows)
    limit = allocated.c.budget if budget else totaal.volume_of(allocated)
    held = debit.where(rows.c.volgnummer == line.volgnummer)
    held = held.with_only_columns(allocated.c.omvang_eenheid.label("maat"), limit.label("grens"))
    allocation, other = held.subquery("houder"), t.prestatie.alias("ander")
    is_credit, here = other.c.ingediend_bedrag_debet_credit == "C", other.c.bericht == scope.bericht
    counted = or_(~here, is_credit) & geldig.granted(other, scope.bericht)
    share = other.c.ingediend_bedrag_bedrag if budget else totaal.volume_taken(other, allocation.c.maat)
    columns = {
        "referentie": other.c.product_referentie_referentie_nummer,
        "deel": share,
        "credit": is_credit,
        "hier": here,
        "debet_hier": here & ~is_credit,
        "afgewezen": geldig.rejected_line(other),
        "meegeteld": counted,
        "grens": allocation.c.grens,
    }
    same = (other.c.toewijzing_nummer == line.toewijzing_nummer, other.c.bsn == line.bsn)
    return (
        select(other.c.bericht, other.c.volgnummer, *(column.label(name) for name, column in columns.items()))
        .select_from(other.join(allocation, literal(True)))
        .where(of_exchange(other, scope), *same)
        .order_by(here, other.c.product_periode_begindatum, other.c.volgnummer)
    )
