"""Allocating, changing, starting and stopping: each makes one message and defers its delivery."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import queries, rules
from services.allocation.models import NieuweToewijzing, Start, Stop, Wijziging
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.toewijzing import VERWIJDERD
from shared import vault
from shared.calendar import NEDERLAND
from shared.contracts import Beoordeling
from shared.db import ledger, people
from shared.errors import Fault, Refused
from shared.judging import found, judge
from shared.models import to_tree
from shared.outbox import send
from shared.standard.catalogue import MessageType, message_of
from shared.standard.document import build, tree

__all__ = ["allocate", "assess", "change", "report_start", "report_stop", "rules"]
REFERENTIE = "referentie_aanbieder"


def allocate(session: Session, gemeente: str, wanted: NieuweToewijzing, nu: datetime) -> tuple[int, UUID]:
    """Determine a new allocation and send it: its number (unique, TR332) and the 301."""
    message = message_of(wanted.standaard, "301")
    nummer = ledger.next_number(session, "toewijzing_nummer")
    asked = wanted.model_dump(exclude_none=True, exclude={"standaard", "aanbieder", "client"})
    product = to_tree(message, "ToegewezenProduct", {**asked, "toewijzing_nummer": nummer} | _determined(nu))
    client = to_tree(message, "Client", wanted.client.model_dump(exclude_none=True))
    return nummer, _send_301(session, message, gemeente, wanted.aanbieder, client, product, nu)


def _determined(nu: datetime) -> dict[str, Any]:
    """Toewijzingsdatum and -tijd: when the municipality determined it (IV013), in Dutch time."""
    here = nu.astimezone(NEDERLAND)
    return {"toewijzingsdatum": here.date(), "toewijzingstijd": here.time().replace(microsecond=0)}


def change(session: Session, gemeente: str, toewijzing: str, wanted: Wijziging, nu: datetime) -> UUID:
    """Change an allocation under its own number; the 301 that tells it. Raises Refused (404, 422)."""
    row = queries.one(session, gemeente, toewijzing)
    ledger.serialize(session, gemeente, row.tegenpartij, row.standaard, row.bsn)
    row = queries.one(session, gemeente, toewijzing)
    _check_change(row, wanted)
    message = message_of(row.standaard, "301")
    changes = {
        "einddatum": wanted.einddatum,
        "omvang_volume": wanted.volume,
        "budget": wanted.budget,
        "reden_wijziging": wanted.reden_wijziging,
        "referentie_aanbieder": wanted.referentie_aanbieder,
    }
    product = _product(message, row) | {k: v for k, v in changes.items() if v is not None} | _determined(nu)
    latest = ledger.document_of(queries.bericht(session, row.bericht))
    client = tree(next(latest.root.all("Client")))
    return _send_301(session, message, gemeente, row.tegenpartij, client, product, nu)


def _check_change(row: Row[Any], wanted: Wijziging) -> None:
    faults = []
    if wanted.reden_wijziging == VERWIJDERD and wanted.einddatum != row.ingangsdatum:
        text = "Verwijderen kan alleen met een einddatum op de ingangsdatum. Geef die, of kies een andere reden."
        faults.append(Fault("CS335", "/einddatum", text))
    elif wanted.einddatum is None and wanted.volume is None and wanted.budget is None:
        faults.append(Fault("WIJZIGING", "/", "Er verandert niets. Geef een einddatum, volume of budget."))
    if wanted.einddatum is not None and wanted.einddatum < row.ingangsdatum:
        faults.append(Fault("TR004", "/einddatum", "De einddatum ligt voor de ingangsdatum. Kies een latere dag."))
    if wanted.volume is not None and row.omvang_volume is None:
        faults.append(Fault("CD041", "/volume", "Deze toewijzing heeft geen omvang. Wijzig het budget."))
    if wanted.budget is not None and row.budget is None:
        faults.append(Fault("CD077", "/budget", "Deze toewijzing heeft geen budget. Wijzig het volume."))
    if faults:
        raise Refused(422, "De wijziging kan niet", faults)


def _product(message: MessageType, row: Row[Any]) -> dict[str, Any]:
    """An allocation as it stands, without the request that it once granted: that is told once (IV097)."""
    fields = message.classes["ToegewezenProduct"].fields
    told = {name: value for name in fields if (value := getattr(row, name)) is not None}
    return {name: value for name, value in told.items() if name != REFERENTIE}


def _send_301(
    session: Session,
    message: MessageType,
    gemeente: str,
    aanbieder: str,
    client: Mapping[str, Any],
    product: dict[str, Any],
    nu: datetime,
) -> UUID:
    """A 301 with all allocations of the client with this provider that are valid now, and the changed one (OP087).

    When it grants a request for change, they all have its reference (IV097).
    """
    person = vault.pseudonym(gemeente, client["bsn"])
    ledger.serialize(session, gemeente, aanbieder, message.standaard, person)
    place = {"eigenaar": gemeente, "standaard": message.standaard, "tegenpartij": aanbieder, "bsn": person}
    vandaag = nu.astimezone(NEDERLAND).date()
    granted = {REFERENTIE: product.get(REFERENTIE)}
    shared = granted if queries.is_change(session, place, product.get(REFERENTIE)) else {}
    others = [
        _product(message, row) | shared
        for row in queries.valid_for_client(session, place, vandaag)
        if row.toewijzing_nummer != product["toewijzing_nummer"]
    ]
    body = {"Client": {**client, "ToegewezenProduct": [*others, product]}}
    return _send(session, message, gemeente, aanbieder, body, vandaag)


def _send(session: Session, message: MessageType, van: str, naar: str, body: Mapping[str, Any], vandaag: date) -> UUID:
    nummer = ledger.next_number(session, "identificatie_nummer")
    header = ledger.new_header(message, van, naar, f"A{nummer}", vandaag)
    return send(session, van, build(message, {"Header": header, **body}))


def report_start(session: Session, aanbieder: str, wanted: Start, vandaag: date) -> UUID:
    """The 305 that reports a start, or takes it back. Raises Refused (404, 422)."""
    leaves = {"begindatum": wanted.begindatum, "status_aanlevering": wanted.status_aanlevering}
    return _report(session, aanbieder, wanted.toewijzing, ("305", "StartProduct"), leaves, vandaag)


def report_stop(session: Session, aanbieder: str, wanted: Stop, vandaag: date) -> UUID:
    """The 307 that reports a stop, or takes it back. Raises Refused (404, 422)."""
    leaves = {name: getattr(wanted, name) for name in Stop.model_fields if name != "toewijzing"}
    return _report(session, aanbieder, wanted.toewijzing, ("307", "StopProduct"), leaves, vandaag)


def _report(
    session: Session,
    aanbieder: str,
    toewijzing: str,
    kind: tuple[str, str],
    leaves: Mapping[str, Any],
    vandaag: date,
) -> UUID:
    row = queries.one(session, aanbieder, toewijzing)
    message, name = message_of(row.standaard, kind[0]), kind[1]
    person = queries.client_of(session, row)
    client = {name: getattr(person, name) for name in message.classes["Client"].fields}
    client["bsn"] = people.bsn_of(session, aanbieder, person.bsn)
    product = {"toewijzing_nummer": row.toewijzing_nummer, **_delivered(session, row, name, leaves), **leaves}
    return _send(session, message, aanbieder, row.tegenpartij, {"Client": {**client, name: [product]}}, vandaag)


def _delivered(session: Session, row: Row[Any], name: str, leaves: Mapping[str, Any]) -> dict[str, Any]:
    """The product of a report: that of the allocation when a delivery starts, and then that of its start.

    It is part of the key (TR063, TR382), so a later change of the allocation does not alter it.
    """
    removal = leaves["status_aanlevering"] == VERWIJDEREN
    source = name if removal else "StartProduct"
    started = removal or name == "StopProduct"
    told = queries.told(session, row, source, leaves["begindatum"]) if started else None
    fields = {name: name for name in ("product_categorie", "product_code", "toewijzing_ingangsdatum")}
    if told is None:
        told, fields = row, fields | {"toewijzing_ingangsdatum": "ingangsdatum"}
    return {name: getattr(told, column) for name, column in fields.items()}


def assess(session: Session, bericht: UUID, vandaag: date) -> Beoordeling:
    """Levels 3 and 4 of a message that messaging has stored. Raises Refused (404)."""
    row = ledger.get(session, bericht, lock=True)
    status = judge(session, row, vandaag)
    return Beoordeling(bericht=bericht, status=status, bevindingen=len(found(session, bericht)))
