"""Start and stop messages against the allocations and against each other (level 3).

A row with StatusAanlevering 3 removes an earlier one and skips the checks of content; removals of a
message are processed before its other rows (IV008).
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from shared.db import ledger
from shared.db import tables as t
from shared.judging import of_exchange, of_message
from shared.rules import Scope, per_message
from shared.standard.catalogue import message_of

VERWIJDEREN = "3"


def _same(first: Any, second: Any, names: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(first.c[name].is_not_distinct_from(second.c[name]) for name in names))


def key_of(standaard: str, soort: str, name: str) -> tuple[str, ...]:
    """The fields of the logical key of a class (keys.csv)."""
    return message_of(standaard, soort).classes[name].key


def _order(table: Any) -> ColumnElement[int]:
    return select(t.bericht.c.volgorde).where(t.bericht.c.id == table.c.bericht).scalar_subquery()


def standing(scope: Scope, table: Any, key: tuple[str, ...]) -> ColumnElement[bool]:
    """The condition that a start or stop of an earlier message stands: accepted, and not removed since."""
    removal = table.original.alias() if hasattr(table, "original") else table.alias()
    later = and_(ledger.holds(removal), _order(removal) > _order(table))
    removed = select(1).where(
        of_exchange(removal, scope),
        removal.c.status_aanlevering == VERWIJDEREN,
        _same(removal, table, key),
        or_(removal.c.bericht == scope.bericht, later),
    )
    return and_(
        of_exchange(table, scope),
        table.c.status_aanlevering != VERWIJDEREN,
        table.c.bericht != scope.bericht,
        ledger.holds(table),
        ~exists(removed),
    )


def _judged(scope: Scope, table: Any) -> ColumnElement[bool]:
    return and_(of_message(table, scope), table.c.status_aanlevering != VERWIJDEREN)


@per_message("TR019", on=("StartProduct", "StopProduct"))
def tr019(scope: Scope, table: Any) -> Select[Any]:
    """The ToewijzingNummer is not that of an allocation of this client by this municipality."""
    allocation = t.toegewezen_product
    known = select(1).where(
        of_exchange(allocation, scope),
        allocation.c.toewijzing_nummer == table.c.toewijzing_nummer,
        allocation.c.bsn == table.c.bsn,
        ledger.holds(allocation),
    )
    return select(table.c.volgnummer).where(_judged(scope, table), ~exists(known))


@per_message("TR326", on="StartProduct")
def tr326(scope: Scope, table: Any) -> Select[Any]:
    """The allocation has a start that was not stopped or removed; the second of two in one message too."""
    running = t.start_product.alias("lopend")
    stop = t.stop_product.alias("gestopt")
    stopped = select(1).where(
        standing(scope, stop, key_of(scope.standaard, "307", "StopProduct")),
        _same(stop, running, ("toewijzing_nummer", "begindatum")),
        _order(stop) > _order(running),
    )
    actual = and_(standing(scope, running, key_of(scope.standaard, "305", "StartProduct")), ~exists(stopped))
    earlier_here = and_(_judged(scope, running), running.c.volgnummer < table.c.volgnummer)
    clash = select(1).where(_same(running, table, ("toewijzing_nummer",)), or_(actual, earlier_here))
    return select(table.c.volgnummer).where(_judged(scope, table), exists(clash))


@per_message("TR382", on="StopProduct")
def tr382(scope: Scope, table: Any) -> Select[Any]:
    """No start stands with the key of this stop: number, product and first day."""
    key = key_of(scope.standaard, "305", "StartProduct")
    start = t.start_product.alias("start")
    match = select(1).where(standing(scope, start, key), _same(start, table, key))
    return select(table.c.volgnummer).where(_judged(scope, table), ~exists(match))
