"""What the tests of our own Postgres share: its processes, and starters that hold it."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

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
