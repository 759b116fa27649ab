"""Recording what was delivered: a month as a whole, or entry by entry."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Row, Text, Uuid, column, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.billing.leveringen import queries
from services.billing.leveringen.models import Levering, VastgelegdeLevering, Verrichting
from services.billing.leveringen.volumes import MINUUT, UUR, month_volume
from shared.calendar import Periode, month, month_of
from shared.db import tables as t
from shared.errors import Fault, Refused

FOREVER = date(2999, 12, 31)
MONTH = (*queries.EXCHANGE, *queries.PRODUCT, "begindatum")
"""What a delivery is known by: one for each allocation, product and month (IV089)."""
Month = tuple[Any, ...]
Item = Levering | Verrichting


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item counts: the values of its `levering`, without the volume; and the unit of the item itself."""

    values: Mapping[str, Any]
    eenheid: str

    @property
    def month(self) -> Month:
        """What the delivery is known by."""
        return tuple(self.values[name] for name in MONTH)


def deliver(session: Session, aanbieder: str, wanted: Levering) -> Row[Any]:
    """Record what was delivered in a month, in the product period of the allocation (IV089).

    It takes the place of the entries in that month. Raises Refused (404, or 422 with every fault).
    """
    row = queries.allocation(session, aanbieder, wanted.toewijzing)
    whole = month(*map(int, wanted.maand.split("-")))
    recorded = queries.recorded_period(session, row, whole) if wanted.volume == 0 else None
    place, faults = placed(row, wanted, whole, recorded)
    if place is None:
        raise Refused(422, "De levering past niet bij de toewijzing", faults)
    [found] = _kept(session, [place], volume=wanted.volume)
    entry = t.verrichting
    session.execute(update(entry).where(entry.c.levering == found.id, entry.c.volume > 0).values(volume=0))
    queries.note(session, "levering vastgelegd", found.id, {queries.key_of(row): row})
    return found


def enter(session: Session, aanbieder: str, wanted: Sequence[Verrichting], rows: Sequence[str]) -> list[Row[Any]]:
    """Record entries, all or none; one with a known reference takes the place of what it was. The months they count in.

    `rows` names the place of each in the input. Raises Refused (422) with every fault of every row.
    """
    faults = _Faults(rows)
    allocations = queries.allocations(session, aanbieder, {queries.key_named(item.toewijzing) for item in wanted})
    known = queries.entries_named(session, aanbieder, {item.kenmerk for item in wanted})
    places = _places(wanted, allocations, known, faults)
    _check_references(wanted, faults)
    faults.refuse()
    kept = {_month(row): row for row in _kept(session, places.values())}
    _check_months(session, wanted, places, kept, faults)
    faults.refuse()
    _keep_entries(session, aanbieder, wanted, places, kept)
    counting = [place for number, place in places.items() if wanted[number].volume > 0]
    units = {kept[place.month].id: str(place.values["eenheid"]) for place in counting}
    rows_of = {kept[place.month].id: number for number, place in reversed(places.items())}
    _count(session, units, units.keys() | {row.levering for row in known.values() if row.volume > 0}, rows_of, faults)
    queries.note(session, "verrichtingen vastgelegd", "lijst", allocations)
    return queries.deliveries(session, t.levering.c.id.in_([row.id for row in kept.values()]))


class _Faults:
    """What is wrong, by row and column."""

    def __init__(self, rows: Sequence[str]) -> None:
        self.rows, self._found = rows, list[tuple[int, Fault]]()

    def add(self, number: int, code: str, column: str, melding: str) -> None:
        self._found.append((number, Fault(code, f"{self.rows[number]}/{column}", melding)))

    def refuse(self) -> None:
        """Raise Refused (422) when there are any: in the order of the rows."""
        if self._found:
            detail = "Er is niets vastgelegd. Herstel de genoemde rijen en lever alles opnieuw aan."
            found = sorted(self._found, key=lambda one: one[0])
            raise Refused(422, "De verrichtingen kloppen niet", [fault for _, fault in found], detail)


