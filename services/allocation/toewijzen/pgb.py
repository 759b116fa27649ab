"""Personal budgets, as far as they keep care in kind away (OP043)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from services.allocation.queries import one_client_at_a_time
from services.allocation.toewijzen import queries
from services.allocation.toewijzen.models import NieuwPgb
from shared import vault
from shared.db import people
from shared.db import toewijzen as tt
from shared.errors import Fault, Refused


def keep(session: Session, gemeente: str, wanted: NieuwPgb) -> Row[Any]:
    """Record a personal budget.

    Raises Refused (422) while an allocation or another personal budget of the same product would run beside it.
    """
    person = vault.pseudonym(gemeente, wanted.bsn)
    values = {"eigenaar": gemeente, "id": uuid4(), **wanted.model_dump(), "bsn": person}
    values |= {"begindatum": wanted.begindatum, "einddatum": wanted.einddatum}
    one_client_at_a_time(session, gemeente, wanted.standaard, person)
    found = [_beside(row) for row in queries.against_pgb(session, values)]
    if queries.beside_pgb(session, values):
        text = "Voor dit product is in deze periode al een pgb. Beëindig dat eerst, of kies een periode erna."
        found.append(Fault("PGB", "/begindatum", text))
    if found:
        raise Refused(422, "Dit pgb kan niet worden vastgelegd", found)
    people.keep_people(session, gemeente, [(wanted.bsn, person)])
    session.execute(insert(tt.pgb).values(values))
    return session.execute(select(tt.pgb).where(tt.pgb.c.eigenaar == gemeente, tt.pgb.c.id == values["id"])).one()


def end(session: Session, gemeente: str, key: UUID, einddatum: date) -> tuple[Row[Any], bool]:
    """Give a personal budget an earlier last day, or take it back altogether by one before its first.

    It as it was, and whether it is gone. Raises Refused: 404, 422 for a later day.
    """
    row, table = queries.pgb(session, gemeente, key), tt.pgb
    if row.einddatum is not None and einddatum > row.einddatum:
        text = "Deze dag ligt na de huidige einddatum. Leg voor de periode erna een nieuw pgb vast."
        raise Refused(422, "Dit pgb kan zo niet worden beëindigd", [Fault("PGB", "/einddatum", text)])
    gone, own = einddatum < row.begindatum, (table.c.eigenaar == gemeente, table.c.id == key)
    session.execute(delete(table).where(*own) if gone else update(table).where(*own).values(einddatum=einddatum))
    return row, gone


def _beside(row: Row[Any]) -> Fault:
    text = f"Toewijzing {row.toewijzing_nummer} loopt dan nog. Trek haar in tot uiterlijk de dag ervoor."
    return Fault("OP043", "/begindatum", text)
