"""Clients and lines stand in a message that is there, though no foreign key of each row says so (revision 0023)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared.aside import aside
from shared.db import rows
from shared.db import tables as t
from shared.db.session import owner_engine
from tests.builders import AANBIEDER, GEMEENTE, message
from tests.db.test_rows import declaratie, stored

TABLES = [t.client, t.prestatie]


def row(bericht: UUID) -> dict[str, Any]:
    return {"eigenaar": GEMEENTE, "bericht": bericht, "volgnummer": 99, "standaard": "ijw", "tegenpartij": AANBIEDER}


@pytest.mark.parametrize("large", [False, True])
def test_no_rows_are_stored_of_a_message_that_is_not_there(session: Session, large: bool) -> None:
    document = declaratie([]) if large else message("JW323")
    with pytest.raises(ForeignKeyViolation):
        rows.store_rows(session, GEMEENTE, (uuid4(), AANBIEDER, document))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_row_is_not_stored_in_the_message_of_another(session: Session, table: Any) -> None:
    [bericht] = stored(session, message("JW323"))
    with pytest.raises(IntegrityError, match=f"{table} zonder bericht"):
        session.execute(insert(table).values(row(bericht) | {"eigenaar": "0637"}))


@pytest.mark.parametrize("wrong", ["bericht", "eigenaar"])
@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_row_stays_in_its_message(session: Session, table: Any, wrong: str) -> None:
    [bericht] = stored(session, message("JW323"))
    other = {"bericht": uuid4(), "eigenaar": "0637"}[wrong]
    with pytest.raises(IntegrityError, match=f"{table} blijft waar het staat"):
        session.execute(update(table).where(table.c.bericht == bericht).values({wrong: other}))


def test_a_message_keeps_its_id(session: Session) -> None:
    [bericht] = stored(session, message("JW323"))
    with pytest.raises(IntegrityError, match="bericht blijft waar het staat"):
        session.execute(update(t.bericht).where(t.bericht.c.id == bericht).values(id=uuid4()))


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_message_goes_once_its_rows_have_gone(session: Session, table: Any) -> None:
    [bericht] = stored(session, message("JW323"))
    for other in (*t.classes.values(), t.bevinding):
        if other is not table:
            session.execute(delete(other).where(other.c.bericht == bericht))
    gone = delete(t.bericht).where(t.bericht.c.id == bericht)
    with pytest.raises(IntegrityError, match="bericht met regels"), session.begin_nested():
        session.execute(gone)
    session.execute(delete(table).where(table.c.bericht == bericht))
    session.execute(gone)


def test_a_message_does_not_go_while_rows_are_stored(clean: None) -> None:
    bericht = uuid4()
    facts = {"richting": "inkomend", "soort": "323", "identificatie": "A", "status": "ontvangen", "xml": b""}
    kept = {name: value for name, value in row(bericht).items() if name in t.bericht.c}
    with owner_engine().begin() as connection:
        connection.execute(insert(t.organisatie).values(code=GEMEENTE, naam="", hier=True, kanaal="lokaal"))
        connection.execute(insert(t.bericht).values(kept | facts | {"id": bericht, "dagtekening": date(2026, 1, 1)}))
    with owner_engine().connect() as connection:
        connection.execute(insert(t.client).values(row(bericht)))
        with aside(_gone, bericht) as gone:
            with pytest.raises(TimeoutError):
                gone.result(timeout=0.5)
            connection.commit()
        with pytest.raises(IntegrityError, match="bericht met regels"):
            gone.result()


def _gone(bericht: UUID) -> None:
    with owner_engine().begin() as connection:
        connection.execute(delete(t.bericht).where(t.bericht.c.id == bericht))
