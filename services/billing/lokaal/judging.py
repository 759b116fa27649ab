"""Which lines of a declaratie go over the limits of local rules, counted over what was granted before it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from services.billing.rules.lines import UUR
from services.billing.rules.totaal import volume_taken
from shared.db import geldig, ledger
from shared.db import tables as t

Rule = Any
"""A row of lokale_regel."""
Before = Callable[[Any, Row[Any]], ColumnElement[bool]]
"""Of a message, and the declaratie that is looked at, the condition that what it granted counts before that."""


def _share(rule: Rule, line: Any) -> ColumnElement[int]:
    """What a line counts for; a volume in a unit that is not for the rule, for nothing."""
    if rule.grootheid == "volume":
        return func.coalesce(volume_taken(line, literal(rule.eenheid)), 0)
    counted = {"bedrag": line.c.ingediend_bedrag_bedrag, "regels": literal(1)}
    share: ColumnElement[int] = counted[rule.grootheid]
    return share


def limit(rule: Rule) -> int:
    """The most that passes, in the measure that is counted in: hours in minutes."""
    return int(rule.grens * 60 if rule.eenheid == UUR else rule.grens)


@dataclass(frozen=True, slots=True)
class Hit:
    """A line over the limit of a rule, and what would then be granted in all."""

    rule: Rule
    line: Row[Any]
    waarde: int

    @property
    def refuses(self) -> bool:
        """Whether the line is refused; else a person is asked."""
        return bool(self.rule.gevolg == "afwijzen")


def hits(session: Session, rules: Sequence[Rule], bericht: Row[Any]) -> list[Hit]:
    """The debits of a declaratie that rules find, in their order; on a line that is refused no person is asked.

    What local rules found in it before is not seen: this is a new judgement of theirs. A line that is refused is not
    counted for those after it either, by none of the rules; one that a person is asked about is, as it is
    granted until that person says otherwise. Credits of the message itself are counted first (OP366). All else that
    was granted counts, also what came later and was judged sooner.
    """
    return list(_over(_lines(session, rules, bericht, _other, local=False), {}))


def replay(session: Session, rule: Rule, berichten: Iterable[Row[Any]]) -> Iterator[Hit]:
    """What a rule would have found in declaraties, in their order.

    What it would have refused in one is taken off what was granted before the next, with the credits that name it.
    """
    refused: dict[tuple[str, str | None], Hit] = {}
    off: Counter[str] = Counter()
    for bericht in berichten:
        for reference in _credited(session, bericht) if refused else ():
            if hit := refused.pop((bericht.tegenpartij, reference), None):
                off[hit.line.groep] -= hit.line.deel
        found = list(_over(_lines(session, [rule], bericht, _earlier, local=True), off))
        for hit in found:
            if hit.refuses:
                refused[bericht.tegenpartij, hit.line.product_referentie_referentie_nummer] = hit
                off[hit.line.groep] += hit.line.deel
        yield from found


def _other(message: Any, bericht: Row[Any]) -> ColumnElement[bool]:
    return and_(message.c.status == "goedgekeurd", message.c.id != bericht.id)


def _earlier(message: Any, bericht: Row[Any]) -> ColumnElement[bool]:
    return and_(message.c.status == "goedgekeurd", message.c.volgorde < bericht.volgorde)


def _over(asked: Iterable[tuple[Rule, Row[Any]]], off: Mapping[str, int]) -> Iterator[Hit]:
    """The hits among lines in their order, each once for every rule; `off` is what counts less before, by group."""
    totals: dict[Any, int] = {}
    for _, same in groupby(asked, lambda pair: pair[1].volgnummer):
        counted: dict[Any, int] = {}
        over = []
        for rule, line in same:
            key = rule.id, line.groep
            before = totals[key] if key in totals else int(line.eerder) - off.get(line.groep, 0)
            counted[key] = before + line.deel
            if line.deel > 0 and counted[key] > limit(rule):
                over.append(Hit(rule, line, counted[key]))
        refusing = [hit for hit in over if hit.refuses]
        yield from refusing or over
        if not refusing:
            totals |= counted


def _lines(
    session: Session, rules: Sequence[Rule], bericht: Row[Any], counts: Before, *, local: bool
) -> Iterator[tuple[Rule, Row[Any]]]:
    """The lines that rules look at, with the rule, in the order of the lines."""

    def of(rule: Rule) -> Iterator[tuple[Rule, Row[Any]]]:
        return ((rule, line) for line in session.execute(_looked_at(rule, bericht, counts, local=local)))

    return merge(*map(of, rules), key=lambda pair: pair[1].volgnummer)


SHOWN = (
    *("bericht", "volgnummer", "tegenpartij", "toewijzing_nummer", "product_referentie_referentie_nummer"),
    *("product_periode_begindatum", "ingediend_bedrag_bedrag"),
)


def _looked_at(rule: Rule, bericht: Row[Any], counts: Before, *, local: bool) -> Select[Any]:
    line = t.prestatie
    before = literal(0) if rule.per == "regel" else _before(rule, line, bericht, counts)
    counted = {"deel": _share(rule, line), "groep": _group(rule, line), "eerder": before}
    return (
        select(*(line.c[name] for name in SHOWN), *(column.label(name) for name, column in counted.items()))
        .where(
            line.c.bericht == bericht.id,
            line.c.ingediend_bedrag_debet_credit == "D",
            ~geldig.rejected_line(line, local=local),
            *_covered(rule, line),
        )
        .order_by(line.c.volgnummer)
    )


def _credited(session: Session, bericht: Row[Any]) -> list[str]:
    """The references that the credits of a declaratie take back."""
    line = t.prestatie.c
    own = (line.bericht == bericht.id, line.ingediend_bedrag_debet_credit == "C", ~geldig.rejected_line(t.prestatie))
    return list(session.scalars(select(line.product_referentie_vorig_referentie_nummer).where(*own)))


def _covered(rule: Rule, line: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions that a line is one that a rule looks at."""
    day = line.c.product_periode_begindatum
    yield line.c.standaard == rule.standaard
    yield day >= rule.begindatum
    if rule.einddatum is not None:
        yield day <= rule.einddatum
    if rule.aanbieder is not None:
        yield line.c.tegenpartij == rule.aanbieder
    if rule.product_categorie is not None:
        yield line.c.product_categorie == rule.product_categorie
    if rule.product_code is not None:
        yield line.c.product_code == rule.product_code


