"""The flow of a message: receive, process (level 2), assess (levels 3 and 4), deliver. See docs/adr/0002.

Each function works in the caller's transaction and is idempotent: a second run finds the status that the
first one left.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.messaging import channels, queries, rules
from services.messaging.received import apply_return
from services.messaging.retour import Kenmerk, build_return, clean_lines
from shared import level2
from shared.aside import aside
from shared.calendar import NEDERLAND
from shared.config import settings
from shared.contracts import Beoordeling
from shared.db import ledger, rows
from shared.db import tables as t
from shared.db.session import acting_for
from shared.errors import Fault, Refused
from shared.jobs import defer
from shared.judging import check_rows, found, record, scope_of
from shared.outbox import send, submit
from shared.rules import Finding, Scope
from shared.standard.catalogue import messages
from shared.standard.codec import without_lines
from shared.standard.document import Document
from shared.standard.level1 import Parsed, check, impossible_dates
from shared.standard.published import versies

OWNERS = dict.fromkeys(("301", "305", "307", "315", "317", "319"), "allocation") | {"323": "billing"}
"""Which service judges a heen message."""
__all__ = ["OWNERS", "bring", "close", "deliver", "process", "read", "receive", "rules"]


def bring(session: Session, data: bytes, sleutel: str | None, caller: str) -> UUID:
    """Take a message from an organisation that is served here: one that it sends, or one that came in for it.

    Its id in that organisation's own ledger; the same for a repeated `sleutel`. Raises Refused with every
    finding, and then keeps nothing.
    """
    parsed = read(data)
    document = parsed.document(without_lines)
    sender, receiver = ledger.parties(document)
    if caller == receiver:
        return _take_in(session, data, document, sleutel)
    if caller != sender:
        raise Refused(403, "Niet toegestaan", detail="U levert een bericht aan van en voor een andere organisatie.")
    if document.type.is_return:
        raise Refused(422, "Niet aangenomen", detail="Retourberichten maakt en verstuurt deze installatie zelf.")
    return submit(session, sender, parsed.document(), data, sleutel=sleutel)


def receive(session: Session, data: bytes, sleutel: str) -> UUID:
    """Take in a message that another organisation sends, for its receiver. Raises Refused as `bring` does."""
    return _take_in(session, data, read(data).document(without_lines), sleutel)


def _take_in(session: Session, data: bytes, document: Document, sleutel: str | None) -> UUID:
    sender, receiver = ledger.parties(document)
    entry = ledger.Entry(receiver, sender, "inkomend", "ontvangen", data, document, sleutel)
    bericht, fresh = ledger.store(session, entry)
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


def process(session: Session, bericht: UUID, vandaag: date) -> None:
    """Level 2 and the rules on the Header; then the rows are stored and the owner's judgement is deferred.

    A return message ends here: what it says is recorded with the message that it answers.
    """
    row = ledger.get(session, bericht, lock=True)
    if row.status != "ontvangen":
        return
    document, scope = ledger.document_of(row), scope_of(row, vandaag)
    findings = _checked_and_stored(session, row, document, scope)
    if findings:
        _refuse(session, row, document, findings, vandaag)
    elif document.type.is_return:
        apply_return(session, row, document, scope)
    else:
        ledger.set_status(session, bericht, "gecontroleerd")
        _defer_assess(session, row)


def _checked_and_stored(session: Session, row: Row[Any], document: Document, scope: Scope) -> list[Finding]:
    """What level 2 finds, or else the rules on the Header; the rows of a heen message without findings are stored.

    Postgres inserts them while level 2 computes. When that finds something, nothing else was (TR056: no Identificatie
    is used either).
    """
    savepoint, bericht = session.begin_nested(), row.id
    ledger.claim_identificatie(session, row.eigenaar, row.tegenpartij, document, bericht)
    check_rows(session, scope, header=True)
    findings = found(session, bericht)
    kept = not (findings or document.type.is_return)
    store = rows.bring_rows(session, bericht, row.eigenaar, row.tegenpartij, document) if kept else _nothing
    with aside(store) as stored:
        inside = level2.check(document)
    if inside:
        savepoint.rollback()
        record(session, scope, inside)
        return found(session, bericht)
    stored.result()
    savepoint.commit()
    return findings


def _nothing() -> None:
    """Store no rows."""


def _defer_assess(session: Session, row: Row[Any]) -> None:
    lock = f"{row.eigenaar}/{row.tegenpartij}"
    defer(session, "messaging.assess", lock=lock, organisatie=row.eigenaar, bericht=str(row.id))


def _refuse(session: Session, row: Row[Any], document: Document, findings: Sequence[Finding], vandaag: date) -> None:
    """Refuse a message as a whole and answer it.

    A repeated one waits its turn in the queue of `assess`: its 9056 may not overtake the answer to the message that
    it repeats, or the sender would take that one for refused.
    """
    ledger.set_status(session, row.id, "afgekeurd")
    repeated = any(finding.code == "TR056" for finding in findings)
    if repeated and not document.type.is_return:
        _defer_assess(session, row)
    else:
        answer(session, row, document, findings, vandaag)


Judge = Callable[[str, str, Sequence[UUID]], Sequence[Beoordeling]]
"""Asks a service, for an organisation, to judge some messages."""


def judged(organisatie: str, messages: Sequence[Row[Any]], ask: Judge) -> list[date | None]:
    """Let the owners judge messages: of each the day until which its answer waits for a person.

    Those of an exchange stay in their order, and exchanges have one order for all: they are locked while judged.
    """
    until: dict[UUID, date | None] = {}
    for owner, of_owner in groupby(sorted(messages, key=_turn), key=lambda row: OWNERS[row.soort]):
        until |= {found.bericht: found.wacht_tot for found in ask(owner, organisatie, [row.id for row in of_owner])}
    return [until[row.id] for row in messages]


def _turn(row: Row[Any]) -> tuple[str | int, ...]:
    return OWNERS[row.soort], row.tegenpartij, row.standaard, row.volgorde


def close_or_wait(
    session: Session, bericht: UUID, wacht_tot: date | None, vandaag: date, ahead: Document | None = None
) -> None:
    """Answer a message that its owner has judged, or ask its owner again once a person had the time to decide."""
    if wacht_tot is None:
        close(session, bericht, vandaag, ahead)
        return
    row = ledger.get(session, bericht)
    at = datetime.combine(wacht_tot + timedelta(1), time(6), NEDERLAND)
    defer(session, "messaging.assess", lock=f"wacht/{bericht}", at=at, organisatie=row.eigenaar, bericht=str(bericht))


def close(session: Session, bericht: UUID, vandaag: date, ahead: Document | None = None) -> None:
    """Answer a message that its owner has judged; `ahead` is it without its lines, read before that."""
    row, findings = ledger.get(session, bericht, lock=True), found(session, bericht)
    in_lines = any(finding.klasse in ("Client", "Prestatie") for finding in findings)
    document = ahead if ahead and not in_lines else ledger.document_of(row, clean_lines(findings))
    answer(session, row, document, findings, vandaag)


def answer(session: Session, row: Row[Any], document: Document, findings: Sequence[Finding], vandaag: date) -> None:
    """Store the one return message of a heen message and defer its delivery; nothing when it is there already."""
    if document.type.antwoord is None or queries.answer_of(session, row.id) is not None:
        return
    identificatie = f"R{ledger.next_number(session, 'identificatie_nummer')}"
    own = versies(messages()[document.type.antwoord].namespace, settings().xsd_dir)
    retour = build_return(document, findings, Kenmerk(identificatie, vandaag, own))
    send(session, row.eigenaar, retour, antwoord_op=row.id)


def deliver(session: Session, bericht: UUID) -> None:
    """Bring an outgoing message to its receiver. Raises what a channel raises when it must be tried again."""
    row = ledger.get(session, bericht, lock=True)
    if row.status != "klaar":
        return
    try:
        _hand_over(session, row)
        ledger.set_status(session, bericht, "afgeleverd")
    except Refused as refusal:
        codes = {fault.code for fault in refusal.faults} or {"WEIGERING"}
        findings = [Finding(code, 1, "", "Header", 1) for code in sorted(codes)]
        record(session, scope_of(row, row.dagtekening), findings)
        ledger.set_status(session, bericht, "mislukt")


def _hand_over(session: Session, row: Row[Any]) -> None:
    partner = session.execute(select(t.organisatie).where(t.organisatie.c.code == row.tegenpartij)).one_or_none()
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
