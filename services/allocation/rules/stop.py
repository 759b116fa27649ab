"""Stops against the stops of the same delivery (level 3; OP377, OP378).

A delivery is known by its number and first day, without a number by its product and first day (IV096). In one
message a stop sees those that stand before it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from services.allocation.rules.regie import found_like, judged, standing
from shared.db import tables as t
from shared.rules import Scope, per_message

TIJDELIJK = "20"
_LEVERING, _TAAKGERICHT = ("bsn", "begindatum"), ("product_categorie", "product_code")
Clashes = Callable[[Any], ColumnElement[bool]]


def _after(scope: Scope, table: Any, clashes: Clashes) -> Select[Any]:
    """A SELECT of the stops that come after a stop of their delivery for which `clashes(stop)` holds."""
    stop, other = standing(scope, "StopProduct"), t.stop_product.alias()
    in_message = (judged(scope, other), other.c.volgnummer < table.c.volgnummer)
    earlier = (_found(stop, table, clashes(stop)), _found(other, table, clashes(other), *in_message))
    return select(table.c.volgnummer).where(judged(scope, table), or_(*earlier))


def _found(stop: Any, table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(1).select_from(stop).where(*conditions)
    return found_like(query, stop, table, _LEVERING, _TAAKGERICHT)


@per_message("TR413", on="StopProduct")
def tr413(scope: Scope, table: Any) -> Select[Any]:
    """A second temporary stop of a delivery."""
    again = table.c.reden_beeindiging == TIJDELIJK
    return _after(scope, table, lambda stop: stop.c.reden_beeindiging == TIJDELIJK).where(again)


@per_message("TR414", on="StopProduct")
def tr414(scope: Scope, table: Any) -> Select[Any]:
    """The last day lies before that of an earlier stop of the delivery."""
    return _after(scope, table, lambda stop: stop.c.einddatum > table.c.einddatum)


@per_message("TR415", on="StopProduct")
def tr415(scope: Scope, table: Any) -> Select[Any]:
    """Any stop of a delivery that was stopped for good."""
    return _after(scope, table, lambda stop: stop.c.reden_beeindiging != TIJDELIJK)
