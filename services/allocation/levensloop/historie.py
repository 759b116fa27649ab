"""What happened to an allocation, from the messages themselves: who, when, what, why, and what the other party said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.levensloop.models import Antwoord, Gebeurtenis, Levensloop, Verschil
from services.allocation.models import Besluit
from services.allocation.rules.regie import VERWIJDEREN
from shared.db import audit, people
from shared.db import tables as t
from shared.rules import meaning_of
from shared.security import Caller
from shared.standard.codelists import name_of

_TOEGEWEZEN = (
    *("product_categorie", "product_code", "ingangsdatum", "einddatum"),
    *("omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget", "commentaar"),
)
_GEMELD = {
    "StartProduct": ("start", ("begindatum", "product_categorie", "product_code")),
    "StopProduct": ("stop", ("begindatum", "einddatum", "reden_beeindiging")),
}
_GEVRAAGD = ("gewenste_ingangsdatum", "einddatum", "omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget")
_REDEN = {"toewijzing": {"ijw": "JZ002", "iwmo": "WMO002"}, "stop": {"ijw": "JZ588", "iwmo": "WMO588"}}


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened, before it is known what lies behind its message."""

    soort: str
    bericht: UUID
    verschillen: Sequence[Verschil]
    reden: str | None = None


@dataclass(frozen=True, slots=True)
class _Behind:
    """What lies behind messages: the message, who decided or sent, its answer and what was found, by message."""

    messages: Mapping[UUID, Row[Any]]
    decisions: Mapping[UUID, Row[Any]]
    senders: Mapping[str, str]
    answers: Mapping[UUID, UUID]
    findings: Mapping[UUID, Sequence[Row[Any]]]


def history(session: Session, who: Caller, toewijzing: str) -> Levensloop:
    """All that happened to an allocation, oldest first; a municipality and a provider each see their own ledger.

    Raises Refused (404).
    """
    row = queries.one(session, who.organisatie, toewijzing)
    audit.note(session, "historie van toewijzing ingezien", toewijzing, [row.bsn])
    events = [*_versions(session, row), *_reports(session, row), *_requests(session, row)]
    behind = _behind(session, row, {event.bericht for event in events})
    events.sort(key=lambda event: behind.messages[event.bericht].volgorde)
    return Levensloop(
        toewijzing=toewijzing,
        bsn=people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten),
        gebeurtenissen=[_told(event, behind) for event in events],
    )


def _of_client(table: Any, row: Row[Any]) -> Iterator[Any]:
    return (table.c[name] == getattr(row, name) for name in ("eigenaar", "standaard", "tegenpartij", "bsn"))


def _rows(session: Session, table: Any, row: Row[Any], *conditions: Any) -> Sequence[Row[Any]]:
    """The rows of a class about the client of an allocation, in the order of their messages, also refused ones."""
    holder = t.bericht
    query = select(table, holder.c.status).join(holder, holder.c.id == table.c.bericht)
    query = query.where(*_of_client(table, row), *conditions)
    return session.execute(query.order_by(holder.c.volgorde, table.c.volgnummer)).all()


def _versions(session: Session, row: Row[Any]) -> Iterator[_Event]:
    """The versions of an allocation that differ from the one that held before; repetitions are left out (OP087)."""
    table, before = t.toegewezen_product, None
    for version in _rows(session, table, row, table.c.toewijzing_nummer == row.toewijzing_nummer):
        found = _differences(before, version, _TOEGEWEZEN)
        if before is None or found or version.reden_wijziging not in (None, before.reden_wijziging):
            soort = "toewijzing" if before is None else "wijziging"
            yield _Event(soort, version.bericht, found, _reason("toewijzing", row, version.reden_wijziging))
        if version.status in t.GELDIG:
            before = version


def _differences(before: Any, after: Any, fields: Iterable[str]) -> list[Verschil]:
    pairs = ((name, getattr(before, name, None), getattr(after, name)) for name in fields)
    return [Verschil(veld=name, oud=_plain(old), nieuw=_plain(new)) for name, old, new in pairs if old != new]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _reason(what: str, row: Row[Any], code: str | None) -> str | None:
    return None if code is None else f"{code} {name_of(_REDEN[what][row.standaard], row.standaard, code)}"


def _reports(session: Session, row: Row[Any]) -> Iterator[_Event]:
    for name, (soort, fields) in _GEMELD.items():
        table = t.classes[name]
        for told in _rows(session, table, row, table.c.toewijzing_nummer == row.toewijzing_nummer):
            gone = told.status_aanlevering == VERWIJDEREN
            reason = _reason("stop", row, told.reden_beeindiging) if soort == "stop" else None
            kind = f"{soort} verwijderd" if gone else soort
            yield _Event(kind, told.bericht, _differences(None, told, fields), reason)


