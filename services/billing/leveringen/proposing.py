"""What would be claimed of deliveries now, what its receiver would refuse of it, and sending it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, update
from sqlalchemy.orm import Session

from services.billing.leveringen import compose, queries
from services.billing.leveringen.compose import Claim, Prestatie
from shared.calendar import Periode, month_of
from shared.db import ledger, nummers
from shared.db import tables as t
from shared.db.session import trial
from shared.outbox import Foreseen, send
from shared.rules import Finding, facts
from shared.standard.catalogue import message_of
from shared.standard.document import build

GEEN_BEDRAG = "BEDRAG"


@dataclass(frozen=True, slots=True)
class Exchange:
    """Between whom, under which law, in which month is declared, and today."""

    aanbieder: str
    gemeente: str
    standaard: str
    periode: Periode
    vandaag: date

    @property
    def deliveries(self) -> ColumnElement[bool]:
        """The condition of the deliveries that can be declared in this month: its own and earlier ones."""
        own = queries.of_exchange(self.aanbieder, self.gemeente, self.standaard)
        return own & (t.levering.c.begindatum <= self.periode.eind)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a line would be refused, or (without one) all of it: a rule and its return code."""

    prestatie: Prestatie | None
    code: str
    retourcode: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be claimed: the lines in the order of the message, and what is known against them beforehand.

    `claims` are all deliveries that were looked at, `standing` their debits that hold, `allocations` as they are now.
    """

    claims: Sequence[Claim]
    standing: dict[Any, list[Row[Any]]]
    allocations: dict[queries.Key, Row[Any]]
    lines: Sequence[Prestatie]
    objections: Sequence[Objection] = field(default=())

    @property
    def sendable(self) -> list[Prestatie]:
        """The lines that can be put into a message."""
        return without(self.lines, self.objections)


def without(lines: Iterable[Prestatie], objections: Iterable[Objection]) -> list[Prestatie]:
    """The lines of deliveries to which there is no objection: of a pair of credit and debit both go, or neither."""
    stopped = {item.prestatie.claim.levering.id for item in objections if item.prestatie}
    return [item for item in lines if item.claim.levering.id not in stopped]


def propose(session: Session, exchange: Exchange, where: ColumnElement[bool]) -> Proposal:
    """What deliveries come to: the difference with what was granted, at the tariff and allocation of now (ADR 0006)."""
    allocations = queries.allocations_of(session, exchange.aanbieder, where)
    queries.note(session, "declaratie samengesteld", f"{exchange.gemeente}-{exchange.standaard}", allocations)
    claims, standing = _claims(session, where, allocations), queries.standing_debits(session, where)
    numbers = _Numbers(session)
    fields = list(message_of(exchange.standaard, "323").classes["Prestatie"].fields)
    differing = [
        (claim, lines)
        for claim in claims
        if (lines := compose.difference(claim, standing.get(claim.levering.id, []), fields, numbers))
    ]
    people = _people(session, exchange.aanbieder, allocations, differing)
    prestaties = [
        Prestatie(people.get(queries.key_of(claim.levering), ""), claim, line)
        for claim, own in differing
        for line in own
    ]
    ordered = compose.in_order(prestaties)
    return Proposal(claims, standing, allocations, ordered, list(_known_beforehand(exchange, ordered)))


class _Numbers:
    """References of lines, taken from the database a hundred at a time."""

    def __init__(self, session: Session) -> None:
        self._session, self._left = session, list[int]()

    def __call__(self) -> str:
        """The next one."""
        if not self._left:
            self._left = queries.numbers(self._session, "referentie_nummer", 100)[::-1]
        return f"P{self._left.pop()}"


def _people(
    session: Session, aanbieder: str, allocations: dict[queries.Key, Row[Any]], differing: Iterable[tuple[Claim, Any]]
) -> dict[queries.Key, str]:
    """The BSN of each allocation that is claimed on."""
    keys = {queries.key_of(claim.levering) for claim, _ in differing} & allocations.keys()
    known = queries.bsns(session, aanbieder, (allocations[key].bsn for key in keys))
    return {key: known[allocations[key].bsn] for key in keys}


def _claims(session: Session, where: ColumnElement[bool], allocations: dict[queries.Key, Row[Any]]) -> list[Claim]:
    prices = queries.tariffs(session, where)
    found = []
    for row in queries.deliveries(session, where):
        price = None if row.eenheid == compose.EURO else prices.get(row.id)
        eind = _einddatum(row, allocations.get(queries.key_of(row)))
        per = price.eenheid if price else row.eenheid
        found.append(Claim(row, price.tarief if price else None, per, eind))
    return found


def _einddatum(row: Row[Any], toewijzing: Row[Any] | None) -> date | None:
    """The last day of a product period as the allocation is now (IV089); None when it no longer covers it."""
    if toewijzing is None:
        return None
    last = month_of(row.begindatum).eind
    eind = min(last, toewijzing.einddatum or last)
    covered = toewijzing.ingangsdatum <= row.begindatum <= eind
    return eind if covered else None


def _known_beforehand(exchange: Exchange, lines: Iterable[Prestatie]) -> Iterable[Objection]:
    for item in lines:
        claim = item.claim
        if not item.bsn:
            yield _objection(exchange, item, "TR338")
        elif compose.is_credit(item.line):
            continue
        elif claim.tarief is None and claim.levering.eenheid != compose.EURO:
            yield _objection(exchange, item, "TR418")
        elif compose.amount(item.line) > compose.MOST:
            yield Objection(item, GEEN_BEDRAG, "")


def _objection(exchange: Exchange, item: Prestatie, code: str) -> Objection:
    return Objection(item, code, facts()[exchange.standaard, code].retourcode)


@dataclass(frozen=True, slots=True)
class Sent:
    """A declaratie that was sent: its message, its number."""

    bericht: Any
    nummer: str


def dispatch(session: Session, exchange: Exchange, lines: Sequence[Prestatie]) -> Sent:
    """Send lines as a 323. Raises Foreseen, or Refused as `outbox.send`."""
    message = message_of(exchange.standaard, "323")
    nummer = f"D{nummers.next_number(session, 'declaratie_nummer')}"
    identificatie = f"F{nummers.next_number(session, 'identificatie_nummer')}"
    periode, dag = exchange.periode, exchange.vandaag
    body = compose.body(nummer, (periode.begin, periode.eind), dag, lines)
    header = ledger.new_header(message, exchange.aanbieder, exchange.gemeente, identificatie, dag)
    bericht = send(session, exchange.aanbieder, build(message, {"Header": header, **body}))
    _keep_periods(session, lines)
    return Sent(bericht, nummer)


def _keep_periods(session: Session, lines: Iterable[Prestatie]) -> None:
    """A delivery has the product period that was claimed last."""
    for claim in {item.claim.levering.id: item.claim for item in lines}.values():
        if claim.einddatum != claim.levering.einddatum:
            own = t.levering.c.id == claim.levering.id
            session.execute(update(t.levering).where(own).values(einddatum=claim.einddatum))


def tried(session: Session, exchange: Exchange, lines: Sequence[Prestatie]) -> list[Objection]:
    """What the receiver would refuse of lines; nothing is sent, and nothing stays behind."""
    if not lines:
        return []
    try:
        with trial(session):
            dispatch(session, exchange, lines)
    except Foreseen as refusal:
        return objections(refusal.findings, lines)
    return []


def objections(findings: Iterable[Finding], lines: Sequence[Prestatie]) -> list[Objection]:
    """Findings in a message as objections to the lines that it was made of; that of a client is to all its lines."""
    clients = list(dict.fromkeys(item.bsn for item in lines))
    found = list[Objection]()
    for finding in findings:
        hit: Collection[Prestatie | None] = [None]
        if finding.klasse == "Prestatie":
            hit = [lines[finding.volgnummer - 1]]
        elif finding.klasse == "Client":
            hit = [item for item in lines if item.bsn == clients[finding.volgnummer - 1]]
        found += [Objection(item, finding.code, finding.retourcode) for item in hit]
    return found