def _month(line: Any) -> ColumnElement[Any]:
    return func.date_trunc("month", line.c.product_periode_begindatum)


def _group(rule: Rule, line: Any) -> ColumnElement[Any]:
    """What the lines that are counted together have in common, as text."""
    parts = {
        "regel": (line.c.bericht, line.c.volgnummer),
        "maand": (line.c.tegenpartij, line.c.bsn, line.c.product_categorie, line.c.product_code, _month(line)),
        "toewijzing": (line.c.tegenpartij, line.c.toewijzing_nummer),
        "client": (line.c.bsn,),
    }
    return func.concat_ws("/", literal(""), *parts[rule.per])


def _before(rule: Rule, line: Any, bericht: Row[Any], counts: Before) -> ColumnElement[int]:
    """What was granted in the group of a line without this declaratie, with the credits of that taken off."""
    other, message = t.prestatie.alias("ander"), t.bericht.alias("eerder")
    is_credit = other.c.ingediend_bedrag_debet_credit == "C"
    sign = case((is_credit, -1), else_=1)
    own = and_(message.c.id == bericht.id, is_credit)
    return (
        select(func.coalesce(func.sum(sign * _share(rule, other)), 0))
        .join(message, message.c.id == other.c.bericht)
        .where(
            other.c.eigenaar == line.c.eigenaar,
            other.c.standaard == line.c.standaard,
            *_same(rule, other, line),
            *_covered(rule, other),
            or_(counts(message, bericht), own),
            ~geldig.rejected_line(other),
        )
        .scalar_subquery()
    )


def _same(rule: Rule, other: Any, line: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions that two lines are of one group; by allocation number, which has an index."""
    if rule.per != "client":
        yield other.c.tegenpartij == line.c.tegenpartij
    if rule.per == "toewijzing":
        yield other.c.toewijzing_nummer == line.c.toewijzing_nummer
        return
    row = t.toegewezen_product
    theirs = select(row.c.toewijzing_nummer).where(
        row.c.bsn == line.c.bsn, row.c.eigenaar == line.c.eigenaar, row.c.standaard == line.c.standaard
    )
    yield other.c.toewijzing_nummer.in_(theirs)
    yield other.c.bsn == line.c.bsn
    if rule.per == "maand":
        yield other.c.product_categorie == line.c.product_categorie
        yield other.c.product_code.is_not_distinct_from(line.c.product_code)
        yield _month(other) == _month(line)


def declaraties(session: Session, eigenaar: str, standaard: str, van: Any, tot: Any) -> list[Row[Any]]:
    """The declaraties that a municipality received in a period and judged, in the order in which they came."""
    row = t.bericht.c
    query = select(t.bericht).where(
        row.eigenaar == eigenaar,
        row.richting == "inkomend",
        row.standaard == standaard,
        row.soort == "323",
        row.status == "goedgekeurd",
        row.dagtekening.between(van, tot),
    )
    return list(session.execute(query.order_by(row.volgorde)))


def one(session: Session, bericht: UUID) -> Row[Any]:
    """The message with that id."""
    return ledger.get(session, bericht)
