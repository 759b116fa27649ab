"""Contracts and deliveries kept, declaraties composed and sent, messages judged."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from services.billing import rules
from services.billing.lokaal import flows as lokaal
from shared.contracts import Beoordeling
from shared.db import ledger
from shared.judging import found, judge

__all__ = ["assess", "rules"]


def assess(session: Session, bericht: UUID, vandaag: date) -> Beoordeling:
    """Levels 3 and 4 of a message that messaging has stored. Raises Refused (404)."""
    row = ledger.get(session, bericht, lock=True)
    own = lokaal.in_use(session, row) if row.status == "gecontroleerd" else []
    status = judge(session, row, vandaag, without=lokaal.OMVANG if own else ())
    if own:
        lokaal.apply(session, row, own if status == "goedgekeurd" else [], vandaag)
    waits = None
    if row.soort == "323" and status == "goedgekeurd":
        waits = lokaal.waits_until(session, row, vandaag)
    count = len(found(session, bericht))
    return Beoordeling(bericht=bericht, status=status, bevindingen=count, wacht_tot=waits)
