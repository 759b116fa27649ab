"""Each organisation sees and writes its own rows, whatever a query says: Postgres itself sees to it."""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Column, Connection, create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from shared.db.session import DIENST, Namens, current_engine, owner_engine, transaction
from shared.db.settings import check
from shared.db.tables import metadata
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain

REFUSED = r"permission|policy|must be owner|alleen toegevoegd|does not exist"
OWNED = sorted(name for name, table in metadata.tables.items() if "eigenaar" in table.c)


@pytest.fixture
def filled(chain: Chain) -> Chain:
    """All that the demo of one client makes, in the ledgers of two organisations."""
    made = chain.post(chain.gemeente, encode(message("JW301")))
    assert made.status_code == 202, made.text
    chain.drain()
    chain.jeugdhulp.get("allocation", "/toewijzingen")
    return chain


@pytest.fixture
def as_service(filled: Chain) -> Iterator[Connection]:
    """A bare connection in the role of the services, for no organisation yet."""
    with current_engine().connect() as connection:
        yield connection


def act(connection: Connection, organisatie: str) -> None:
    connection.execute(text("SELECT set_config('zorgketen.organisatie', :o, true)"), {"o": organisatie})


@pytest.mark.parametrize("name", OWNED)
def test_without_an_organisation_nothing_is_seen(as_service: Connection, name: str) -> None:
    assert as_service.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0


@pytest.mark.parametrize("name", OWNED)
def test_an_organisation_sees_its_own_rows_only(as_service: Connection, name: str) -> None:
    query = text(f"SELECT eigenaar, count(*) FROM {name} GROUP BY 1")
    with owner_engine().connect() as owner:
        there = {row.eigenaar: row.count for row in owner.execute(query)}
    for code in ("0193", "65656055", "65656056", "9999", ""):
        act(as_service, code)
        seen = {row.eigenaar: row.count for row in as_service.execute(query)}
        assert seen == {owner: count for owner, count in there.items() if owner == code}


def test_a_row_cannot_be_given_to_or_taken_from_another(as_service: Connection) -> None:
    act(as_service, "0193")
    wrong = [
        "INSERT INTO persoon VALUES ('65656055', 'x', '')",
        "UPDATE bericht SET eigenaar = '65656055'",
        "UPDATE toegang SET eigenaar = '65656055'",
    ]
    for statement in wrong:
        with pytest.raises(DBAPIError), as_service.begin_nested():
            as_service.execute(text(statement))
    assert as_service.execute(text("UPDATE bericht SET status = 'x' WHERE eigenaar <> '0193'")).rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE verwerking SET wie = 'niemand'",
        "DELETE FROM verwerking",
        "DELETE FROM bericht",
        "TRUNCATE bericht CASCADE",
        "UPDATE organisatie SET naam = 'x'",
        "INSERT INTO organisatie VALUES ('0200', 'x', true, 'lokaal')",
        "ALTER TABLE bericht DISABLE ROW LEVEL SECURITY",
        "DROP POLICY eigen ON bericht",
        "CREATE TABLE van_mij (x int)",
        "COPY bericht TO PROGRAM 'cat'",
        "SET SESSION AUTHORIZATION postgres",
    ],
)
def test_the_services_cannot_do_what_is_not_theirs(as_service: Connection, statement: str) -> None:
    act(as_service, "0193")
    with pytest.raises(DBAPIError, match=REFUSED):
        as_service.execute(text(statement))


def test_pooled_connections_do_not_remember_an_organisation(
    filled: Chain, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = create_engine(current_engine().url, pool_size=5, max_overflow=0, pool_timeout=60)
    monkeypatch.setattr("shared.db.session.current_engine", lambda: pool)
    seed = 7
    codes = random.Random(seed).choices(["0193", "65656055", "65656056", "9999"], k=2_000)

    def seen(code: str) -> bool:
        with transaction(Namens(code, "test")) as session:
            return set(session.execute(text("SELECT DISTINCT eigenaar FROM bericht")).scalars()) <= {code}

    with ThreadPoolExecutor(10) as threads:
        clean = list(threads.map(seen, codes))
    pool.dispose()
    print(f"seed {seed}: {len(clean)} transacties over 5 verbindingen, {clean.count(False)} lekken")
    assert clean == [True] * 2_000


def given(column: Column[Any]) -> bool:
    """Whether an INSERT gives a column its value; others Postgres makes."""
    return column.identity is None and column.computed is None


@pytest.mark.parametrize("name", OWNED)
def test_rows_of_another_cannot_be_changed_deleted_or_made(as_service: Connection, name: str) -> None:
    act(as_service, "9999")
    columns = ", ".join(f'"{column.name}"' for column in metadata.tables[name].c if given(column))
    for statement in (
        f"UPDATE {name} SET eigenaar = eigenaar",
        f"DELETE FROM {name}",
        f"UPDATE {name} SET eigenaar = '9999' WHERE eigenaar <> '9999'",
    ):
        try:
            with as_service.begin_nested():
                assert as_service.execute(text(statement)).rowcount == 0
        except DBAPIError as refusal:
            assert re.search(REFUSED, str(refusal)), statement
    foreign = ", ".join(
        "'0193'" if column.name == "eigenaar" else f"NULL::{column.type.compile(postgresql.dialect())}"
        for column in metadata.tables[name].c
        if given(column)
    )
    with pytest.raises(DBAPIError, match=r"permission|row-level security"), as_service.begin_nested():
        as_service.execute(text(f"INSERT INTO {name} ({columns}) SELECT {foreign}"))


def test_of_another_and_not_there_are_one_answer(filled: Chain) -> None:
    [own, *_] = filled.gemeente.get("messaging", "/berichten")["berichten"]
    for path in ("", "/xml", "/antwoord"):
        answers = [
            filled.begeleiding.apis["messaging"].call("GET", f"/v1/berichten/{key}{path}")
            for key in (own["id"], uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_a_table_without_protection_keeps_the_services_from_starting(filled: Chain) -> None:
    check(current_engine())
    with owner_engine().begin() as connection:
        connection.execute(text("ALTER TABLE tarief NO FORCE ROW LEVEL SECURITY"))
    try:
        with pytest.raises(RuntimeError, match="op tarief is row level security niet afgedwongen"):
            check(current_engine())
    finally:
        with owner_engine().begin() as connection:
            connection.execute(text("ALTER TABLE tarief FORCE ROW LEVEL SECURITY"))


def test_a_role_that_sees_all_keeps_the_services_from_starting(database: str) -> None:
    with pytest.raises(RuntimeError, match=f"werken niet als {DIENST}"):
        check(owner_engine())
