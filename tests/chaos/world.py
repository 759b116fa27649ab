"""An installation of its own to break: a Postgres home, organisations with all channels, services and two workers."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from services import organisations, supervisor
from shared.calendar import system_clock
from shared.config import SERVICES
from shared.db import postgres
from shared.db.server import server_of
from shared.db.session import current_engine, owner
from shared.db.settings import check
from shared.security import YEAR, derived_key
from tests.conftest import empty_schema

GEMEENTEN = ("0193", "0153", "0150")
LOKAAL = ("65656055", "65656056", "65656057")
MAP, HTTP = "65656058", "65656059"
"""A provider behind a folder, and one that is reached over HTTP: our own messaging, so that its ledger is here too."""
AANBIEDERS = (*LOKAAL, MAP, HTTP)
SCHEMA = "chaos"
ROOT = Path(__file__).parents[2]


@dataclass
class World:
    """What there is to break: its processes, its Postgres, its folders."""

    home: Path
    leases: list[postgres.Lease]
    environment: dict[str, str] = field(default_factory=dict)
    groups: list[supervisor.Installation] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    restarts: int = 0
    away: list[float] = field(default_factory=list)
    _clients: dict[tuple[str, str], httpx.Client] = field(default_factory=dict)

    @property
    def punten(self) -> Path:
        """A file here kills the first process that reaches the point of its name."""
        return self.home / "punten"

    @property
    def folder(self) -> Path:
        """Where the messages to MAP arrive."""
        return self.home / "uit"

    @property
    def log(self) -> Path:
        """What the processes write to stdout and stderr."""
        return self.home / "diensten.log"

    def api(self, code: str, service: str) -> httpx.Client:
        """The client of an organisation, which keeps its connections as a real one does."""
        if (code, service) not in self._clients:
            base = self.environment[f"ZORGKETEN_{service.upper()}_URL"]
            headers = {"Authorization": f"Bearer {self.keys[code]}"}
            self._clients[code, service] = httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False)
        return self._clients[code, service]

    def kill(self, name: str) -> bool:
        """Kill -9 `allocation`, `worker`, `worker2`, `postgres`, …; False when it is down already."""
        if name == "postgres":
            return self._kill_postgres()
        group = self.groups[1 if name == "worker2" else 0]
        process = group.running[name.rstrip("2")]
        if process.poll() is not None:
            return False
        process.send_signal(signal.SIGKILL)
        return True

    def _kill_postgres(self) -> bool:
        """The postmaster dies; an operator starts it again, as the product's launcher does not watch it."""
        lines = (server_of(self.home / "postgres").data / "postmaster.pid").read_text().split("\n")
        os.kill(int(lines[0]), signal.SIGKILL)
        time.sleep(random.uniform(0, 1))
        began = time.monotonic()
        self.leases.append(postgres.start(self.home))
        self.away.append(time.monotonic() - began)
        if self.leases[-1].url != self.leases[0].url:
            raise RuntimeError("Postgres is teruggekomen op een ander adres")
        return True


def _free_ports(count: int) -> list[int]:
    """Ports below those of outgoing connections, so that nobody takes one while its service is down."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(20000, 32000), 500):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise OSError("geen vrije poorten")


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="zorgketen-chaos-"))
    home.chmod(0o711)  # run as root, Postgres has an account of its own
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _telling(home: Path) -> Iterator[None]:
    """When it does not come up, show what the processes said last."""
    try:
        yield
    except TimeoutError:
        for path in home.glob("diensten.log"):
            print(*path.read_text(errors="replace").split("\n")[-15:], sep="\n    ", flush=True)
        raise


@contextmanager
def world() -> Iterator[World]:
    """Everything up and ready, until the block ends. Raises RuntimeError or TimeoutError when it does not come up."""
    with _home() as home, _telling(home), ExitStack() as stack:
        made = World(home, [postgres.start(home)])
        stack.callback(_release, made)
        _configure(made)
        empty_schema(made.leases[0].url, SCHEMA)
        check(current_engine())
        _register(made)
        say = _Count(made)
        for names in (supervisor.PROCESSES, ("worker",)):
            group = stack.enter_context(supervisor.installation(names, _hooked(made), say))
            made.groups.append(group)
            stack.enter_context(group.guarded())
        yield made
        current_engine().dispose()


def _release(made: World) -> None:
    for lease in made.leases:
        lease.release()


@dataclass
class _Count:
    world: World

    def __call__(self, line: str) -> None:
        self.world.restarts += 1


def _configure(made: World) -> None:
    made.punten.mkdir()
    ports = dict(zip(SERVICES, _free_ports(len(SERVICES)), strict=True))
    made.environment = {
        "DATABASE_URL": made.leases[0].url,
        "ZORGKETEN_DB_SCHEMA": SCHEMA,
        "ZORGKETEN_HOME": str(made.home),
        "ZORGKETEN_STALLED_SECONDS": "5",
        **{f"ZORGKETEN_{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()},
    }
    os.environ.update(made.environment)
    made.keys = {code: derived_key(code) for code in (*GEMEENTEN, *AANBIEDERS)}
    made.environment["ZORGKETEN_PARTNER_SLEUTELS"] = json.dumps({HTTP: made.keys[HTTP]})


def _hooked(made: World) -> dict[str, str]:
    return {
        **made.environment,
        "PYTHONPATH": f"{Path(__file__).parent / 'hook'}:{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ZORGKETEN_CHAOS_PUNTEN": str(made.punten),
        "ZORGKETEN_CHAOS_LOG": str(made.log),
    }


def _register(made: World) -> None:
    post = made.environment["ZORGKETEN_MESSAGING_URL"] + "/v1/berichten"
    channels = {MAP: ("map", str(made.folder)), HTTP: ("http", post)}
    with owner() as session:
        for code, key in made.keys.items():
            kanaal, adres = channels.get(code, ("lokaal", ""))
            organisations.register(session, code, f"Organisatie {code}", kanaal, adres)
            until = system_clock() + YEAR
            organisations.give_key(session, code, key, "chaos", until)
