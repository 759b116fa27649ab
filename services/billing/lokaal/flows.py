"""Local rules: kept, tried on the past, switched on, applied; and lines that a person decides on."""

from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.billing.lokaal import judging, queries
from services.billing.lokaal.models import Antwoord, Geraakt, NieuweRegel, Proef, Uitslag
from shared.calendar import NEDERLAND, add_working_days
from shared.db import lokaal as tl
from shared.db.geldig import LOKAAL
from shared.db.session import Namens
from shared.db.vrij import days_off
from shared.errors import Fault, Refused
from shared.jobs import defer
from shared.judging import check_later, record, scope_of
from shared.rules import Finding, Scope
from shared.termen import TERMEN

ANTWOORD = TERMEN["declaratie-antwoord"].aantal or 0
MARGE = 2
"""Working days before the end of the term (ANTWOORD, from receipt) that we answer without a decision."""
SHOWN = 1000
OMVANG = ("TR322", "TR369")
"""What looks at the room on an allocation, in which a refused line takes none."""
ROUNDS = 10


def keep(session: Session, who: Namens, wanted: NieuweRegel) -> UUID:
    """Store a rule, not used yet: its id. Raises Refused (409) when the name is taken."""
    values = {"eigenaar": who.organisatie, "id": uuid4(), "gemaakt_door": who.wie}
    values |= {name: getattr(wanted, name) for name in NieuweRegel.model_fields}
    try:
        with session.begin_nested():
            session.execute(insert(tl.lokale_regel).values(values))
    except IntegrityError:
        raise Refused(409, "Deze naam is al gebruikt", detail="Kies een andere naam voor deze regel.") from None
    return values["id"]  # type: ignore[return-value]


def switch_on(session: Session, who: Namens, key: UUID, nu: datetime, vandaag: date) -> None:
    """Use a rule from now on. Raises Refused: 404, 409 when it is used already, 422 when it began in the past."""
    rule = queries.rule(session, who.organisatie, key)
    if rule.aan_sinds is not None:
        raise Refused(409, "Deze regel wordt al gebruikt", detail="Beëindig haar met een einddatum.")
    if rule.gevolg == "afwijzen" and rule.begindatum < vandaag.replace(day=1):
        text = "Een regel die afwijst begint niet in het verleden: de aanbieder kon het niet weten (OP095)."
        raise Refused(422, "De regel kan niet aan", [Fault("OP095", "/begindatum", text)])
    _change(session, rule, aan_sinds=nu, aangezet_door=who.wie)


def end(session: Session, who: Namens, key: UUID, einddatum: date, vandaag: date) -> None:
    """Give a rule its last day: from today on, and never a later one than it has. Raises Refused (404, 422).

    So what was judged by a rule stays explained by it, and an ended one does not come back.
    """
    rule = queries.rule(session, who.organisatie, key)
    faults = []
    if einddatum < max(rule.begindatum, vandaag):
        faults.append("De einddatum ligt in het verleden, of voor de begindatum. Kies vandaag of een latere dag.")
    if rule.einddatum is not None and einddatum > rule.einddatum:
        faults.append("De regel eindigt al eerder, en wordt niet verlengd. Leg een nieuwe regel vast.")
    if faults:
        found = [Fault("PERIODE", "/einddatum", text) for text in faults]
        raise Refused(422, "De regel kan niet worden beëindigd", found)
    _change(session, rule, einddatum=einddatum)


def _change(session: Session, rule: Row[Any], **values: Any) -> None:
    row = tl.lokale_regel.c
    session.execute(update(tl.lokale_regel).where(row.eigenaar == rule.eigenaar, row.id == rule.id).values(values))


def replay(session: Session, who: Namens, key: UUID, wanted: Proef) -> Uitslag:
    """What a rule would have found in declaraties of the past, had it begun with them; nothing changes.

    Raises Refused (404).
    """
    rule = queries.rule(session, who.organisatie, key)
    begun = SimpleNamespace(**rule._asdict() | {"begindatum": wanted.van})
    messages = judging.declaraties(session, who.organisatie, rule.standaard, wanted.van, wanted.tot)
    hits = list(judging.replay(session, begun, messages))
    return Uitslag(
        declaraties=len(messages),
        regels=len(hits),
        bedrag=sum(hit.line.ingediend_bedrag_bedrag for hit in hits),
        geraakt=[_touched(hit) for hit in hits[:SHOWN]],
    )


