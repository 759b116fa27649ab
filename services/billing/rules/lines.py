"""What the rules on prestaties share: the judged lines, the allocation of each, and its tariffs."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from shared.db import inkoop
from shared.db import tables as t
from shared.judging import of_exchange
from shared.levels34.toewijzing import with_allocation
from shared.rules import Scope

MINUUT, UUR, EURO = "01", "04", "83"
_OTHER = {"D": "C", "C": "D"}


def judged(scope: Scope, table: Any, debet_credit: str) -> ColumnElement[bool]:
    """The condition that a line stands in the judged declaratie and is a debit (D) or a credit (C).

    Said as not being the other, since of "is a credit" Postgres would make a walk through the index of all credits.
    """
    return and_(table.c.bericht == scope.bericht, table.c.ingediend_bedrag_debet_credit != _OTHER[debet_credit])


def fits(agreed: Any, invoiced: Any) -> ColumnElement[bool]:
    """The condition that something agreed in one unit may be invoiced in another."""
    return or_(agreed == invoiced, and_(agreed == UUR, invoiced == MINUUT))


def debits_with_allocation(scope: Scope, line: Any, *, isouter: bool = False) -> tuple[Select[Any], Any]:
    """A SELECT of the debit lines joined to their allocation as it stands (IV013), and that allocation.

    Lines without one are left out unless `isouter`; a credit is judged against its debit alone (IV085).
    """
    lines, allocation = with_allocation(scope, line, isouter=isouter)
    return lines.where(judged(scope, line, "D")), allocation


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
            *(
                and_(period.c.begindatum <= day, or_(period.c.einddatum.is_(None), period.c.einddatum >= day))
                for period in (contract, tarief)
            ),
        )
    )
