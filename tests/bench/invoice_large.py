"""Declaraties on top of a ledger as large as that of a country: one of 27,000 lines, and 500 of 60 lines.

The floor is that of `invoice`. The large one is timed on a tenth of that ledger and on all of it, so that what the
history costs is seen. Its steps are timed once more in this process, one after the other.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from services import organisations
from services.billing.flows import assess
from services.messaging import flows, verwerken
from shared.calendar import month, system_clock, vandaag
from shared.clients import Api
from shared.config import settings
from shared.db import ledger
from shared.db.session import Namens, conninfo, owner, transaction
from shared.security import YEAR, derived_key
from shared.standard.catalogue import message_of
from shared.standard.codec import encode
from shared.standard.document import build
from tests.bench import stage
from tests.bench.dataset import CATEGORIE, GEMEENTE, PER_CLIENT, SOORTEN, Paar, bsns, fill, pairs_of
from tests.bench.frame import Result, peak_mb

ALLOCATIONS, LINES = 1_000_000, 5_000_000
FEW_ALLOCATIONS, FEW = 100_000, 500_000
"""What the growth is measured from: a tenth of both, which is made in a fraction of the time."""
LARGE, SMALL, MANY, WARMING = 27_000, 60, 500, 100
ROUNDS = range(3, 10)
"""The months of 2025 that the large one is sent for; the first of them meet processes that have done nothing yet."""
LIMIT, GROWTH, RATE, MEMORY = 6.5, 1.2, 4.0, 1.0
"""What holds now, on two cores in use. Aimed at: 6 × the floor, 1.2, 15,000 lines a second, 1 (that is 400 MB)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the large declaratie and of its floor, which is timed after each, as the speed of a machine in use
    changes by the minute; milliseconds per step, and megabytes of a worker.
    """

    seconds: float
    floor: float
    steps: dict[str, int]
    peak: float


def run(lines: int = LINES) -> Iterator[Result]:
    """The large one, what the history costs it, the memory of a worker, and the many small ones."""
    with _ledger(FEW_ALLOCATIONS, min(lines, FEW)) as environment:
        few = _large(environment)
    with _ledger(ALLOCATIONS, lines) as environment:
        rate, small_floor, seconds = _many(environment)
        found = _large(environment)
    what = f"JW323 van {LARGE} regels na {lines:,} regels"
    yield Result(
        f"{what}, van POST tot opgeslagen 325",
        found.seconds / found.floor,
        LIMIT,
        found.seconds,
        found.peak,
        f"lxml parse + XSD + COPY van {LARGE} regels: {found.floor * 1000:.0f} ms",
        found.steps,
    )
    growth = (found.seconds / found.floor) / (few.seconds / few.floor)
    yield Result(f"{what}, tegen {FEW:,}", growth, GROWTH, found.seconds, found.peak, "hetzelfde na weinig regels")
    yield Result(f"{what}: geheugen van een worker", found.peak / 400, MEMORY, found.seconds, found.peak, "400 MB")
    yield Result(
        f"{MANY} JW323's van {SMALL} regels door twee workers: {rate:.0f} regels per seconde",
        seconds / small_floor,
        RATE,
        seconds,
        found.peak,
        f"{MANY}× lxml parse + XSD + COPY van {SMALL} regels: {small_floor * 1000:.0f} ms",
    )


@contextmanager
def _ledger(allocations: int, lines: int) -> Iterator[dict[str, str]]:
    """A schema with that many allocations and lines; the providers have their administration elsewhere."""
    with stage.schema() as environment, TemporaryDirectory() as folder:
        chosen = settings()
        with psycopg.connect(conninfo(chosen.database_url, chosen.db_schema), autocommit=True) as connection:
            fill(connection, allocations=allocations, lines=lines)
            connection.execute("CHECKPOINT")  # else Postgres writes what is new here while it is timed
        away = "UPDATE organisatie SET hier = false, kanaal = 'map', adres = :folder WHERE length(code) = 8"
        with owner() as session:
            session.execute(text(away), {"folder": folder})
            session.execute(text(QUIET))
        yield environment


QUIET = """INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp)
    SELECT 'allocation.signalen', 3600 * (floor(extract(epoch FROM now()) / 3600) + hour) + 420
    FROM generate_series(-1, 1) hour"""
"""The hourly look at the terms of all organisations, at seven minutes past, counts as done: else it would be timed."""


def _api(environment: dict[str, str], gemeente: str) -> Api:
    """The API of messaging, with a key of a municipality."""
    key = derived_key(gemeente)
    with owner() as session:
        organisations.give_key(session, gemeente, key, "bench", system_clock() + YEAR)
    return Api(environment["ZORGKETEN_MESSAGING_URL"], key)


def _large(environment: dict[str, str]) -> Measured:
    pair = pairs_of(ALLOCATIONS, LINES)[0]
    bodies = [_invoice(pair, number, LARGE) for number in ROUNDS]
    api = _api(environment, GEMEENTE)
    with stage.processes(environment, workers=2) as group:
        pairs = [(stage.round_trip(api, body), stage.floor(body, LARGE)) for body in bodies]
        peak = max(peak_mb(process.pid) for name, process in group.running.items() if name.startswith("worker"))
    seconds, floor = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(ROUNDS) // 2]
    return Measured(seconds, floor, _steps(_invoice(pair, max(ROUNDS) + 1, LARGE)), peak)


def _steps(body: bytes) -> dict[str, int]:
    """Milliseconds of each step of a declaratie, in this process: wall clock, of which Python computed."""
    who, times = Namens(GEMEENTE, "bench"), dict[str, int]()
    bericht: list[UUID] = []
    steps: dict[str, Callable[[Session], object]] = {
        "aannemen": lambda session: bericht.append(flows.bring(session, body, None, GEMEENTE)),
        "niveau 2 en rijen": lambda session: verwerken.process(session, bericht, vandaag()),
        "beoordelen": lambda session: assess(session, bericht, vandaag()),
        "antwoorden": lambda session: verwerken.close(session, bericht, vandaag()),
    }
    for name, step in steps.items():
        began, computing = time.perf_counter(), time.process_time()
        with transaction(who) as session:
            step(session)
        times[name] = round((time.perf_counter() - began) * 1000)
        times[f"{name}, Python"] = round((time.process_time() - computing) * 1000)
    return times


def _many(environment: dict[str, str]) -> tuple[float, float, float]:
    """Lines per second from when two workers set to work to the last answer, the floor in seconds, and those seconds.

    The workers have done some before, and stand still while all are sent.
    """
    pairs = pairs_of(ALLOCATIONS, LINES)[10:]
    warming, chosen = pairs[:WARMING], pairs[WARMING : WARMING + MANY]
    body = _invoice(chosen[0], 11, SMALL)
    with stage.processes(environment, workers=2) as group:
        _send(environment, warming)
        _until_answered(len(warming))
        workers = [process for name, process in group.running.items() if name.startswith("worker")]
        for worker in workers:
            worker.send_signal(signal.SIGSTOP)
        _send(environment, chosen)
        for worker in workers:
            worker.send_signal(signal.SIGCONT)
        began = system_clock()
        seconds = (_until_answered(len(warming) + len(chosen)) - began).total_seconds()
    return MANY * SMALL / seconds, stage.floor(body, SMALL, 99) * MANY, seconds


def _send(environment: dict[str, str], pairs: Sequence[Paar]) -> None:
    apis = {gemeente: _api(environment, gemeente) for gemeente in {pair.gemeente for pair in pairs}}
    for pair in pairs:
        apis[pair.gemeente].call("POST", "/v1/berichten", content=_invoice(pair, 11, SMALL), headers=stage.XML)


def _until_answered(wanted: int) -> datetime:
    """Wait until so many are judged, and no more wait for it: when the last answer was made."""
    while _waiting():
        time.sleep(0.05)
    sent = "b.richting = 'inkomend' AND b.soort = '323' AND b.identificatie LIKE 'B11-%'"
    answers = "bericht b JOIN bericht a ON a.eigenaar = b.eigenaar AND a.antwoord_op = b.id"
    with owner() as session:
        count, last = session.execute(text(f"SELECT count(*), max(a.aangemaakt) FROM {answers} WHERE {sent}")).one()
    if count != wanted:
        raise AssertionError(f"{count} van {wanted} declaraties zijn beantwoord")
    answered: datetime = last
    return answered


def _waiting() -> int:
    """How many jobs wait or run that read or judge."""
    with owner() as session:
        count = session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE task_name IN ('messaging.process', 'messaging.assess')")
        )
    return count or 0


def _invoice(pair: Paar, number: int, lines: int) -> bytes:
    """The declaratie of a pair for a month of 2025, with a line for each of its first allocations."""
    message, period, known = message_of("ijw", "323"), month(2025, number), bsns()
    rows = [_line(pair, number, n) for n in range(lines)]
    clients = [
        {"bsn": known[(pair.persoon + n // PER_CLIENT) % pair.mensen], "Prestatie": rows[n : n + PER_CLIENT]}
        for n in range(0, lines, PER_CLIENT)
    ]
    name = f"B{number}-{pair.nr}"
    day = month(2026, 1).eind
    declaratie = {
        "declaratie_nummer": f"B{number}x{pair.nr}",
        "declaratie_periode_begindatum": period.begin,
        "declaratie_periode_einddatum": period.eind,
        "declaratie_dagtekening": day,
        "totaal_ingediend_bedrag_totaal_bedrag": sum(row["ingediend_bedrag_bedrag"] for row in rows),
        "totaal_ingediend_bedrag_debet_credit": "D",
        "Client": clients,
    }
    header = ledger.new_header(message, pair.aanbieder, pair.gemeente, name, day)
    return encode(build(message, {"Header": header, "Declaratie": declaratie}))


def _line(pair: Paar, number: int, n: int) -> dict[str, Any]:
    soort, period = SOORTEN[(pair.eerste + n) % len(SOORTEN)], month(2025, number)
    return {
        "product_referentie_referentie_nummer": f"B{number}-{pair.nr}-{n}",
        "toewijzing_nummer": pair.eerste + n,
        "product_categorie": CATEGORIE,
        "product_code": soort.code,
        "product_periode_begindatum": period.begin,
        "product_periode_einddatum": period.eind,
        "geleverd_volume": soort.geleverd,
        "eenheid": soort.eenheid,
        "product_tarief": soort.tarief,
        "ingediend_bedrag_bedrag": soort.geleverd * soort.tarief,
        "ingediend_bedrag_debet_credit": "D",
    }
