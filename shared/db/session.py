"""Connections to Postgres, and `transaction()`: the only place that commits.

Whatever the services do they do as the role `zorgketen_dienst`, which Postgres shows the rows of one organisation:
that of the transaction (ADR 0007).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.config import settings
from shared.db import audit

DIENST = "zorgketen_dienst"
"""The role of the services: no owner of anything, and subject to row level security."""
LIMITS = ("statement_timeout=120s", "client_connection_check_interval=5s", "jit=off")
"""No query of ours runs on for ever, none goes on when its process is gone, and none is worth compiling first."""
SERVICE = (*LIMITS, f"role={DIENST}")
"""The run-time parameters of the connections of the services."""

_PROEF = "proef"


@dataclass(frozen=True, slots=True)
class Namens:
    """For which organisation something is done, and by whom: the name of a person, a key or a service."""

    organisatie: str
    wie: str


def conninfo(url: str, schema: str, *parameters: str) -> str:
    """A libpq URL whose connections see only our schema (and public, for extensions), with more run-time parameters."""
    plain = make_url(url).set(drivername="postgresql")
    wanted = (f"search_path={schema},public", "timezone=UTC", *parameters)
    options = quote(" ".join(f"-c{parameter}" for parameter in wanted), safe="")
    joint = "&" if plain.query else "?"
    return plain.render_as_string(hide_password=False) + f"{joint}options={options}"


@cache
def engine(url: str, schema: str, *parameters: str) -> Engine:
    """The engine of a database, a schema and run-time parameters; one per process."""
    address = conninfo(url, schema, *parameters).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, pool_size=10, max_overflow=10, pool_timeout=10, hide_parameters=True)


def current_engine() -> Engine:
    """The engine of the services, as the settings name it. `DATABASE_URL` is set by then: see `shared.db.start`."""
    chosen = settings()
    return engine(chosen.database_url, chosen.db_schema, *SERVICE)


def owner_engine() -> Engine:
    """The engine of who owns the tables: for commands of an operator, never for the services."""
    chosen = settings()
    return engine(chosen.database_url, chosen.db_schema, *LIMITS)


@contextmanager
def transaction(namens: Namens, bewijs: bytes = b"") -> Iterator[Session]:
    """A session for an organisation; its work and its lines in the processing log are committed, or nothing is.

    It sees, beside the rows of the organisation, the access that belongs to `bewijs`, a proof of identity.
    """
    with Session(current_engine(), expire_on_commit=False) as session, session.begin():
        act_for(session, namens.organisatie, bewijs)
        audit.begin(session, namens.wie)
        yield session
        audit.write(session)


@contextmanager
def trial(session: Session) -> Iterator[None]:
    """Do something to see what comes of it: what it writes, defers and notes in the log is undone."""
    before = on_trial(session)
    with audit.unnoted(session):
        savepoint = session.begin_nested()
        session.info[_PROEF] = True
        try:
            yield
        finally:
            session.info[_PROEF] = before
            savepoint.rollback()


def on_trial(session: Session) -> bool:
    """Whether what is done now is undone: then nothing outside the database is to remember it either."""
    return session.info.get(_PROEF, False) is True


@contextmanager
def owner() -> Iterator[Session]:
    """A session of the owner of the tables, committed as a whole; row level security holds for it too."""
    with Session(owner_engine(), expire_on_commit=False) as session, session.begin():
        yield session


def act_for(session: Session, organisatie: str, bewijs: bytes = b"") -> None:
    """From here on see and write the rows of this organisation, until the end of the transaction."""
    session.execute(_SEEN, {"organisatie": organisatie, "bewijs": bewijs.hex()})
    session.info["organisatie"] = organisatie


_SEEN = text(
    "SELECT set_config('zorgketen.organisatie', :organisatie, true), set_config('zorgketen.bewijs', :bewijs, true)"
)
"""What the policies of the tables look at (ADR 0007)."""


@contextmanager
def acting_for(session: Session, organisatie: str) -> Iterator[None]:
    """Act for another organisation for a while: to hand a message over within this installation."""
    before = session.info["organisatie"]
    act_for(session, organisatie)
    try:
        yield
    except DBAPIError:
        session.info["organisatie"] = before  # the rest comes back with the savepoint, or never
        raise
    except BaseException:
        act_for(session, before)
        raise
    act_for(session, before)
