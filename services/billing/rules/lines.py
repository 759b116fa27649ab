"""What the rules on prestaties share: the judged lines, the allocation of each, and its tariffs."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from shared.db import inkoop
from shared.db import tables as t
from shared.judging import of_exchange
from shared.levels34.toewijzing import allocations
from shared.rules import Scope, source

MINUUT, UUR, EURO = "01", "04", "83"
_OTHER = {"D": "C", "C": "D"}
_PRICED = ("product_categorie", "product_code", "product_periode_begindatum", "eenheid")
"""What a tariff depends on."""
_ALLOCATION = (
    *("toewijzing_nummer", "product_categorie", "product_code", "ingangsdatum", "einddatum", "reden_wijziging"),
    *("omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget"),
)


@source("323", "Prestatie")
def lines(scope: Scope) -> Select[Any]:
    """The lines of the judged declaratie with the allocation of their client as it stands (IV013), and their tariff.

    The tariff is looked up once for all lines of the same product, day and unit.
    """
    line, allocation, agreed = t.prestatie, allocations(scope, t.prestatie), _agreed(scope)
    same = (line.c[name] == agreed.c[name] for name in _PRICED)
    joined = line.outerjoin(allocation, allocation.c.bsn == line.c.bsn).outerjoin(agreed, and_(*same))
    columns = (allocation.c[name].label(f"toegewezen_{name}") for name in _ALLOCATION)
    price = (agreed.c[name] for name in ("afgesproken_tarief", "afgesproken_eenheid", "geprijsd"))
    return select(line, *columns, *price).select_from(joined).where(*_asked(scope, line))


def _asked(scope: Scope, line: Any) -> tuple[ColumnElement[bool], ...]:
    return line.c.bericht == scope.bericht, line.c.ouder.between(scope.eerste, scope.laatste)


def _agreed(scope: Scope) -> Any:
    """What the contract says of each product, day and unit in the declaratie: its own unit, its own contract first.

    `geprijsd` is true when it has a tariff, if only for another unit.
    """
    line = t.prestatie
    asked = select(*(line.c[name] for name in _PRICED)).where(*_asked(scope, line)).distinct()
    kind = asked.subquery("gevraagd")
    fitting = applied(scope, kind).lateral("afspraak")
    columns = (fitting.c.tarief.label("afgesproken_tarief"), fitting.c.eenheid.label("afgesproken_eenheid"))
    priced = exists(tariffs(scope, kind)).label("geprijsd")
    found = select(kind, *columns, priced).select_from(kind.outerjoin(fitting, true()))
    return found.cte("afgesproken").prefix_with("MATERIALIZED")  # else looked up again for each line


def applied(scope: Scope, kind: Any) -> Select[Any]:
    """A SELECT of the one tariff that counts for a product, day and unit: own unit first, then the own contract."""
    preferred = (t.tarief.c.eenheid != kind.c.eenheid, *inkoop.preference(t.tarief, t.contract))
    return tariffs(scope, kind).where(fits(t.tarief.c.eenheid, kind.c.eenheid)).order_by(*preferred).limit(1)


def judged(scope: Scope, table: Any, debet_credit: str) -> ColumnElement[bool]:
    """The condition that a line stands in the judged declaratie and is a debit (D) or a credit (C).

    Said as not being the other, since of "is a credit" Postgres would make a walk through the index of all credits.
    """
    return and_(table.c.bericht == scope.bericht, table.c.ingediend_bedrag_debet_credit != _OTHER[debet_credit])


def fits(agreed: Any, invoiced: Any) -> ColumnElement[bool]:
    """The condition that something agreed in one unit may be invoiced in another."""
    return or_(agreed == invoiced, and_(agreed == UUR, invoiced == MINUUT))


def debits_with_allocation(scope: Scope, line: Any, *, isouter: bool = False) -> tuple[Select[Any], Any]:
    """A SELECT of the debit lines, and the columns of their allocation.

    Lines without one are left out unless `isouter`; a credit is judged against its debit alone (IV085).
    """
    columns = {name: line.c[f"toegewezen_{name}"] for name in _ALLOCATION}
    allocation = SimpleNamespace(c=SimpleNamespace(**columns))
    debits = select(line.c.volgnummer).where(judged(scope, line, "D"))
    return debits if isouter else debits.where(allocation.c.toewijzing_nummer.is_not(None)), allocation


def tariffs(scope: Scope, line: Any) -> Select[Any]:
    """A SELECT of the tariff and unit that the contract has for a line's product on the first day of its period."""
    contract, tarief, day = t.contract, t.tarief, line.c.product_periode_begindatum
    return (
        select(tarief.c.tarief, tarief.c.eenheid)
        .join(contract, inkoop.prices(tarief, contract))
        .where(
            of_exchange(contract, scope),
            tarief.c.product_categorie == line.c.product_categorie,
            tarief.c.product_code == line.c.product_code,
            inkoop.holds_on(contract, day),
            inkoop.holds_on(tarief, day),
        )
    )
