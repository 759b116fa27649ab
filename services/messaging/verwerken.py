"""What happens to messages that came in: level 2 and their rows, the judgement of their owner, their answer.

Messages of an organisation are done together, each for itself, so that they share the statements that they need. Each
function works in the caller's transaction and is idempotent: a second run finds the status that the first one left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby, zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.messaging import queries, rules
from services.messaging.received import apply_return
from services.messaging.retour import Kenmerk, build_return, clean_lines
from shared import level2
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
__all__ = ["OWNERS", "close", "close_or_wait", "judged", "process", "rules"]


@dataclass(frozen=True, slots=True)
class Gelezen:
    """A message that came in: its row, what was read of it, and what was found in it."""

    row: Row[Any]
    document: Document
    findings: Sequence[Finding] = ()


def process(session: Session, berichten: Sequence[UUID], vandaag: date) -> None:
    """Level 2 and the rules on the Header; then the rows are stored and the owner's judgement is deferred.

    A return message ends here: what it says is recorded with the message that it answers.
    """
    new = [row for row in ledger.some(session, berichten, lock=True) if row.status == "ontvangen"]
    came = _checked_and_stored(session, new, vandaag)
    sound = [each for each in came if not each.findings]
    for each in sound:
        if each.document.type.is_return:
            apply_return(session, each.row, each.document, scope_of(each.row, vandaag))
    heen = [each.row for each in sound if not each.document.type.is_return]
    ledger.set_status(session, "gecontroleerd", *(row.id for row in heen))
    _defer_assess(session, heen)
    _refuse(session, [each for each in came if each.findings], vandaag)


def _checked_and_stored(session: Session, new: Sequence[Row[Any]], vandaag: date) -> list[Gelezen]:
    """With what level 2 finds in messages, or else the rules on the Header; the rows of heen ones without are stored.

    They are stored before that is known. What level 2 refuses has no other finding and uses no Identificatie (TR056):
    all is undone, and done again for the others.
    """
    if not new:
        return []
    savepoint = session.begin_nested()
    came, inside = _read_and_stored(session, new)
    checked = [] if any(inside.values()) else _checked(session, came, vandaag)
    if checked and not any(each.findings for each in checked):
        savepoint.commit()
        _let_go(checked)
        return checked
    savepoint.rollback()
    refused = [each for each in came if inside[each.row.id]]
    for each in refused:
        record(session, scope_of(each.row, vandaag), inside[each.row.id])
    found = found_in(session, [each.row.id for each in refused])
    checked = _checked(session, [each for each in came if not inside[each.row.id]], vandaag)
    kept = (each for each in checked if not (each.findings or each.document.type.is_return))
    rows.store_rows(session, new[0].eigenaar, *map(_exchanged, kept))
    return [replace(each, findings=found[each.row.id]) for each in refused] + checked


def _let_go(stored: Sequence[Gelezen]) -> None:
    """Forget the lines of messages that stand in rows now: nodes hold each other, so they would stay for a while."""
    for each in stored:
        for top in () if each.document.type.is_return else each.document.root.children:
            for node in top.children:
                node.children = ()


def _read_and_stored(
    session: Session, new: Sequence[Row[Any]]
) -> tuple[Sequence[Gelezen], Mapping[UUID, Sequence[Finding]]]:
    """Messages read, and what level 2 finds in them. A large one is stored as it is read.

    While Postgres inserts rows Python reads on, and when all is read, level 2 computes.
    """
    read: dict[UUID, Gelezen] = {}
    inside: dict[UUID, list[Finding]] = {}

    def parts() -> Iterator[list[rows.Exchanged]]:
        for grown in zip_longest(*map(ledger.growing_of, new)):
            came = [Gelezen(row, document) for row, document in zip(new, grown, strict=True) if document]
            for each in came:
                read.setdefault(each.row.id, each)
            yield [_exchanged(each) for each in came if not each.document.type.is_return]
        inside.update({key: level2.check(each.document) for key, each in read.items()})

    rows.store_parts(session, new[0].eigenaar, parts())
    return [*read.values()], inside


def _checked(session: Session, came: Sequence[Gelezen], vandaag: date) -> list[Gelezen]:
    """Claim the Identificatie of messages, and ask the rules on the Header: with what they find."""
    if not came:
        return []
    sent = {each.row.id: each for each in came}
    ledger.claim_identificaties(session, came[0].row.eigenaar, map(_exchanged, came))
    check_rows(session, [scope_of(each.row, vandaag) for each in came], header=True)
    return [replace(sent[key], findings=found) for key, found in found_in(session, [*sent]).items()]


def _exchanged(came: Gelezen) -> rows.Exchanged:
    return came.row.id, came.row.tegenpartij, came.document


def _defer_assess(session: Session, came: Sequence[Row[Any]]) -> None:
    if came:
        locks = {row.id: f"{row.eigenaar}/{row.tegenpartij}" for row in came}
        defer_messages(session, "messaging.assess", came[0].eigenaar, locks)


def _refuse(session: Session, came: Sequence[Gelezen], vandaag: date) -> None:
    """Refuse messages as a whole and answer them.

    A repeated one waits its turn in the queue of `assess`: its 9056 may not overtake the answer to the message that
    it repeats, or the sender would take that one for refused.
    """
    ledger.set_status(session, "afgekeurd", *(each.row.id for each in came))
    repeated = [each for each in came if _repeats(each)]
    _defer_assess(session, [each.row for each in repeated])
    _answer(session, [each for each in came if not _repeats(each)], vandaag)


def _repeats(came: Gelezen) -> bool:
    """Whether a heen message has the Identificatie of another."""
    return not came.document.type.is_return and any(found.code == "TR056" for found in came.findings)


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
    """Answer messages that their owner has judged; `ahead` are they as `ledger.around_of` reads them."""
    judged, found = ledger.some(session, berichten, lock=True), found_in(session, berichten)
    came = [Gelezen(row, _enough(row, found[row.id], (ahead or {}).get(row.id)), found[row.id]) for row in judged]
    _answer(session, came, vandaag)


def _enough(row: Row[Any], findings: Sequence[Finding], ahead: Document | None) -> Document:
    """What the answer needs of a message: the lines in which something was found."""
    in_lines = any(finding.klasse in ("Client", "Prestatie") for finding in findings)
    return ahead if ahead and not in_lines else ledger.document_of(row, clean_lines(findings))


def _answer(session: Session, came: Sequence[Gelezen], vandaag: date) -> None:
    """Store the one return message of each heen message and defer its delivery; none when it is there already."""
    if not came:
        return
    eigenaar = came[0].row.eigenaar
    answered = queries.answered(session, eigenaar, [each.row.id for each in came])
    open_ = [each for each in came if each.document.type.antwoord is not None and each.row.id not in answered]
    if not open_:
        return
    numbers = nummers.next_numbers(session, "identificatie_nummer", len(open_))
    pairs = zip(open_, numbers, strict=True)
    answers = {each.row.id: _return(each.document, each.findings, f"R{number}", vandaag) for each, number in pairs}
    send_returns(session, eigenaar, answers)


def _return(document: Document, findings: Sequence[Finding], identificatie: str, vandaag: date) -> Document:
    own = versies(messages()[document.type.antwoord or ""].namespace, settings().xsd_dir)
    return build_return(document, findings, Kenmerk(identificatie, vandaag, own))
