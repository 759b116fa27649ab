"""Flow from heavy to light: the care of every client on two days, and how many moved, without small counts."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, Select, and_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.allocation.modellen import models
from services.allocation.resultaten.afscherming import hidden
from services.allocation.sturing.bewegingen import BEWEGINGEN, Zorg
from services.allocation.sturing.bewegingen import movements as moved
from services.allocation.sturing.jaarbedrag import yearly
from services.allocation.sturing.models import Beweging
from shared import waarde
from shared.calendar import Periode
from shared.db import inkoop, ledger
from shared.db import tables as t

PER = ("model", "aanbieder")
NUMBER = ("standaard", "toewijzing_nummer")
KEY = ("eigenaar", "tegenpartij", *NUMBER)
Moved = Mapping[tuple[str, str, str, str], frozenset[str]]
"""The movements of each client, under a law, by model and provider."""
Tables = dict[str, dict[str, Counter[str]]]
"""Numbers of clients by movement, by what the table is of, and by group."""
Place = tuple[str, str | None]


def movements(session: Session, gemeente: str, periode: Periode, naast: Iterable[Periode] = ()) -> list[Beweging]:
    """In a period, per law: the numbers of clients by model and by provider that may be shown.

    The day before its first one is compared with its last one; what came and went in between is not seen. What would
    be hidden in a period `naast` it is hidden here as well, as whoever has the others could work it out.
    """
    all_known = [_moved(session, gemeente, each) for each in (periode, *naast)]
    laws = sorted({key[1] for found in all_known for key in found})
    return [row for law in laws for row in _tables(law, [_counts(law, found) for found in all_known])]


def _moved(session: Session, gemeente: str, periode: Periode) -> Moved:
    days = (periode.begin - timedelta(1), periode.eind)
    return moved(*(_care(session, gemeente, dag, periode.eind) for dag in days))


def _counts(standaard: str, found: Moved) -> Tables:
    """Under a law the clients of each movement, by model and by provider."""
    tables: Tables = {name: {per: Counter() for per in PER} for name in BEWEGINGEN}
    for (_, law, *groups), names in found.items():
        for per, group in zip(PER, groups, strict=True) if law == standaard else ():
            for name in BEWEGINGEN:
                tables[name][per][group] += name in names
    return tables


def _tables(standaard: str, periods: Sequence[Tables]) -> Iterator[Beweging]:
    """The rows of both tables of the first of some periods, with the groups of all, each table with its total."""
    first = periods[0]
    secret = {name: secrets([tables[name] for tables in periods]) for name in BEWEGINGEN}
    for per in PER:
        groups = sorted({group for tables in periods for group in tables[BEWEGINGEN[0]][per]})
        for key in (*groups, None):
            shown = {name: None if (per, key) in secret[name] else _count(first[name][per], key) for name in BEWEGINGEN}
            yield Beweging.model_validate({"standaard": standaard, "per": per, "sleutel": key} | shown)


def _count(counts: Counter[str], key: str | None) -> int:
    return counts.total() if key is None else counts[key]


def secrets(periods: Sequence[Mapping[str, Counter[str]]]) -> frozenset[Place]:
    """Which places of tables with the same total are hidden in each of some periods: (table, group), None the total.

    What one table or period hides, no other may tell: a total is hidden in all, and where that is so each table hides
    a group, or else its groups would add up to it.

    >>> sorted(secrets([{"a": Counter(x=18), "b": Counter(y=9, z=9)}]), key=str)
    [('a', 'x'), ('a', None), ('b', 'y'), ('b', 'z'), ('b', None)]
    """
    found: set[Place] = set()
    for tables in periods:
        for per, counts in tables.items():
            groups = sorted(counts)
            places, total_too = hidden([counts[group] for group in groups])
            found |= {(per, groups[at]) for at in places}
            found |= {(table, None) for table in tables if total_too}
    if any(group is None for _, group in found):
        for tables in periods:
            found |= {place for per, counts in tables.items() for place in _smallest(per, counts, found)}
    return frozenset(found)


def _smallest(per: str, counts: Counter[str], found: Container[Place]) -> list[Place]:
    """The smallest groups of a table that hides none of those that count."""
    some = [group for group in counts if counts[group]]
    if any((per, group) in found for group in some):
        return []
    return [(per, group) for group in some if counts[group] == min(counts[each] for each in some)]


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
    running = select(current).where(runs, ~ledger.vervallen(current)).cte("lopend").prefix_with("MATERIALIZED")
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
        .join(message, and_(message.c.id == row.c.bericht, message.c.status.in_(t.GELDIG)))
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
        .where(
            row.c.eigenaar == gemeente, message.c.status.in_(t.GELDIG), func.cardinality(row.c.resultaatgebieden) > 0
        )
        .ext(distinct_on(*key))
        .order_by(*key, *_nearest(dag, message.c.dagtekening), message.c.volgorde.desc())
    )
    return {(law, number): frozenset(areas) for law, number, areas in session.execute(query)}
