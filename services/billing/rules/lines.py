"""What the rules on prestaties share: the judged lines, and the allocation that each belongs to."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, select

from shared.db import ledger
from shared.db import tables as t
from shared.judging import of_exchange, of_message
from shared.rules import Scope


def judged(scope: Scope, table: Any, debet_credit: str) -> ColumnElement[bool]:
    """The condition that a line stands in the judged declaratie and is a debit (D) or a credit (C)."""
    return and_(of_message(table, scope), table.c.ingediend_bedrag_debet_credit == debet_credit)


def allocations(scope: Scope) -> Any:
    """The allocations, as they stand, that the judged declaratie names (IV013)."""
    row = t.toegewezen_product
    named = select(t.prestatie.c.toewijzing_nummer).where(of_message(t.prestatie, scope))
    return ledger.current_allocations(of_exchange(row, scope), row.c.toewijzing_nummer.in_(named))


def debits_with_allocation(scope: Scope, line: Any) -> tuple[Select[Any], Any]:
    """A SELECT of the debit lines joined to their allocation, and that allocation.

    Lines whose number is unknown are for TR338; a credit is judged against its debit alone (IV085).
    """
    allocation = allocations(scope)
    joined: FromClause = line.join(
        allocation,
        and_(allocation.c.toewijzing_nummer == line.c.toewijzing_nummer, allocation.c.bsn == line.c.bsn),
    )
    return select(line.c.volgnummer).select_from(joined).where(judged(scope, line, "D")), allocation
