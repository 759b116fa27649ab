"""What an organisation says of days: that it is off, or works on a public holiday. They are read in shared.db.vrij."""

from datetime import date

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.calendar import FEESTDAGEN
from shared.db import tables as t
from shared.errors import Fault, Refused, not_found

GEEN_FEESTDAG = "Dit is geen bekende feestdag: alleen die kan een werkdag worden. Kies een dag uit 'feestdagen'."


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
