"""A copy of our schema out of the database, and back into an empty one: all of it, or nothing.

A copy is a stream: the length of the manifest in eight bytes, the manifest as JSON, then what pg_dump writes.
Both see one snapshot. Going back is one transaction, which ends only when the tables hold what the manifest says.
"""

import json
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from shared.db.manifest import REPRESENTATION, Manifest, blind, queries, read
from shared.db.programs import Programs, complaints, failed, programs
from shared.db.session import conninfo

_LENGTH, _BLOCK, _MARK = 8, 1 << 20, b"zorgketen-klaar"
_BLIND = (
    "De rol '{role}' ziet door row-level security niet alle rijen; een back-up zou gaten hebben. Gebruik een rol die "
    "alles ziet: laat een beheerder van de database 'ALTER ROLE \"{role}\" BYPASSRLS' uitvoeren, of zet in "
    "DATABASE_URL voor dit commando een rol die dat al mag."
)
Parts = Iterable[bytes]


class NotRestored(RuntimeError):
    """The database was left as it was; says in Dutch why."""


class _Unwritten(Exception):
    """pg_restore failed."""


@contextmanager
def _connect(url: str, schema: str) -> Iterator[Connection[Any]]:
    try:
        connection = psycopg.connect(conninfo(url, schema, *REPRESENTATION))
    except psycopg.OperationalError:
        raise RuntimeError("De database is niet bereikbaar; klopt DATABASE_URL?") from None
    with connection:
        try:
            yield connection
        except psycopg.Error as error:  # its text may quote rows
            raise RuntimeError(f"De database weigert (foutcode {error.sqlstate or 'onbekend'}).") from None


def tools(url: str, schema: str) -> Programs:
    """The programs for the server of `url`. Raises RuntimeError when it cannot be reached, or there are none."""
    with _connect(url, schema) as connection:
        return programs(conninfo(url, schema), connection.info.server_version)


@contextmanager
def dumping(url: str, schema: str) -> "Iterator[tuple[Manifest, Iterator[bytes]]]":
    """The manifest of the schema as it is now, and the stream of its copy.

    Raises RuntimeError when the role does not see every row, when there is no schema, or when pg_dump fails.
    """
    with _connect(url, schema) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if role := blind(connection, schema):
            raise RuntimeError(_BLIND.format(role=role))
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        manifest = Manifest.of(connection, schema)
        if not manifest.rijen:
            raise RuntimeError(f"Er is geen schema '{schema}' met tabellen; klopt ZORGKETEN_DB_SCHEMA?")
        used = programs(conninfo(url, schema), manifest.server)
        yield manifest, _stream(used, manifest, f"--snapshot={snapshot[0] if snapshot else ''}")


def _stream(used: Programs, manifest: Manifest, snapshot: str) -> Iterator[bytes]:
    told = json.dumps(manifest.as_dict(), sort_keys=True).encode()
    yield len(told).to_bytes(_LENGTH, "big") + told
    quoted = manifest.schema.replace('"', '""')
    argv = used.connected("pg_dump", "--format=custom", f'--schema="{quoted}"', "--no-owner", snapshot)
    with complaints() as errors, used.run(argv, errors, stdout=subprocess.PIPE) as process:
        yield from iter(lambda: _out(process).read(_BLOCK), b"")
        if process.wait():
            raise failed("pg_dump", errors)


