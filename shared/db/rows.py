"""The classes of a message as rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.db.people import pseudonyms
from shared.standard.document import Document, Node


def store_rows(session: Session, bericht: UUID, eigenaar: str, tegenpartij: str, document: Document) -> None:
    """Store the classes of a message as rows; the BSNs in them as pseudonyms."""
    bring_rows(session, bericht, eigenaar, tegenpartij, document)()


def bring_rows(
    session: Session, bericht: UUID, eigenaar: str, tegenpartij: str, document: Document
) -> Callable[[], None]:
    """As `store_rows`, but for what is left to Postgres alone: that is done by what this gives."""
    groups: dict[str, list[Node]] = {}
    for node in document.nodes():
        if node.name in t.classes:
            groups.setdefault(node.name, []).append(node)
    known = pseudonyms(eigenaar, document)
    head, left = (eigenaar, bericht, document.type.standaard, tegenpartij), []
    cursor = session.connection().connection.cursor()
    for name, nodes in groups.items():
        fields = nodes[0].type.fields
        columns = [*_HEAD, *([] if "bsn" in fields else ["bsn"]), *fields]
        rows = ((*head, *_row(node, known)) for node in nodes)
        left += _insert(cursor, t.classes[name].name, columns, rows, len(nodes))

    def store() -> None:
        for statement in left:
            cursor.execute(statement)
        cursor.close()

    return store


_HEAD = ("eigenaar", "bericht", "standaard", "tegenpartij", "volgnummer", "ouder")
_BY_COPY = 200
"""From so many rows on, COPY is faster. Postgres has none for tables with row level security: it goes by way of a
temporary table."""


def _insert(cursor: Any, table: str, columns: list[str], rows: Iterable[tuple[Any, ...]], count: int) -> list[str]:
    """Insert rows, or bring them to where the statements that are left insert them from."""
    names = ", ".join(columns)
    if count < _BY_COPY:
        values = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", list(rows))  # noqa: S608 our own names
        return []
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS nieuw_{table} (LIKE {table})")
    with cursor.copy(f"COPY nieuw_{table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    insert = f"INSERT INTO {table} ({names}) SELECT {names} FROM nieuw_{table}"  # noqa: S608
    return [insert, f"TRUNCATE nieuw_{table}"]


def _row(node: Node, known: Mapping[str, str]) -> Iterator[str | int | time | None]:
    yield node.volgnummer
    yield node.parent.volgnummer if node.parent else None
    if "bsn" not in node.type.fields:
        holder = node.above("Client")
        yield known[holder.get("bsn")] if holder else None
    values = node.values
    for name, leaf in node.type.fields.items():
        value = values.get(name)
        if value is None:
            yield None
        elif name == "bsn":
            yield known[value]
        else:
            yield to_time(value) if leaf.type.base == "time" else value


def to_time(value: str) -> time:
    """The time of a leaf's text; xs:time may say 24:00:00. Numbers and days Postgres reads as they are written."""
    return time.fromisoformat("00:00:00" if value.startswith("24") else value[:15])
