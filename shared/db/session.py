"""Connections to Postgres, and `transaction()`: the only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session

from shared.config import settings

LIMITS = ("statement_timeout=120s", "client_connection_check_interval=5s")
"""No query of ours runs on for ever, and none goes on when its process is gone."""


def conninfo(url: str, schema: str, *parameters: str) -> str:
    """A libpq URL whose connections see only our schema (and public, for extensions), with more run-time parameters."""
    plain = make_url(url).set(drivername="postgresql")
    wanted = (f"search_path={schema},public", "timezone=UTC", *parameters)
    options = quote(" ".join(f"-c{parameter}" for parameter in wanted), safe="")
    joint = "&" if plain.query else "?"
    return plain.render_as_string(hide_password=False) + f"{joint}options={options}"


@cache
def engine(url: str, schema: str) -> Engine:
    """The engine of a database and schema; one per process."""
    address = conninfo(url, schema, *LIMITS).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, pool_size=10, max_overflow=10, pool_timeout=10, hide_parameters=True)


def current_engine() -> Engine:
    """The engine that the settings name. `DATABASE_URL` is set by then: see `shared.db.start`."""
    chosen = settings()
    return engine(chosen.database_url, chosen.db_schema)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed as a whole at the end, or not at all."""
    with Session(current_engine(), expire_on_commit=False) as session, session.begin():
        yield session
