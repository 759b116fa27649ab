"""The demo as its user starts it: it ends by itself with exit code 0 and leaves nothing running."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.db.test_postgres import place, processes

CODE = Path(__file__).parents[2]
MARK = "ZORGKETEN_TEST_MARK"


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that every account can enter; its database may lie elsewhere."""
    path = Path(tempfile.mkdtemp(prefix="zorgketen-demo-"))
    path.chmod(0o755)
    yield path / "home"
    data = place(path / "home")
    if data.parent.parent == Path("/var/lib"):
        shutil.rmtree(data.parent)
    shutil.rmtree(path)


def marked(mark: str) -> list[str]:
    """The command lines of the processes that have our mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (path / "environ").read_bytes().split(b"\0"):
                found.append((path / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def play(home: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """The demo with a home of its own and no other database; what it printed, and the mark of its processes."""
    mark = uuid4().hex
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZORGKETEN_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-m", "services", "demo", *options],
        cwd=CODE,
        env={**kept, "ZORGKETEN_HOME": str(home), MARK: mark},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done, mark


@pytest.mark.parametrize("options", [(), ("--kill-worker",)], ids=["as it is", "with a worker that is killed"])
def test_the_story_holds_and_leaves_no_process_behind(home: Path, options: tuple[str, ...]) -> None:
    done, mark = play(home, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "toegekend = gedeclareerd - afgewezen" in done.stdout
    assert "geen bericht is verloren of verdubbeld" in done.stdout
    assert ("gedood met kill -9" in done.stdout) == bool(options)
    assert ("worker is gestopt (code -9) en wordt opnieuw gestart" in done.stdout) == bool(options)
    assert "Traceback" not in done.stderr
    assert not any(bsn in done.stdout + done.stderr for bsn in ("999900006", "999900018", "999900043", "999900031"))
    assert marked(mark) == []
    assert processes(home) == []
