"""What waits for a second person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.toewijzen.queries import with_person
from shared.db import audit
from shared.db import toewijzen as tt
from shared.errors import not_found


def proposals(session: Session, gemeente: str, *, wacht: bool, limiet: int) -> list[Row[Any]]:
    """Proposals of a municipality, newest first; `wacht` for those that wait only."""
    row = tt.toewijzingsvoorstel
    query = with_person(row).where(row.c.eigenaar == gemeente, *([row.c.uitkomst.is_(None)] if wacht else []))
    found = list(session.execute(query.order_by(row.c.gemaakt_op.desc(), row.c.id).limit(limiet)))
    audit.note(session, "toewijzingsvoorstellen ingezien", "lijst", [row.bsn for row in found])
    return found


def proposal(session: Session, gemeente: str, key: UUID, *, lock: bool = False) -> Row[Any]:
    """A proposal. Raises Refused (404)."""
    row = tt.toewijzingsvoorstel
    query = with_person(row).where(row.c.eigenaar == gemeente, row.c.id == key)
    found = session.execute(query.with_for_update(of=row) if lock else query).one_or_none()
    if found is None:
        raise not_found("Toewijzingsvoorstel")
    audit.note(session, "toewijzingsvoorstel ingezien", str(key), [found.bsn])
    return found
