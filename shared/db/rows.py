"""The classes of a message as rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import time
from itertools import chain
from typing import Any, cast
from uuid import UUID

from psycopg import Connection, Cursor
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.db.people import pseudonyms
from shared.standard import catalogue
from shared.standard.document import Document, Node

Exchanged = tuple[UUID, str, Document]
"""The id of a message, one of its parties, and the message."""


def store_rows(session: Session, eigenaar: str, messages: Iterable[Exchanged]) -> None:
    """Store the classes of messages as rows; the BSNs in them as pseudonyms."""
    bring_rows(session, eigenaar, messages)()


def bring_rows(session: Session, eigenaar: str, messages: Iterable[Exchanged]) -> Callable[[], None]:
    """As `store_rows`, but for what is left to Postgres alone: that is done by what this gives."""
    groups = _groups(eigenaar, messages)
    connection = cast("Connection[Any]", session.connection().connection.driver_connection)
    cursor = connection.cursor()
    with connection.pipeline():  # Postgres is waited for once
        for place, rows in groups.items():
            if len(rows) < _BY_COPY:
                _insert(cursor, *place, rows)
    left = [_copy(cursor, *place, rows) for place, rows in groups.items() if len(rows) >= _BY_COPY]

    def store() -> None:
        for statement in chain.from_iterable(left):
            cursor.execute(statement)
        cursor.close()

    return store


def _groups(eigenaar: str, messages: Iterable[Exchanged]) -> Mapping[tuple[str, str], Sequence[tuple[Any, ...]]]:
    """The rows of each kind of message and class."""
    groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for bericht, tegenpartij, document in messages:
        known, head = pseudonyms(eigenaar, document), (eigenaar, str(bericht), document.type.standaard, tegenpartij)
        for name, nodes in document.by_class().items():
            if name in t.classes:
                rows = groups.setdefault((document.type.name, name), [])
                rows += _rows(head, nodes, known)
    return groups


_HEAD = ("eigenaar", "bericht", "standaard", "tegenpartij", "volgnummer", "ouder")
_BY_COPY = 50
"""From so many rows on, COPY is faster. Postgres has none for tables with row level security: it goes by way of a
temporary table."""


def _columns(message: str, name: str) -> list[str]:
    fields = catalogue.messages()[message].classes[name].fields
    return [*_HEAD, *([] if "bsn" in fields else ["bsn"]), *fields]


def _insert(cursor: Cursor[Any], message: str, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = _columns(message, name)
    names, values = (", ".join(words) for words in (columns, ["%s"] * len(columns)))
    cursor.executemany(f"INSERT INTO {t.classes[name].name} ({names}) VALUES ({values})", rows)  # noqa: S608 our own names


def _copy(cursor: Cursor[Any], message: str, name: str, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Bring rows to where the statements that are left insert them from."""
    table, new, names = t.classes[name].name, f"nieuw_{message}_{name}".lower(), ", ".join(_columns(message, name))
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {new} (LIKE {table}) ON COMMIT DELETE ROWS")
    with cursor.copy(f"COPY {new} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return [f"INSERT INTO {table} ({names}) SELECT {names} FROM {new}", f"DELETE FROM {new}"]  # noqa: S608


def _rows(head: tuple[str, ...], nodes: Sequence[Node], known: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """The rows of nodes of one class; their leaves as they are, but for times and BSNs."""
    fields = nodes[0].type.fields
    inside = "bsn" not in fields
    changed: dict[str, Callable[[str], Any]] = {
        name: to_time for name, leaf in fields.items() if leaf.type.base == "time"
    }
    changed |= {} if inside else {"bsn": known.__getitem__}
    for node in nodes:
        above, values = node.parent, cast("Mapping[str, Any]", node.values)
        if changed:
            values = {**values, **{name: change(values[name]) for name, change in changed.items() if name in values}}
        holder = node.above("Client") if inside else None
        own = (known[holder.get("bsn")] if holder else None,) if inside else ()
        yield *head, node.volgnummer, above.volgnummer if above else None, *own, *map(values.get, fields)


def to_time(value: str) -> time:
    """The time of a leaf's text; xs:time may say 24:00:00. Numbers and days Postgres reads as they are written."""
    return time.fromisoformat("00:00:00" if value.startswith("24") else value[:15])
