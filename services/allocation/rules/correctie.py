"""Starts and stops that are told again or taken back (level 3; OP033, IV008)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from services.allocation.rules.regie import VERWIJDEREN, judged, standing, with_key_of
from shared.rules import Scope, per_message


def _removed(scope: Scope, table: Any) -> ColumnElement[bool]:
    return and_(table.c.bericht == scope.bericht, table.c.status_aanlevering == VERWIJDEREN)


def _told(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The condition that what stood before this message has the key of a row; within it level 2 looks (TR101)."""
    name = "StartProduct" if scope.soort == "305" else "StopProduct"
    told = standing(scope, name, before=True)
    return with_key_of(scope, name, select(1).select_from(told), told, table)


@per_message("TR063", on=("StartProduct", "StopProduct"))
def tr063(scope: Scope, table: Any) -> Select[Any]:
    """A removal of what was never told with this key, or was removed before, which makes it never told (OP033)."""
    return select(table.c.volgnummer).where(_removed(scope, table), ~_told(scope, table))


@per_message("TR071", on="StartProduct")
def tr071(scope: Scope, table: Any) -> Select[Any]:
    """A removal of a start for which a stop stands, be it a temporary one."""
    stop = standing(scope, "StopProduct")
    stopped = with_key_of(scope, "StartProduct", select(1).select_from(stop), stop, table)
    return select(table.c.volgnummer).where(_removed(scope, table), stopped)


@per_message("TR074", on=("StartProduct", "StopProduct"))
def tr074(scope: Scope, table: Any) -> Select[Any]:
    """What an earlier message told with this key still stands."""
    return select(table.c.volgnummer).where(judged(scope, table), _told(scope, table))
