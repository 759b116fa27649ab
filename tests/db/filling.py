"""Rows for every table of a schema, made from what the database itself says of types, keys and checks.

So a migration that adds a table or a column is tested with data in it, without a word about it here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

_COLUMNS = """SELECT c.relname, a.attname, t.typname, t.typcategory::text, a.attnum, t.oid AS kind
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE relnamespace = CAST(:schema AS regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0
    AND NOT attisdropped AND attidentity = '' AND attgenerated = '' AND (relname, attname) NOT IN (
        SELECT c2.relname, a2.attname FROM pg_class c2 JOIN pg_attrdef d ON d.adrelid = c2.oid
        JOIN pg_attribute a2 ON a2.attrelid = c2.oid AND a2.attnum = d.adnum
        WHERE c2.relnamespace = CAST(:schema AS regnamespace)) ORDER BY 1, attnum"""
_KEYS = """SELECT con.oid, c.relname, p.relname AS parent, a.attname, b.attname AS target FROM pg_constraint con
    JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid,
    unnest(conkey, confkey) AS k (mine, theirs), pg_attribute a, pg_attribute b
    WHERE contype = 'f' AND c.relnamespace = CAST(:schema AS regnamespace) AND (a.attrelid, a.attnum) = (conrelid, mine)
    AND (b.attrelid, b.attnum) = (confrelid, theirs) ORDER BY cardinality(conkey), con.oid"""
_CHECKS = """SELECT c.relname, a.attname, pg_get_expr(conbin, conrelid) AS rule FROM pg_constraint con
    JOIN pg_class c ON c.oid = conrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = conkey[1]
    WHERE contype = 'c' AND cardinality(conkey) = 1 AND c.relnamespace = CAST(:schema AS regnamespace)"""
_BY_TRIGGER = """SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE tgname = 'bericht' AND c.relnamespace = CAST(:schema AS regnamespace)"""
"""The tables whose foreign key to the messages is a trigger."""
_ALIEN = ("alembic_version",)
Table = dict[str, list[str]]


@dataclass
class _Column:
    kind: str
    category: str
    oid: int
    rules: list[str]


def fill(connection: Connection, schema: str, rows: int) -> None:
    """Put rows in each table that has none; triggers and row-level security are not asked."""
    connection.execute(text("SET session_replication_role = replica"))
    columns = _columns(connection, schema)
    keys = _keys(connection, schema)
    filled: dict[str, Table] = {}
    for name in _in_order(columns, keys):
        if not connection.execute(text(f'SELECT EXISTS (SELECT FROM "{name}")')).scalar_one():
            made = _rows(connection, name, columns[name], [key for key in keys if key[0] == name], filled, rows)
            _insert(connection, name, made, columns[name], rows)
        found = connection.execute(text(f'SELECT * FROM "{name}" LIMIT :rows'), {"rows": rows}).mappings().all()
        filled[name] = {column: [row[column] for row in found] for column in (found[0] if found else ())}
    connection.execute(text("SET session_replication_role = origin"))


def _columns(connection: Connection, schema: str) -> dict[str, dict[str, _Column]]:
    found: dict[str, dict[str, _Column]] = {
        name: {} for name in connection.execute(text(_TABLES), {"schema": schema}).scalars() if name not in _ALIEN
    }
    for row in connection.execute(text(_COLUMNS), {"schema": schema}):
        if row.relname in found:
            found[row.relname][row.attname] = _Column(row.typname, row.typcategory, row.kind, [])
    for row in connection.execute(text(_CHECKS), {"schema": schema}):
        if column := found.get(row.relname, {}).get(row.attname):
            column.rules.append(row.rule)
    return found


_TABLES = """SELECT relname FROM pg_class WHERE relnamespace = CAST(:schema AS regnamespace)
    AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"""
Key = tuple[str, str, dict[str, str]]


def _keys(connection: Connection, schema: str) -> list[Key]:
    found: dict[int, Key] = {}
    for row in connection.execute(text(_KEYS), {"schema": schema}):
        found.setdefault(row.oid, (row.relname, row.parent, {}))[2][row.attname] = row.target
    by_trigger = connection.execute(text(_BY_TRIGGER), {"schema": schema}).scalars()
    return [*found.values(), *((name, "bericht", {"eigenaar": "eigenaar", "bericht": "id"}) for name in by_trigger)]


def _in_order(columns: dict[str, Any], keys: list[Key]) -> Iterator[str]:
    """Each table after those that it refers to."""
    waiting = list(columns)
    while waiting:
        free = [n for n in waiting if not any(k[0] == n != k[1] and k[1] in waiting for k in keys)]
        assert free, f"tables that refer to each other: {waiting}"
        yield from free
        waiting = [name for name in waiting if name not in free]


def _rows(
    connection: Connection,
    table: str,
    columns: dict[str, _Column],
    keys: list[Key],
    filled: dict[str, Table],
    rows: int,
) -> Table:
    """The values of each column; those of a foreign key are the parent's, and NULL for one to the table itself."""
    made: Table = {}
    for name, column in columns.items():
        made[name] = _values(connection, table, name, column, rows)
    for _, parent, pairs in keys:
        for mine, theirs in pairs.items():
            if parent in filled and mine in made:
                source = filled[parent].get(theirs, [])
                made[mine] = [source[number % len(source)] for number in range(rows)]
    for _, parent, pairs in keys:
        shared = {name for _, other, more in keys if other != parent for name in more}
        for mine in pairs if parent == table else ():
            if mine not in shared:
                made[mine] = [None] * rows  # type: ignore[list-item]
    return made


def _values(connection: Connection, table: str, name: str, column: _Column, rows: int) -> list[Any]:
    """Values of a type that its own checks allow: the first kind of value that does."""
    kinds = _candidates(connection, name, column)
    for kind in kinds:
        tried = [kind(number) for number in (1, rows)]
        if all(_allowed(connection, name, column, value) for value in tried):
            return [kind(number) for number in range(1, rows + 1)]
    raise AssertionError(f"no value for {table}.{name} ({column.kind}) that {column.rules} allow")


def _allowed(connection: Connection, name: str, column: _Column, value: Any) -> bool:
    row = f'(SELECT CAST(:value AS {_spelled(column.kind)}) AS "{name}") AS row'
    queries = [text(f"SELECT {_plain(rule)} FROM {row}") for rule in column.rules]
    return all(connection.execute(query, {"value": value}).scalar_one() is not False for query in queries)


def _plain(rule: str) -> str:
    return re.sub(r"(?<!:):(?!:)", r"\\:", rule)


def _candidates(connection: Connection, name: str, column: _Column) -> list[Any]:
    fixed = {
        "bool": lambda n: True,
        "date": lambda n: f"2026-01-{n % 28 + 1:02}",
        "timestamptz": lambda n: f"2026-01-{n % 28 + 1:02} 12:34:56.789+00",
        "timestamp": lambda n: f"2026-01-{n % 28 + 1:02} 12:34:56",
        "time": lambda n: "12:34:56",
        "interval": lambda n: "1 day",
        "uuid": lambda n: f"{n:032x}",
        "bytea": lambda n: n.to_bytes(32, "big"),
        "jsonb": lambda n: f'{{"n": {n}}}',
        "json": lambda n: f'{{"n": {n}}}',
        "inet": lambda n: "127.0.0.1",
    }
    if column.kind in fixed:
        return [fixed[column.kind]]
    if column.category == "N":
        return [lambda n: n % 30000 if column.kind == "int2" else n, lambda n: 1]
    if column.category == "A":
        return [lambda n: "{}"]
    if column.category == "E":
        labels = text("SELECT enumlabel FROM pg_enum WHERE enumtypid = :oid ORDER BY enumsortorder LIMIT 1")
        first = connection.execute(labels, {"oid": column.oid}).scalar_one()
        return [lambda n: first]
    if column.category == "R":
        return [lambda n: "empty"]
    literals = [each for rule in column.rules for each in re.findall(r"'([^']*)'::text", rule)]
    named = [lambda n, word=word: word for word in literals]
    return [lambda n: f"{name} {n}", lambda n: f"{n:08}", lambda n: f"{n:04}", lambda n: f"{n:064x}", *named]


def _insert(connection: Connection, table: str, made: Table, columns: dict[str, _Column], rows: int) -> None:
    names = ", ".join(f'"{name}"' for name in made)
    kinds = {name: column.kind for name, column in columns.items()}
    values = ", ".join(f"CAST(:{name} AS {_spelled(kinds[name])})" for name in made)
    statement = f'INSERT INTO "{table}" ' + (f"({names}) VALUES ({values})" if made else "DEFAULT VALUES")
    connection.execute(text(statement), [{name: made[name][number] for name in made} for number in range(rows)])


def _spelled(kind: str) -> str:
    return f"{kind[1:]}[]" if kind.startswith("_") else kind
