"""What happens to messages that came in: level 2 and their rows, the judgement of their owner, their answer.

Messages of an organisation are done together, each for itself, so that they share the statements that they need. Each
function works in the caller's transaction and is idempotent: a second run finds the status that the first one left.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.messaging import queries, rules
from services.messaging.received import apply_return
from services.messaging.retour import Kenmerk, build_return, clean_lines
from shared import level2
from shared.aside import aside
from shared.calendar import NEDERLAND
from shared.config import settings
from shared.contracts import Beoordeling
from shared.db import ledger, nummers, rows
from shared.jobs import defer, defer_messages
from shared.judging import check_rows, found_in, record, scope_of
from shared.outbox import send_returns
from shared.rules import Finding
from shared.standard.catalogue import messages
from shared.standard.document import Document
from shared.standard.published import versies

OWNERS = dict.fromkeys(("301", "305", "307", "315", "317", "319"), "allocation") | {"323": "billing"}
"""Which service judges a heen message."""
Findings = Mapping[UUID, Sequence[Finding]]
__all__ = ["OWNERS", "close", "close_or_wait", "judged", "process", "rules"]


def process(session: Session, berichten: Sequence[UUID], vandaag: date) -> None:
    """Level 2 and the rules on the Header; then the rows are stored and the owner's judgement is deferred.

    A return message ends here: what it says is recorded with the message that it answers.
    """
    came = [row for row in ledger.some(session, berichten, lock=True) if row.status == "ontvangen"]
    if not came:
        return
    documents = {row.id: ledger.document_of(row) for row in came}
    findings = _checked_and_stored(session, came, documents, vandaag)
    sound = [row for row in came if not findings[row.id]]
    for row in sound:
        if documents[row.id].type.is_return:
            apply_return(session, row, documents[row.id], scope_of(row, vandaag))
    heen = [row for row in sound if not documents[row.id].type.is_return]
    ledger.set_status(session, "gecontroleerd", *(row.id for row in heen))
    _defer_assess(session, heen)
    _refuse(session, [row for row in came if findings[row.id]], documents, findings, vandaag)


def _checked_and_stored(
    session: Session, came: Sequence[Row[Any]], documents: Mapping[UUID, Document], vandaag: date
) -> Findings:
    """What level 2 finds in messages, or else the rules on the Header; the rows of heen messages without are stored.

    Postgres inserts them while level 2 computes. What that refuses has no other finding and uses no Identificatie
    (TR056): all is undone, and done again for the others.
    """
    savepoint = session.begin_nested()
    inside = _stored(session, came, documents, vandaag)
    refused = {key: found for key, found in inside.items() if found}
    if refused:
        savepoint.rollback()
        for row in came:
            record(session, scope_of(row, vandaag), refused.get(row.id, ()))
        savepoint = session.begin_nested()
        _stored(session, [row for row in came if row.id not in refused], documents, vandaag, inside)
    savepoint.commit()
    return found_in(session, [row.id for row in came])


def _stored(
    session: Session,
    came: Sequence[Row[Any]],
    documents: Mapping[UUID, Document],
    vandaag: date,
    inside: Findings | None = None,
) -> Findings:
    """Claim the Identificatie of messages, ask the rules on the Header and store the rows: what level 2 finds."""
    if not came:
        return {}
    keys, eigenaar = [row.id for row in came], came[0].eigenaar
    ledger.claim_identificaties(session, eigenaar, [(row.tegenpartij, documents[row.id], row.id) for row in came])
    check_rows(session, [scope_of(row, vandaag) for row in came], header=True)
    findings = found_in(session, keys)
    kept = [
        (row.id, row.tegenpartij, documents[row.id])
        for row in came
        if not (findings[row.id] or documents[row.id].type.is_return)
    ]
    store = rows.bring_rows(session, eigenaar, kept)
    with aside(store) as stored:
        inside = inside or {key: level2.check(documents[key]) for key in keys}
    stored.result()
    return inside


def _defer_assess(session: Session, came: Sequence[Row[Any]]) -> None:
    if came:
        locks = {row.id: f"{row.eigenaar}/{row.tegenpartij}" for row in came}
        defer_messages(session, "messaging.assess", came[0].eigenaar, locks)


def _refuse(
    session: Session,
    came: Sequence[Row[Any]],
    documents: Mapping[UUID, Document],
    findings: Findings,
    vandaag: date,
) -> None:
    """Refuse messages as a whole and answer them.

    A repeated one waits its turn in the queue of `assess`: its 9056 may not overtake the answer to the message that
    it repeats, or the sender would take that one for refused.
    """
    ledger.set_status(session, "afgekeurd", *(row.id for row in came))
    repeated = [
        row
        for row in came
        if any(found.code == "TR056" for found in findings[row.id]) and not documents[row.id].type.is_return
    ]
    _defer_assess(session, repeated)
    _answer(session, [row for row in came if row not in repeated], documents, findings, vandaag)


Judge = Callable[[str, str, Sequence[UUID]], Sequence[Beoordeling]]
"""Asks a service, for an organisation, to judge some messages."""


def judged(organisatie: str, came: Sequence[Row[Any]], ask: Judge) -> dict[UUID, date | None]:
    """Let the owners judge messages: of each the day until which its answer waits for a person."""
    until: dict[UUID, date | None] = {}
    for owner, own in groupby(sorted(came, key=_owner), key=_owner):
        until |= {each.bericht: each.wacht_tot for each in ask(owner, organisatie, [row.id for row in own])}
    return until


def _owner(row: Row[Any]) -> str:
    return OWNERS[row.soort]


def close_or_wait(
    session: Session, until: Mapping[UUID, date | None], vandaag: date, ahead: Mapping[UUID, Document]
) -> None:
    """Answer messages that their owner has judged, or ask that owner again once a person had the time to decide."""
    close(session, [key for key, wacht_tot in until.items() if wacht_tot is None], vandaag, ahead)
    for key, wacht_tot in until.items():
        if wacht_tot is not None:
            at = datetime.combine(wacht_tot + timedelta(1), time(6), NEDERLAND)
            eigenaar = ledger.get(session, key).eigenaar
            defer(session, "messaging.assess", lock=f"wacht/{key}", at=at, organisatie=eigenaar, bericht=str(key))


def close(
    session: Session, berichten: Sequence[UUID], vandaag: date, ahead: Mapping[UUID, Document] | None = None
) -> None:
    """Answer messages that their owner has judged; `ahead` are they without their lines, read before that."""
    came, findings = ledger.some(session, berichten, lock=True), found_in(session, berichten)
    documents = {row.id: _enough(row, findings[row.id], (ahead or {}).get(row.id)) for row in came}
    _answer(session, came, documents, findings, vandaag)


def _enough(row: Row[Any], findings: Sequence[Finding], ahead: Document | None) -> Document:
    """What the answer needs of a message: the lines in which something was found."""
    in_lines = any(finding.klasse in ("Client", "Prestatie") for finding in findings)
    return ahead if ahead and not in_lines else ledger.document_of(row, clean_lines(findings))


def _answer(
    session: Session,
    came: Sequence[Row[Any]],
    documents: Mapping[UUID, Document],
    findings: Findings,
    vandaag: date,
) -> None:
    """Store the one return message of each heen message and defer its delivery; none when it is there already."""
    if not came:
        return
    answered = queries.answered(session, came[0].eigenaar, [row.id for row in came])
    open_ = [row for row in came if documents[row.id].type.antwoord is not None and row.id not in answered]
    if not open_:
        return
    numbers = nummers.next_numbers(session, "identificatie_nummer", len(open_))
    answers = {
        row.id: _return(documents[row.id], findings[row.id], f"R{number}", vandaag)
        for row, number in zip(open_, numbers, strict=True)
    }
    send_returns(session, open_[0].eigenaar, answers)


def _return(document: Document, findings: Sequence[Finding], identificatie: str, vandaag: date) -> Document:
    own = versies(messages()[document.type.antwoord or ""].namespace, settings().xsd_dir)
    return build_return(document, findings, Kenmerk(identificatie, vandaag, own))
