"""Raising what is late or near: of one organisation, and the jobs that do it for each."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.allocation.termijnen.queries import today
from services.allocation.termijnen.signalen import raise_signals
from shared.db import ledger
from shared.db import tables as t
from shared.jobs import defer

TAAK = "allocation.signaleer"


def defer_all(session: Session) -> None:
    """Defer the work for every organisation that is served here; what was deferred before may run twice."""
    served = select(t.organisatie.c.code).where(t.organisatie.c.hier).order_by(t.organisatie.c.code)
    for organisatie in session.scalars(served):
        defer(session, TAAK, lock=organisatie, organisatie=organisatie)


def signal(session: Session, organisatie: str, vandaag: date) -> None:
    """Raise the terms of an organisation that are late or near today; a second run changes nothing."""
    ledger.serialize(session, "signalen", organisatie)
    raise_signals(session, today(session, organisatie, vandaag))
