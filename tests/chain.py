"""The real chain in one process: the three services on loopback, and a worker that runs until nothing is left."""

import importlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest
from starlette.types import ASGIApp

from services import organisations
from services.demo.stage import Party
from shared.calendar import system_clock
from shared.clients import Api
from shared.config import SERVICES
from shared.db.session import owner
from shared.jobs import run_worker
from shared.security import YEAR, new_key
from shared.server import server

GEMEENTE, JEUGDHULP, BEGELEIDING = organisations.DEMO


def serving(name: str) -> AbstractContextManager[str]:
    """A service on a free port, in a thread; its address."""
    return listening(importlib.import_module(f"services.{name}.app").app)


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """An app on a free port, in a thread, served as `zorgketen serve` does; its address."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # said out loud, or asyncio leaves Nagle on: 40 ms an answer
    listener.bind(("127.0.0.1", 0))
    running = server(app, lifespan="off")
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)
    listener.close()


def query(sql: str) -> list[Any]:
    """Rows straight from the database, to look behind the API."""
    with owner() as session:
        return list(session.connection().exec_driver_sql(sql))


def jobs(*statuses: str) -> int:
    """How many jobs there are in some statuses, but for those that come by the clock, whatever is done."""
    listed = ", ".join(map(repr, statuses))
    by_clock = "EXISTS (SELECT FROM procrastinate_periodic_defers WHERE job_id = job.id)"
    return int(
        query(f"SELECT count(*) FROM procrastinate_jobs job WHERE status IN ({listed}) AND NOT {by_clock}")[0][0]
    )


class Chain:
    """The services with the organisations of the demo; `drain` does the work that is waiting."""

    def __init__(self, urls: dict[str, str], keys: dict[str, str]) -> None:
        self.urls, self.keys = urls, keys
        self.parties = {code: self.party(key, code) for code, key in keys.items()}
        self.gemeente, self.jeugdhulp, self.begeleiding = self.parties.values()

    def party(self, key: str, code: str = "") -> Party:
        """An organisation, or a stranger with some key."""
        return Party(code, organisations.DEMO.get(code, code), {n: Api(url, key) for n, url in self.urls.items()})

    def colleague(
        self, code: str = "0193", naam: str = "collega", rollen: tuple[str, ...] = organisations.ALLES
    ) -> Party:
        """Somebody else of an organisation: another key, with all roles unless fewer are named."""
        key = new_key()
        with owner() as session:
            organisations.give_key(session, code, key, naam, system_clock() + YEAR, rollen)
        return self.party(key, code)

    def another(self, code: str, naam: str) -> Party:
        """An organisation that the demo does not have."""
        with owner() as session:
            organisations.register(session, code, naam)
        return self.colleague(code)

    def drain(self) -> None:
        """Run every job that is waiting, and those that they defer; not those that failed and must wait."""
        importlib.import_module("services.messaging.tasks")
        waiting = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'messaging%%' "
        while query(waiting + "AND (scheduled_at IS NULL OR scheduled_at <= now()) LIMIT 1"):
            run_worker(wait=False)

    def post(self, party: Party, xml: bytes, **headers: str) -> Any:
        """Bring a message to messaging."""
        kind = {"Content-Type": "application/xml", **headers}
        return party.apis["messaging"].call("POST", "/v1/berichten", content=xml, headers=kind)


@pytest.fixture(scope="session")
def services(database: str) -> Iterator[dict[str, str]]:
    """The addresses of the three services, running."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for limit in ("REQUESTS_PER_SECOND", "FAILED_SIGN_INS_PER_MINUTE"):  # all tests have one address
            patch.setenv(f"ZORGKETEN_{limit}", "1000000")
        urls = {name: stack.enter_context(serving(name)) for name in SERVICES}
        for name, url in urls.items():
            patch.setenv(f"ZORGKETEN_{name.upper()}_URL", url)
        yield urls


@pytest.fixture
def chain(services: dict[str, str], clean: None) -> Chain:
    """The running chain on an empty ledger."""
    with owner() as session:
        keys = organisations.register_demo(session, system_clock())
    return Chain(services, keys)
