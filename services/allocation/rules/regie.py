"""Start and stop messages against the allocations and against each other (level 3).

A row with StatusAanlevering 3 removes an earlier one and skips the checks of content; removals of a
message are processed before its other rows (IV008). A row without ToewijzingNummer tells of task-based
care, which nobody allocated: its key is the client, the product and the first day (IV096).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, or_, select

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message
from shared.standard.catalogue import message_of

VERWIJDEREN = "3"
_NUMMER = "toewijzing_nummer"
_SOORT = {"StartProduct": "305", "StopProduct": "307"}


def found_like(
    query: Select[Any], found: Any, row: Any, fields: Iterable[str], taakgericht: Iterable[str] = ()
) -> ColumnElement[bool]:
    """The condition that a query finds something equal to a row in its number and these fields.

    Without a number it is looked up apart, as no index serves an equality that is null-safe, and has to be equal in
    the fields `taakgericht` too.
    """

    def equal(names: Iterable[str]) -> Iterator[ColumnElement[bool]]:
        return (found.c[name].is_not_distinct_from(row.c[name]) for name in names)

    same = query.where(*equal(fields))
    numbered = same.where(found.c[_NUMMER] == row.c[_NUMMER])
    unnumbered = same.where(found.c[_NUMMER].is_(None), row.c[_NUMMER].is_(None), *equal(taakgericht))
    return or_(geldig.looked_up(numbered), geldig.looked_up(unnumbered))


def with_key_of(scope: Scope, name: str, query: Select[Any], found: Any, row: Any) -> ColumnElement[bool]:
    """The condition that a query finds something with a row's logical key of a class, client included."""
    key = message_of(scope.standaard, _SOORT[name]).classes[name].key
    return found_like(query, found, row, ("bsn", *(field for field in key if field != _NUMMER)))


def standing(scope: Scope, name: str, *, before: bool = False) -> Subquery:
    """The rows of a class in accepted messages that were not removed since, with the `volgorde` of their message.

    The removals of the judged message count, unless it is asked what stood before it. What else it tells does not
    stand yet: it is judged, also by its sender, in whose ledger it holds from the start.
    """
    row, removal = t.classes[name].alias(), t.classes[name].alias()
    holder, remover = t.bericht.alias(), t.bericht.alias()
    own = removal.c.bericht == scope.bericht
    later = and_(~own, t.geldig(remover.c.status), remover.c.volgorde > holder.c.volgorde)
    removals = (
        select(1)
        .join_from(removal, remover, remover.c.id == removal.c.bericht)
        .where(
            of_exchange(removal, scope),
            removal.c.status_aanlevering == VERWIJDEREN,
            later if before else or_(own, later),
        )
    )
    return (
        select(row, holder.c.volgorde)
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, t.geldig(holder.c.status)))
        .where(
            of_exchange(row, scope),
            row.c.bericht != scope.bericht,
            row.c.status_aanlevering != VERWIJDEREN,
            ~with_key_of(scope, name, removals, removal, row),
        )
        .subquery()
    )


def judged(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The condition that a row stands in the judged message and is no removal."""
    return and_(table.c.bericht == scope.bericht, table.c.status_aanlevering != VERWIJDEREN)


@per_message("TR019", on=("StartProduct", "StopProduct"))
def tr019(scope: Scope, table: Any) -> Select[Any]:
    """The ToewijzingNummer is not that of an allocation of this client by this municipality."""
    allocation = t.toegewezen_product
    known = select(1).where(
        of_exchange(allocation, scope),
        allocation.c.toewijzing_nummer == table.c.toewijzing_nummer,
        allocation.c.bsn == table.c.bsn,
        geldig.holds(allocation),
    )
    numbered = table.c.toewijzing_nummer.is_not(None)
    return select(table.c.volgnummer).where(judged(scope, table), numbered, ~geldig.looked_up(known))


@per_message("TR326", on="StartProduct")
def tr326(scope: Scope, table: Any) -> Select[Any]:
    """The allocation has a start that was not stopped or removed; the second of two in one message too."""
    start, stop, other = standing(scope, "StartProduct"), standing(scope, "StopProduct"), table.alias()
    stopped = select(1).where(
        stop.c.toewijzing_nummer == start.c.toewijzing_nummer,
        stop.c.begindatum == start.c.begindatum,
        stop.c.volgorde > start.c.volgorde,
    )
    running = select(1).where(start.c.toewijzing_nummer == table.c.toewijzing_nummer, ~geldig.looked_up(stopped))
    before = select(1).where(
        judged(scope, other),
        other.c.toewijzing_nummer == table.c.toewijzing_nummer,
        other.c.volgnummer < table.c.volgnummer,
    )
    return select(table.c.volgnummer).where(
        judged(scope, table), or_(geldig.looked_up(running), geldig.looked_up(before))
    )


@per_message("TR382", on="StopProduct")
def tr382(scope: Scope, table: Any) -> Select[Any]:
    """No start stands with the key of this stop: client, number, product and first day."""
    start = standing(scope, "StartProduct")
    match = with_key_of(scope, "StartProduct", select(1).select_from(start), start, table)
    return select(table.c.volgnummer).where(judged(scope, table), ~match)
