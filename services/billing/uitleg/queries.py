"""What is read of a line as it is now: its message, answer, findings, credits, local rules and payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from services.billing.uitleg.toen import moments
from shared.db import audit, geldig, inkoop, lokaal
from shared.db import tables as t
from shared.errors import not_found

EXCHANGE = ("eigenaar", "standaard", "tegenpartij")


def line(session: Session, eigenaar: str, prestatie: str) -> Row[Any]:
    """A line with its message, declaratie, answer, outcome and sealed BSN, by its id. Raises Refused (404)."""
    key, _, volgnummer = prestatie.rpartition("-")
    row, bericht, month, answer, person = t.prestatie, t.bericht, t.declaratie, t.bericht.alias("antwoord"), t.persoon
    same_person = and_(person.c.eigenaar == row.c.eigenaar, person.c.bsn == row.c.bsn)
    query = (
        select(
            row,
            *(bericht.c[name] for name in ("status", "richting", "soort", "aangemaakt", "dagtekening")),
            *(month.c[name] for name in ("declaratie_nummer", *_MONTH)),
            answer.c.aangemaakt.label("beantwoord_op"),
            geldig.signed(row).label("bedrag"),
            geldig.rejected_line(row).label("afgewezen"),
            lokaal.waits(row).label("wacht"),
            person.c.verzegeld,
        )
        .select_from(row.join(bericht, bericht.c.id == row.c.bericht).join(month, month.c.bericht == row.c.bericht))
        .outerjoin(answer, and_(answer.c.eigenaar == row.c.eigenaar, answer.c.antwoord_op == row.c.bericht))
        .outerjoin(person, same_person)
        .where(row.c.eigenaar == eigenaar, row.c.bericht == UUID(key), row.c.volgnummer == int(volgnummer))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise not_found("Prestatie")
    audit.note(session, "prestatie uitgelegd", prestatie, [found.bsn])
    return found


_MONTH = ("declaratie_periode_begindatum", "declaratie_periode_einddatum")


def moment(session: Session, row: Row[Any]) -> datetime | None:
    """When a line was judged or, of our own, sent, by the processing log or else its message; None while it was not."""
    logged = moments(row.eigenaar, [str(row.bericht)]).subquery()
    found: datetime | None = session.scalar(select(logged.c.moment))
    judged = row.richting == "uitgaand" or row.status in ("goedgekeurd", "afgekeurd")
    return (found or row.aangemaakt) if judged else None


def findings(session: Session, row: Row[Any]) -> list[Row[Any]]:
    """What was found in a line, its client, or its message as a whole."""
    found = t.bevinding.c
    place = or_(
        found.klasse.in_(("Header", "Declaratie")),
        and_(found.klasse == "Client", found.volgnummer == row.ouder),
        and_(found.klasse == "Prestatie", found.volgnummer == row.volgnummer),
    )
    query = select(t.bevinding).where(found.bericht == row.bericht, place)
    return list(session.execute(query.order_by(found.niveau, found.code)))


def _related(session: Session, row: Row[Any], *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    other, bericht = t.prestatie, t.bericht
    reference = other.c.product_referentie_referentie_nummer.label("referentie")
    rejected, waits = geldig.rejected_line(other).label("afgewezen"), lokaal.waits(other).label("wacht")
    query = (
        select(other.c.bericht, other.c.volgnummer, reference, rejected, waits, bericht.c.status)
        .join(bericht, bericht.c.id == other.c.bericht)
        .where(*(other.c[name] == getattr(row, name) for name in (*EXCHANGE, "bsn", "toewijzing_nummer")), *conditions)
    )
    return list(session.execute(query.order_by(bericht.c.volgorde, other.c.volgnummer)))


def credits_of(session: Session, row: Row[Any]) -> list[Row[Any]]:
    """The credits that name a debit, in the order of their messages."""
    other = t.prestatie.c
    named = other.product_referentie_vorig_referentie_nummer == row.product_referentie_referentie_nummer
    return _related(session, row, other.ingediend_bedrag_debet_credit == "C", named)


def debit_of(session: Session, row: Row[Any]) -> Row[Any] | None:
    """The debit that a credit names: a granted one, when there is one."""
    other = t.prestatie.c
    named = other.product_referentie_referentie_nummer == row.product_referentie_vorig_referentie_nummer
    found = _related(session, row, other.ingediend_bedrag_debet_credit == "D", named)
    granted = [each for each in found if each.status == "goedgekeurd" and not each.afgewezen]
    return next(iter(granted or found), None)


def allocation_now(session: Session, row: Row[Any]) -> Row[Any] | None:
    """The version of the allocation of a line that holds now (IV013)."""
    allocation = t.toegewezen_product.c
    names = (*EXCHANGE, "toewijzing_nummer")
    current = geldig.current_allocations(*(allocation[name] == getattr(row, name) for name in names))
    return session.execute(select(current).where(current.c.bsn == row.bsn)).one_or_none()


def replaced(session: Session, eigenaar: str, tarief: Row[Any], row: Row[Any]) -> datetime | None:
    """When a tariff, as it was recorded, was replaced or taken away; None when it stands."""
    history = inkoop.inkoop_historie.c
    key = {
        "contract": tarief.contract,
        "product_categorie": row.product_categorie,
        "product_code": row.product_code,
        "eenheid": tarief.eenheid,
        "begindatum": tarief.begindatum.isoformat(),
    }
    query = select(func.min(history.vervangen_op)).where(
        history.eigenaar == eigenaar,
        history.tabel == "tarief",
        history.vervangen_op > tarief.vastgelegd_op,
        history.rij.contains(key),
    )
    found: datetime | None = session.scalar(query)
    return found


def local_rules(session: Session, row: Row[Any], op: datetime) -> list[Row[Any]]:
    """The local rules that were in use at a moment and look at a line, with what was asked of a person about it."""
    rule, asked = t.lokale_regel, t.vraag
    here = and_(
        asked.c.eigenaar == rule.c.eigenaar,
        asked.c.regel == rule.c.id,
        asked.c.bericht == row.bericht,
        asked.c.volgnummer == row.volgnummer,
    )
    day = row.product_periode_begindatum
    own = {"aanbieder": row.tegenpartij, "product_categorie": row.product_categorie, "product_code": row.product_code}
    looks = (or_(rule.c[name].is_(None), rule.c[name] == value) for name, value in own.items())
    ends = or_(rule.c.einddatum.is_(None), rule.c.einddatum >= day)
    used = and_(rule.c.aan_sinds <= op, rule.c.begindatum <= day, ends, *looks)
    answer = (asked.c[name] for name in ("waarde", "uiterlijk", "uitkomst", "besloten_door", "besloten_op"))
    query = (
        select(rule, *answer, asked.c.bericht)
        .outerjoin(asked, here)
        .where(rule.c.eigenaar == row.eigenaar, rule.c.standaard == row.standaard)
        .where(or_(asked.c.bericht.is_not(None), used))
    )
    return list(session.execute(query.order_by(rule.c.naam)))


def payments(session: Session, row: Row[Any]) -> list[Row[Any]]:
    """The payments that a line stands in, or stood in; the live one last."""
    part, paid, proposal = t.betaalregel, t.betaling, t.betaalvoorstel
    query = (
        select(part.c.bedrag.label("deel"), paid, proposal.c.goedgekeurd_op, proposal.c.ingetrokken_op)
        .join(paid, and_(paid.c.eigenaar == part.c.eigenaar, paid.c.id == part.c.betaling))
        .join(proposal, and_(proposal.c.eigenaar == paid.c.eigenaar, proposal.c.id == paid.c.betaalvoorstel))
        .where(part.c.eigenaar == row.eigenaar, part.c.soort == "prestatie")
        .where(part.c.declaratie == row.bericht, part.c.prestatie == row.volgnummer)
    )
    return list(session.execute(query.order_by(part.c.levend, proposal.c.volgorde)))
