"""Flow from heavy to light: the care of every client on two days, and how many moved, in steps of ten."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, Select, and_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.allocation.modellen import models
from services.allocation.resultaten.afscherming import shown
from services.allocation.sturing.bewegingen import BEWEGINGEN, Zorg
from services.allocation.sturing.bewegingen import movements as moved
from services.allocation.sturing.jaarbedrag import yearly
from services.allocation.sturing.models import Beweging
from shared import waarde
from shared.calendar import Periode
from shared.db import geldig, inkoop
from shared.db import tables as t

PER = ("model", "aanbieder")
NUMBER = ("standaard", "toewijzing_nummer")
KEY = ("eigenaar", "tegenpartij", *NUMBER)
Moved = Mapping[tuple[str, str, str, str], frozenset[str]]
"""The movements of each client, under a law, by model and provider."""
Tables = dict[str, dict[str, Counter[str]]]
"""Numbers of clients by movement, by what the table is of, and by group."""


def movements(session: Session, gemeente: str, periode: Periode) -> list[Beweging]:
    """In a period, per law: the numbers of clients by model and by provider, as they may be told (ADR 0014).

    The day before its first one is compared with its last one; what came and went in between is not seen.
    """
    days = (periode.begin - timedelta(1), periode.eind)
    found = moved(*(_care(session, gemeente, dag, periode.eind) for dag in days))
    laws = sorted({key[1] for key in found})
    return [row for law in laws for row in _rows(law, _counts(law, found))]


def _counts(standaard: str, found: Moved) -> Tables:
    """Under a law the clients of each movement, by model and by provider; every group is in every movement."""
    tables: Tables = {name: {per: Counter() for per in PER} for name in BEWEGINGEN}
    for (_, law, *groups), names in found.items():
        for per, group in zip(PER, groups, strict=True) if law == standaard else ():
            for name in BEWEGINGEN:
                tables[name][per][group] += name in names
    return tables


def _rows(standaard: str, tables: Tables) -> Iterator[Beweging]:
    """The groups of both tables and their totals of which anything is told."""
    groups = {per: sorted(tables[BEWEGINGEN[0]][per]) for per in PER}
    told = {name: shown([[of[per][group] for group in groups[per]] for per in PER]) for name, of in tables.items()}
    for at, per in enumerate(PER):
        for place, key in enumerate((*groups[per], None)):
            counts = {name: total if key is None else of[at][place] for name, (of, total) in told.items()}
            if any(counts.values()):
                yield Beweging.model_validate({"standaard": standaard, "per": per, "sleutel": key} | counts)


def _care(session: Session, gemeente: str, dag: date, prijsdag: date) -> list[Zorg]:
    """What every client has on a day, all at the prices of one day."""
    axes, known, areas = _axes(session, gemeente), models(session, gemeente), _areas(session, gemeente, dag)
    found = []
    for row in session.execute(_on(gemeente, dag, prijsdag)):
        model, cell = known.of(row)
        levels = _levels(axes.get(model, {}), cell)
        named = areas.get((row.standaard, row.toewijzing_nummer), frozenset())
        found.append(Zorg(row.bsn, row.standaard, model, row.tegenpartij, int(row.bedrag), cell, levels, named))
    return found


def _axes(session: Session, gemeente: str) -> dict[str, dict[str, list[str]]]:
    row = inkoop.arrangementmodel.c
    query = select(row.model, row.assen).where(row.eigenaar == gemeente)
    return {found.model: found.assen for found in session.execute(query)}


def _levels(axes: Mapping[str, list[str]], cell: Mapping[str, str]) -> dict[str, int]:
    return {axis: values.index(cell[axis]) for axis, values in axes.items() if cell.get(axis) in values}


def _on(gemeente: str, dag: date, prijsdag: date) -> Select[Any]:
    """The allocations that run on a day, as they stand now, with volume and areas as they were that day.

    What was told only later is taken as it was told first.
    """
    current = waarde.allocations(gemeente)
    runs = and_(current.c.ingangsdatum <= dag, or_(current.c.einddatum.is_(None), current.c.einddatum >= dag))
    running = select(current).where(runs, ~geldig.vervallen(current)).cte("lopend").prefix_with("MATERIALIZED")
    then = _as_told(gemeente, running, dag).subquery("toen")
    price = waarde.price_of(then, literal(prijsdag, Date))
    columns = ("bsn", "tegenpartij", "product_categorie", "product_code", *NUMBER)
    amount = cast(yearly(then, price), BigInteger).label("bedrag")
    return select(*(then.c[name] for name in columns), amount).select_from(then.outerjoin(price, true()))


def _nearest(dag: date, told: Any) -> Iterable[ColumnElement[Any]]:
    """The order that puts the last version before a day first, and after those the first one after it."""
    return (told <= dag).desc(), func.abs(told.op("-", return_type=Integer)(literal(dag, Date)))


def _as_told(gemeente: str, running: Any, dag: date) -> Select[Any]:
    row, message = t.toegewezen_product, t.bericht
    own = [row.c[name] for name in KEY]
    latest = (row.c.toewijzingstijd.desc(), message.c.volgorde.desc())
    return (
        select(row)
        .join(running, and_(*(row.c[name] == running.c[name] for name in KEY)))
        .join(message, and_(message.c.id == row.c.bericht, t.geldig(message.c.status)))
        .where(row.c.eigenaar == gemeente)
        .ext(distinct_on(*own))
        .order_by(*own, *_nearest(dag, row.c.toewijzingsdatum), *latest)
    )


def _areas(session: Session, gemeente: str, dag: date) -> dict[tuple[str, int], frozenset[str]]:
    """The result areas that were decided for each number, on a day."""
    row, message = t.besluit, t.bericht
    key = (message.c.standaard, row.c.toewijzing_nummer)
    query = (
        select(*key, row.c.resultaatgebieden)
        .join(message, and_(message.c.eigenaar == row.c.eigenaar, message.c.id == row.c.bericht))
        .where(row.c.eigenaar == gemeente, t.geldig(message.c.status), func.cardinality(row.c.resultaatgebieden) > 0)
        .ext(distinct_on(*key))
        .order_by(*key, *_nearest(dag, message.c.dagtekening), message.c.volgorde.desc())
    )
    return {(law, number): frozenset(areas) for law, number, areas in session.execute(query)}
