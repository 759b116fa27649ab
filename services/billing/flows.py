"""Contracts and deliveries kept, declaraties composed and sent, messages judged."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.billing import helften, rules
from services.billing.lokaal import flows as lokaal
from services.billing.lokaal.queries import in_use
from shared.contracts import Beoordeling
from shared.db import ledger
from shared.judging import check_all, judge, judgements, turns

__all__ = ["assess", "rules"]


def assess(session: Session, berichten: Sequence[UUID], vandaag: date) -> list[Beoordeling]:
    """Levels 3 and 4 of messages that messaging has stored. Raises Refused (404)."""
    came = ledger.some(session, berichten, lock=True)
    statuses = {row.id: row.status for row in came}
    check = helften.check if len(came) == 1 else check_all  # what one is told of another is not committed yet
    for standaard, waiting in turns(came):
        statuses |= _assess(session, standaard, waiting, vandaag, check)
    waits = lokaal.waits_until(session, berichten, vandaag)
    found = judgements(session, statuses)
    return [one.model_copy(update={"wacht_tot": waits.get(one.bericht)}) for one in found]


def _assess(
    session: Session, standaard: str, came: Sequence[Row[Any]], vandaag: date, check: Callable[..., object]
) -> dict[UUID, str]:
    """Judge declaraties under one law, by the rules of the standard and then by the municipality's own."""
    own = in_use(session, came[0].eigenaar, standaard)
    statuses = judge(session, came, vandaag, partial(check, without=lokaal.OMVANG if own else ()))
    for row in came if own else ():
        lokaal.apply(session, row, own if statuses[row.id] == "goedgekeurd" else [], vandaag)
    return statuses
