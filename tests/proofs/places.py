"""The places where no BSN may be, how they are searched, and leaks that are planted in each of them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.proofs.careless import Said
from tests.proofs.finding import Finder
from tests.proofs.installed import CODE, Installed, rows
from tests.proofs.wire import Answer

TALKATIVE = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_parameter_max_length": "-1",
    "log_duration": "on",
    "log_parameter_max_length_on_error": "-1",
    "log_error_verbosity": "verbose",
    "log_min_error_statement": "debug5",
    "log_min_messages": "debug1",
}
"""What an operator may set in the hope of understanding something."""


def ours(database: str) -> list[str]:
    """Set Postgres to tell all, as an operator does it: what did get through our own settings."""
    before = rows(database, "SELECT name, setting FROM pg_settings WHERE name LIKE 'log%' ORDER BY 1")
    for name, value in TALKATIVE.items():
        rows(database, f"ALTER SYSTEM SET {name} = '{value}'")
    rows(database, "SELECT pg_reload_conf(), pg_sleep(0.5)")
    after = rows(database, "SELECT name, setting FROM pg_settings WHERE name LIKE 'log%' ORDER BY 1")
    return sorted({str(name) for name, _ in {*before} ^ {*after} if name in TALKATIVE})


def talk(database: str) -> None:
    """Make Postgres tell every statement with its values, as only its superuser can."""
    for name in (
        "log_statement",
        "log_error_verbosity",
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
        "log_min_error_statement",
    ):
        rows(database, f"ALTER ROLE zorgketen SET {name} = '{TALKATIVE[name]}'")


def hush(database: str) -> None:
    """Let our own settings hold again."""
    rows(database, "ALTER ROLE zorgketen RESET ALL")


_TABLES = """
    SELECT relnamespace::regnamespace || '.' || relname FROM pg_class
    WHERE relkind IN ('r', 'm', 'p', 'S') AND relnamespace NOT IN
    (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast')) ORDER BY 1
"""
_MORE = ("pg_stats", "pg_stat_activity", "pg_description", "pg_largeobject", "pg_prepared_statements")


def tables(database: str) -> Iterator[tuple[str, bytes]]:
    """Every column of every table of every schema, and what Postgres itself keeps of values."""
    plain = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_duration = off")
        names = [str(row[0]) for row in connection.execute(_TABLES)] + list(_MORE)
        for name in names:
            cursor = connection.execute(f"SELECT * FROM {name}")
            columns: list[list[bytes]] = [[] for _ in cursor.description or ()]
            for row in cursor:
                for column, value in zip(columns, row, strict=True):
                    column.append(value if isinstance(value, bytes) else str(value).encode("utf-8", "replace"))
            for description, column in zip(cursor.description or (), columns, strict=True):
                yield f"{name}.{description.name}", b"\n".join(column)


def files(place: Path) -> Iterator[tuple[str, bytes]]:
    """The names and the bytes of the files below a folder, those of Postgres' data left out."""
    for path in sorted(place.rglob("*")):
        if path.is_file() and path.name != "server.log" and "data" not in path.relative_to(place).parts:
            yield f"bestand {path.name}", os_name(path) + path.read_bytes()


def os_name(path: Path) -> bytes:
    """The path itself, which is searched too."""
    return str(path).encode() + b"\n"


def leaks(finder: Finder, target: Installed, said: Said) -> dict[str, set[str]]:
    """The places where a BSN was found, each with its guises."""
    return {place: guise for place, data in places(target, said) if (guise := finder.found(data))}


def places(target: Installed, said: Said) -> list[tuple[str, bytes]]:
    """Every place with what is in it."""
    found: list[tuple[str, bytes]] = [(place, b"\n".join(words)) for place, words in said.places.items()]
    found += [("logboek van de diensten", target.log.read_bytes())]
    found += [("logboek van Postgres", target.postgres_log.read_bytes())]
    return [*found, *files(target.home), *tables(target.database)]


def planted(target: Installed, said: Said, bsn: str) -> dict[str, str]:
    """A leak in each place: where it must be found."""
    with target.log.open("ab") as log:
        script = (
            "import sys, logging as l; from shared import logs; logs.configure(); l.getLogger('x').warning(sys.argv[1])"
        )
        subprocess.run([sys.executable, "-c", script, f"bericht van {bsn}"], cwd=CODE, stderr=log, check=True)
    rows(target.database, "DO $$ BEGIN RAISE LOG 'dubbel: (bsn)=(%)', '" + bsn + "'; END $$")
    rows(target.database, "CREATE SCHEMA ergens; CREATE TABLE ergens.iets (wat jsonb, hoe bytea)")
    rows(
        target.database,
        "INSERT INTO ergens.iets VALUES (jsonb_build_object('a', CAST(:b AS text)), convert_to(:b, 'UTF8'))",
        b=bsn,
    )
    job = "INSERT INTO zorgketen.procrastinate_jobs (queue_name, task_name, args, status)"
    rows(target.database, f"{job} VALUES ('x', 'x', :a, 'succeeded')", a=json.dumps({"bsn": bsn}))
    (target.home / f"bericht-{bsn}.xml").write_text("x")
    said.answer(Answer(422, {"location": f"/v1/clienten/{bsn}"}, f'{{"detail": "{bsn}"}}'.encode()))
    said.answer(Answer(200, {"content-type": "application/json"}, f'{{"volgende": "/v1/x?bsn={bsn}"}}'.encode()))
    return {
        "logboek van de diensten": "een regel in het logboek",
        "logboek van Postgres": "een melding van Postgres",
        "ergens.iets.wat": "een kolom in een ander schema",
        "ergens.iets.hoe": "een kolom met bytes",
        "zorgketen.procrastinate_jobs.args": "een argument van een taak",
        f"bestand bericht-{bsn}.xml": "de naam van een bestand",
        "foutmeldingen": "een foutmelding",
        "koppen van antwoorden": "een kop van een antwoord",
        "adressen": "een adres in een antwoord",
    }
