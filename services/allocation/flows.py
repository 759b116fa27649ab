"""Allocating, changing, starting and stopping: each makes one message and defers its delivery."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import queries, rules
from services.allocation.meldingen import standing
from services.allocation.models import NieuweToewijzing, Start, Stop, Wijziging
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.rules.wijziging import TOTAAL
from shared import vault
from shared.calendar import NEDERLAND
from shared.contracts import Beoordeling
from shared.db import ledger, nummers, people
from shared.errors import Fault, Refused
from shared.judging import judge, judgements, turns
from shared.models import to_tree
from shared.outbox import send
from shared.standard.catalogue import MessageType, message_of
from shared.standard.document import build, tree

__all__ = [
    "allocate",
    "as_told",
    "assess",
    "change",
    "changed",
    "client_as_told",
    "compose",
    "determined",
    "report_start",
    "report_stop",
    "rules",
    "send_301",
]
REFERENTIE = "referentie_aanbieder"


def allocate(session: Session, gemeente: str, wanted: NieuweToewijzing, nu: datetime) -> tuple[int, UUID]:
    """Determine a new allocation and send it: its number (unique, TR332) and the 301."""
    message = message_of(wanted.standaard, "301")
    nummer = nummers.next_allocation(session, gemeente, wanted.standaard)
    asked = wanted.model_dump(exclude_none=True, exclude={"standaard", "aanbieder", "client"})
    product = to_tree(message, "ToegewezenProduct", {**asked, "toewijzing_nummer": nummer} | determined(nu))
    client = to_tree(message, "Client", wanted.client.model_dump(exclude_none=True))
    return nummer, send_301(session, message, gemeente, wanted.aanbieder, client, [product], nu)


def determined(nu: datetime) -> dict[str, Any]:
    """Toewijzingsdatum and -tijd: when the municipality determined it (IV013), in Dutch time."""
    here = nu.astimezone(NEDERLAND)
    return {"toewijzingsdatum": here.date(), "toewijzingstijd": here.time().replace(microsecond=0)}


def change(session: Session, gemeente: str, toewijzing: str, wanted: Wijziging, nu: datetime) -> UUID:
    """Change an allocation under its own number; the 301 that tells it. Raises Refused (404, 422)."""
    row = queries.taken(session, gemeente, toewijzing)
    product = changed(row, wanted, nu)
    message = message_of(row.standaard, "301")
    return send_301(session, message, gemeente, row.tegenpartij, client_as_told(session, row), [product], nu)


def changed(row: Row[Any], wanted: Wijziging, nu: datetime) -> dict[str, Any]:
    """An allocation as its next version tells it. Raises Refused (422)."""
    if row.reden_wijziging == VERWIJDERD:
        text = "Deze toewijzing is verwijderd en blijft dat. Stel een nieuwe vast."
        raise Refused(422, "De wijziging kan niet", [Fault("TR384", "/", text)])
    _check_change(row, wanted)
    changes = {
        "einddatum": wanted.einddatum,
        "omvang_volume": wanted.volume,
        "budget": wanted.budget,
        "reden_wijziging": wanted.reden_wijziging,
    }
    told = {name: value for name, value in changes.items() if value is not None}
    return as_told(message_of(row.standaard, "301"), row) | told | determined(nu)


def client_as_told(session: Session, row: Row[Any]) -> dict[str, Any]:
    """The client as the 301 of an allocation has them."""
    latest = ledger.document_of(queries.bericht(session, row.bericht))
    return tree(next(latest.root.all("Client")))


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
    elif wanted.volume is not None and row.omvang_frequentie != TOTAAL:
        how = "Gebruik POST /v1/toewijzingen/{id}/herziening, die haar beëindigt en een nieuwe laat volgen."
        faults.append(Fault("IV066", "/volume", f"Alleen een totaal houdt met een ander volume zijn nummer. {how}"))
    if wanted.budget is not None and row.budget is None:
        faults.append(Fault("CD077", "/budget", "Deze toewijzing heeft geen budget. Wijzig het volume."))
    if faults:
        raise Refused(422, "De wijziging kan niet", faults)


def as_told(message: MessageType, row: Row[Any]) -> dict[str, Any]:
    """An allocation as it stands, without the request that it once granted: that is told once (IV097)."""
    fields = message.classes["ToegewezenProduct"].fields
    told = {name: value for name in fields if (value := getattr(row, name)) is not None}
    return {name: value for name, value in told.items() if name != REFERENTIE}


def send_301(
    session: Session,
    message: MessageType,
    gemeente: str,
    aanbieder: str,
    client: Mapping[str, Any],
    products: Sequence[Mapping[str, Any]],
    nu: datetime,
) -> UUID:
    """A 301 with all allocations of the client with this provider that are valid now, and what is new in it (OP087).

    `products` are the new and changed ones. When they grant a request for change, the others have its reference
    too, and no reason, as they stay as they are (IV093, IV097). Raises Refused (422).
    """
    person = vault.pseudonym(gemeente, client["bsn"])
    ledger.serialize(session, gemeente, aanbieder, message.standaard, person)
    place = (gemeente, message.standaard, aanbieder, person)
    vandaag = nu.astimezone(NEDERLAND).date()
    referentie = products[0].get(REFERENTIE)
    granted = {REFERENTIE: referentie, "reden_wijziging": None}
    shared = granted if queries.is_change(session, place, referentie) else {}
    told = {product["toewijzing_nummer"] for product in products}
    others = [
        as_told(message, row) | shared
        for row in queries.of_client(session, *place)
        if row.toewijzing_nummer not in told and not row.vervallen
        if row.einddatum is None or row.einddatum >= vandaag
    ]
    body = {"Client": {**client, "ToegewezenProduct": [*others, *products]}}
    return compose(session, message, gemeente, aanbieder, body, vandaag)


def compose(
    session: Session, message: MessageType, van: str, naar: str, body: Mapping[str, Any], vandaag: date
) -> UUID:
    """A message of ours with its Header: composed, judged and sent; its id. Raises Refused (422)."""
    nummer = nummers.next_number(session, "identificatie_nummer")
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
    removal = leaves["status_aanlevering"] == VERWIJDEREN
    if name == "StartProduct" and not removal:
        check_start(row, leaves["begindatum"])
    if name == "StopProduct" and removal:
        _check_one_runs(session, row, leaves)
    product = {"toewijzing_nummer": row.toewijzing_nummer, **_delivered(session, row, name, leaves), **leaves}
    return compose(session, message, aanbieder, row.tegenpartij, {"Client": {**client, name: [product]}}, vandaag)


def check_start(row: Row[Any], begindatum: date) -> None:
    """Refuse a start that its allocation does not allow, which only its provider can prevent. Raises Refused (422)."""
    if row.reden_wijziging == VERWIJDERD:
        fault = Fault("TR384", "/toewijzing", "Deze toewijzing is verwijderd. Vraag de gemeente om een nieuwe.")
    elif begindatum < row.ingangsdatum or (row.einddatum is not None and begindatum > row.einddatum):
        text = "Deze dag ligt niet binnen de toewijzing. Kies een dag daarin, of vraag de gemeente om een wijziging."
        fault = Fault("BEGINDATUM", "/begindatum", text)
    else:
        return
    raise Refused(422, "De start kan niet worden gemeld", [fault])


def _check_one_runs(session: Session, row: Row[Any], leaves: Mapping[str, Any]) -> None:
    """Refuse to take back a stop from before a restart: then two deliveries would run (OP289). Raises Refused (422)."""
    names = ("begindatum", "einddatum", "reden_beeindiging")
    stops = [tuple(getattr(stop, name) for name in names) for stop in standing(session, row, "StopProduct")]
    gone = tuple(leaves[name] for name in names)
    ended = {stop[0] for stop in stops if stop != gone}
    running = [start for start in standing(session, row, "StartProduct") if start.begindatum not in ended]
    if gone in stops and len(running) > 1:
        text = "De levering is daarna opnieuw gestart, en twee kunnen niet lopen. Neem eerst die start terug."
        raise Refused(422, "De stop kan niet worden teruggenomen", [Fault("OP289", "/begindatum", text)])


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


def assess(session: Session, berichten: Sequence[UUID], vandaag: date) -> list[Beoordeling]:
    """Levels 3 and 4 of messages that messaging has stored. Raises Refused (404)."""
    came = ledger.some(session, berichten, lock=True)
    statuses = {row.id: row.status for row in came}
    for _, waiting in turns(came):
        statuses |= judge(session, waiting, vandaag)
    return judgements(session, statuses)
