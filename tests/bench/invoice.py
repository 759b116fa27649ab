"""A 323 of 1,000 lines, from POST to the stored 325, over the real processes.

The floor is what cannot be avoided: parsing the bytes, validating them against the XSD, and a COPY of as
many lines into an empty table.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from lxml import etree
from sqlalchemy import insert, text

from services import organisations, supervisor
from services.demo.run import free_addresses
from shared.calendar import Periode, month, system_clock
from shared.clients import Api
from shared.db import ledger, rows
from shared.db import tables as t
from shared.db.session import Namens, current_engine, owner, owner_engine, transaction
from shared.db.start import database
from shared.standard.catalogue import message_of
from shared.standard.codec import encode
from shared.standard.document import Document, build
from shared.standard.xsd import compiled
from tests.bench.frame import Result, median_seconds, peak_mb
from tests.builders import example
from tests.conftest import empty_schema

LINES, CLIENTS, ROUNDS = 1000, 100, 5
GEMEENTE, AANBIEDER = list(organisations.DEMO)[:2]
LIMIT = 32.0
SCHEMA = "zorgketen_bench"


def run() -> Iterator[Result]:
    """Send an invoice a month and time each until its answer is stored."""
    with _installation() as (api, group):
        _world()
        bodies = [encode(_invoice(number)) for number in range(1, ROUNDS + 1)]
        seconds = sorted(_round_trip(api, body) for body in bodies)[ROUNDS // 2]
        floor = _floor(bodies[0])
        peak = max(peak_mb(process.pid) for process in group.running.values())
    yield Result(
        f"323 van {LINES} regels, van POST tot opgeslagen 325",
        seconds / floor,
        LIMIT,
        seconds,
        peak,
        f"lxml parse + XSD + COPY van {LINES} regels: {floor * 1000:.0f} ms",
    )


@contextmanager
def _installation() -> Iterator[tuple[Api, supervisor.Installation]]:
    with database(migrated=False) as url:
        empty_schema(url, SCHEMA)
        environment = {**free_addresses(), "ZORGKETEN_DB_SCHEMA": SCHEMA}
        os.environ.update(environment)
        with owner() as session:
            keys = organisations.register_demo(session, system_clock())
        with supervisor.installation(supervisor.PROCESSES, environment, print) as group:
            yield Api(environment["ZORGKETEN_MESSAGING_URL"], keys[GEMEENTE]), group


def _bsn(client: int) -> str:
    """Any nine digits that pass the elfproef, in the test range."""
    for tail in range(10_000 + client * 100, 10_000 + client * 100 + 100):
        digits = f"9999{tail:05}"
        if sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0:
            return digits
    raise AssertionError(client)


def _world() -> None:
    """An allocation for every line, sent and accepted, and the contract with its tariff."""
    with transaction(Namens(GEMEENTE, "bench")) as session:
        for client in range(CLIENTS):
            document = _allocation(client)
            entry = ledger.Entry(GEMEENTE, AANBIEDER, "uitgaand", "goedgekeurd", encode(document), document)
            bericht, _ = ledger.store(session, entry)
            rows.store_rows(session, bericht, GEMEENTE, AANBIEDER, document)
        day = date(2024, 1, 1)
        session.execute(
            insert(t.contract).values(
                eigenaar=GEMEENTE, nummer="B", tegenpartij=AANBIEDER, standaard="ijw", begindatum=day
            )
        )
        session.execute(
            insert(t.tarief).values(
                eigenaar=GEMEENTE,
                contract="B",
                product_categorie="45",
                product_code="45A03",
                eenheid="04",
                begindatum=day,
                tarief=7500,
            )
        )
    with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _allocation(client: int) -> Document:
    tree: dict[str, Any] = example("JW301")
    product = tree["Client"][0]["ToegewezenProduct"][0]
    common = {"product_categorie": "45", "product_code": "45A03", "ingangsdatum": "2025-01-01"}
    omvang = {"omvang_volume": 10, "omvang_eenheid": "04", "omvang_frequentie": "4"}
    gone = {"einddatum": None, "budget": None, "reden_wijziging": None, "referentie_aanbieder": None}
    products = [
        {**product, **common, **omvang, **gone, "toewijzing_nummer": number}
        for number in range(client * LINES // CLIENTS + 1, (client + 1) * LINES // CLIENTS + 1)
    ]
    header = {**tree["Header"][0], "afzender": GEMEENTE, "ontvanger": AANBIEDER}
    header["bericht_identificatie_identificatie"] = f"B{client}"
    person = {**tree["Client"][0], "bsn": _bsn(client), "ToegewezenProduct": products}
    return build(message_of("ijw", "301"), {"Header": header, "Client": person})


def _invoice(number: int) -> Document:
    message, period = message_of("ijw", "323"), month(2025, number)
    per_client = LINES // CLIENTS
    clients = [
        {
            "bsn": _bsn(client),
            "Prestatie": [_line(number, client * per_client + n + 1, period) for n in range(per_client)],
        }
        for client in range(CLIENTS)
    ]
    day = date(2026, 1, 31)
    header = ledger.new_header(message, AANBIEDER, GEMEENTE, f"F{number}", day)
    declaratie = {
        "declaratie_nummer": f"D{number}",
        "declaratie_periode_begindatum": period.begin,
        "declaratie_periode_einddatum": period.eind,
        "declaratie_dagtekening": day,
        "totaal_ingediend_bedrag_totaal_bedrag": LINES * 8 * 7500,
        "totaal_ingediend_bedrag_debet_credit": "D",
        "Client": clients,
    }
    return build(message, {"Header": header, "Declaratie": declaratie})


def _line(number: int, toewijzing: int, period: Periode) -> dict[str, Any]:
    return {
        "product_referentie_referentie_nummer": f"R{number}-{toewijzing}",
        "toewijzing_nummer": toewijzing,
        "product_categorie": "45",
        "product_code": "45A03",
        "product_periode_begindatum": period.begin,
        "product_periode_einddatum": period.eind,
        "geleverd_volume": 8,
        "eenheid": "04",
        "product_tarief": 7500,
        "ingediend_bedrag_bedrag": 8 * 7500,
        "ingediend_bedrag_debet_credit": "D",
    }


def _round_trip(api: Api, body: bytes) -> float:
    began = time.perf_counter()
    made = api.call("POST", "/v1/berichten", content=body, headers={"Content-Type": "application/xml"})
    while (answer := api.call("GET", f"/v1/berichten/{made.json()['id']}/antwoord")).status_code != 200:
        time.sleep(0.005)
    taken = time.perf_counter() - began
    if b"8001" not in answer.content:
        raise AssertionError(f"de declaratie is niet geheel toegekend: {answer.text[:2000]}")
    return taken


def _floor(body: bytes) -> float:
    schema = compiled("JW323")
    lines = [("x" * 20,) * 8 + (date(2025, 1, 1),) * 2 + (1,) * 6 for _ in range(LINES)]
    columns = ", ".join([f"t{i} text" for i in range(8)] + ["d1 date", "d2 date"] + [f"n{i} bigint" for i in range(6)])

    def work() -> None:
        schema.assertValid(etree.fromstring(body))
        with current_engine().begin() as connection:
            connection.execute(text(f"CREATE TEMP TABLE floor ({columns}) ON COMMIT DROP"))
            with connection.connection.cursor().copy("COPY floor FROM STDIN") as copy:
                for row in lines:
                    copy.write_row(row)

    return median_seconds(work, 9)
