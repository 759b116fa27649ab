"""The migrations: up, down and up again with rows in between, the same schema as the code has, and one at a time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from services import organisations
from shared.calendar import system_clock
from shared.db import migrate as migrations
from shared.db.migrate import is_current, migrate
from shared.db.session import Namens, conninfo, current_engine, owner, owner_engine, transaction
from shared.db.tables import SEQUENCES, metadata
from shared.jobs import defer
from shared.outbox import submit
from shared.standard.codec import encode
from tests.builders import message

CODE = Path(__file__).parents[2]
HEADS = set(ScriptDirectory(str(Path(migrations.__file__).parent / "migrations")).get_heads())


@pytest.fixture
def schema(server: str) -> Iterator[str]:
    """The name of a schema that does not exist yet, and is gone afterwards."""
    name = f"migraties_{uuid4().hex[:12]}"
    yield name
    with connected(server, name) as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))


def engine(server: str, schema: str) -> Engine:
    address = conninfo(server, schema).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, poolclass=NullPool)


@contextmanager
def connected(server: str, schema: str) -> Iterator[Connection]:
    with engine(server, schema).begin() as connection:
        yield connection


def objects(server: str, schema: str) -> dict[str, list[Any]]:
    """Everything in a schema, down to constraints, indexes, comments and the bodies of functions."""
    queries = {
        "columns": """SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
            FROM information_schema.columns WHERE table_schema = :schema ORDER BY 1, 2""",
        "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = CAST(:schema AS regnamespace) ORDER BY 1, 2""",
        "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = :schema ORDER BY 1",
        "functions": """SELECT oid::regprocedure::text, prosrc FROM pg_proc
            WHERE pronamespace = CAST(:schema AS regnamespace) ORDER BY 1""",
        "types": """SELECT t.typname, array_agg(enumlabel ORDER BY enumsortorder) FROM pg_type t
            LEFT JOIN pg_enum ON enumtypid = t.oid WHERE typnamespace = CAST(:schema AS regnamespace)
            GROUP BY 1 ORDER BY 1""",
        "sequences": """SELECT sequencename, start_value, increment_by FROM pg_sequences
            WHERE schemaname = :schema ORDER BY 1""",
        "triggers": """SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
            JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal
            AND relnamespace = CAST(:schema AS regnamespace) ORDER BY 1, 2""",
        "comments": """SELECT objoid::regclass::text, attname, description FROM pg_description
            JOIN pg_class c ON c.oid = objoid LEFT JOIN pg_attribute ON (attrelid, attnum) = (objoid, objsubid)
            WHERE relnamespace = CAST(:schema AS regnamespace) ORDER BY 1, 2""",
    }
    with connected(server, schema) as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(sql), {"schema": schema})]
            for name, sql in queries.items()
        }