def _touched(hit: judging.Hit) -> Geraakt:
    line = hit.line
    return Geraakt(
        bericht=line.bericht,
        regel=line.volgnummer,
        aanbieder=line.tegenpartij,
        toewijzing_nummer=line.toewijzing_nummer,
        referentie=line.product_referentie_referentie_nummer,
        begindatum=line.product_periode_begindatum,
        bedrag=line.ingediend_bedrag_bedrag,
        waarde=hit.waarde,
    )


def apply(session: Session, bericht: Row[Any], rules: Sequence[Row[Any]], vandaag: date) -> None:
    """Let local rules, and those of OMVANG with them, look at a declaratie that the others have just judged."""
    if hits := _settled(session, bericht, rules, scope_of(bericht, vandaag)):
        received = bericht.aangemaakt.astimezone(NEDERLAND).date()
        until = add_working_days(received, ANTWOORD - MARGE, days_off(session, bericht.eigenaar))
        session.execute(insert(tl.vraag), [_kept(bericht, hit, until) for hit in hits])


def _settled(session: Session, bericht: Row[Any], rules: Sequence[Row[Any]], scope: Scope) -> list[judging.Hit]:
    """The hits of rules, once what they refuse and what fits on the allocations agree; both are recorded.

    A line that is refused takes no room, so one below it may fit after all and be for the rules to look at. Each
    round settles at least the next line, and most often all of them. What services found they cannot delete
    (ADR 0007), so a round that settled nothing is not kept; of the last both what went in and what came out is refused.
    """
    refused: list[Finding] = []
    for left in reversed(range(ROUNDS)):
        with session.begin_nested() as attempt:
            record(session, scope, refused)
            check_later(session, [scope], OMVANG)
            hits = judging.hits(session, rules, bericht)
            found = [_finding(hit.rule, hit.line.volgnummer) for hit in hits if hit.refuses]
            if found == refused or not left:
                record(session, scope, [each for each in found if each not in refused])
                break
            attempt.rollback()
        refused = found
    return hits


def _kept(bericht: Row[Any], hit: judging.Hit, until: date) -> dict[str, Any]:
    place = {"eigenaar": bericht.eigenaar, "bericht": bericht.id, "volgnummer": hit.line.volgnummer}
    outcome = {"uiterlijk": None, "uitkomst": "afgewezen"} if hit.refuses else {"uiterlijk": until, "uitkomst": None}
    return {**place, "regel": hit.rule.id, "waarde": hit.waarde, **outcome}


def _finding(rule: Row[Any], volgnummer: int) -> Finding:
    return Finding(f"{LOKAAL}{rule.naam}", 4, rule.retourcode, "Prestatie", volgnummer)


def waits_until(session: Session, berichten: Sequence[UUID], vandaag: date) -> dict[UUID, date]:
    """Of declaraties of which lines wait for a person, the last day on which one can decide.

    Once that day is past, what was not decided is granted: the standard gives no ground to refuse it.
    """
    row = tl.vraag.c
    lapsed = {"uitkomst": "verlopen", "besloten_op": func.now()}
    waiting = (row.bericht == func.any(list(berichten)), row.uitkomst.is_(None))
    session.execute(update(tl.vraag).where(*waiting, row.uiterlijk < vandaag).values(lapsed))
    last = select(row.bericht, func.min(row.uiterlijk)).where(*waiting).group_by(row.bericht)
    return dict(session.execute(last).all())


def decide(session: Session, who: Namens, wanted: Antwoord, nu: datetime) -> None:
    """Decide on a line; with the last one the answer goes out. Raises Refused: 404, 409 when it was decided."""
    asked = queries.questions_of(session, who.organisatie, wanted.bericht, wanted.regel)
    if all(question.uitkomst is not None for question in asked):
        raise Refused(409, "Hierover is al beslist", detail="De declaratie is beantwoord, of een collega besliste.")
    row = tl.vraag.c
    own = (row.eigenaar == who.organisatie, row.bericht == wanted.bericht)
    decided = {"uitkomst": wanted.uitkomst, "besloten_door": who.wie, "besloten_op": nu}
    line = (*own, row.volgnummer == wanted.regel, row.uitkomst.is_(None))
    session.execute(update(tl.vraag).where(*line).values(decided))
    bericht = judging.one(session, wanted.bericht)
    if wanted.uitkomst == "afgewezen":
        rules = [queries.rule(session, who.organisatie, question.regel) for question in asked]
        record(session, scope_of(bericht, nu.date()), [_finding(rule, wanted.regel) for rule in rules])
    if session.scalar(select(func.count()).where(*own, row.uitkomst.is_(None))) == 0:
        defer(session, "messaging.close", lock=str(bericht.id), organisatie=who.organisatie, bericht=str(bericht.id))
