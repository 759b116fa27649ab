"""Start and stop messages against the allocations and against each other (level 3).

A row with StatusAanlevering 3 removes an earlier one and skips the checks of content; removals of a
message are processed before its other rows (IV008). A row without ToewijzingNummer tells of task-based
care, which nobody allocated: its key is the client, the product and the first day (IV096).
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, or_, select

from shared.db import ledger
from shared.db import tables as t
from shared.judging import of_exchange, of_message
from shared.rules import Scope, per_message
from shared.standard.catalogue import message_of

VERWIJDEREN = "3"
_NUMMER = "toewijzing_nummer"
_SOORT = {"StartProduct": "305", "StopProduct": "307"}


def _same_key(scope: Scope, name: str, first: Any, second: Any) -> ColumnElement[bool]:
    """The condition that two rows have the logical key of a class in common, client included.

    The number is compared in a way that an index can serve, which null-safe equality is not.
    """
    key = ("bsn", *message_of(scope.standaard, _SOORT[name]).classes[name].key)
    others = (first.c[field].is_not_distinct_from(second.c[field]) for field in key if field != _NUMMER)
    unnumbered = and_(first.c[_NUMMER].is_(None), second.c[_NUMMER].is_(None))
    return and_(or_(first.c[_NUMMER] == second.c[_NUMMER], unnumbered), *others)


def standing(scope: Scope, name: str) -> Subquery:
    """The rows of a class in accepted messages that were not removed since, with the `volgorde` of their message."""
    row, removal = t.classes[name].alias(), t.classes[name].alias()
    holder, remover = t.bericht.alias(), t.bericht.alias()
    later = and_(remover.c.status.in_(t.GELDIG), remover.c.volgorde > holder.c.volgorde)
    removed = (
        select(1)
        .join_from(removal, remover, remover.c.id == removal.c.bericht)
        .where(
            of_exchange(removal, scope),
            removal.c.status_aanlevering == VERWIJDEREN,
            _same_key(scope, name, removal, row),
            or_(removal.c.bericht == scope.bericht, later),
        )
    )
    accepted = and_(holder.c.id == row.c.bericht, holder.c.status.in_(t.GELDIG))
    query = select(row, holder.c.volgorde).join_from(row, holder, accepted)
    return query.where(of_exchange(row, scope), row.c.status_aanlevering != VERWIJDEREN, ~exists(removed)).subquery()


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
    numbered = table.c.toewijzing_nummer.is_not(None)
    return select(table.c.volgnummer).where(_judged(scope, table), numbered, ~exists(known))


@per_message("TR326", on="StartProduct")
def tr326(scope: Scope, table: Any) -> Select[Any]:
    """The allocation has a start that was not stopped or removed; the second of two in one message too."""
    start, stop, other = standing(scope, "StartProduct"), standing(scope, "StopProduct"), table.alias()
    stopped = select(1).where(
        stop.c.toewijzing_nummer == start.c.toewijzing_nummer,
        stop.c.begindatum == start.c.begindatum,
        stop.c.volgorde > start.c.volgorde,
    )
    running = select(1).where(start.c.toewijzing_nummer == table.c.toewijzing_nummer, ~exists(stopped))
    before = select(1).where(
        _judged(scope, other),
        other.c.toewijzing_nummer == table.c.toewijzing_nummer,
        other.c.volgnummer < table.c.volgnummer,
    )
    return select(table.c.volgnummer).where(_judged(scope, table), or_(exists(running), exists(before)))


@per_message("TR382", on="StopProduct")
def tr382(scope: Scope, table: Any) -> Select[Any]:
    """No start stands with the key of this stop: client, number, product and first day."""
    start = standing(scope, "StartProduct")
    match = select(1).where(_same_key(scope, "StartProduct", start, table))
    return select(table.c.volgnummer).where(_judged(scope, table), ~exists(match))
