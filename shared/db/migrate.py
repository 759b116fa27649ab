"""Bringing a database up to the schema that this release needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from shared.db.session import conninfo

_LOCK = 7_303_301_323  # any constant: two migrations of one database never run at once


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str, schema: str, revision: str = "head") -> None:
    """Make the schema if needed and run the missing revisions; finds nothing to do the second time.

    `revision` is a name, `head` or `base` (which undoes all). Waits for another migration to end.
    Raises RuntimeError when the database cannot be reached.
    """
    with _connect(url, schema) as connection, connection.begin():
        if revision == "head" and _heads(connection) == _newest():
            return  # whoever runs the services need not be allowed to change tables
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public"))
        config = _config(connection)
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def _connect(url: str, schema: str) -> Connection:
    address = conninfo(url, schema).replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        return create_engine(address, poolclass=NullPool).connect()
    except OperationalError as error:
        raise RuntimeError(f"De database is niet bereikbaar; klopt DATABASE_URL? {error.orig}") from None


def is_current(engine: Engine) -> bool:
    """True when every revision of this release has run."""
    with engine.connect() as connection:
        return _heads(connection) == _newest()


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _newest() -> set[str]:
    return set(ScriptDirectory.from_config(_config()).get_heads())
