"""What is read of deliveries: a set at a time, named by a condition on `levering`."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Sequence, Subquery, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared import vault
from shared.calendar import Periode
from shared.db import audit, geldig, inkoop
from shared.db import tables as t
from shared.errors import not_found

Key = tuple[str, str, int]
"""A municipality, a law and a number: what an allocation is known by."""
EXCHANGE = ("eigenaar", "standaard", "tegenpartij")
PRODUCT = ("toewijzing_nummer", "product_categorie", "product_code")


def key_of(row: Any) -> Key:
    """The allocation that a row is about."""
    return row.tegenpartij, row.standaard, row.toewijzing_nummer


def name_of(row: Any) -> str:
    """The allocation that a row is about, as the API names it."""
    return f"{row.tegenpartij}-{row.standaard}-{row.toewijzing_nummer}"


def key_named(toewijzing: str) -> Key:
    """The allocation that the API names."""
    gemeente, standaard, nummer = toewijzing.split("-")
    return gemeente, standaard, int(nummer)


def of_exchange(aanbieder: str, gemeente: str, standaard: str) -> ColumnElement[bool]:
    """The condition of the deliveries of a provider for a municipality under a law."""
    row = t.levering.c
    return and_(row.eigenaar == aanbieder, row.tegenpartij == gemeente, row.standaard == standaard)


def allocations(session: Session, aanbieder: str, keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """Allocations as the provider has them now (IV013); one that it does not have is left out."""
    wanted, row = set(keys), t.toegewezen_product.c
    numbers = row.toewijzing_nummer.in_({number for _, _, number in wanted})
    return _allocations(session, geldig.current_allocations(row.eigenaar == aanbieder, numbers), wanted)


def allocations_of(session: Session, aanbieder: str, where: ColumnElement[bool]) -> dict[Key, Row[Any]]:
    """The allocations of deliveries, as the provider has them now."""
    row = t.toegewezen_product.c
    numbers = row.toewijzing_nummer.in_(select(t.levering.c.toewijzing_nummer).where(where))
    return _allocations(session, geldig.current_allocations(row.eigenaar == aanbieder, numbers), None)


def _allocations(session: Session, current: Subquery, wanted: Collection[Key] | None) -> dict[Key, Row[Any]]:
    found = {key_of(row): row for row in session.execute(select(current))}
    return found if wanted is None else {key: row for key, row in found.items() if key in wanted}


def allocation(session: Session, aanbieder: str, toewijzing: str) -> Row[Any]:
    """An allocation as the provider has it. Raises Refused (404)."""
    key = key_named(toewijzing)
    found = allocations(session, aanbieder, [key])
    if key not in found:
        raise not_found("Toewijzing")
    return found[key]


def bsns(session: Session, eigenaar: str, pseudonyms: Iterable[str]) -> dict[str, str]:
    """The BSNs that pseudonyms stand for."""
    row = t.persoon.c
    query = select(row.bsn, row.verzegeld).where(row.eigenaar == eigenaar, row.bsn.in_(set(pseudonyms)))
    found = session.execute(query)
    return {known.bsn: vault.unseal(known.verzegeld, eigenaar, "persoon").decode() for known in found}


def deliveries(session: Session, where: ColumnElement[bool]) -> list[Row[Any]]:
    """Deliveries, the oldest month first."""
    row = t.levering.c
    return list(session.execute(select(t.levering).where(where).order_by(row.begindatum, *(row[n] for n in PRODUCT))))


def tariffs(session: Session, where: ColumnElement[bool]) -> dict[UUID, Row[Any, Any, Any]]:
    """The provider's tariff of each delivery on its first day, its own unit before hours for minutes."""
    row, contract, tarief = t.levering.c, t.contract, t.tarief
    fits = or_(tarief.c.eenheid == row.eenheid, and_(row.eenheid == "01", tarief.c.eenheid == "04"))
    on_that_day = (inkoop.holds_on(period, row.begindatum) for period in (contract, tarief))
    query = (
        select(row.id, tarief.c.tarief, tarief.c.eenheid)
        .join_from(t.levering, contract, and_(*(contract.c[name] == row[name] for name in EXCHANGE)))
        .join(tarief, inkoop.prices(tarief, contract))
        .where(where, *(tarief.c[name] == row[name] for name in PRODUCT[1:]), fits, *on_that_day)
        .ext(distinct_on(row.id))
        .order_by(row.id, tarief.c.eenheid != row.eenheid, *inkoop.preference(tarief, contract))
    )
    return {found.id: found for found in session.execute(query)}


def _lines_of(line: Any) -> ColumnElement[bool]:
    """The condition that a prestatie is about a delivery: its allocation, product and month."""
    row = t.levering.c
    same = (line.c[name] == row[name] for name in (*EXCHANGE, *PRODUCT))
    return and_(*same, line.c.product_periode_begindatum == row.begindatum)


def standing_debits(session: Session, where: ColumnElement[bool]) -> dict[UUID, list[Row[Any]]]:
    """Of each delivery the debits that were sent, not refused and not credited.

    `wacht` is true for one that waits for an answer, or whose credit does.
    """
    line, credit = t.prestatie, t.prestatie.alias()
    taken_back = exists(
        select(1).where(
            *(credit.c[name] == line.c[name] for name in (*EXCHANGE, "toewijzing_nummer")),
            credit.c.product_referentie_vorig_referentie_nummer == line.c.product_referentie_referentie_nummer,
            geldig.holds(credit),
            ~geldig.rejected_line(credit),
        )
    )
    pending = or_(t.bericht.c.status.in_(("klaar", "afgeleverd")), taken_back)
    query = (
        select(line, t.levering.c.id.label("levering"), pending.label("wacht"))
        .join_from(t.levering, line, _lines_of(line))
        .join(t.bericht, t.bericht.c.id == line.c.bericht)
        .where(
            where,
            line.c.ingediend_bedrag_debet_credit == "D",
            geldig.holds(line),
            ~geldig.rejected_line(line),
            ~geldig.credited(line),
        )
    )
    found: dict[UUID, list[Row[Any]]] = {}
    for row in session.execute(query):
        found.setdefault(row.levering, []).append(row)
    return found


