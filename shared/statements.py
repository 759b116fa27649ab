"""Statements of the rules, built and compiled once in a process: what differs per message are parameters.

Building the statement of a declaratie takes longer than judging sixty lines with it.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, cast

from psycopg import Connection, RawCursor
from psycopg.sql import Literal
from sqlalchemy import ClauseElement, Date, Text, Uuid, bindparam
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
}
"""What differs from one message of a kind to another."""
_DIALECT = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
"""Numbered parameters go to Postgres as they are; those with a name psycopg looks for in the text, each time."""


@dataclass(frozen=True, slots=True)
class Pattern(Scope):
    """Any message of a kind that the same side judges, with parameters in the place of its values.

    `asked` is what the rules have Python make of a message, by the names of their parameters.
    """

    municipality: bool = False
    asked: dict[str, Callable[[Scope], Any]] = field(default_factory=dict)

    @property
    def by_municipality(self) -> bool:
        """Whether a municipality judges."""
        return self.municipality

    def value(self, ask: Callable[[Scope], Any], kind: TypeEngine[Any]) -> Any:
        """A parameter for what Python makes of each message."""
        name = f"{ask.__module__}_{ask.__qualname__}".replace(".", "_")
        self.asked[name] = ask
        return bindparam(name, None, kind)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with numbered parameters, and what each of them asks of a message."""

    sql: bytes
    parameters: Sequence[Callable[[Scope], Any]]

    def run(self, session: Session, scope: Scope) -> int:
        """Run it for a message: how many rows it wrote."""
        connection = session.connection().connection.driver_connection
        with RawCursor(cast("Connection[Any]", connection)) as cursor:
            return cursor.execute(self.sql, [ask(scope) for ask in self.parameters]).rowcount


def pattern(standaard: str, soort: str, *, municipality: bool = False) -> Pattern:
    """Any message of a kind that a municipality judges, or a provider."""
    parameters: dict[str, Any] = {name: bindparam(name, None, kind) for name, kind in _TYPES.items()}
    return Pattern(standaard=standaard, soort=soort, municipality=municipality, **parameters)


_STATEMENTS: dict[Hashable, Statement] = {}


def statement(scope: Scope, key: Hashable, build: Callable[[Pattern], ClauseElement]) -> Statement:
    """What `build` makes for all messages like this one; `key` tells it from other statements for them."""
    whole = (scope.standaard, scope.soort, scope.by_municipality, key)
    if whole not in _STATEMENTS:
        any_such = pattern(scope.standaard, scope.soort, municipality=scope.by_municipality)
        _STATEMENTS[whole] = _compiled(build(any_such), any_such.asked)
    return _STATEMENTS[whole]


def _compiled(built: ClauseElement, asked: Mapping[str, Callable[[Scope], Any]]) -> Statement:
    """Numbered parameters for what differs; what is always the same stands in the text, where an index may need it."""
    found = cast("SQLCompiler", built.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True}))
    fixed = found.params
    wanted: dict[str, Callable[[Scope], Any]] = {**{name: attrgetter(name) for name in _TYPES}, **asked}
    names = found.positiontup or ()
    used = [name for name in dict.fromkeys(names) if name in wanted]

    def written(match: re.Match[str]) -> str:
        name = names[int(match[1]) - 1]
        return f"${used.index(name) + 1}" if name in wanted else Literal(fixed[name]).as_string()

    return Statement(re.sub(r"\$(\d+)", written, str(found)).encode(), [wanted[name] for name in used])
