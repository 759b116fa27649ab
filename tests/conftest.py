"""A real Postgres for the tests: one server for all workers, a schema of its own for each."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from shared import vault
from shared.db import audit, postgres
from shared.db.migrate import migrate
from shared.db.session import conninfo, current_engine, owner_engine
from shared.db.tables import metadata

pytest_plugins = ["tests.chain", "tests.provider"]

HOME = Path(tempfile.gettempdir()) / f"zorgketen-tests-{os.getuid()}"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server: that of DATABASE_URL, or our own."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with postgres.start(HOME) as lease:
        yield lease.url


def empty_schema(url: str, name: str) -> None:
    """Make a migrated, empty schema."""
    address = conninfo(url, "public").replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(address, poolclass=NullPool).begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    migrate(url, name)


@pytest.fixture(scope="session")
def database(server: str) -> Iterator[str]:
    """The settings point at a migrated schema of this worker's own; its name."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]
    schema = f"test_{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    empty_schema(server, schema)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", server)
        patch.setenv("ZORGKETEN_DB_SCHEMA", schema)
        patch.setenv("ZORGKETEN_HOME", str(HOME))
        vault.forget()
        yield schema
        with owner_engine().begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        current_engine().dispose()
        owner_engine().dispose()


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session of the owner of the tables, who here sees every row; its work is rolled back."""
    with owner_engine().connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as found:
            audit.begin(found, "test")
            found.info["organisatie"] = "0193"
            yield found
        outer.rollback()


@pytest.fixture
def clean(database: str) -> Iterator[None]:
    """The tables are emptied after the test, those of the queue too: each test finds nothing."""
    yield
    names = ", ".join(metadata.tables)
    with owner_engine().begin() as connection:
        connection.execute(text(f"TRUNCATE {names}, procrastinate_jobs, procrastinate_periodic_defers CASCADE"))
