"""The stage of the benchmarks of invoices: the real processes on an empty schema, and the floor."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from lxml import etree
from sqlalchemy import text

from services import organisations, supervisor
from services.demo.run import free_addresses
from shared.calendar import system_clock
from shared.clients import Api
from shared.db.session import current_engine, owner, owner_engine
from shared.db.start import database
from shared.standard.xsd import compiled
from tests.bench.dataset import GEMEENTE
from tests.bench.frame import median_seconds
from tests.conftest import empty_schema

SCHEMA = "zorgketen_bench"
XML = {"Content-Type": "application/xml"}


@contextmanager
def schema() -> Iterator[dict[str, str]]:
    """An empty schema, and the environment that the processes on it need."""
    with database(migrated=False) as url:
        empty_schema(url, SCHEMA)
        unlimited = {"ZORGKETEN_REQUESTS_PER_SECOND": "1000000"}
        environment = {**free_addresses(), **unlimited, "ZORGKETEN_DB_SCHEMA": SCHEMA}
        os.environ.update(environment)
        try:
            yield environment
        finally:
            for engine in (current_engine(), owner_engine()):
                engine.dispose()


@contextmanager
def processes(environment: dict[str, str], workers: int = 1) -> Iterator[supervisor.Installation]:
    """The services and so many workers, at least one."""
    with supervisor.installation(supervisor.PROCESSES, environment, print) as group:
        for number in range(1, workers):
            group.running[f"worker {number}"] = group.running.pop("worker")
            group.start("worker")
        yield group


def keys() -> dict[str, str]:
    """The organisations of the demo, made known, each with its key."""
    with owner() as session:
        return organisations.register_demo(session, system_clock())


def round_trip(api: Api, body: bytes) -> float:
    """Seconds from the POST of a declaratie until its answer, which grants all of it, is stored.

    That is asked of the database: asking the API takes as long as what is measured of a small one.
    """
    began = time.perf_counter()
    made = api.call("POST", "/v1/berichten", content=body, headers=XML)
    if made.status_code != 202:
        raise AssertionError(made.text[:2000])
    with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT set_config('zorgketen.organisatie', :eigenaar, false)"), {"eigenaar": GEMEENTE})
        while connection.scalar(_ANSWERED, {"eigenaar": GEMEENTE, "heen": made.json()["id"]}) is None:
            time.sleep(0.01)
    taken = time.perf_counter() - began
    answer = api.call("GET", f"/v1/berichten/{made.json()['id']}/antwoord")
    if b"8001" not in answer.content:
        raise AssertionError(f"de declaratie is niet geheel toegekend: {answer.text[:2000]}")
    return taken


_ANSWERED = text("SELECT 1 FROM bericht WHERE eigenaar = :eigenaar AND antwoord_op = :heen")


def floor(body: bytes, lines: int, rounds: int = 9) -> float:
    """Seconds of what cannot be avoided: parsing, validating, and a COPY of as many lines into an empty table."""
    validator = compiled("JW323")
    rows: list[tuple[Any, ...]] = [("x" * 20,) * 8 + (date(2025, 1, 1),) * 2 + (1,) * 6 for _ in range(lines)]
    columns = ", ".join([f"t{i} text" for i in range(8)] + ["d1 date", "d2 date"] + [f"n{i} bigint" for i in range(6)])

    def work() -> None:
        validator.assertValid(etree.fromstring(body))
        with current_engine().begin() as connection:
            connection.execute(text(f"CREATE TEMP TABLE floor ({columns}) ON COMMIT DROP"))
            with connection.connection.cursor().copy("COPY floor FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    return median_seconds(work, rounds)
