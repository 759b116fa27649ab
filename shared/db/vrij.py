"""The days off of an organisation: the public holidays, and what it says of days itself. Its terms count by them."""

from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shared.calendar import FEESTDAGEN
from shared.db import tables as t


def days_off(session: Session, eigenaar: str) -> frozenset[date]:
    """All days off of an organisation, beside weekends."""
    own = {row.datum: row.werkdag for row in own_days(session, eigenaar)}
    return frozenset(day for day in FEESTDAGEN.keys() | own.keys() if not own.get(day))


def own_days(session: Session, eigenaar: str) -> list[Row[Any]]:
    """What an organisation says of days and holds: days off, and public holidays on which it works; by date."""
    row = t.vrije_dag
    query = select(row).where(row.c.eigenaar == eigenaar, row.c.ingetrokken_op.is_(None))
    return list(session.execute(query.order_by(row.c.datum)))
