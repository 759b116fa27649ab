"""A 323 of 1,000 lines, from POST to the stored 325, over the real processes.

The floor is what cannot be avoided: parsing the bytes, validating them against the XSD, and a COPY of as
many lines into an empty table.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import insert, text

from services import organisations
from shared.calendar import Periode, month
from shared.clients import Api
from shared.db import ledger, rows
from shared.db import tables as t
from shared.db.session import Namens, owner_engine, transaction
from shared.standard.catalogue import message_of
from shared.standard.codec import encode
from shared.standard.document import Document, build
from tests.bench import stage
from tests.bench.frame import Result, peak_mb
from tests.builders import example

LINES, CLIENTS, ROUNDS = 1000, 100, 5
GEMEENTE, AANBIEDER = list(organisations.DEMO)[:2]
LIMIT = 18.0


def run() -> Iterator[Result]:
    """Send an invoice a month and time each until its answer is stored."""
    with stage.schema() as environment:
        api = Api(environment["ZORGKETEN_MESSAGING_URL"], stage.keys()[GEMEENTE])
        with stage.processes(environment) as group:
            _world()
            bodies = [encode(_invoice(number)) for number in range(1, ROUNDS + 1)]
            seconds = sorted(stage.round_trip(api, body) for body in bodies)[ROUNDS // 2]
            floor = stage.floor(bodies[0], LINES)
            peak = max(peak_mb(process.pid) for process in group.running.values())
    yield Result(
        f"323 van {LINES} regels, van POST tot opgeslagen 325",
        seconds / floor,
        LIMIT,
        seconds,
        peak,
        f"lxml parse + XSD + COPY van {LINES} regels: {floor * 1000:.0f} ms",
    )


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
            entry = ledger.Entry(AANBIEDER, "uitgaand", "goedgekeurd", encode(document), document)
            [(bericht, _)] = ledger.store(session, GEMEENTE, [entry])
            rows.store_rows(session, GEMEENTE, (bericht, AANBIEDER, document))
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
