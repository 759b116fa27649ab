"""`zorgketen demo`: a fresh schema, all processes, the two stories, and a closing table that proves itself."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from services import organisations, supervisor
from services.demo import betalen, closing, jeugd, modellen, wmo
from services.demo.stage import Party, Stage, StoryBrokenError
from shared.calendar import system_clock, vandaag
from shared.clients import Api
from shared.config import SERVICES
from shared.db.migrate import migrate
from shared.db.session import conninfo, owner
from shared.db.start import database
from shared.security import YEAR, derived_key

SCHEMA = "zorgketen_demo"
GEMEENTE, COLLEGA = "0193", "0193 collega"
"""The municipality, and the name of the key of the second person there."""
_LOCK = 7_303_301_324


def run(*, kill_worker: bool) -> int:
    """Play the demo; 0 when every expectation held, 1 otherwise."""
    began = time.monotonic()
    supervisor.end_on_sigterm()
    with database(migrated=False) as url, _fresh_schema(url):
        environment = {**free_addresses(), "ZORGKETEN_DB_SCHEMA": SCHEMA, "ZORGKETEN_STALLED_SECONDS": "5"}
        os.environ.update(environment)
        with owner() as session:
            keys = organisations.register_demo(session, system_clock())
            keys[COLLEGA] = derived_key(COLLEGA)
            organisations.give_key(session, GEMEENTE, keys[COLLEGA], "collega", system_clock() + YEAR)
        print("Drie diensten en een worker starten op één Postgres …", flush=True)
        with supervisor.installation(supervisor.PROCESSES, environment, lambda line: print(f"    {line}")) as group:
            stage = _stage(environment, keys)
            colleague = Party(GEMEENTE, "een collega", _apis(environment, keys[COLLEGA]))
            stage.kill_worker = (lambda: _kill(group)) if kill_worker else None
            with group.guarded():
                outcome = _play(stage, colleague)
    print(f"\n{stage.checks} verwachtingen uitgekomen in {time.monotonic() - began:.1f} s", flush=True)
    return outcome


def free_addresses() -> dict[str, str]:
    """Where the services listen: on their own ports, or on free ones where those are taken."""
    return {f"ZORGKETEN_{name.upper()}_URL": f"http://127.0.0.1:{_port(port)}" for name, port in SERVICES.items()}


def _port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("geen vrije poort")


@contextmanager
def _fresh_schema(url: str) -> Iterator[None]:
    """An empty schema for this run only; a second demo at the same time waits for the first."""
    address = conninfo(url, "public").replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        migrate(url, SCHEMA)
        yield


def _stage(environment: Mapping[str, str], keys: Mapping[str, str]) -> Stage:
    parties = [Party(code, naam, _apis(environment, keys[code])) for code, naam in organisations.DEMO.items()]
    gemeente, jeugdhulp, begeleiding = parties
    return Stage(gemeente, jeugdhulp, begeleiding)


def _apis(environment: Mapping[str, str], key: str) -> dict[str, Api]:
    return {name: Api(environment[f"ZORGKETEN_{name.upper()}_URL"], key) for name in SERVICES}


def _kill(group: supervisor.Installation) -> None:
    worker = group.running["worker"]
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    print("    de worker is gedood met kill -9", flush=True)


def _play(stage: Stage, colleague: Party) -> int:
    try:
        modellen.load(stage)
        jeugd.play(stage, vandaag())
        wmo.play(stage)
        modellen.allocate(stage)
        closing.show(stage)
        betalen.play(stage, colleague)
    except StoryBrokenError as broken:
        print(f"    ✗ {broken}", flush=True)
        return 1
    return 0
