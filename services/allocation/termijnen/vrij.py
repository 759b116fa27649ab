"""The days off of an organisation, beside weekends and public holidays."""

from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.errors import not_found


def days_off(session: Session, eigenaar: str) -> list[Row[Any]]:
    """The days off of an organisation that hold, by date."""
    row = t.vrije_dag
    query = select(row).where(row.c.eigenaar == eigenaar, row.c.ingetrokken_op.is_(None))
    return list(session.execute(query.order_by(row.c.datum)))


def keep_day_off(session: Session, eigenaar: str, datum: date, omschrijving: str) -> None:
    """Make a day a day off of an organisation, or say anew why it is."""
    values = insert(t.vrije_dag).values(eigenaar=eigenaar, datum=datum, omschrijving=omschrijving)
    changed = {"omschrijving": omschrijving, "ingetrokken_op": None}
    session.execute(values.on_conflict_do_update(index_elements=["eigenaar", "datum"], set_=changed))


def end_day_off(session: Session, eigenaar: str, datum: date) -> None:
    """Make a day off a working day again; once more changes nothing. Raises Refused (404)."""
    row = t.vrije_dag
    ended = update(row).where(row.c.eigenaar == eigenaar, row.c.datum == datum)
    anew = ended.values(ingetrokken_op=func.coalesce(row.c.ingetrokken_op, func.now())).returning(row.c.datum)
    if session.execute(anew).scalar_one_or_none() is None:
        raise not_found("Vrije dag")
