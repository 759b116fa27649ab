"""A database with a little in it, an empty one, and the command that copies the one and fills the other."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from shared.db.manifest import REPRESENTATION, Manifest
from shared.db.session import conninfo

KEY = "een-sleutel-van-ten-minste-32-tekens-lang"
Run = Callable[..., tuple[int, str]]


def connected(url: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(url, autocommit=True)


def contents(url: str, schema: str) -> Manifest:
    with closing(psycopg.connect(conninfo(url, schema, *REPRESENTATION))) as connection:
        return Manifest.of(connection, schema)


def schemas(url: str) -> set[str]:
    with connected(url) as connection:
        return {row[0] for row in connection.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'")}


def clear(url: str) -> None:
    """Drop every schema that is not Postgres's own."""
    for name in schemas(url) - {"public", "information_schema"}:
        with connected(url) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def refused(run: Run, url: str, path: Path) -> str:
    """Restoring is refused, and the database has not changed."""
    before = schemas(url)
    code, told = run(url, "restore", path)
    assert code == 2
    assert told.startswith("zorgketen: ")
    assert schemas(url) == before
    return told
