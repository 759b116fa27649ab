"""Declaring a month: a check beforehand, and the 323."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from services.billing.leveringen import compose, naming, queries
from services.billing.leveringen.models import Controle, NieuweDeclaratie, Samengesteld
from services.billing.leveringen.proposing import Exchange, Sent, dispatch, objections, propose, tried
from services.billing.leveringen.warnings import warnings
from services.billing.models import Reden
from shared.calendar import Periode, month
from shared.db import ledger
from shared.errors import Fault, Refused
from shared.outbox import Foreseen

TITEL = "Er is geen declaratie verstuurd"
LEEG = (
    "Er is niets te declareren: alles is toegekend of wacht op antwoord.",
    "Een maand zonder zorg declareert u niet; was er wel zorg, leg haar dan eerst vast.",
)
TE_VROEG = ("Deze maand is nog niet voorbij.", "Declareer na de laatste dag.")


def exchange_of(session: Session, aanbieder: str, wanted: NieuweDeclaratie, vandaag: date) -> Exchange:
    """What is declared, of which nobody else composes a declaratie meanwhile."""
    return locked(session, Exchange(aanbieder, wanted.gemeente, wanted.standaard, _month(wanted.maand), vandaag))


def locked(session: Session, exchange: Exchange) -> Exchange:
    """An exchange of which nobody else composes a declaratie in this transaction."""
    ledger.serialize(session, "declaratie", exchange.aanbieder, exchange.gemeente, exchange.standaard)
    return exchange


def _month(maand: str) -> Periode:
    return month(*map(int, maand.split("-")))


def declare(session: Session, aanbieder: str, wanted: NieuweDeclaratie, vandaag: date) -> Samengesteld:
    """Compose the 323 of a month and send it.

    Raises Refused (422) when there is nothing to claim, and when a line would be refused: with every line and why.
    """
    exchange = exchange_of(session, aanbieder, wanted, vandaag)
    if exchange.periode.eind > vandaag:
        raise _refused("TR137", TE_VROEG)
    proposal = propose(session, exchange, exchange.deliveries)
    if not proposal.lines:
        raise _refused("LEEG", LEEG)
    latest = queries.last_month(session, aanbieder, wanted.gemeente, wanted.standaard)
    if proposal.objections:
        found = [*proposal.objections, *tried(session, exchange, proposal.sendable)]
        raise Refused(422, TITEL, naming.faults(found, latest), _HELP)
    try:
        sent = made(dispatch(session, exchange, proposal.lines), proposal.lines)
        return sent.model_copy(update={"waarschuwingen": warnings(exchange, proposal, latest)})
    except Foreseen as refusal:
        found = objections(refusal.findings, proposal.lines)
        raise Refused(422, TITEL, naming.faults(found, latest), _HELP) from None


_HELP = "Herstel de genoemde leveringen, of leg ze met volume 0 vast, en declareer opnieuw."


def _refused(code: str, words: tuple[str, str]) -> Refused:
    return Refused(422, TITEL, [Fault(code, "/maand", " ".join(words))])


def made(sent: Sent, lines: Sequence[compose.Prestatie]) -> Samengesteld:
    """What was sent, as the API tells it."""
    cents = compose.total(item.line for item in lines)
    return Samengesteld(bericht=sent.bericht, declaratie_nummer=sent.nummer, regels=len(lines), ingediend_bedrag=cents)


def check(session: Session, aanbieder: str, wanted: NieuweDeclaratie, vandaag: date) -> Controle:
    """What `declare` would send now, and everything that would be refused of it; nothing is sent."""
    exchange = exchange_of(session, aanbieder, wanted, vandaag)
    latest = queries.last_month(session, aanbieder, wanted.gemeente, wanted.standaard)
    proposal = propose(session, exchange, exchange.deliveries)
    early = exchange.periode.eind > vandaag
    found = [*proposal.objections, *([] if early else tried(session, exchange, proposal.sendable))]
    redenen = naming.of_all(found, latest)
    redenen += [_reason("TR137", TE_VROEG)] if early else []
    redenen += [] if proposal.lines else [_reason("LEEG", LEEG)]
    return Controle(
        verstuurbaar=not found and not redenen,
        ingediend_bedrag=compose.total(item.line for item in proposal.lines),
        regels=[naming.shown(item, found) for item in proposal.lines],
        redenen=redenen,
        waarschuwingen=warnings(exchange, proposal, latest),
    )


def _reason(code: str, words: tuple[str, str]) -> Reden:
    return Reden(retourcode="", regel=code, betekenis=words[0], vervolgstap=words[1])