def _requests(session: Session, row: Row[Any]) -> Iterator[_Event]:
    """The requests for the allocation, those to change it or that left it as it was, and what was answered by 319."""
    table, change = t.toegewezen_product, t.classes["TeWijzigenProduct"]
    numbered = table.c.toewijzing_nummer == row.toewijzing_nummer
    references = {version.referentie_aanbieder for version in _rows(session, table, row, numbered)} - {None}
    asked = _rows(session, change, row, change.c.toewijzing_nummer == row.toewijzing_nummer)
    for product in asked:
        yield _Event("verzoek", product.bericht, _differences(None, product, _GEVRAAGD))
    new, request = t.classes["AangevraagdProduct"], t.classes["Verzoek"]
    for product in _rows(session, new, row, new.c.referentie_aanbieder.in_(references)):
        fields = (*_TOEGEWEZEN[:2], "toewijzing_ingangsdatum", "toewijzing_einddatum", *_TOEGEWEZEN[4:8])
        yield _Event("verzoek", product.bericht, _differences(None, product, fields))
    berichten = {product.bericht for product in asked}
    named = or_(request.c.bericht.in_(berichten), request.c.referentie_aanbieder.in_(references))
    for whole in _rows(session, request, row, named):
        references |= {whole.referentie_aanbieder}
        if whole.bericht not in berichten:
            yield _Event("verzoek", whole.bericht, _differences(None, whole, ("reden_verzoek",)))
    yield from _answers(session, row, references)


def _answers(session: Session, row: Row[Any], references: set[str]) -> Iterator[_Event]:
    table = t.classes["Antwoord"]
    same = (table.c[name] == getattr(row, name) for name in ("eigenaar", "standaard", "tegenpartij"))
    query = select(table).where(*same, table.c.referentie_aanbieder.in_(references))
    for told in session.execute(query):
        yield _Event(
            "antwoord op verzoek",
            told.bericht,
            _differences(None, told, ("verzoek_antwoord", "reden_afwijzing_verzoek")),
        )


def _behind(session: Session, row: Row[Any], messages: set[UUID]) -> _Behind:
    holder, decision, answer, finding = t.bericht, t.besluit, t.bericht.alias("antwoord"), t.bevinding
    own = decision.c.toewijzing_nummer == row.toewijzing_nummer
    findings: dict[UUID, list[Row[Any]]] = {}
    wrong = select(finding).where(finding.c.bericht.in_(messages)).order_by(finding.c.niveau, finding.c.code)
    for told in session.execute(wrong):
        findings.setdefault(told.bericht, []).append(told)
    told_by = select(answer.c.antwoord_op, answer.c.id).where(answer.c.antwoord_op.in_(messages))
    return _Behind(
        {told.id: told for told in session.execute(select(holder).where(holder.c.id.in_(messages)))},
        {told.bericht: told for told in session.execute(select(decision).where(own, decision.c.bericht.in_(messages)))},
        _senders(session, row, messages),
        {told.antwoord_op: told.id for told in session.execute(told_by)},
        findings,
    )


def _senders(session: Session, row: Row[Any], messages: set[UUID]) -> dict[str, str]:
    """Who sent a message, from the processing log; what came in was sent by the other party."""
    log = t.verwerking.c
    query = select(log.onderwerp, log.wie).where(
        log.eigenaar == row.eigenaar,
        log.handeling == "bericht uitgaand",
        log.onderwerp.in_([str(bericht) for bericht in messages]),
    )
    return {told.onderwerp: told.wie for told in session.execute(query)}


def _told(event: _Event, behind: _Behind) -> Gebeurtenis:
    message, decision = behind.messages[event.bericht], behind.decisions.get(event.bericht)
    return Gebeurtenis(
        soort=event.soort,
        wanneer=message.aangemaakt,
        wie=decision.door if decision else behind.senders.get(str(event.bericht)),
        goedgekeurd_door=decision.goedgekeurd_door if decision else None,
        bericht=event.bericht,
        berichtsoort=message.soort,
        reden=event.reden,
        verschillen=list(event.verschillen),
        besluit=Besluit.of(decision) if decision else None,
        antwoord=Antwoord(
            bericht=behind.answers.get(event.bericht),
            status=message.status,
            bevindingen=[_meaning(found) for found in behind.findings.get(event.bericht, ())],
        ),
    )


def _meaning(found: Row[Any]) -> str:
    meaning = meaning_of(found.code, found.retourcode)
    return f"{found.code} {meaning.betekenis} {meaning.vervolgstap}"