def _out(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert process.stdout
    return process.stdout


def _in(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert process.stdin
    return process.stdin


def split(parts: Parts) -> tuple[Manifest, Iterator[bytes]]:
    """The manifest of a copy, and the rest of it. Raises NotRestored when it is no copy."""
    stream, head = iter(parts), b""
    for part in stream:
        head += part
        end = _LENGTH + int.from_bytes(head[:_LENGTH], "big")
        if len(head) >= max(end, _LENGTH):
            try:
                manifest = Manifest(**json.loads(head[_LENGTH:end]))
            except (TypeError, ValueError):
                break
            return manifest, _chain(head[end:], stream)
    raise NotRestored("dit is geen kopie van een database, of een van een andere versie")


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def check(parts: Parts, used: Programs) -> Manifest:
    """Read a copy to its end; pg_restore must know it, and it must hold the data of every table of its manifest.

    Raises ProgramFailed or NotRestored, and whatever `parts` raises.
    """
    manifest, archive = split(parts)
    with complaints() as errors, ExitStack() as stack:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = stack.enter_context(used.run(used.argv("pg_restore", "--list"), errors, **pipes))
        feeding = _Feeding(process, archive)
        listed = _out(process).read().decode()
        feeding.finish()
        if process.wait():
            raise failed("pg_restore", errors)
    wanted = {f"TABLE DATA {manifest.schema} {name} " for name in manifest.rijen}
    if missing := [name for name in wanted if name not in listed]:
        raise NotRestored(f"de kopie mist de gegevens van {len(missing)} tabellen")
    return manifest


class _Feeding:
    """Gives a program its input from a thread; whatever goes wrong with that input comes out of `finish`."""

    def __init__(self, process: "subprocess.Popen[bytes]", parts: Parts) -> None:
        self._process, self._parts = process, parts
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for part in self._parts:
                with suppress(BrokenPipeError):  # it has read enough; we still read on, to see that all is whole
                    _in(self._process).write(part)
            with suppress(BrokenPipeError):
                _in(self._process).close()
        except BaseException as error:
            self._error = error
            self._process.kill()

    def finish(self) -> None:
        self._thread.join()
        if self._error:
            raise self._error


def prepared(url: str, manifest: Manifest) -> None:
    """Refuse a database that is not empty, or that the role could not fill and check. Changes nothing."""
    with _connect(url, manifest.schema) as connection:
        query = """SELECT EXISTS (SELECT FROM pg_namespace n WHERE nspname = %(schema)s AND (
            EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid) OR
            EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid) OR
            EXISTS (SELECT FROM pg_type WHERE typnamespace = n.oid))), (
            SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), current_user"""
        filled, sees, role = connection.execute(query, {"schema": manifest.schema}).fetchone() or (True, False, "")
    if filled:
        raise NotRestored(
            f"het schema '{manifest.schema}' is niet leeg. Zet terug in een nieuwe, lege database (of geef ons eigen "
            "Postgres een nieuwe ZORGKETEN_HOME); aan deze is niets veranderd"
        )
    if manifest.beveiligd and not sees:
        raise NotRestored(_BLIND.format(role=role))


def restore(url: str, parts: Parts, used: Programs) -> Manifest:
    """Fill the database from a copy in one transaction, and commit only when every table holds what it should.

    Raises NotRestored or ProgramFailed, and whatever `parts` raises; the database is then as it was.
    """
    manifest, archive = split(parts)
    prepared(url, manifest)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    quiet = ("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t")
    strict = ("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate", "--set=SHOW_CONTEXT=never")
    with complaints() as wrong, complaints() as errors, ExitStack() as stack:
        psql = stack.enter_context(used.run(used.connected("psql", *quiet, *strict), errors, **pipes))
        writing = stack.enter_context(used.run(used.argv("pg_restore", "--no-owner", "--file=-"), wrong, **pipes))
        try:
            _fill(psql, writing, archive, manifest, used.server)
            rows, sequences = read([_answers(psql)])
            if different := manifest.differences(rows, sequences):
                raise NotRestored(f"wat er staat wijkt af van de back-up in {', '.join(different)}")
            _in(psql).write(b"COMMIT;\n")
            _in(psql).close()
        except BrokenPipeError:
            psql.wait()
        except _Unwritten:
            raise failed("pg_restore", wrong) from None
        if psql.wait():
            raise failed("Terugzetten", errors, "Aan de database is niets veranderd.")
    return manifest


def _fill(psql: Any, writing: Any, archive: Parts, manifest: Manifest, server: int) -> None:
    """Give psql everything but the COMMIT. Until then whatever ends us, or psql, leaves nothing behind."""
    into = _in(psql)
    into.write(_before(manifest))
    feeding = _Feeding(writing, archive)
    for block in _script(_out(writing), server):
        into.write(block)
    feeding.finish()
    if writing.wait():
        raise _Unwritten
    into.write(_after(manifest))
    into.flush()


def _script(out: IO[bytes], server: int) -> Iterator[bytes]:
    """What pg_restore writes, without the setting in its head that servers before 17 do not know."""
    for line in iter(out.readline, b""):
        if server >= 17 or not line.startswith(b"SET transaction_timeout"):
            yield line
        if line.startswith(b"SET client_encoding"):
            break
    yield from iter(lambda: out.read(_BLOCK), b"")


def _before(manifest: Manifest) -> bytes:
    schema = Identifier(manifest.schema)
    lines: list[Composable] = [SQL("\\o /dev/null\nSET client_min_messages = error"), SQL("BEGIN")]
    lines.append(SQL("DROP SCHEMA IF EXISTS {} RESTRICT").format(schema))
    for name in manifest.uitbreidingen:
        lines.append(SQL("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA public").format(Identifier(name)))
    made = (
        "DO $do$ BEGIN IF to_regrole({name}) IS NULL THEN "
        "CREATE ROLE {role} NOLOGIN; GRANT {role} TO CURRENT_USER; END IF; END $do$"
    )
    for role in map(Identifier, manifest.rollen):
        lines.append(SQL(made).format(role=role, name=Literal(role.as_string())))
    return "".join(f"{line.as_string()};\n" for line in lines).encode()


def _after(manifest: Manifest) -> bytes:
    settings = "".join(f"SET {name} = '{value}';\n" for name, _, value in (s.partition("=") for s in REPRESENTATION))
    asked = "".join(f"{query.as_string()};\n" for query in queries(manifest.schema, manifest.rijen))
    return f"\n{settings}\\o\n{asked}\\echo {_MARK.decode()}\n".encode()


def _answers(psql: "subprocess.Popen[bytes]") -> Iterator[tuple[str, ...]]:
    for line in _out(psql):
        if line.rstrip() == _MARK:
            return
        yield tuple(line.decode().rstrip("\n").split("\t"))
    raise BrokenPipeError
