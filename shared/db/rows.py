"""The classes of a message as rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import time
from typing import Any, cast
from uuid import UUID

from psycopg import Connection, Cursor
from sqlalchemy import Table
from sqlalchemy.orm import Session

from shared.aside import aside
from shared.db import tables as t
from shared.db.people import pseudonyms
from shared.standard import catalogue
from shared.standard.codec import uncollected
from shared.standard.document import Document
from shared.standard.node import Lines, Node

Exchanged = tuple[UUID, str, Document]
"""The id of a message, one of its parties, and the message."""
_Values = Sequence[str | None]
_Groups = Mapping[tuple[str, str], Sequence[_Values]]
"""Rows by the kind of their message and their class."""


def store_rows(session: Session, eigenaar: str, *messages: Exchanged) -> None:
    """Store the classes of messages as rows; the BSNs in them as pseudonyms."""
    store_parts(session, eigenaar, [messages])


def store_parts(session: Session, eigenaar: str, parts: Iterable[Iterable[Exchanged]]) -> None:
    """As `store_rows`, part by part: while Postgres inserts one, the next is asked for, and made into rows."""
    connection = cast("Connection[Any]", session.connection().connection.driver_connection)
    coming, left = iter(parts), list[str]()
    with connection.cursor() as cursor:
        while True:
            with aside(_execute, cursor, left) as done:
                part = next(coming, None)
                groups = _groups(eigenaar, part or ())
            done.result()
            if part is None:
                return
            left = _bring(connection, cursor, groups)


def _execute(cursor: Cursor[Any], statements: Iterable[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _bring(connection: Connection[Any], cursor: Cursor[Any], groups: _Groups) -> list[str]:
    """Bring rows to Postgres: what is left for it to do with them."""
    with connection.pipeline():  # Postgres is waited for once
        for place, rows in groups.items():
            if len(rows) < _BY_COPY:
                _insert(cursor, *place, rows)
    return [
        statement
        for place, rows in groups.items()
        if len(rows) >= _BY_COPY
        for statement in _copy(cursor, t.classes[place[1]], _columns(*place), rows, "_".join(place).lower())
    ]


@uncollected()
def _groups(eigenaar: str, messages: Iterable[Exchanged]) -> _Groups:
    """The rows of each kind of message and class."""
    groups: dict[tuple[str, str], list[_Values]] = {}
    for bericht, tegenpartij, document in messages:
        known, head = pseudonyms(eigenaar, document), (eigenaar, str(bericht), document.type.standaard, tegenpartij)
        for name, nodes in document.by_class().items():
            if name in t.classes:
                rows = groups.setdefault((document.type.name, name), [])
                rows += _rows_of_lines(head, nodes, known) if isinstance(nodes, Lines) else _rows(head, nodes, known)
    return groups


_HEAD = ("eigenaar", "bericht", "standaard", "tegenpartij", "volgnummer", "ouder")
_BY_COPY = 50
"""From so many rows on, COPY is faster. Postgres has none for tables with row level security: it goes by way of a
temporary table."""


def _columns(message: str, name: str) -> list[str]:
    fields = catalogue.messages()[message].classes[name].fields
    return [*_HEAD, *([] if "bsn" in fields else ["bsn"]), *fields]


def _insert(cursor: Cursor[Any], message: str, name: str, rows: Sequence[_Values]) -> None:
    columns = _columns(message, name)
    names, values = (", ".join(words) for words in (columns, ["%s"] * len(columns)))
    cursor.executemany(f"INSERT INTO {t.classes[name].name} ({names}) VALUES ({values})", rows)  # noqa: S608 our own names


def _copy(cursor: Cursor[Any], table: Table, columns: Sequence[str], rows: Sequence[_Values], kind: str) -> list[str]:
    """Bring rows to where the statements that are left insert them from."""
    new, names = f"nieuw_{kind}", ", ".join(columns)
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {new} (LIKE {table.name}) ON COMMIT DELETE ROWS")
    with cursor.copy(f"COPY {new} ({names}) FROM STDIN (NULL '{_NULL}')") as copy:
        for start in range(0, len(rows), _AT_ONCE):  # Postgres reads some while the next are written
            copy.write(_text(rows[start : start + _AT_ONCE]))
    return [f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {new}", f"DELETE FROM {new}"]  # noqa: S608


def add(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table, at once however many: each with the same columns."""
    values = [[None if value is None else str(value) for value in row.values()] for row in rows]
    connection = cast("Connection[Any]", session.connection().connection.driver_connection)
    with connection.cursor() as cursor:
        _execute(cursor, _copy(cursor, table, [*rows[0]], values, table.name))


_NULL = "\x01"
"""No text of a message can be that: XML has no such character."""
_AT_ONCE = 500
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _text(rows: Sequence[_Values]) -> str:
    """Rows as COPY reads them. Nearly never there is something to escape, which is seen in all of them at once."""
    text, marks = _joined(rows), len(rows) * len(rows[0])
    if text.count("\t") + text.count("\n") == marks and "\\" not in text and "\r" not in text:
        return text
    return _joined([[value and value.translate(_ESCAPES) for value in row] for row in rows])


def _joined(rows: Sequence[_Values]) -> str:
    return "".join(["\t".join([_NULL if value is None else value for value in row]) + "\n" for row in rows])


def _rows(head: Sequence[str], nodes: Sequence[Node], known: Mapping[str, str]) -> Iterator[_Values]:
    """The rows of nodes of one class: their leaves as they are, but for BSNs and times; Postgres reads the texts."""
    fields = nodes[0].type.fields
    inside = "bsn" not in fields
    changed: dict[str, Callable[[str], str]] = {
        name: _time for name, leaf in fields.items() if leaf.type.base == "time"
    }
    changed |= {} if inside else {"bsn": known.__getitem__}
    for node in nodes:
        above, values = node.parent, node.values
        if changed:
            values = {**values, **{name: change(values[name]) for name, change in changed.items() if name in values}}
        own = _own(node, known) if inside else ()
        yield *head, str(node.volgnummer), str(above.volgnummer) if above else None, *own, *map(values.get, fields)


def _own(node: Node, known: Mapping[str, str]) -> tuple[str | None]:
    """The pseudonym of the Client that a node stands in."""
    holder = node.above("Client")
    return (known[holder.get("bsn")] if holder else None,)


def _rows_of_lines(head: Sequence[str], lines: Lines, known: Mapping[str, str]) -> Iterator[_Values]:
    """As `_rows`, of lines: their leaves are as they stand in a row."""
    for run in lines.runs:
        above, own = str(run.parent.volgnummer), _own(run.parent, known)
        yield from ((*head, str(number), above, *own, *leaves) for number, leaves in enumerate(run.leaves, run.first))


def _time(value: str) -> str:
    """A time as Postgres has it; xs:time may say 24:00:00, and more decimals."""
    return time.fromisoformat("00:00:00" if value.startswith("24") else value[:15]).isoformat()
