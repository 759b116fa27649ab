"""Statements of the rules, built and compiled once in a process, that judge any number of messages at a time.

Building the statement of a declaratie takes longer than judging sixty lines with it. What differs per message stands
in a row of a list that is sent along, and the rules are asked for each of its rows.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, cast

from psycopg import Connection, RawCursor
from psycopg.sql import Literal
from sqlalchemy import Date, Integer, Table, Text, Uuid, literal_column
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from shared.rules import Scope

_TYPES: Mapping[str, TypeEngine[Any]] = {
    "bericht": Uuid(),
    "eigenaar": Text(),
    "tegenpartij": Text(),
    "vandaag": Date(),
    "eerste": Integer(),
    "laatste": Integer(),
}
"""What differs from one message of a kind to another."""
_DIALECT = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
"""Numbered parameters go to Postgres as they are; those with a name psycopg looks for in the text, each time."""


@dataclass(frozen=True, slots=True)
class Pattern(Scope):
    """Any message of a kind that the same side judges, with columns of a list of messages in the place of its values.

    `asked` is what the rules have Python make of a message, with its type, by the names of those columns.
    """

    municipality: bool = False
    asked: dict[str, tuple[Callable[[Scope], Any], TypeEngine[Any]]] = field(default_factory=dict)

    @property
    def by_municipality(self) -> bool:
        """Whether a municipality judges."""
        return self.municipality

    def value(self, ask: Callable[[Scope], Any], kind: TypeEngine[Any]) -> Any:
        """A column for what Python makes of each message."""
        name = f"{ask.__module__}_{ask.__qualname__}".replace(".", "_")
        self.asked[name] = ask, kind
        return _column(name, kind)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for one message and for a list, with numbered parameters, and what each of these asks of a message.

    For one message Postgres keeps the plan; for a list it makes one each time, as it cannot know how long that is.
    """

    one: bytes
    some: bytes
    parameters: Sequence[Callable[[Scope], Any]]

    def run(self, session: Session, scopes: Sequence[Scope]) -> int:
        """Run it for messages: how many rows it wrote."""
        connection = session.connection().connection.driver_connection
        with RawCursor(cast("Connection[Any]", connection)) as cursor:
            lists = [[ask(scope) for scope in scopes] for ask in self.parameters]
            if len(scopes) == 1:
                return cursor.execute(self.one, [value for [value] in lists]).rowcount
            return cursor.execute(self.some, lists).rowcount


_LIST = "beoordeling"


def _column(name: str, kind: TypeEngine[Any]) -> Any:
    return literal_column(f"{_LIST}.{name}", kind)


def pattern(standaard: str, soort: str, *, municipality: bool = False) -> Pattern:
    """Any message of a kind that a municipality judges, or a provider."""
    columns: dict[str, Any] = {name: _column(name, kind) for name, kind in _TYPES.items()}
    return Pattern(standaard=standaard, soort=soort, municipality=municipality, **columns)


_STATEMENTS: dict[Hashable, Statement] = {}


def statement(
    scope: Scope, key: Hashable, into: Table, names: Sequence[str], build: Callable[[Pattern], Any]
) -> Statement:
    """What adds the rows that `build` selects of any message like this one to a table.

    `key` tells it from other statements for them.
    """
    whole = (scope.standaard, scope.soort, scope.by_municipality, key)
    if whole not in _STATEMENTS:
        any_such = pattern(scope.standaard, scope.soort, municipality=scope.by_municipality)
        _STATEMENTS[whole] = compiled(into, names, build(any_such), any_such)
    return _STATEMENTS[whole]


def compiled(into: Table, names: Sequence[str], found: Any, any_such: Pattern) -> Statement:
    """The SELECT is asked for each row of the list. What is always the same stands in it: an index may need that.

    OFFSET 0 keeps Postgres from joining the list with what the rules read, in whatever order its statistics suggest.
    """
    made = cast("SQLCompiler", found.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True}))
    places, fixed = made.positiontup or (), made.params

    def written(match: re.Match[str]) -> str:
        return Literal(fixed[places[int(match[1]) - 1]]).as_string()

    asked = {name: (attrgetter(name), kind) for name, kind in _TYPES.items()} | any_such.asked
    types = [str(kind.compile(dialect=_DIALECT)) for _, kind in asked.values()]
    one = ", ".join(f"${number}::{kind}" for number, kind in enumerate(types, 1))
    some = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 1))
    columns, select = ", ".join(names), re.sub(r"[$]([0-9]+)", written, str(made))

    def over(messages: str) -> bytes:
        found = f"FROM {messages} AS {_LIST} ({', '.join(asked)}) CROSS JOIN LATERAL ({select} OFFSET 0)"
        return f"INSERT INTO {into.name} ({columns}) SELECT gevonden.* {found} AS gevonden ({columns})".encode()

    return Statement(over(f"(SELECT {one})"), over(f"unnest({some})"), [ask for ask, _ in asked.values()])
