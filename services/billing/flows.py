"""Contracts and deliveries kept, declaraties composed and sent, messages judged."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.billing import compose, queries, rules
from services.billing.models import Contract, Levering, NieuweDeclaratie, Samengesteld, Tarief
from shared.calendar import Periode, month
from shared.contracts import Beoordeling
from shared.db import ledger, people
from shared.db import tables as t
from shared.errors import Fault, Refused
from shared.judging import found, judge
from shared.outbox import send
from shared.standard.catalogue import message_of
from shared.standard.document import build

__all__ = ["assess", "declare", "deliver", "keep", "rules"]


def keep(session: Session, eigenaar: str, item: Contract | Tarief) -> None:
    """Store a contract or tariff, replacing the one with the same key.

    Raises Refused (422) when its period overlaps that of another one, or when its contract is unknown.
    """
    table = t.contract if isinstance(item, Contract) else t.tarief
    values = {"eigenaar": eigenaar, **{name: getattr(item, name) for name in type(item).model_fields}}
    try:
        _upsert(session, table, values, [column.name for column in table.primary_key])
    except IntegrityError as error:
        raise _conflict(error) from None


def _upsert(session: Session, table: Table, values: dict[str, Any], key: list[str]) -> None:
    changed = {name: value for name, value in values.items() if name not in key and name != "id"}
    session.execute(insert(table).values(values).on_conflict_do_update(index_elements=key, set_=changed))


def _conflict(error: IntegrityError) -> Refused:
    state = getattr(error.orig, "sqlstate", "")
    if state == "23P01":
        fault = Fault("PERIODE", "/begindatum", "De periode overlapt met een andere. Sluit eerst de andere af.")
    elif state == "23503":
        fault = Fault("CONTRACT", "/contract", "Dit contract bestaat niet. Leg eerst het contract vast.")
    else:
        fault = Fault("PERIODE", "/einddatum", "De einddatum ligt voor de begindatum. Herstel de periode.")
    return Refused(422, "Dit kan niet worden vastgelegd", [fault])


def deliver(session: Session, aanbieder: str, wanted: Levering) -> Row[Any]:
    """Record what was delivered in a month, in the product period of the allocation (IV089).

    Raises Refused (404, or 422 with every fault).
    """
    row = queries.allocation(session, aanbieder, wanted.toewijzing)
    period = _product_period(session, row, wanted)
    product = (row.product_categorie or wanted.product_categorie, row.product_code or wanted.product_code)
    unit = wanted.eenheid or row.omvang_eenheid
    faults = _delivery_faults(row, wanted, period, product, unit)
    if faults or period is None:
        raise Refused(422, "De levering past niet bij de toewijzing", faults)
    values = {
        "id": uuid4(),
        "eigenaar": aanbieder,
        "standaard": row.standaard,
        "tegenpartij": row.tegenpartij,
        "toewijzing_nummer": row.toewijzing_nummer,
        "product_categorie": product[0],
        "product_code": product[1],
        "begindatum": period.begin,
        "einddatum": period.eind,
        "eenheid": unit,
        "volume": wanted.volume,
    }
    key = [
        "eigenaar",
        "standaard",
        "tegenpartij",
        "toewijzing_nummer",
        "product_categorie",
        "product_code",
        "begindatum",
    ]
    _upsert(session, t.levering, values, key)
    kept = [t.levering.c[name] == values[name] for name in key]
    return session.execute(t.levering.select().where(*kept)).one()


def _product_period(session: Session, row: Row[Any], wanted: Levering) -> Periode | None:
    """The part of the month in the allocation (IV089).

    What was delivered can be taken back (IV085) when the allocation was withdrawn since: in its own period.
    """
    whole = month(*map(int, wanted.maand.split("-")))
    running = Periode(row.ingangsdatum, row.einddatum or date(2999, 12, 31))
    recorded = queries.recorded_period(session, row, whole) if wanted.volume == 0 else None
    return whole.intersect(running) or recorded


def _delivery_faults(
    row: Row[Any], wanted: Levering, period: Periode | None, product: tuple[Any, Any], unit: str | None
) -> list[Fault]:
    faults = []
    if period is None:
        faults.append(Fault("TR307", "/maand", "De toewijzing geldt niet in deze maand. Kies een andere maand."))
    if None in product:
        faults.append(Fault("PRODUCT", "/product_code", "De toewijzing noemt geen product. Geef categorie en code."))
    elif wanted.product_code not in (None, product[1]) or wanted.product_categorie not in (None, product[0]):
        faults.append(Fault("TR340", "/product_code", "Het product is niet dat van de toewijzing. Laat het leeg."))
    if unit is None:
        faults.append(
            Fault("EENHEID", "/eenheid", "De toewijzing heeft geen omvang. Geef de eenheid van het contract.")
        )
    elif row.omvang_eenheid not in (None, unit) and (row.omvang_eenheid, unit) != ("04", "01"):
        faults.append(Fault("TR341", "/eenheid", "De eenheid past niet bij de toewijzing. Laat haar leeg."))
    return faults


def declare(session: Session, aanbieder: str, wanted: NieuweDeclaratie, vandaag: date) -> Samengesteld:
    """Compose the 323 of a month and send it. Raises Refused (422) when there is nothing to claim or no price."""
    ledger.serialize(session, "declaratie", aanbieder, wanted.gemeente, wanted.standaard)
    year, number = map(int, wanted.maand.split("-"))
    periode, message = month(year, number), message_of(wanted.standaard, "323")
    if periode.eind > vandaag:
        fault = Fault("TR137", "/maand", "Deze maand is nog niet voorbij. Declareer na de laatste dag.")
        raise Refused(422, "Er is geen declaratie verstuurd", [fault])
    rows = queries.deliveries(session, aanbieder, wanted.gemeente, wanted.standaard, periode.eind)
    lines = _lines(session, _priced(session, rows))
    if not lines:
        fault = Fault("LEEG", "/maand", "Er is niets te declareren: alles is toegekend of wacht op antwoord.")
        raise Refused(422, "Er is geen declaratie verstuurd", [fault])
    nummer = f"D{ledger.next_number(session, 'declaratie_nummer')}"
    body = compose.body(nummer, (periode.begin, periode.eind), vandaag, lines)
    identificatie = f"F{ledger.next_number(session, 'identificatie_nummer')}"
    header = ledger.new_header(message, aanbieder, wanted.gemeente, identificatie, vandaag)
    bericht = send(session, aanbieder, build(message, {"Header": header, **body}))
    amount = compose.total([line for _, line in lines])
    return Samengesteld(bericht=bericht, declaratie_nummer=nummer, regels=len(lines), ingediend_bedrag=amount)


def _priced(session: Session, rows: list[Row[Any]]) -> list[compose.Claim]:
    claims, faults = [], []
    for row in rows:
        price = None if row.eenheid == compose.EURO else queries.tariff(session, row)
        claims.append(compose.Claim(row, price.tarief if price else None, price.eenheid if price else row.eenheid))
        if price is None and row.eenheid != compose.EURO and row.volume > 0:
            place = f"toewijzing {row.toewijzing_nummer}, product {row.product_code}, {row.begindatum}"
            faults.append(Fault("TR418", place, "Uw contract heeft op deze dag geen tarief. Leg het tarief vast."))
    if faults:
        raise Refused(422, "Er is geen declaratie verstuurd", faults)
    return claims


def _lines(session: Session, claims: list[compose.Claim]) -> list[tuple[str, compose.Line]]:
    """The credits, then the debits (OP366), each with the BSN of its client."""
    fields = list(message_of("ijw", "323").classes["Prestatie"].fields)
    takebacks: list[tuple[str, compose.Line]] = []
    debits: list[tuple[str, compose.Line]] = []
    for claim in claims:
        standing = queries.standing_debits(session, claim.levering)
        if any(row.wacht or compose.same(row, claim) for row in standing):
            continue
        toewijzing = f"{claim.levering.tegenpartij}-{claim.levering.standaard}-{claim.levering.toewijzing_nummer}"
        eigenaar = claim.levering.eigenaar
        bsn = people.bsn_of(session, eigenaar, queries.allocation(session, eigenaar, toewijzing).bsn)
        takebacks += [(bsn, compose.credit(row, fields, _reference(session))) for row in standing]
        if claim.levering.volume > 0:
            debits.append((bsn, compose.debit(claim, _reference(session))))
    return takebacks + debits


def _reference(session: Session) -> str:
    return f"P{ledger.next_number(session, 'referentie_nummer')}"


def assess(session: Session, bericht: UUID, vandaag: date) -> Beoordeling:
    """Levels 3 and 4 of a message that messaging has stored. Raises Refused (404)."""
    row = ledger.get(session, bericht, lock=True)
    status = judge(session, row, vandaag)
    return Beoordeling(bericht=bericht, status=status, bevindingen=len(found(session, bericht)))