def recorded_period(session: Session, toewijzing: Row[Any], month: Periode) -> Periode | None:
    """The product period in which something was delivered on an allocation in a month, or None."""
    row = t.levering.c
    query = select(row.begindatum, row.einddatum).where(
        of_exchange(toewijzing.eigenaar, toewijzing.tegenpartij, toewijzing.standaard),
        row.toewijzing_nummer == toewijzing.toewijzing_nummer,
        row.begindatum.between(month.begin, month.eind),
    )
    found = session.execute(query.order_by((row.volume == 0), row.begindatum).limit(1)).one_or_none()
    return Periode(*found) if found else None


def last_month(session: Session, aanbieder: str, gemeente: str, standaard: str) -> date | None:
    """The first day of the latest month that was declared and not refused as a whole, or None (TR318)."""
    row = t.declaratie
    query = select(func.max(row.c.declaratie_periode_begindatum)).where(
        row.c.eigenaar == aanbieder,
        row.c.tegenpartij == gemeente,
        row.c.standaard == standaard,
        geldig.holds(row),
    )
    return session.execute(query).scalar_one_or_none()


def numbers(session: Session, name: str, count: int) -> list[int]:
    """The next numbers of one of the sequences; never given out twice."""
    query = select(Sequence(name, metadata=t.metadata).next_value()).select_from(func.generate_series(1, count))
    return list(session.execute(query).scalars())


def entries(session: Session, where: ColumnElement[bool]) -> dict[UUID, list[Row[Any]]]:
    """The entries of deliveries that count, by day."""
    row = t.verrichting.c
    query = select(t.verrichting).where(row.levering.in_(select(t.levering.c.id).where(where)), row.volume > 0)
    found: dict[UUID, list[Row[Any]]] = {}
    for entry in session.execute(query.order_by(row.datum, row.kenmerk)):
        found.setdefault(entry.levering, []).append(entry)
    return found


def entries_named(session: Session, eigenaar: str, kenmerken: Collection[str]) -> dict[str, Row[Any]]:
    """The entries with these references, each with the delivery that it counts in."""
    entry, row = t.verrichting.c, t.levering.c
    columns = [row[name] for name in (*EXCHANGE, *PRODUCT, "begindatum", "einddatum")]
    query = select(entry.kenmerk, entry.levering, entry.volume, *columns).join_from(t.verrichting, t.levering)
    found = session.execute(query.where(entry.eigenaar == eigenaar, entry.kenmerk.in_(kenmerken)))
    return {known.kenmerk: known for known in found}


def in_declaratie(bericht: UUID) -> ColumnElement[bool]:
    """The condition of the deliveries that the lines of a declaratie are about."""
    own = select(t.levering.c.id).join_from(t.levering, t.prestatie, _lines_of(t.prestatie))
    return t.levering.c.id.in_(own.where(t.prestatie.c.bericht == bericht))


def order_of(session: Session, berichten: Iterable[UUID]) -> dict[UUID, int]:
    """When messages were stored, as a number that only grows."""
    row = t.bericht.c
    found = session.execute(select(row.id, row.volgorde).where(row.id.in_(set(berichten))))
    return {known.id: known.volgorde for known in found}


def page(session: Session, where: ColumnElement[bool], na: UUID | None, limit: int) -> list[Row[Any]]:
    """Deliveries, the newest month first, after one of them; one more than `limit` when there are more."""
    row = t.levering.c
    query = select(t.levering).where(where).order_by(row.begindatum.desc(), row.id.desc()).limit(limit + 1)
    if na is not None:
        last = select(row.begindatum, row.id).where(row.id == na, where)
        found = session.execute(last).one_or_none()
        if found is None:
            raise not_found("De bladzijde")
        query = query.where(tuple_(row.begindatum, row.id) < tuple_(*(literal(value) for value in found)))
    return list(session.execute(query))


def claimed(session: Session, where: ColumnElement[bool]) -> dict[UUID, list[Row[Any]]]:
    """Of each delivery every line that was sent about it, in the order of sending.

    With each line the status of its message, whether the line was refused, and whether it was credited.
    """
    line = t.prestatie
    query = (
        select(
            line,
            t.levering.c.id.label("levering"),
            t.bericht.c.status,
            geldig.rejected_line(line).label("afgewezen"),
            geldig.credited(line).label("gecrediteerd"),
        )
        .join_from(t.levering, line, _lines_of(line))
        .join(t.bericht, t.bericht.c.id == line.c.bericht)
        .where(where)
        .order_by(t.bericht.c.volgorde, line.c.volgnummer)
    )
    found: dict[UUID, list[Row[Any]]] = {}
    for row in session.execute(query):
        found.setdefault(row.levering, []).append(row)
    return found


def note(session: Session, handeling: str, onderwerp: object, rows: Mapping[Key, Row[Any]]) -> None:
    """Note in the processing log whose allocations were read."""
    audit.note(session, handeling, onderwerp, sorted({row.bsn for row in rows.values()}))
