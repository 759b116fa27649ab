"""Waiting: from allocation to the start that was reported, per provider and product, against the term of delivery."""

from collections.abc import Container, Sequence
from datetime import date
from functools import cache
from statistics import mean, median
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.allocation.meldingen import exchange, removed
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.sturing.models import Wachttijd
from services.allocation.termijnen.vrij import days_off
from shared import waarde
from shared.calendar import add_working_days
from shared.db import inkoop, ledger
from shared.db import tables as t


def waiting(session: Session, gemeente: str, jaar: int, vandaag: date) -> list[Wachttijd]:
    """Of the allocations on which the waiting began in a year, by law, provider and product."""
    off = days_off(session, gemeente)
    groups: dict[tuple[str, str, str], list[Row[Any]]] = {}
    for row in session.execute(_waits(gemeente, jaar, vandaag)):
        groups.setdefault((row.standaard, row.tegenpartij, row.product), []).append(row)
    return [_figures(key, rows, vandaag, off) for key, rows in sorted(groups.items())]


def _waits(gemeente: str, jaar: int, vandaag: date) -> Select[Any]:
    """Allocations with the day on which waiting began, and the first day of their delivery.

    Waiting begins with the first version of a number, but not before its Ingangsdatum. What ended without a start
    waits no longer, and is left out.
    """
    current = waarde.allocations(gemeente)
    since = func.greatest(current.c.ingangsdatum, _first_told(current))
    start = _started(current)
    rows = (
        select(
            current.c.standaard,
            current.c.tegenpartij,
            func.concat_ws("/", current.c.product_categorie, current.c.product_code).label("product"),
            current.c.einddatum,
            since.label("sinds"),
            start.label("start"),
            inkoop.levertermijn(current).label("levertermijn"),
        )
        .where(~ledger.vervallen(current))
        .subquery("wachten")
    )
    counts = or_(rows.c.start.is_not(None), rows.c.einddatum.is_(None), rows.c.einddatum >= vandaag)
    in_year = rows.c.sinds.between(date(jaar, 1, 1), min(date(jaar, 12, 31), vandaag))
    return select(rows).where(in_year, counts)


def _first_told(current: Any) -> Any:
    row, holder = t.toegewezen_product.alias(), t.bericht.alias()
    return (
        select(func.min(row.c.toewijzingsdatum))
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, holder.c.status.in_(t.GELDIG)))
        .where(exchange(row, current), row.c.toewijzing_nummer == current.c.toewijzing_nummer)
        .scalar_subquery()
    )


def _started(current: Any) -> Any:
    """The first day of delivery that was reported and not taken back, or NULL."""
    row, holder = t.start_product.alias(), t.bericht.alias()
    return (
        select(func.min(row.c.begindatum))
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, holder.c.status.in_(t.GELDIG)))
        .where(
            exchange(row, current),
            row.c.toewijzing_nummer == current.c.toewijzing_nummer,
            row.c.status_aanlevering != VERWIJDEREN,
            ~removed("StartProduct", row, holder),
        )
        .scalar_subquery()
    )


def _figures(key: tuple[str, str, str], rows: Sequence[Row[Any]], vandaag: date, off: Container[date]) -> Wachttijd:
    past = sorted(max(0, (row.start - row.sinds).days) for row in rows if row.start is not None)
    still = [(vandaag - row.sinds).days for row in rows if row.start is None]
    termed = [row for row in rows if row.levertermijn is not None]
    last = cache(lambda since, term: add_working_days(since, term, off))
    late = sum((row.start or vandaag) > last(row.sinds, row.levertermijn) for row in termed)
    return Wachttijd(
        standaard=key[0],
        aanbieder=key[1],
        product=key[2],
        gestart=len(past),
        gemiddeld=round(mean(past), 1) if past else None,
        mediaan=float(median(past)) if past else None,
        p90=percentile(past, 90) if past else None,
        wachtend=len(still),
        langst_wachtend=max(still, default=None),
        gemiddeld_wachtend=round(mean(still), 1) if still else None,
        levertermijn=termed[-1].levertermijn if termed else None,
        te_laat=late if termed else None,
    )


def percentile(values: Sequence[int], share: int) -> int:
    """The smallest of sorted values that at least `share` percent do not exceed (nearest rank).

    >>> percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), percentile([5], 90), percentile([1, 2], 50)
    (9, 5, 1)
    """
    return values[-(-len(values) * share // 100) - 1]
