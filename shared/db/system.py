"""What the launcher of Postgres asks of the system: files written whole, locks, commands under another account."""

import fcntl
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

Account = tuple[int, int] | None
"""The uid and gid to run the server as; None: our own."""


class PostgresUnavailable(RuntimeError):
    """The server cannot run here; says in Dutch why, and that DATABASE_URL is the way out."""

    def __init__(self, reason: object) -> None:
        advice = "Zet DATABASE_URL op het adres van een eigen PostgreSQL-server."
        super().__init__(f"De ingebouwde database kan niet draaien: {reason}. {advice}")


_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory() -> int:
    """The bytes of memory that there are: of this machine, or fewer where a container may have no more (cgroups)."""
    told = [path.read_text().strip() for path in map(Path, _LIMITS) if path.exists()]
    here = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([here, *(int(text) for text in told if text.isdigit())])


def open_lock(path: Path) -> int:
    """A descriptor of a lock or log file, made when absent; children do not inherit it."""
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def flock(descriptor: int, how: int) -> bool:
    """Take a kernel lock; False when another has it and `how` says not to wait."""
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True


def until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait for a condition; whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def write(path: Path, text: str) -> None:
    """Write a file of mode 600, whole or not at all; what a kill leaves half, the next one writes over."""
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def run(argv: list[str], account: Account, text: str = "", errors: int = subprocess.STDOUT) -> str:
    """The output of a command run as `account`, where no Ctrl-C of ours reaches it."""
    uid, gid = account or (None, None)
    done = subprocess.run(  # noqa: S603
        argv, input=text, stdout=subprocess.PIPE, stderr=errors, text=True, check=False, cwd="/", umask=0o077,
        env={"PATH": os.defpath, "LC_ALL": "C"}, start_new_session=True,
        user=uid, group=gid, extra_groups=[] if account else None,
    )  # fmt: skip
    if done.returncode:
        reason = " ".join(done.stdout.splitlines()[-3:])
        raise PostgresUnavailable(reason or f"{argv[0]} eindigt met status {done.returncode}")
    return done.stdout
