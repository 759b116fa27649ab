"""Situations of allocations: not started, whether or not something was delivered, and ended while delivery runs."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, or_, select

from services.allocation.meldingen import direction, exchange, running, told
from services.allocation.termijnen.basis import item, ontvangst
from shared.db import geldig, inkoop
from shared.db import tables as t


def _allocations(eigenaar: str, *conditions: ColumnElement[bool]) -> Any:
    """The allocations as they stand of an organisation, by way of its own 301s."""
    bericht = t.bericht.c
    sent = (bericht.eigenaar == eigenaar, bericht.richting == direction(eigenaar, "gemeente"), bericht.soort == "301")
    return geldig.current_allocations(*sent, t.toegewezen_product.c.eigenaar == eigenaar, *conditions)


def of_allocation(eigenaar: str, current: Any, *days: ColumnElement[Any], part: Any = "") -> Select[Any]:
    """A SELECT as `item` makes it, of rows with the number of an allocation; `part` tells them apart."""
    gemeente = literal(eigenaar) if len(eigenaar) == 4 else current.c.tegenpartij
    named = func.concat(gemeente, "-", current.c.standaard, "-", cast(current.c.toewijzing_nummer, Text), part)
    return item(current, named, *days, nummer=current.c.toewijzing_nummer, person=current.c.bsn)


def known_since(current: Any, *conditions: Callable[[Any], ColumnElement[bool]]) -> Any:
    """The day on which the first 301 with the number of an allocation came: a later version does not begin anew.

    `conditions` are of the version to look for; NULL when there is none.
    """
    first, holder = t.toegewezen_product.alias(), t.bericht.alias()
    return (
        select(func.min(ontvangst(holder)))
        .join_from(first, holder, and_(holder.c.id == first.c.bericht, t.geldig(holder.c.status)))
        .where(exchange(first, current), first.c.toewijzing_nummer == current.c.toewijzing_nummer)
        .where(*(condition(first) for condition in conditions))
        .scalar_subquery()
    )


def _delivered(current: Any) -> Any:
    """The last day of the first period in which something was delivered: by then it has certainly begun."""
    line, own = t.prestatie, t.levering
    claimed = select(func.min(line.c.product_periode_einddatum)).where(
        exchange(line, current), line.c.toewijzing_nummer == current.c.toewijzing_nummer, geldig.holds(line)
    )
    recorded = select(func.min(own.c.einddatum)).where(
        exchange(own, current), own.c.toewijzing_nummer == current.c.toewijzing_nummer, own.c.volume > 0
    )
    return func.least(claimed.scalar_subquery(), recorded.scalar_subquery())


def unstarted(eigenaar: str, vandaag: date) -> Select[Any]:
    """Allocations without a start: `levering` when something was delivered, else `begin` as long as they run."""
    current = _allocations(eigenaar, ~told("StartProduct", t.toegewezen_product))
    delivered, known = _delivered(current), known_since(current)
    waits = and_(delivered.is_(None), or_(current.c.einddatum.is_(None), current.c.einddatum >= vandaag))
    days = (
        case((delivered.is_not(None), func.greatest(delivered, known))).label("levering"),
        case((waits, func.greatest(current.c.ingangsdatum, known))).label("begin"),
    )
    return of_allocation(eigenaar, current, *days, inkoop.levertermijn(current).label("werkdagen")).where(
        ~geldig.vervallen(current)
    )


def ended(eigenaar: str, vandaag: date) -> Select[Any]:
    """Allocations that ended while a delivery on them runs."""
    current, holder = _allocations(eigenaar, told("StartProduct", t.toegewezen_product, running)), t.bericht.alias()
    day = func.greatest(current.c.einddatum, ontvangst(holder)).label("einde")
    query = of_allocation(eigenaar, current, day).join_from(current, holder, holder.c.id == current.c.bericht)
    return query.where(current.c.einddatum < vandaag)
