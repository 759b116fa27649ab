"""What the rules on products and lines share: the allocation that a row names, as it stands (IV013)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope


def allocations(scope: Scope, table: Any, by: str = "toewijzing_nummer") -> Any:
    """The allocations of the exchange that have a column in common with a row, for a join.

    It is lateral, one look into an index per row, so its speed does not depend on what the planner guesses.
    """
    row = t.toegewezen_product
    versions = geldig.current_allocations(of_exchange(row, scope), row.c[by] == table.c[by])
    return versions.element.lateral("toewijzing")


def with_allocation(
    scope: Scope,
    table: Any,
    when: Callable[[Any], ColumnElement[bool]] = lambda _: true(),
    *,
    isouter: bool = False,
) -> tuple[Select[Any], Any]:
    """A SELECT of the rows of the judged message with the allocation of their client that they name, and that.

    Rows without one, or with one for which `when(allocation)` does not hold, are left out unless `isouter`.
    """
    allocation = allocations(scope, table)
    joined = table.join(allocation, and_(allocation.c.bsn == table.c.bsn, when(allocation)), isouter=isouter)
    return select(table.c.volgnummer).select_from(joined).where(table.c.bericht == scope.bericht), allocation
