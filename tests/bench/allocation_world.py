"""What the benchmarks of allocation work on: the ledger of `dataset` with starts, stops, requests and purchase data.

The municipality of the benchmarks is the largest: 30,000 allocations, of which 27,000 with one provider. It has
contracts under a framework with tariffs, products, three ceilings, an amount from which two persons allocate, and
clients with thirty allocations.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from services.demo.people import young
from services.messaging import flows, verwerken
from shared.calendar import month
from shared.config import settings
from shared.db import ledger, rows
from shared.db.session import Namens, conninfo, owner, transaction
from shared.standard.catalogue import message_of
from shared.standard.codec import encode
from shared.standard.document import build
from tests.bench import stage
from tests.bench.dataset import GEMEENTE, PER_CLIENT, PER_GEMEENTE, SOORTEN, Paar, bsns, fill, pairs_of
from tests.builders import example

ALLOCATIONS, LINES = 1_000_000, 100_000
FULL, FULL_CLIENTS = 30, 60
"""Allocations of a client with many of them, and how many such clients there are."""
SILENT = 25
"""Of each so many clients of a pair nothing was told (see allocation.sql)."""
FROM = date(2027, 1, 1)
"""First day of what is allocated; the ceilings are of this year."""
DIENST = Namens(GEMEENTE, "bench")
TABLES = (
    *("bericht", "client", "toegewezen_product", "start_product", "stop_product", "aangevraagd_product", "verzoek"),
    *("ongewijzigd_product", "te_wijzigen_product", "nieuw_product", "antwoord", "woonplaatsbeginsel"),
    *("contract", "tarief", "product", "plafond", "toewijsgrens", "inkoop_historie"),
)
"""What the statements of allocation.sql read and fill."""


@contextmanager
def world(allocations: int = ALLOCATIONS) -> Iterator[tuple[dict[str, str], float]]:
    """A filled schema: the environment of its processes, and the seconds that filling took.

    The providers have their administration elsewhere.
    """
    with stage.schema() as environment, TemporaryDirectory() as folder:
        chosen, began = settings(), time.monotonic()
        with psycopg.connect(conninfo(chosen.database_url, chosen.db_schema), autocommit=True) as connection:
            fill(connection, allocations=allocations, lines=LINES)
            tell(connection)
        seconds = time.monotonic() - began
        away = "UPDATE organisatie SET hier = false, kanaal = 'map', adres = :folder WHERE length(code) = 8"
        with owner() as session:
            session.execute(text(away), {"folder": folder})
        yield environment, seconds


def tell(connection: psycopg.Connection[Any]) -> None:
    """Add what was told and asked, and what was bought, in one transaction; then ANALYZE."""
    statements = Path(__file__).with_name("allocation.sql").read_text("utf-8").split("\n\n")[1:]
    with connection.transaction():
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for statement in statements:
            connection.execute(statement)
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    connection.execute("ANALYZE")


@cache
def bsns_of_pair() -> list[str]:
    """The BSNs of the clients of that pair, in their order."""
    return bsns()


@cache
def pair() -> Paar:
    """The municipality of the benchmarks and its largest provider."""
    return pairs_of(ALLOCATIONS, LINES)[0]


@cache
def providers() -> list[str]:
    """The providers of that municipality, the largest first."""
    return [found.aanbieder for found in pairs_of(ALLOCATIONS, LINES)[:PER_GEMEENTE]]


def new_allocation(number: int) -> dict[str, Any]:
    """The body of a POST for a client of that pair who does not have this product yet: half of them there.

    The other half is for the other providers of the municipality in turn.
    """
    first = pair().eerste + number * PER_CLIENT
    provider = 0 if number % 2 else 1 + number // 2 % (PER_GEMEENTE - 1)
    soort = next(SOORTEN[n % 10] for n in range(first + PER_CLIENT, first + 10) if SOORTEN[n % 10].volume)
    return {
        "standaard": "ijw",
        "aanbieder": providers()[provider],
        "client": young(bsns_of_pair()[number], "Testpersoon", "Tom", "2014-03-02", "1"),
        "product": {"categorie": "45", "code": soort.code},
        "toegang": "wijkteam",
        "ingangsdatum": FROM.isoformat(),
        "einddatum": "2027-12-31",
        "omvang": {"volume": soort.volume, "eenheid": soort.eenheid, "frequentie": soort.frequentie or "6"},
    }


def full_clients(provider: int = 1) -> list[str]:
    """Give clients of another provider thirty allocations each, one after the other: the id of one of each client."""
    found = []
    aanbieder = providers()[provider]
    with transaction(DIENST) as session:
        for number in range(FULL_CLIENTS):
            first = 200_000_000 + number * FULL
            products = [_allocation(first + n, n) for n in range(FULL)]
            person = {**example("JW301")["Client"][0], "bsn": bsns_of_pair()[number], "ToegewezenProduct": products}
            message = message_of("ijw", "301")
            header = ledger.new_header(message, GEMEENTE, aanbieder, f"V{number}", date(2026, 1, 1))
            document = build(message, {"Header": header, "Client": person})
            entry = ledger.Entry(aanbieder, "uitgaand", "goedgekeurd", encode(document), document)
            [(bericht, _)] = ledger.store(session, GEMEENTE, [entry])
            rows.store_rows(session, GEMEENTE, (bericht, aanbieder, document))
            found.append(f"{GEMEENTE}-ijw-{first + number % FULL}")
    return found


def _allocation(nummer: int, place: int) -> dict[str, Any]:
    """One of thirty months that follow each other, so that none runs beside another of the same product."""
    period = month(2027 + place // 12, place % 12 + 1)
    return {
        "toewijzing_nummer": nummer,
        "product_categorie": "45",
        "product_code": SOORTEN[0].code,
        "toewijzingsdatum": "2026-01-01",
        "toewijzingstijd": "12:00:00",
        "ingangsdatum": period.begin,
        "einddatum": period.eind,
        "omvang_volume": 10,
        "omvang_eenheid": "04",
        "omvang_frequentie": "6",
    }


def start_message(number: int) -> bytes:
    """A 305 of that pair for the first allocation of a client of whom nothing was told."""
    pair_, message = pair(), message_of("ijw", "305")
    place = (number + 1) * SILENT - 1
    nummer = pair_.eerste + place * PER_CLIENT
    soort = SOORTEN[nummer % len(SOORTEN)]
    begin = date(2025, 1, 1)
    product = {
        "toewijzing_nummer": nummer,
        "product_categorie": "45",
        "product_code": soort.code if soort.specifiek else None,
        "toewijzing_ingangsdatum": begin,
        "begindatum": begin + timedelta(1),
        "status_aanlevering": "1",
    }
    person = {**example("JW305")["Client"][0], "bsn": bsns_of_pair()[place], "StartProduct": [product]}
    header = ledger.new_header(message, pair_.aanbieder, GEMEENTE, f"S{number}", date(2026, 1, 1))
    return encode(build(message, {"Header": header, "Client": person}))


def to_judge(numbers: range) -> list[UUID]:
    """So many of those 305s, brought and checked on level 2, so that their judgement is what is left to do."""
    found = []
    for number in numbers:
        with transaction(DIENST) as session:
            bericht = flows.bring(session, start_message(number), None, GEMEENTE)
            verwerken.process(session, [bericht], date(2026, 1, 2))
        found.append(bericht)
    return found
