"""An installation of its own for a proof: home, Postgres, the three services and the worker as real processes."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from services.organisations import DEMO
from shared.config import SERVICES
from shared.db import postgres

CODE = Path(__file__).parents[2]
SECONDS = 90.0
UNLIMITED = ("ZORGKETEN_REQUESTS_PER_SECOND", "ZORGKETEN_FAILED_SIGN_INS_PER_MINUTE")
"""All requests of a proof come from one address."""


@contextmanager
def own_home() -> Iterator[Path]:
    """A home that every account can enter, and that is gone afterwards, with the data of its Postgres."""
    above = Path(tempfile.mkdtemp(prefix="zorgketen-proof-"))
    above.chmod(0o755)
    try:
        yield above / "home"
    finally:
        pointer = above / "home" / "postgres" / "location"
        if pointer.exists() and (data := Path(pointer.read_text())).parent.parent == Path("/var/lib"):
            shutil.rmtree(data.parent, ignore_errors=True)
        shutil.rmtree(above, ignore_errors=True)


def environment(home: Path, database: str, **more: str) -> dict[str, str]:
    """What a process of this installation gets: nothing of the settings of whoever runs the proof."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZORGKETEN_", "DATABASE_URL"))}
    return {**kept, "ZORGKETEN_HOME": str(home), "DATABASE_URL": database, "PYTHONUNBUFFERED": "1", **more}


def rows(url: str, sql: str, **values: object) -> list[tuple[object, ...]]:
    """What a statement gives to the owner of the database; committed."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        found = connection.execute(text(sql), values)
        return [tuple(row) for row in found] if found.returns_rows else []


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass(frozen=True)
class Installed:
    """A running installation: where it answers, the keys of the organisations of the demo, and all that it says."""

    home: Path
    database: str
    urls: Mapping[str, str]
    keys: Mapping[str, str]
    log: Path
    pids: Mapping[str, int]

    def alive(self) -> bool:
        """Whether every process is still the one that was started, and every service says that it lives."""
        if processes(self.log.parent) != self.pids:
            return False
        answers = [httpx.get(f"{url}/health/live", timeout=30) for url in self.urls.values()]
        return all(answer.status_code == 200 and answer.json() == {"status": "ok"} for answer in answers)

    @property
    def postgres_log(self) -> Path:
        """What Postgres says."""
        return self.home / "postgres" / "server.log"


def processes(mark: Path) -> dict[str, int]:
    """The processes of an installation by their names: those with our mark in their environment."""
    found, wanted = {}, f"ZORGKETEN_PROOF_MARK={mark}".encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().split(b"\0")[1:-1]
            if line[:3] == [b"-m", b"services", b"serve"] and wanted in (path / "environ").read_bytes().split(b"\0"):
                found[line[3].decode() if line[3] != b"--demo" else "supervisor"] = int(path.name)
        except (OSError, IndexError):
            continue
    return found


@contextmanager
def installed(home: Path, before: Callable[[str], object] = str) -> Iterator[Installed]:
    """Serve from `home`, with the organisations of the demo, until the block ends; its Postgres included.

    `before` gets the address of the database, once it is there and before anybody else uses it.
    """
    with postgres.start(home) as lease, tempfile.TemporaryDirectory(prefix="zorgketen-proof-log-") as place:
        before(lease.url)
        mark, log = Path(place), Path(place) / "services.log"
        urls = {
            name: f"http://127.0.0.1:{port}" for name, port in zip(SERVICES, free_ports(len(SERVICES)), strict=True)
        }
        own = environment(home, lease.url, ZORGKETEN_PROOF_MARK=str(mark), ZORGKETEN_STALLED_SECONDS="5")
        own |= dict.fromkeys(UNLIMITED, "1000000")
        own |= {f"ZORGKETEN_{name.upper()}_URL": url for name, url in urls.items()}
        with log.open("wb") as file:
            command = [sys.executable, "-m", "services", "serve", "--demo"]
            serving = subprocess.Popen(command, cwd=CODE, env=own, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        try:
            keys = _keys(serving, log)
            yield Installed(home, lease.url, urls, keys, log, processes(mark))
        finally:
            serving.terminate()
            serving.wait(SECONDS)


def _keys(serving: "subprocess.Popen[bytes]", log: Path) -> dict[str, str]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and serving.poll() is None:
        said = log.read_text()
        if "Stoppen met Ctrl-C" in said:
            lines = (line.split() for line in said.splitlines())
            return {words[0]: words[-1] for words in lines if words and words[0] in DEMO and words[-1][:3] == "zk_"}
        time.sleep(0.1)
    raise TimeoutError(f"de diensten starten niet: {log.read_text()[-2000:]}")
