"""Situations of what was done: starts and stops that were told, with the day that the term ran from (OP271, OP272)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from services.allocation.meldingen import direction, exchange, removed, told
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.stop import TIJDELIJK
from services.allocation.termijnen.basis import Situatie, ontvangst
from services.allocation.termijnen.leveringen import known_since, of_allocation
from shared.db import geldig
from shared.db import tables as t


def started(eigenaar: str, vandaag: date) -> Select[Any]:
    """Starts: the term runs from the first day of delivery, but not before the allocation came."""
    row = t.start_product
    return _told("StartProduct", "305", eigenaar, func.greatest(row.c.begindatum, known_since(row)))


def stopped(eigenaar: str, vandaag: date) -> Select[Any]:
    """Stops: from the last day of delivery, but not before a 301 told that day, or the allocation itself.

    Of a final stop after a temporary one nobody knows when it became known to be final: it is left out.
    """
    row = t.stop_product
    ends = known_since(row, lambda version: version.c.einddatum == row.c.einddatum)
    same = (lambda stop: stop.c.begindatum == row.c.begindatum, lambda stop: stop.c.reden_beeindiging == TIJDELIJK)
    known = or_(row.c.reden_beeindiging == TIJDELIJK, ~told("StopProduct", row, *same))
    return _told("StopProduct", "307", eigenaar, func.greatest(row.c.einddatum, known_since(row), ends), known)


def _told(name: str, soort: str, eigenaar: str, sinds: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    row, holder = t.classes[name], t.bericht.alias("melding")
    days = (sinds.label("sinds"), ontvangst(holder).label("gedaan"))
    return (
        of_allocation(eigenaar, row, *days, part=func.concat("/", row.c.begindatum))
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, t.geldig(holder.c.status)))
        .where(
            holder.c.eigenaar == eigenaar,
            holder.c.richting == direction(eigenaar, "aanbieder"),
            holder.c.soort == soort,
            row.c.toewijzing_nummer.is_not(None),
            row.c.status_aanlevering != VERWIJDEREN,
            ~removed(name, row, holder),
            ~_corrects(name, row, holder),
            *conditions,
        )
    )


def _corrects(name: str, row: Any, holder: Any) -> ColumnElement[bool]:
    """The condition that one of the same allocation was taken back before: what is told anew was told already."""
    removal, remover = t.classes[name].alias(), t.bericht.alias()
    return geldig.looked_up(
        select(1)
        .join_from(removal, remover, and_(remover.c.id == removal.c.bericht, t.geldig(remover.c.status)))
        .where(
            exchange(removal, row),
            removal.c.toewijzing_nummer == row.c.toewijzing_nummer,
            removal.c.status_aanlevering == VERWIJDEREN,
            remover.c.volgorde <= holder.c.volgorde,
        )
    )


GEDAAN: Mapping[str, Situatie] = {"start-gemeld": started, "stop-gemeld": stopped}
"""Every situation of what was done, by the name that termijnen.csv uses."""
