"""The days off of an organisation: the public holidays, and what it says of days itself."""

from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.calendar import FEESTDAGEN
from shared.db import tables as t
from shared.errors import Fault, Refused, not_found

GEEN_FEESTDAG = "Dit is geen bekende feestdag: alleen die kan een werkdag worden. Kies een dag uit 'feestdagen'."


def days_off(session: Session, eigenaar: str) -> frozenset[date]:
    """All days off of an organisation, beside weekends."""
    own = {row.datum: row.werkdag for row in own_days(session, eigenaar)}
    return frozenset(day for day in FEESTDAGEN.keys() | own.keys() if not own.get(day))


def own_days(session: Session, eigenaar: str) -> list[Row[Any]]:
    """What an organisation says of days and holds: days off, and public holidays on which it works; by date."""
    row = t.vrije_dag
    query = select(row).where(row.c.eigenaar == eigenaar, row.c.ingetrokken_op.is_(None))
    return list(session.execute(query.order_by(row.c.datum)))


def keep_day(session: Session, eigenaar: str, datum: date, omschrijving: str, *, werkdag: bool) -> None:
    """Make a day a day off of an organisation, or a public holiday a working day, or say anew why it is.

    Raises Refused (422) for a working day that is no public holiday.
    """
    if werkdag and datum not in FEESTDAGEN:
        raise Refused(422, "De dag kan niet worden vastgelegd", [Fault("WERKDAG", "/datum", GEEN_FEESTDAG)])
    changed = {"omschrijving": omschrijving, "werkdag": werkdag, "ingetrokken_op": None}
    values = insert(t.vrije_dag).values(eigenaar=eigenaar, datum=datum, **changed)
    session.execute(values.on_conflict_do_update(index_elements=["eigenaar", "datum"], set_=changed))


def end_day_off(session: Session, eigenaar: str, datum: date) -> None:
    """Make a day what it is for everybody again; once more changes nothing. Raises Refused (404)."""
    row = t.vrije_dag
    ended = update(row).where(row.c.eigenaar == eigenaar, row.c.datum == datum)
    anew = ended.values(ingetrokken_op=func.coalesce(row.c.ingetrokken_op, func.now())).returning(row.c.datum)
    if session.execute(anew).scalar_one_or_none() is None:
        raise not_found("Vrije dag")