def placed(row: Row[Any], wanted: Item, whole: Periode, recorded: Periode | None) -> tuple[Place | None, list[Fault]]:
    """Where an item counts under an allocation; or None, and every reason why it cannot.

    What was delivered can be taken back (IV085) when the allocation changed since: in its `recorded` period.
    """
    running = Periode(row.ingangsdatum, max(row.ingangsdatum, row.einddatum or FOREVER))
    current = whole.intersect(running)
    period = (recorded or current) if wanted.volume == 0 else current
    product = (row.product_categorie or wanted.product_categorie, row.product_code or wanted.product_code)
    in_hours = isinstance(wanted, Verrichting) and wanted.in_uren
    unit = UUR if in_hours else wanted.eenheid or row.omvang_eenheid
    faults = [*_period_faults(wanted, period), *_product_faults(wanted, product), *_unit_faults(row, unit)]
    if in_hours and wanted.eenheid not in (None, MINUUT):
        faults.append(
            Fault("EENHEID", "/in_uren", "Alleen minuten worden tot uren afgerond. Geef het volume in minuten.")
        )
    if faults or period is None or unit is None:
        return None, faults
    names = ("eigenaar", "standaard", "tegenpartij", "toewijzing_nummer")
    known = {name: getattr(row, name) for name in names}
    known |= {"product_categorie": product[0], "product_code": product[1], "eenheid": unit}
    return Place(known | {"begindatum": period.begin, "einddatum": period.eind}, MINUUT if in_hours else unit), []


def _period_faults(wanted: Item, period: Periode | None) -> Iterable[Fault]:
    if isinstance(wanted, Levering):
        if period is None:
            yield Fault("TR307", "/maand", "De toewijzing geldt niet in deze maand. Kies een andere maand.")
    elif period is None or not period.begin <= wanted.datum <= period.eind:
        yield Fault("TR307", "/datum", "De toewijzing geldt niet op deze dag. Kies een andere dag of toewijzing.")


def _product_faults(wanted: Item, product: tuple[Any, Any]) -> Iterable[Fault]:
    if None in product:
        yield Fault("PRODUCT", "/product_code", "De toewijzing noemt geen product. Geef categorie en code.")
    elif wanted.product_code not in (None, product[1]) or wanted.product_categorie not in (None, product[0]):
        yield Fault("TR340", "/product_code", "Het product is niet dat van de toewijzing. Laat het leeg.")


def _unit_faults(row: Row[Any], unit: str | None) -> Iterable[Fault]:
    if unit is None:
        yield Fault("EENHEID", "/eenheid", "De toewijzing heeft geen omvang. Geef de eenheid van het contract.")
    elif row.omvang_eenheid not in (None, unit) and (row.omvang_eenheid, unit) != (UUR, MINUUT):
        yield Fault("TR341", "/eenheid", "De eenheid past niet bij de toewijzing. Laat haar leeg.")


def _places(
    wanted: Sequence[Verrichting],
    allocations: Mapping[queries.Key, Row[Any]],
    known: Mapping[str, Row[Any]],
    faults: _Faults,
) -> dict[int, Place]:
    """Where each entry counts, by its row; what cannot be placed is a fault."""
    found: dict[int, Place] = {}
    for number, item in enumerate(wanted):
        row = allocations.get(queries.key_named(item.toewijzing))
        if row is None:
            faults.add(number, "TOEWIJZING", "toewijzing", "Deze toewijzing is niet bekend. Controleer het nummer.")
            continue
        place, wrong = placed(row, item, month_of(item.datum), _withdrawn(item, known.get(item.kenmerk)))
        for fault in wrong:
            faults.add(number, fault.code, fault.pad.removeprefix("/"), fault.melding)
        if place is not None:
            found[number] = place
    return found


def _withdrawn(item: Verrichting, known: Row[Any] | None) -> Periode | None:
    """The period in which an entry counted that is taken back now."""
    if item.volume > 0 or known is None or queries.name_of(known) != item.toewijzing:
        return None
    return Periode(known.begindatum, known.einddatum)


def _check_references(wanted: Sequence[Verrichting], faults: _Faults) -> None:
    first: dict[str, int] = {}
    for number, item in enumerate(wanted):
        if first.setdefault(item.kenmerk, number) != number:
            place = faults.rows[first[item.kenmerk]]
            text = f"Dit kenmerk staat ook op {place}. Geef iedere verrichting een eigen kenmerk."
            faults.add(number, "KENMERK", "kenmerk", text)


def _month(row: Any) -> Month:
    return tuple(getattr(row, name) for name in MONTH)


