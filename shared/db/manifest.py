"""What a copy of the database must hold: rows and hashes per table, sequences, and what it needs around it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

REPRESENTATION = (
    "timezone=UTC", "datestyle=ISO,YMD", "intervalstyle=postgres", "bytea_output=hex", "extra_float_digits=1",
    "row_security=off", "statement_timeout=0", "idle_in_transaction_session_timeout=0",
)  # fmt: skip
"""Under which settings rows are hashed; with row_security off Postgres refuses rather than leaves rows out."""

_COUNT = """SELECT {name}, count(*)::text, coalesce(sum(('x' || left(encode(sha256(convert_to(
    _rij_::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint::numeric), 0)::text FROM {table} AS _rij_"""
_SEQUENCES = """SELECT '#' || sequencename, coalesce(last_value, 0)::text, '' FROM pg_sequences
    WHERE schemaname = {schema}"""
_TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = %s AND relkind IN ('r', 'p') ORDER BY 1"""
_EXTENSIONS = """SELECT DISTINCT e.extname FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass
    AND c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_depend x ON (x.classid, x.objid) = (d.refclassid, d.refobjid) AND x.deptype = 'e'
    JOIN pg_extension e ON e.oid = x.refobjid WHERE nspname = %s ORDER BY 1"""
_ROLES = """WITH ours AS (SELECT oid, nspowner AS owner, nspacl AS acl FROM pg_namespace WHERE nspname = %(schema)s),
    named AS (
        SELECT a.grantee AS role FROM ours, aclexplode(acl) a
        UNION SELECT a.grantee FROM ours, pg_class, aclexplode(relacl) a WHERE relnamespace = ours.oid
        UNION SELECT a.grantee FROM ours, pg_proc, aclexplode(proacl) a WHERE pronamespace = ours.oid
        UNION SELECT a.grantee FROM ours, pg_class c, pg_attribute, aclexplode(attacl) a
            WHERE relnamespace = ours.oid AND attrelid = c.oid
        UNION SELECT unnest(polroles) FROM ours, pg_policy JOIN pg_class c ON c.oid = polrelid
            WHERE relnamespace = ours.oid)
    SELECT rolname FROM pg_roles JOIN named ON role = pg_roles.oid WHERE
        role NOT IN (SELECT owner FROM ours) ORDER BY 1"""
_SECURED = """SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = %s AND relrowsecurity)"""


@dataclass(frozen=True)
class Manifest:
    """The contents of a schema in one snapshot."""

    schema: str
    server: int
    beveiligd: bool
    """Whether row-level security is on for any table."""
    uitbreidingen: list[str]
    rollen: list[str]
    """Other roles that rights or policies are given to; they live outside the database."""
    rijen: dict[str, list[str]]
    """Of each table the number of rows, and a hash that does not depend on their order."""
    reeksen: dict[str, int]
    """Of each sequence at least the last number."""

    @classmethod
    def of(cls, connection: Connection[Any], schema: str) -> Self:
        """What the snapshot of a connection holds; the connection has the settings of REPRESENTATION."""

        def column(query: Any, *parameters: Any) -> list[Any]:
            return [row[0] for row in connection.execute(query, *parameters)]

        tables = column(_TABLES, (schema,))
        rows, sequences = read(connection.execute(part).fetchall() for part in queries(schema, tables))
        return cls(
            schema=schema,
            server=connection.info.server_version,
            beveiligd=column(_SECURED, (schema,))[0],
            uitbreidingen=column(_EXTENSIONS, (schema,)),
            rollen=column(_ROLES, {"schema": schema}),
            rijen=rows,
            reeksen=sequences,
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @property
    def total(self) -> int:
        """The rows of all tables."""
        return sum(int(count) for count, _ in self.rijen.values())

    def differences(self, rows: dict[str, list[str]], sequences: dict[str, int]) -> list[str]:
        """The tables and sequences that hold something else; a sequence may have gone on during the dump."""
        tables = [name for name in self.rijen if rows.get(name) != self.rijen[name]]
        return tables + [name for name, last in self.reeksen.items() if sequences.get(name, -1) < last]


def queries(schema: str, tables: Iterable[str]) -> list[Composed]:
    """A query per table, and one for the sequences; three texts in each row."""
    counts = [SQL(_COUNT).format(name=Literal(name), table=Identifier(schema, name)) for name in tables]
    return [*counts, SQL(_SEQUENCES).format(schema=Literal(schema))]


def read(answers: Iterable[Iterable[Any]]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """What `queries` answered: of the tables, and of the sequences."""
    rows = [row for answer in answers for row in answer]
    tables = {name: [count, total] for name, count, total in rows if not name.startswith("#")}
    return tables, {name[1:]: int(last) for name, last, _ in rows if name.startswith("#")}


def blind(connection: Connection[Any], schema: str) -> str | None:
    """The name of the role, if row-level security would hide rows from it."""
    query = """SELECT current_user FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = %s AND relkind IN ('r', 'p') AND row_security_active(c.oid) LIMIT 1"""
    row = connection.execute(query, (schema,)).fetchone()
    return row[0] if row else None