@pytest.fixture
def filled(server: str, schema: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated schema with organisations, a message with its rows, and a job that waits."""
    monkeypatch.setenv("DATABASE_URL", server)
    monkeypatch.setenv("ZORGKETEN_DB_SCHEMA", schema)
    migrate(server, schema)
    keep_a_message()
    yield schema
    current_engine().dispose()
    owner_engine().dispose()


def keep_a_message() -> None:
    document = message("JW301")
    with owner() as session:
        organisations.register_demo(session, system_clock())
    with transaction(Namens("0193", "test")) as session:
        submit(session, "0193", document, encode(document))
        defer(session, "messaging.process", lock="x", organisatie="0193", bericht=str(uuid4()))


def counts(server: str, schema: str) -> dict[str, int]:
    with connected(server, schema) as connection:
        tables = [*metadata.tables, "procrastinate_jobs"]
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}


def test_a_schema_is_made_from_nothing(server: str, schema: str) -> None:
    assert not is_current(engine(server, schema))
    migrate(server, schema)
    assert is_current(engine(server, schema))
    with connected(server, schema) as connection:
        assert set(MigrationContext.configure(connection).get_current_heads()) == HEADS


def test_going_down_leaves_nothing_but_the_table_of_revisions(server: str, filled: str) -> None:
    migrate(server, filled, "base")
    left = objects(server, filled)
    assert {row[0] for row in left["columns"]} == {"alembic_version"}
    assert left["functions"] == left["sequences"] == left["triggers"] == left["comments"] == []
    assert not is_current(engine(server, filled))


def test_up_down_and_up_again_is_as_good_as_new(server: str, filled: str) -> None:
    before, rows = objects(server, filled), counts(server, filled)
    migrate(server, filled, "base")
    migrate(server, filled)
    assert objects(server, filled) == before
    assert set(counts(server, filled).values()) == {0}
    keep_a_message()
    assert counts(server, filled) == rows


@pytest.mark.parametrize("revision", sorted({"0001", *HEADS}))
def test_each_revision_can_be_a_stop_on_the_way(server: str, schema: str, revision: str) -> None:
    migrate(server, schema, revision)
    with connected(server, schema) as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (revision,)
    migrate(server, schema)
    assert is_current(engine(server, schema))


def test_a_second_run_finds_nothing_to_do_and_keeps_every_row(server: str, filled: str) -> None:
    before, rows = objects(server, filled), counts(server, filled)
    migrate(server, filled)
    assert (objects(server, filled), counts(server, filled)) == (before, rows)
    assert rows["toegewezen_product"] == 2


def test_the_tables_in_the_code_are_those_of_the_migrations(server: str, filled: str) -> None:
    """Tables, columns, types, nullability, defaults, comments, indexes, uniqueness and foreign keys."""
    with connected(server, filled) as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def ours(name: str | None, kind: str, parents: Any) -> bool:
    return kind != "table" or not (name or "").startswith(("procrastinate", "alembic"))


def test_what_alembic_does_not_compare_is_the_same_too(server: str, filled: str, schema: str) -> None:
    """The text of checks, exclusions and index conditions, by making the tables of the code beside them."""
    other = f"{schema}_code"
    with connected(server, other) as connection:
        connection.execute(text(f"CREATE SCHEMA {other}"))
        metadata.create_all(connection)
    try:
        made = objects(server, other)
        migrated = objects(server, filled)
    finally:
        with connected(server, other) as connection:
            connection.execute(text(f"DROP SCHEMA {other} CASCADE"))
    for kind in ("columns", "constraints", "indexes", "comments"):
        wanted = [row for row in migrated[kind] if is_ours(row[0])]
        assert [told(row, other) for row in made[kind]] == [told(row, filled) for row in wanted]


def is_ours(name: str) -> bool:
    return "procrastinate" not in name and "alembic" not in name


def told(row: tuple[Any, ...], schema: str) -> tuple[Any, ...]:
    return tuple(part.replace(f"{schema}.", "") if isinstance(part, str) else part for part in row)


def test_every_sequence_of_the_code_is_there_and_gives_each_number_once(server: str, filled: str) -> None:
    assert {row[0] for row in objects(server, filled)["sequences"]} >= set(SEQUENCES)
    with connected(server, filled) as connection:
        for name in SEQUENCES:
            given = [connection.execute(text(f"SELECT nextval('{name}')")).scalar_one() for _ in range(3)]
            assert given == sorted(set(given))


def test_a_message_belongs_to_one_organisation_in_every_table(server: str, filled: str) -> None:
    """The foreign keys hold the owner too, so a row can never hang below a message of somebody else."""
    with engine(server, filled).connect() as connection:
        for name, table in metadata.tables.items():
            if "bericht" in table.c and name != "bericht":
                update = text(f"UPDATE {name} SET eigenaar = '65656055' WHERE eigenaar = '0193'")
                if connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one():
                    with pytest.raises(IntegrityError):
                        connection.execute(update)
                    connection.rollback()


def test_a_contract_period_and_a_double_key_are_refused_by_the_database_itself(server: str, filled: str) -> None:
    period = "INSERT INTO contract VALUES ('0193', '{}', '65656055', 'ijw', '{}', '{}')"
    with engine(server, filled).connect() as connection:
        connection.execute(text(period.format("C1", "2024-01-01", "2024-12-31")))
        for other in (("C2", "2024-12-31", "2025-12-31"), ("C1", "2026-01-01", "2026-12-31")):
            with pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(text(period.format(*other)))
        connection.execute(text(period.format("C2", "2025-01-01", "2025-12-31")))


MIGRATOR = """
import sys
from shared.db import migrate
upgrade = migrate.command.upgrade

def and_wait(config, revision):
    upgrade(config, revision)
    print("gemaakt", flush=True)
    sys.stdin.readline()

migrate.command.upgrade = and_wait
migrate.migrate(sys.argv[1], sys.argv[2])
"""


def test_two_at_the_same_time_wait_for_each_other(server: str, schema: str) -> None:
    """The second starts when the first has made everything and has not committed yet."""
    with migrator(server, schema) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "gemaakt\n"
        with migrator(server, schema) as second:
            with pytest.raises(subprocess.TimeoutExpired):
                second.wait(timeout=3)
            for process in (first, second):
                process.communicate("verder\n", timeout=60)
            assert (first.returncode, second.returncode) == (0, 0)
    assert is_current(engine(server, schema))


@contextmanager
def migrator(server: str, schema: str) -> "Iterator[subprocess.Popen[str]]":
    """A process that makes the schema and commits when it is told to; its complaints are on our own standard error."""
    argv = [sys.executable, "-W", "error", "-c", MIGRATOR, server, schema]
    process = subprocess.Popen(argv, cwd=CODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_one_that_fails_leaves_everything_as_it_was(server: str, filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, rows = objects(server, filled), counts(server, filled)

    def fail(*_: object) -> None:
        raise RuntimeError("halverwege")

    monkeypatch.setattr(migrations.command, "downgrade", lambda config, revision: undo_and(fail, config, revision))
    with pytest.raises(RuntimeError, match="halverwege"):
        migrate(server, filled, "base")
    assert (objects(server, filled), counts(server, filled)) == (before, rows)


DOWNGRADE = migrations.command.downgrade


def undo_and(then: Any, config: Any, revision: str) -> None:
    """Undo everything, in the transaction of the migration, and then fail."""
    DOWNGRADE(config, revision)
    then()
