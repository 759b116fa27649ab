"""Allocations, changes and granted requests that one person prepares and another approves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.toewijzen import checks, flows, plafonds
from services.allocation.verzoeken import besluiten
from services.allocation.voorstellen import queries as own
from services.allocation.voorstellen.models import NieuwVoorstel
from shared import vault
from shared.db import people
from shared.db import toewijzen as tt
from shared.errors import Refused
from shared.security import Caller

PLACE = "toewijzingsvoorstel"
"""What the content of a proposal is sealed for."""


def prepare(session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime) -> tuple[UUID, list[str]]:
    """Keep what is wanted, sealed, until another person decides: its id, and what ceilings would warn of.

    Raises Refused (404, 422) with all that it would be refused for when it is approved now.
    """
    gemeente, key = who.organisatie, uuid4()
    person, standaard, changes = _examine(session, gemeente, wanted, nu)
    values = {
        "eigenaar": gemeente,
        "id": key,
        "toewijzing": wanted.wijziging.id if wanted.wijziging else None,
        "bsn": person,
        "inhoud": vault.seal(wanted.model_dump_json().encode(), gemeente, PLACE),
        "bedrag": checks.total(checks.amount(session, after) for _, after in changes),
        "gemaakt_door": who.wie,
        "gemaakt_kenmerk": who.kenmerk,
    }
    session.execute(insert(tt.toewijzingsvoorstel).values(values))
    ceilings = plafonds.before(session, gemeente, standaard)
    return key, plafonds.warnings(session, changes, ceilings, keep=False)


def _examine(
    session: Session, gemeente: str, wanted: NieuwVoorstel, nu: datetime
) -> tuple[str, str, Sequence[checks.Change]]:
    """Whom it is about, as a pseudonym, under which law, and each allocation before and after."""
    if wanted.wijziging is not None:
        change = wanted.wijziging.wijziging
        row = flows.examine_change(session, gemeente, wanted.wijziging.id, change, nu, tryout=True)
        return row.bsn, row.standaard, [flows.changed(row, change)]
    if wanted.verzoek is not None:
        asked = besluiten.examine(session, gemeente, wanted.verzoek.id, wanted.verzoek.inwilliging, nu, tryout=True)
        return asked.verzoek.bsn, asked.verzoek.standaard, asked.changes
    assert wanted.toewijzing is not None
    bsn = wanted.toewijzing.client.bsn
    person = vault.pseudonym(gemeente, bsn)
    people.keep_people(session, gemeente, [(bsn, person)])
    new = flows.examine(session, gemeente, wanted.toewijzing, nu, tryout=True)
    return person, new.standaard, [flows.begun(gemeente, new)]


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
    bericht, warnings = _carry_out(session, who, wanted, nu, row.gemaakt_door)
    _decide(session, who, key, nu, {"uitkomst": "goedgekeurd", "bericht": bericht})
    return warnings


def _carry_out(
    session: Session, who: Caller, wanted: NieuwVoorstel, nu: datetime, maker: str
) -> tuple[UUID, list[str]]:
    if wanted.wijziging is not None:
        return flows.change(session, who, wanted.wijziging.id, wanted.wijziging.wijziging, nu, maker)
    if wanted.verzoek is not None:
        return besluiten.grant(session, who, wanted.verzoek.id, wanted.verzoek.inwilliging, nu, maker)
    assert wanted.toewijzing is not None
    toewijzing, warnings = flows.determine(session, who, wanted.toewijzing, nu, maker)
    return queries.one(session, who.organisatie, toewijzing).bericht, warnings


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
