"""Allocations, changes and granted requests that one person prepares and another approves."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.toewijzen import flows
from services.allocation.verzoeken import besluiten
from services.allocation.verzoeken import queries as verzoeken
from services.allocation.voorstellen import queries as own
from services.allocation.voorstellen.models import NieuwVoorstel
from shared import vault
from shared.db import people
from shared.db import toewijzen as tt
from shared.errors import Refused
from shared.security import Caller

PLACE = "toewijzingsvoorstel"
"""What the content of a proposal is sealed for."""


def prepare(session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime) -> UUID:
    """Keep what is wanted, sealed, until another person decides. Raises Refused (404, 422)."""
    gemeente, key = who.organisatie, uuid4()
    person, amount = _examine(session, gemeente, wanted, nu)
    values = {
        "eigenaar": gemeente,
        "id": key,
        "toewijzing": wanted.wijziging.id if wanted.wijziging else None,
        "bsn": person,
        "inhoud": vault.seal(wanted.model_dump_json().encode(), gemeente, PLACE),
        "bedrag": amount,
        "gemaakt_door": who.wie,
        "gemaakt_kenmerk": who.kenmerk,
    }
    session.execute(insert(tt.toewijzingsvoorstel).values(values))
    return key


def _examine(session: Session, gemeente: str, wanted: NieuwVoorstel, nu: datetime) -> tuple[str, int]:
    """Whom it is about, as a pseudonym, and the eurocents that it commits."""
    if wanted.wijziging is not None:
        row = queries.one(session, gemeente, wanted.wijziging.id)
        return row.bsn, flows.amounts(session, row, wanted.wijziging.wijziging)[1]
    if wanted.verzoek is not None:
        asked = verzoeken.one(session, gemeente, wanted.verzoek.id)
        return asked.bsn, besluiten.amount(session, gemeente, wanted.verzoek.id, wanted.verzoek.inwilliging, nu)
    assert wanted.toewijzing is not None
    bsn = wanted.toewijzing.client.bsn
    person = vault.pseudonym(gemeente, bsn)
    people.keep_people(session, gemeente, [(bsn, person)])
    return person, flows.worth(session, gemeente, flows.examine(session, gemeente, wanted.toewijzing))


def content(row: Row[Any]) -> NieuwVoorstel | None:
    """What a proposal asks, as long as it waits."""
    if row.inhoud is None:
        return None
    return NieuwVoorstel.model_validate_json(vault.unseal(row.inhoud, row.eigenaar, PLACE))


def approve(session: Session, who: Caller, key: UUID, nu: datetime) -> None:
    """Carry a proposal out as the second person. Raises Refused: 404, 409 (own or decided), 422 (it can no more)."""
    row = _waiting(session, who, key)
    if row.gemaakt_kenmerk == who.kenmerk:
        raise Refused(409, "Dit kunt u niet zelf goedkeuren", detail="Vraag een collega: u heeft het klaargezet.")
    wanted = content(row)
    assert wanted is not None
    bericht = _carry_out(session, who, wanted, nu, row.gemaakt_door)
    _decide(session, who, key, nu, {"uitkomst": "goedgekeurd", "bericht": bericht})


def _carry_out(session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime, maker: str) -> UUID:
    if wanted.wijziging is not None:
        return flows.change(session, who, wanted.wijziging.id, wanted.wijziging.wijziging, nu, maker)
    if wanted.verzoek is not None:
        return besluiten.grant(session, who, wanted.verzoek.id, wanted.verzoek.inwilliging, nu, maker)
    assert wanted.toewijzing is not None
    toewijzing, _ = flows.determine(session, who, wanted.toewijzing, nu, maker)
    bericht: UUID = queries.one(session, who.organisatie, toewijzing).bericht
    return bericht


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
