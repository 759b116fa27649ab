"""The ways of a message in and out: brought by an organisation, received, delivered. See docs/adr/0002.

Each function works in the caller's transaction and is idempotent: a second run finds the status that the
first one left.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.messaging import channels
from shared.config import settings
from shared.db import ledger
from shared.db.session import acting_for
from shared.errors import Fault, Refused
from shared.jobs import defer
from shared.judging import record, scope_of
from shared.outbox import submit
from shared.rules import Finding
from shared.standard.document import Document
from shared.standard.level1 import Parsed, check, impossible_dates


def bring(session: Session, data: bytes, sleutel: str | None, caller: str) -> UUID:
    """Take a message from an organisation that is served here: one that it sends, or one that came in for it.

    Its id in that organisation's own ledger; the same for a repeated `sleutel`. Raises Refused with every
    finding, and then keeps nothing.
    """
    parsed = read(data)
    document, bsns = parsed.around()
    sender, receiver = ledger.parties(document)
    if caller == receiver:
        return _take_in(session, data, document, bsns, sleutel)
    if caller != sender:
        raise Refused(403, "Niet toegestaan", detail="U levert een bericht aan van en voor een andere organisatie.")
    if document.type.is_return:
        raise Refused(422, "Niet aangenomen", detail="Retourberichten maakt en verstuurt deze installatie zelf.")
    return submit(session, sender, parsed.document(), data, sleutel=sleutel)


def receive(session: Session, data: bytes, sleutel: str) -> UUID:
    """Take in a message that another organisation sends, for its receiver. Raises Refused as `bring` does."""
    return _take_in(session, data, *read(data).around(), sleutel)


def _take_in(session: Session, data: bytes, document: Document, bsns: set[str], sleutel: str | None) -> UUID:
    sender, receiver = ledger.parties(document)
    entry = ledger.Entry(sender, "inkomend", "ontvangen", data, document, sleutel, bsns=bsns)
    [(bericht, fresh)] = ledger.store(session, receiver, [entry])
    if fresh:
        defer(session, "messaging.process", lock=f"{receiver}/{sender}", organisatie=receiver, bericht=str(bericht))
    return bericht


def read(data: bytes) -> Parsed:
    """A message that is valid at level 1 and of the catalogue. Raises Refused with every finding."""
    parsed = check(data, settings().xsd_dir)
    document = parsed.document() if parsed.has_odd_dates() else None
    if document and (faults := impossible_dates(document)):
        raise Refused(422, "Het bericht bevat een onmogelijke datum", faults, document.type.name)
    return parsed


def deliver(session: Session, berichten: Sequence[UUID]) -> None:
    """Bring outgoing messages to their receivers. Raises what a channel raises when it must be tried again."""
    ready = [row for row in ledger.some(session, berichten, lock=True) if row.status == "klaar"]
    partners = ledger.partners(session, {row.tegenpartij for row in ready})
    told: dict[str, list[UUID]] = {}
    for row in ready:
        told.setdefault(_delivered(session, row, partners.get(row.tegenpartij)), []).append(row.id)
    for status, keys in told.items():
        ledger.set_status(session, status, *keys)


def _delivered(session: Session, row: Row[Any], partner: Row[Any] | None) -> str:
    """Hand a message over: the status that it gets. What its receiver finds in it is recorded."""
    try:
        _hand_over(session, row, partner)
    except Refused as refusal:
        codes = {fault.code for fault in refusal.faults} or {"WEIGERING"}
        findings = [Finding(code, 1, "", "Header", 1) for code in sorted(codes)]
        record(session, scope_of(row, row.dagtekening), findings)
        return "mislukt"
    return "afgeleverd"


def _hand_over(session: Session, row: Row[Any], partner: Row[Any] | None) -> None:
    if partner is None:
        raise Refused(422, "Onbekende ontvanger", [Fault("ONTVANGER", "", "Deze organisatie heeft hier geen kanaal.")])
    xml = ledger.xml_of(row, row.eigenaar)
    if partner.hier:
        with acting_for(session, partner.code):
            receive(session, xml, str(row.id))
    elif partner.kanaal == "map":
        channels.to_folder(row, xml, partner.adres)
    else:
        channels.to_http(row, xml, partner.adres)
