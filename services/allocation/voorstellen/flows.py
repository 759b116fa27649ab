"""Allocations, what is done with them, and granted requests, that one person prepares and another approves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.levensloop import acties, overdracht
from services.allocation.toewijzen import checks, flows
from services.allocation.toewijzen.flows import Besloten
from services.allocation.verzoeken import besluiten
from services.allocation.verzoeken import queries as verzoeken
from services.allocation.voorstellen import queries as own
from services.allocation.voorstellen.models import NieuwVoorstel
from shared import vault
from shared.db import people
from shared.db import toewijzen as tt
from shared.db.session import Namens, trial
from shared.errors import Refused
from shared.security import Caller

HANDELINGEN: Mapping[str, Callable[[Session, Namens, str, Any, datetime, str | None], Besloten]] = {
    "wijziging": flows.change,
    "verlenging": acties.stretch,
    "herziening": acties.revise,
    "overdracht": overdracht.move,
    "verzoek": besluiten.grant,
}
"""What is done with an allocation or a request, by the field of a proposal; the same as one person does alone."""
PLACE = "toewijzingsvoorstel"
"""What the content of a proposal is sealed for."""


def prepare(session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime) -> tuple[UUID, list[str]]:
    """Keep what is wanted, sealed, until another person decides: its id, and what ceilings would warn of.

    It is carried out to see what comes of it, and undone. Raises Refused (404, 409, 422) with all that it would be
    refused for when it is approved now.
    """
    gemeente, key = who.organisatie, uuid4()
    person = _person(session, gemeente, wanted)
    with trial(session):
        done = _carry_out(session, who, wanted, nu, who.wie)
    values = {
        "eigenaar": gemeente,
        "id": key,
        "toewijzing": None if wanted.soort in ("toewijzing", "verzoek") else getattr(wanted, wanted.soort).id,
        "bsn": person,
        "inhoud": vault.seal(wanted.model_dump_json().encode(), gemeente, PLACE),
        "bedrag": checks.total(checks.amount(session, after) for _, after in done.wijzigingen),
        "gemaakt_door": who.wie,
        "gemaakt_kenmerk": who.kenmerk,
    }
    session.execute(insert(tt.toewijzingsvoorstel).values(values))
    return key, done.waarschuwingen


def _person(session: Session, gemeente: str, wanted: NieuwVoorstel) -> str:
    """Whom it is about, as a pseudonym; who is new here is kept. Raises Refused (404)."""
    if wanted.toewijzing is not None:
        bsn = wanted.toewijzing.client.bsn
        person = vault.pseudonym(gemeente, bsn)
        people.keep_people(session, gemeente, [(bsn, person)])
        return person
    find = verzoeken.one if wanted.verzoek else queries.one
    found: str = find(session, gemeente, getattr(wanted, wanted.soort).id).bsn
    return found


def content(row: Row[Any]) -> NieuwVoorstel | None:
    """What a proposal asks, as long as it waits."""
    if row.inhoud is None:
        return None
    return NieuwVoorstel.model_validate_json(vault.unseal(row.inhoud, row.eigenaar, PLACE))


def approve(session: Session, who: Caller, key: UUID, nu: datetime) -> list[str]:
    """Carry a proposal out as the second person: what ceilings warn of.

    Raises Refused: 404, 409 (own or decided), 422 (it can no more).
    """
    row = _waiting(session, who, key)
    if row.gemaakt_kenmerk == who.kenmerk:
        raise Refused(409, "Dit kunt u niet zelf goedkeuren", detail="Vraag een collega: u heeft het klaargezet.")
    wanted = content(row)
    assert wanted is not None
    done = _carry_out(session, who, wanted, nu, row.gemaakt_door)
    _decide(session, who, key, nu, {"uitkomst": "goedgekeurd", "bericht": done.bericht})
    return done.waarschuwingen


def _carry_out(session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime, maker: str) -> Besloten:
    asked = getattr(wanted, wanted.soort)
    if wanted.toewijzing is not None:
        return flows.determine(session, who, asked, nu, maker)
    return HANDELINGEN[wanted.soort](session, who, asked.id, asked.gevraagd, nu, maker)


def reject(session: Session, who: Caller, key: UUID, nu: datetime) -> None:
    """Drop a proposal; who made it may do so too. Raises Refused: 404, 409 (decided)."""
    _waiting(session, who, key)
    _decide(session, who, key, nu, {"uitkomst": "afgewezen"})


def _waiting(session: Session, who: Caller, key: UUID) -> Row[Any]:
    row = own.proposal(session, who.organisatie, key, lock=True)
    if row.uitkomst is not None:
        raise Refused(409, "Hierover is al beslist", detail="Maak zo nodig een nieuw voorstel.")
    return row


def _decide(session: Session, who: Caller, key: UUID, nu: datetime, outcome: dict[str, Any]) -> None:
    row = tt.toewijzingsvoorstel.c
    decided = {"besloten_door": who.wie, "besloten_kenmerk": who.kenmerk, "besloten_op": nu, "inhoud": None}
    session.execute(
        update(tt.toewijzingsvoorstel)
        .where(row.eigenaar == who.organisatie, row.id == key)
        .values(**decided, **outcome)
    )
