"""What was told of allocations and still stands: starts and stops of all exchanges of an organisation."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.stop import TIJDELIJK
from shared.db import geldig
from shared.db import tables as t
from shared.standard.catalogue import message_of

KEY = ("eigenaar", "standaard", "tegenpartij")
Condition = Callable[[Any], ColumnElement[bool]]


def exchange(one: Any, other: Any) -> ColumnElement[bool]:
    """The condition that two rows belong to the same exchange."""
    return and_(*(one.c[name] == other.c[name] for name in KEY))


def direction(eigenaar: str, van: str) -> str:
    """Whether messages that a `gemeente` or an `aanbieder` sends go out of a ledger or come into it."""
    return "uitgaand" if (len(eigenaar) == 4) == (van == "gemeente") else "inkomend"


def told(name: str, row: Any, *conditions: Condition) -> ColumnElement[bool]:
    """The condition that a start or a stop was told of the allocation of a row, and was not taken back (IV008)."""
    found, holder = t.classes[name].alias(), t.bericht.alias()
    query = (
        select(1)
        .join_from(found, holder, and_(holder.c.id == found.c.bericht, t.geldig(holder.c.status)))
        .where(
            exchange(found, row),
            found.c.toewijzing_nummer == row.c.toewijzing_nummer,
            found.c.status_aanlevering != VERWIJDEREN,
            *(condition(found) for condition in conditions),
            ~removed(name, found, holder),
        )
    )
    return geldig.looked_up(query)


def standing(session: Session, row: Row[Any], name: str) -> Sequence[Row[Any]]:
    """The starts or stops that were told of an allocation and not taken back, in the order of telling."""
    table, holder = t.classes[name], t.bericht
    same = (table.c[field] == getattr(row, field) for field in ("eigenaar", "standaard", "tegenpartij", "bsn"))
    query = (
        select(table)
        .join(holder, and_(holder.c.id == table.c.bericht, t.geldig(holder.c.status)))
        .where(
            *same,
            table.c.toewijzing_nummer == row.toewijzing_nummer,
            table.c.status_aanlevering != VERWIJDEREN,
            ~removed(name, table, holder),
        )
    )
    return session.execute(query.order_by(holder.c.volgorde, table.c.volgnummer)).all()


def removed(name: str, found: Any, holder: Any) -> ColumnElement[bool]:
    """The condition that a later message takes a start or stop back; in one message removals come first."""
    removal, remover = t.classes[name].alias(), t.bericht.alias()
    key = message_of("ijw", "305" if name == "StartProduct" else "307").classes[name].key
    return geldig.looked_up(
        select(1)
        .join_from(removal, remover, and_(remover.c.id == removal.c.bericht, t.geldig(remover.c.status)))
        .where(
            exchange(removal, found),
            removal.c.toewijzing_nummer == found.c.toewijzing_nummer,
            *(removal.c[part].is_not_distinct_from(found.c[part]) for part in key if part != "toewijzing_nummer"),
            removal.c.status_aanlevering == VERWIJDEREN,
            remover.c.volgorde > holder.c.volgorde,
        )
    )


def running(start: Any) -> ColumnElement[bool]:
    """The condition that a delivery was not stopped for good."""
    same = (lambda stop: stop.c.begindatum == start.c.begindatum, lambda stop: stop.c.reden_beeindiging != TIJDELIJK)
    return ~told("StopProduct", start, *same)
