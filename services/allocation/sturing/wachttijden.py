"""Waiting: from allocation to the start that was reported, per provider and product, against the term of delivery."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from statistics import mean, median
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.allocation.meldingen import exchange, removed
from services.allocation.resultaten.afscherming import Verteld, coarse, shown
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.sturing.models import Wachttijd
from shared import waarde
from shared.calendar import add_working_days
from shared.db import geldig, inkoop
from shared.db import tables as t
from shared.db.vrij import days_off

DAGEN = (7, 7, 364)
"""The step of an average in days, and what stands for all that is lower and higher."""
Group = tuple[str, str]
Groups = Mapping[Group, Sequence[Row[Any]]]
"""Allocations by provider and product."""


def waiting(session: Session, gemeente: str, jaar: int, peildatum: date) -> list[Wachttijd]:
    """Of the allocations on which the waiting began in a year, as it stood on a day, by law, provider and product.

    Told as ADR 0014 asks: counts in steps of ten, and averages of ten people or more; nothing of less.
    """
    off = days_off(session, gemeente)
    laws: dict[str, dict[Group, list[Row[Any]]]] = {}
    for row in session.execute(_waits(gemeente, jaar, peildatum)):
        laws.setdefault(row.standaard, {}).setdefault((row.tegenpartij, row.product), []).append(row)
    return [each for law, groups in sorted(laws.items()) for each in _told(law, groups, peildatum, off)]


def _waits(gemeente: str, jaar: int, peildatum: date) -> Select[Any]:
    """Allocations with the day on which waiting began, and the first day of their delivery up to a day.

    Waiting begins with the first version of a number, but not before its Ingangsdatum. What ended without a start
    waits no longer, and is left out.
    """
    current = waarde.allocations(gemeente)
    since = func.greatest(current.c.ingangsdatum, _first_told(current))
    start = _started(current, peildatum)
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
        .where(~geldig.vervallen(current))
        .subquery("wachten")
    )
    counts = or_(rows.c.start.is_not(None), rows.c.einddatum.is_(None), rows.c.einddatum >= peildatum)
    in_year = rows.c.sinds.between(date(jaar, 1, 1), min(date(jaar, 12, 31), peildatum))
    return select(rows).where(in_year, counts)


def _first_told(current: Any) -> Any:
    row, holder = t.toegewezen_product.alias(), t.bericht.alias()
    return (
        select(func.min(row.c.toewijzingsdatum))
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, t.geldig(holder.c.status)))
        .where(exchange(row, current), row.c.toewijzing_nummer == current.c.toewijzing_nummer)
        .scalar_subquery()
    )


def _started(current: Any, peildatum: date) -> Any:
    """The first day of delivery up to a day that was reported and not taken back, or NULL."""
    row, holder = t.start_product.alias(), t.bericht.alias()
    return (
        select(func.min(row.c.begindatum))
        .join_from(row, holder, and_(holder.c.id == row.c.bericht, t.geldig(holder.c.status)))
        .where(
            exchange(row, current),
            row.c.toewijzing_nummer == current.c.toewijzing_nummer,
            row.c.begindatum <= peildatum,
            row.c.status_aanlevering != VERWIJDEREN,
            ~removed("StartProduct", row, holder),
        )
        .scalar_subquery()
    )


def _told(law: str, groups: Groups, peildatum: date, off: Container[date]) -> Iterator[Wachttijd]:
    """The groups of a law of which anything may be told."""
    keys = sorted(groups)
    known = [_figures(groups[key], peildatum, off) for key in keys]
    counts = {name: shown([[len(figures[name]) for figures in known]])[0][0] for name in ("past", "still", "late")}
    for (aanbieder, product), figures, *told in zip(keys, known, *counts.values(), strict=True):
        if any(told):
            terms = [row.levertermijn for row in groups[aanbieder, product] if row.levertermijn is not None]
            key = {"standaard": law, "aanbieder": aanbieder, "product": product}
            yield Wachttijd(**key, **_row(figures, *told), levertermijn=terms[-1] if terms else None)


def _figures(rows: Sequence[Row[Any]], peildatum: date, off: Container[date]) -> dict[str, list[int]]:
    """How many days each waited that started and that still waits, both sorted, and that of who waited too long."""
    last = cache(lambda since, term: add_working_days(since, term, off))
    days = [max(0, ((row.start or peildatum) - row.sinds).days) for row in rows]
    pairs = list(zip(rows, days, strict=True))
    termed = [(row, wait) for row, wait in pairs if row.levertermijn is not None]
    return {
        "past": sorted(wait for row, wait in pairs if row.start is not None),
        "still": sorted(wait for row, wait in pairs if row.start is None),
        "late": [wait for row, wait in termed if (row.start or peildatum) > last(row.sinds, row.levertermijn)],
    }


def _row(figures: Mapping[str, Sequence[int]], gestart: Verteld, wachtend: Verteld, te_laat: Verteld) -> dict[str, Any]:
    past, still = (figures[name] if told else [] for name, told in (("past", gestart), ("still", wachtend)))
    return {
        "gestart": gestart,
        "gemiddeld": _weeks(mean(past)) if past else None,
        "mediaan": _weeks(median(past)) if past else None,
        "p90": _weeks(percentile(past, 90)) if past else None,
        "wachtend": wachtend,
        "gemiddeld_wachtend": _weeks(mean(still)) if still else None,
        "te_laat": te_laat,
    }


def _weeks(days: float) -> int:
    """Days in whole weeks: 7 is a week or less, 364 a year or more."""
    return int(coarse(days, *DAGEN))


def percentile(values: Sequence[int], share: int) -> int:
    """The smallest of sorted values that at least `share` percent do not exceed (nearest rank).

    >>> percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), percentile([5], 90), percentile([1, 2], 50)
    (9, 5, 1)
    """
    return values[-(-len(values) * share // 100) - 1]
