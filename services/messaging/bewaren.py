"""Retention: which messages have been kept long enough, and deleting them once two persons agree.

Everything around a person goes at the same time: a term runs from the last event around any person in a message.
That is the latest of the messages about them, and the end of their allocations; an open one keeps everything.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.db import audit, geldig
from shared.db import tables as t
from shared.errors import Fault, Refused, not_found

DEFAULT: Mapping[str, tuple[int, str]] = {
    "ijw": (20, "Jeugdwet, artikel 7.3.8"),
    "iwmo": (15, "Wmo 2015, artikel 5.3.4"),
}
"""Years per law, with their ground, for an organisation that has none of its own."""


def terms(session: Session, eigenaar: str) -> dict[str, tuple[int, str]]:
    """The terms of an organisation in years, with their ground, per law."""
    own = session.execute(select(t.bewaartermijn).where(t.bewaartermijn.c.eigenaar == eigenaar))
    return {**DEFAULT, **{row.standaard: (row.jaren, row.grondslag) for row in own}}


def keep_term(session: Session, eigenaar: str, standaard: str, jaren: int, grondslag: str) -> None:
    """Let a term of its own hold for an organisation."""
    values = insert(t.bewaartermijn).values(eigenaar=eigenaar, standaard=standaard, jaren=jaren, grondslag=grondslag)
    changes = {"jaren": values.excluded.jaren, "grondslag": values.excluded.grondslag}
    session.execute(values.on_conflict_do_update(index_elements=["eigenaar", "standaard"], set_=changes))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 2, 28)


def propose(session: Session, eigenaar: str, door: str, vandaag: date) -> Row[Any]:
    """Propose to delete what has been kept long enough on a day. Raises Refused (422) when that is nothing."""
    until = {law: _years_before(vandaag, years) for law, (years, _) in terms(session, eigenaar).items()}
    berichten = list(session.execute(_expired(eigenaar, until)).scalars())
    if not berichten:
        fault = Fault("LEEG", "", "Van geen enkel bericht is de bewaartermijn voorbij.")
        raise Refused(422, "Er valt niets op te schonen", [fault])
    values = {"tot_ijw": until["ijw"], "tot_iwmo": until["iwmo"], "berichten": berichten, "voorgesteld_door": door}
    made = insert(t.opschoning).values(eigenaar=eigenaar, id=uuid4(), **values).returning(t.opschoning)
    return session.execute(made).one()


def _expired(eigenaar: str, until: Mapping[str, date]) -> Any:
    """The messages that can go; a heen message and its answer go together or not at all."""
    row, other = t.bericht, t.bericht.alias()
    pair, other_pair = func.coalesce(row.c.antwoord_op, row.c.id), func.coalesce(other.c.antwoord_op, other.c.id)
    kept = exists().where(other.c.eigenaar == eigenaar, other_pair == pair, or_(*_reasons(other, eigenaar, until)))
    return select(row.c.id).where(row.c.eigenaar == eigenaar, ~kept).order_by(row.c.volgorde)


def _reasons(row: Any, eigenaar: str, until: Mapping[str, date]) -> tuple[ColumnElement[bool], ...]:
    """Why a message must stay: it is recent, or so is another about a person in it, or an allocation of theirs."""
    last = case((row.c.standaard == "ijw", until["ijw"]), else_=until["iwmo"])
    person, again, holder = t.client.alias(), t.client.alias(), t.bericht.alias()
    recent = exists().where(
        person.c.bericht == row.c.id,
        again.c.bsn == person.c.bsn,
        again.c.eigenaar == eigenaar,
        holder.c.id == again.c.bericht,
        holder.c.standaard == row.c.standaard,
        holder.c.dagtekening > last,
    )
    current = geldig.current_allocations(t.toegewezen_product.c.eigenaar == eigenaar)
    running = exists().where(
        person.c.bericht == row.c.id,
        current.c.bsn == person.c.bsn,
        current.c.standaard == row.c.standaard,
        or_(current.c.einddatum.is_(None), current.c.einddatum > last),
    )
    return (row.c.dagtekening > last, recent, running)


def get(session: Session, eigenaar: str, zaak: UUID) -> Row[Any]:
    """A proposal. Raises Refused (404)."""
    own = and_(t.opschoning.c.eigenaar == eigenaar, t.opschoning.c.id == zaak)
    row = session.execute(select(t.opschoning).where(own).with_for_update()).one_or_none()
    if row is None:
        raise not_found("Opschoning")
    return row


def carry_out(session: Session, eigenaar: str, zaak: UUID, door: str) -> Row[Any]:
    """Approve a proposal of somebody else, and delete. Raises Refused (404, 409).

    What has become recent since the proposal keeps it from being carried out: then nothing goes.
    """
    row = get(session, eigenaar, zaak)
    if row.uitgevoerd_op is not None:
        raise Refused(409, "Deze opschoning is al uitgevoerd")
    until = {"ijw": row.tot_ijw, "iwmo": row.tot_iwmo}
    if not set(row.berichten) <= set(session.execute(_expired(eigenaar, until)).scalars()):
        raise Refused(409, "Er is sindsdien iets veranderd", detail="Doe een nieuw voorstel.")
    own = and_(t.opschoning.c.eigenaar == eigenaar, t.opschoning.c.id == zaak)
    try:
        with session.begin_nested():
            session.execute(update(t.opschoning).where(own).values(goedgekeurd_door=door))
    except IntegrityError:
        raise Refused(403, "Niet toegestaan", detail="Iemand anders moet dit voorstel goedkeuren.") from None
    people = select(t.client.c.bsn).where(t.client.c.bericht.in_(row.berichten)).distinct()
    audit.note(session, "gegevens verwijderd", zaak, list(session.execute(people).scalars()))
    session.execute(text("SELECT opschonen(:zaak)"), {"zaak": zaak})
    return get(session, eigenaar, zaak)