def _kept(session: Session, places: Iterable[Place], volume: int | None = None) -> list[Row[Any]]:
    """The deliveries of these places, made where they are not there; as a whole when a volume is given.

    Rows are locked in one order, so that of two requests at once the second sees what the first made.
    """
    unique = {place.month: place.values for place in places}
    rows = [{"id": uuid4(), "volume": volume or 0, **unique[month]} for month in sorted(unique)]
    statement = insert(t.levering)
    changed = {"einddatum": statement.excluded.einddatum}
    if volume is not None:
        changed |= {"eenheid": statement.excluded.eenheid, "volume": statement.excluded.volume}
    upsert = statement.on_conflict_do_update(index_elements=list(MONTH), set_=changed).returning(t.levering)
    return list(session.connection().execute(upsert, rows)) if rows else []


def _check_months(
    session: Session,
    wanted: Sequence[Verrichting],
    places: Mapping[int, Place],
    kept: Mapping[Month, Row[Any]],
    faults: _Faults,
) -> None:
    """A month is recorded as a whole or by entries, and is claimed in one unit."""
    entered = queries.entries(session, t.levering.c.id.in_([row.id for row in kept.values()]))
    own = {item.kenmerk for item in wanted}
    others = {name for name, row in kept.items() if any(e.kenmerk not in own for e in entered.get(row.id, ()))}
    units: dict[Month, str] = {name: kept[name].eenheid for name in others}
    for number, place in places.items():
        if wanted[number].volume == 0:
            continue
        row, unit = kept[place.month], place.values["eenheid"]
        if row.volume > 0 and row.id not in entered:
            text = "Deze maand is als geheel vastgelegd. Leg haar eerst met volume 0 vast, of geef haar nieuwe volume."
            faults.add(number, "MAAND", "datum", text)
        if units.setdefault(place.month, unit) != unit:
            text = "De andere verrichtingen van deze maand tellen in een andere eenheid. Gebruik overal dezelfde."
            faults.add(number, "EENHEID", "eenheid", text)


def _keep_entries(
    session: Session,
    aanbieder: str,
    wanted: Sequence[Verrichting],
    places: Mapping[int, Place],
    kept: Mapping[Month, Row[Any]],
) -> None:
    rows = []
    for number, place in places.items():
        item, month = wanted[number], kept[place.month]
        entry = {"levering": month.id, "datum": item.datum, "volume": item.volume, "eenheid": place.eenheid}
        rows.append({"eigenaar": aanbieder, "kenmerk": item.kenmerk, **entry})
    statement = insert(t.verrichting)
    changed = {name: statement.excluded[name] for name in ("levering", "datum", "volume", "eenheid")}
    upsert = statement.on_conflict_do_update(index_elements=["eigenaar", "kenmerk"], set_=changed)
    session.connection().execute(upsert.returning(t.verrichting.c.kenmerk), rows)  # RETURNING: a thousand at a time


def _count(
    session: Session,
    units: Mapping[UUID, str],
    touched: Collection[UUID],
    rows_of: Mapping[UUID, int],
    faults: _Faults,
) -> None:
    """Give deliveries the sum of their entries as their volume, in the unit of `units` or their own.

    `rows_of` names the first row of the input in each. Raises Refused (422) when one is too large.
    """
    where = t.levering.c.id.in_(touched)
    entered, changed = queries.entries(session, where), []
    for row in queries.deliveries(session, where):
        unit = units.get(row.id, row.eenheid)
        volume = month_volume(unit, ((entry.volume, entry.eenheid) for entry in entered.get(row.id, ())))
        if volume > 99_999_999:
            text = "Een maand heeft samen meer dan 99999999 eenheden. Herstel de volumes."
            faults.add(rows_of.get(row.id, 0), "VOLUME", "volume", text)
        if (volume, unit) != (row.volume, row.eenheid):
            changed.append((row.id, volume, unit))
    faults.refuse()
    _update(session, changed)


def _update(session: Session, rows: Sequence[tuple[UUID, int, str]]) -> None:
    """Set the volume and the unit of deliveries, all at once."""
    if rows:
        columns = (column("id", Uuid), column("volume", BigInteger), column("eenheid", Text))
        new = values(*columns, name="nieuw").data(list(rows))
        statement = update(t.levering).where(t.levering.c.id == new.c.id)
        session.execute(statement.values(volume=new.c.volume, eenheid=new.c.eenheid))


def vastgelegd(row: Any) -> VastgelegdeLevering:
    """A delivery as the API tells it."""
    return VastgelegdeLevering(
        id=row.id,
        toewijzing=queries.name_of(row),
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        volume=row.volume,
        eenheid=row.eenheid,
    )
