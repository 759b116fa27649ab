"""Sending: a message of ours is checked as its receiver will, stored, and its delivery deferred, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shared import level2
from shared.config import settings
from shared.db import ledger, rows
from shared.db import tables as t
from shared.errors import Fault, Refused
from shared.jobs import defer_messages
from shared.judging import check_rows, found, of_exchange, one_at_a_time
from shared.rules import Finding, Scope, applying, explain
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import Parsed, check

CLAIMED = {"TR056"}
"""What a sender need not ask: his Identificatie is claimed in `submit`, and the rule looks at that of the other."""
PRICED = {"TR346", "TR418"}
"""What he can ask only by a contract of his own: without one here, only the receiver knows what was agreed."""


@dataclass(eq=False)
class Foreseen(Refused):
    """A message of ours that its receiver would refuse, with what was found in it: who made it can name his own things.

    The findings count the classes of the message in its order.
    """

    findings: Sequence[Finding] = ()


def send(session: Session, eigenaar: str, document: Document) -> UUID:
    """Send a message that we made: its id.

    Raises Refused (422) with all that level 1 finds, Foreseen (422) with all that level 2 finds, or else all that
    levels 3 and 4 find in the sender's own ledger, or as `submit`; the transaction must then be rolled back.
    """
    xml, parsed = _encoded(document)
    message, naar = document.type, ledger.parties(document)[1]
    one_at_a_time(session, (eigenaar, naar, message.standaard))
    bericht = submit(session, eigenaar, document, xml)
    scope = Scope(bericht, eigenaar, naar, message.standaard, message.soort, ledger.dagtekening(document))
    _refuse(parsed, _foreseen(session, scope))
    return bericht


def send_returns(session: Session, eigenaar: str, answers: Mapping[UUID, Document]) -> None:
    """Send return messages that we made, by the ids of what they answer. Raises Refused and Foreseen as `send`."""
    entries = [_outgoing(document, _encoded(document)[0], None, heen) for heen, document in answers.items()]
    _keep(session, eigenaar, entries, ledger.partners(session, {entry.tegenpartij for entry in entries}))


def _encoded(document: Document) -> tuple[bytes, Parsed]:
    """A message of ours as XML, and parsed again. Raises Refused and Foreseen (422) for what levels 1 and 2 find."""
    xml = encode(document)
    parsed = check(xml, settings().xsd_dir)
    _refuse(parsed, level2.check(document))
    return xml, parsed


def _refuse(parsed: Parsed, findings: Sequence[Finding]) -> None:
    if findings:
        document = parsed.document()
        told = explain(document, findings)
        faults = [Fault(f.code, f.pad, f"{f.melding} {f.vervolgstap}", f.regel) for f in told]
        raise Foreseen(422, f"Het {document.type.soort}-bericht zou worden afgekeurd", faults, findings=findings)


def _foreseen(session: Session, scope: Scope) -> list[Finding]:
    """What the receiver would find on levels 3 and 4 on the day of the message, as far as its sender can know."""
    priced = any(facts.code in PRICED for _, facts in applying(scope.type, in_memory=False))
    unknown = CLAIMED | PRICED if priced and not _has_contract(session, scope) else CLAIMED
    count = sum(check_rows(session, [scope], header=header, without=unknown) for header in (True, False))
    return found(session, scope.bericht) if count else []


def _has_contract(session: Session, scope: Scope) -> bool:
    query = select(t.contract.c.nummer).where(of_exchange(t.contract, scope)).limit(1)
    return session.scalar(query) is not None


def submit(session: Session, eigenaar: str, document: Document, xml: bytes, *, sleutel: str | None = None) -> UUID:
    """Send the bytes of a heen message as they are: its id; the same for a repeated `sleutel`.

    Raises Refused: 409 when this sender used the Identificatie before, 422 when we cannot reach the receiver.
    """
    entry = _outgoing(document, xml, sleutel, None)
    partners = ledger.partners(session, [entry.tegenpartij])
    if not partners:
        fault = Fault("ONTVANGER", "", "De ontvanger is hier niet bekend. Controleer de code.")
        raise Refused(422, "Het bericht kan niet worden bezorgd", [fault])
    [(bericht, fresh)] = _keep(session, eigenaar, [entry], partners)
    if fresh:
        rows.store_rows(session, eigenaar, (bericht, entry.tegenpartij, document))
    return bericht


def _outgoing(document: Document, xml: bytes, sleutel: str | None, antwoord_op: UUID | None) -> ledger.Entry:
    return ledger.Entry(ledger.parties(document)[1], "uitgaand", "klaar", xml, document, sleutel, antwoord_op)


def _keep(
    session: Session, eigenaar: str, entries: Sequence[ledger.Entry], partners: Mapping[str, Row[Any]]
) -> list[tuple[UUID, bool]]:
    """Store messages of ours and defer their delivery: of each its id, and whether it is new. Raises Refused (409).

    An answer to a receiver that we do not know is kept too, so that it is seen.
    """
    stored = ledger.store(session, eigenaar, entries)
    fresh = {bericht: entry for (bericht, new), entry in zip(stored, entries, strict=True) if new}
    sent = [(bericht, eigenaar, entry.document) for bericht, entry in fresh.items()]
    if ledger.claim_identificaties(session, eigenaar, sent) != fresh.keys():
        fault = Fault("TR056", "", "Deze Identificatie is al gebruikt. Geef het bericht een nieuwe.")
        raise Refused(409, "De Identificatie is niet uniek", [fault])
    elsewhere = {code for code, partner in partners.items() if not partner.hier and partner.kanaal == "http"}
    locks = {bericht: f"{entry.tegenpartij}/{eigenaar}" for bericht, entry in fresh.items()}
    alone = {bericht for bericht, entry in fresh.items() if entry.tegenpartij in elsewhere}
    defer_messages(session, "messaging.deliver", eigenaar, locks, alone)
    return stored
