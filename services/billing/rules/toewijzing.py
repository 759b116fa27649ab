"""Debits against the allocation that they name (level 3)."""

from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from services.billing.rules.lines import debits_with_allocation, judged
from shared.db import ledger
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

MINUUT, UUR = "01", "04"


@per_message("TR338", on="Prestatie")
def tr338(scope: Scope, line: Any) -> Select[Any]:
    """The ToewijzingNummer is not that of an allocation of this client with this provider."""
    row = t.toegewezen_product
    known = select(1).where(
        of_exchange(row, scope),
        row.c.toewijzing_nummer == line.c.toewijzing_nummer,
        row.c.bsn == line.c.bsn,
        ledger.holds(row),
    )
    return select(line.c.volgnummer).where(judged(scope, line, "D"), ~exists(known))


@per_message("TR340", on="Prestatie")
def tr340(scope: Scope, line: Any) -> Select[Any]:
    """The allocation names a product code, and the line another."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(allocation.c.product_code != line.c.product_code)


@per_message("TR341", on="Prestatie")
def tr341(scope: Scope, line: Any) -> Select[Any]:
    """The unit is not that of the allocation, or of the contract where the allocation has no volume.

    Hours may be invoiced in minutes in both cases.
    """
    lines, allocation = debits_with_allocation(scope, line)
    contract, tarief = t.contract, t.tarief
    priced = (
        select(tarief.c.eenheid)
        .join(contract, and_(contract.c.eigenaar == tarief.c.eigenaar, contract.c.nummer == tarief.c.contract))
        .where(of_exchange(contract, scope), tarief.c.product_code == line.c.product_code)
    )
    fitting = priced.where(fits(tarief.c.eenheid, line.c.eenheid))
    by_allocation = and_(allocation.c.omvang_eenheid.is_not(None), ~fits(allocation.c.omvang_eenheid, line.c.eenheid))
    by_contract = and_(allocation.c.omvang_eenheid.is_(None), exists(priced), ~exists(fitting))
    return lines.where(or_(by_allocation, by_contract))


def fits(agreed: Any, invoiced: Any) -> Any:
    """The condition that something agreed in one unit may be invoiced in another."""
    return or_(agreed == invoiced, and_(agreed == UUR, invoiced == MINUUT))


@per_message("TR307", on="Prestatie")
def tr307(scope: Scope, line: Any) -> Select[Any]:
    """The product period begins before the allocation."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(line.c.product_periode_begindatum < allocation.c.ingangsdatum)


@per_message("TR308", on="Prestatie")
def tr308(scope: Scope, line: Any) -> Select[Any]:
    """The product period ends after the allocation."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(line.c.product_periode_einddatum > allocation.c.einddatum)
