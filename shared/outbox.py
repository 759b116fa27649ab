"""Sending: a message of ours is checked as its receiver will, stored, and its delivery deferred, in one transaction."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared import level2
from shared.config import settings
from shared.db import ledger, rows
from shared.errors import Fault, Refused
from shared.jobs import defer
from shared.rules import explain
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check


def send(session: Session, eigenaar: str, document: Document, antwoord_op: UUID | None = None) -> UUID:
    """Send a message that we made: its id. Raises Refused (422) with all that levels 1 and 2 find, or as `submit`."""
    xml = encode(document)
    findings = explain(check(xml, settings().xsd_dir).document(), level2.check(document))
    if findings:
        faults = [Fault(f.code, f.pad, f"{f.melding} {f.vervolgstap}", f.regel) for f in findings]
        raise Refused(422, f"Het {document.type.soort}-bericht zou worden afgekeurd", faults)
    return submit(session, eigenaar, document, xml, antwoord_op=antwoord_op)


def submit(
    session: Session,
    eigenaar: str,
    document: Document,
    xml: bytes,
    *,
    sleutel: str | None = None,
    antwoord_op: UUID | None = None,
) -> UUID:
    """Send the bytes of a message as they are: its id; the same for a repeated `sleutel`.

    Raises Refused: 409 when this sender used the Identificatie before, 422 when we cannot reach the receiver. An
    answer to a receiver that we do not know is kept, so that it is seen.
    """
    _, tegenpartij = ledger.parties(document)
    if not document.type.is_return and not ledger.is_known(session, tegenpartij):
        fault = Fault("ONTVANGER", "", "De ontvanger is hier niet bekend. Controleer de code.")
        raise Refused(422, "Het bericht kan niet worden bezorgd", [fault])
    entry = ledger.Entry(eigenaar, tegenpartij, "uitgaand", "klaar", xml, document, sleutel, antwoord_op)
    bericht, fresh = ledger.store(session, entry)
    if not fresh:
        return bericht
    if not ledger.claim_identificatie(session, eigenaar, eigenaar, document, bericht):
        fault = Fault("TR056", "", "Deze Identificatie is al gebruikt. Geef het bericht een nieuwe.")
        raise Refused(409, "De Identificatie is niet uniek", [fault])
    if not document.type.is_return:
        rows.store_rows(session, bericht, eigenaar, tegenpartij, document)
    defer(session, "messaging.deliver", lock=f"{tegenpartij}/{eigenaar}", organisatie=eigenaar, bericht=str(bericht))
    return bericht
