"""Personal budgets, as far as they keep care in kind away (OP043)."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.allocation.toewijzen import queries
from services.allocation.toewijzen.models import NieuwPgb
from shared import vault
from shared.db import people
from shared.db import toewijzen as tt
from shared.errors import Fault, Refused


def keep(session: Session, gemeente: str, wanted: NieuwPgb) -> Row[Any]:
    """Record a personal budget. Raises Refused (422) while an allocation of the same product would run beside it."""
    person = vault.pseudonym(gemeente, wanted.bsn)
    values = {"eigenaar": gemeente, "id": uuid4(), **wanted.model_dump(), "bsn": person}
    values |= {"begindatum": wanted.begindatum, "einddatum": wanted.einddatum}
    if beside := queries.against_pgb(session, values):
        raise Refused(422, "Dit pgb kan niet worden vastgelegd", [_beside(row) for row in beside])
    people.keep_people(session, gemeente, [(wanted.bsn, person)])
    session.execute(insert(tt.pgb).values(values))
    return session.execute(select(tt.pgb).where(tt.pgb.c.eigenaar == gemeente, tt.pgb.c.id == values["id"])).one()


def _beside(row: Row[Any]) -> Fault:
    text = f"Toewijzing {row.toewijzing_nummer} loopt dan nog. Trek haar in tot uiterlijk de dag ervoor."
    return Fault("OP043", "/begindatum", text)
