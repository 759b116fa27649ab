"""What tests of billing share: an agreement, an allocation, deliveries and what became of their declaraties."""

from typing import Any

import httpx
import pytest

from services.allocation import flows, queries
from services.demo import people
from services.demo.stage import Party
from shared.calendar import system_clock
from shared.db.session import Namens, transaction
from shared.db.tables import metadata
from shared.standard.catalogue import message_of
from tests.chain import Chain, query

Json = dict[str, Any]
HULP = {"categorie": "02", "code": "02A03"}
DAGBESTEDING = {"categorie": "07", "code": "07A04"}
WEKELIJKS = {"volume": 3, "eenheid": "04", "frequentie": "2"}
TARIEF = 6_150
CONTRACT = {"nummer": "C1", "standaard": "iwmo", "begindatum": "2024-01-01"}
PRIJS = {
    "contract": "C1",
    "product_categorie": "02",
    "product_code": "02A03",
    "eenheid": "04",
    "tarief": TARIEF,
    "begindatum": "2024-01-01",
}


def agree(chain: Chain, aanbieder: Party, *tarieven: Json, **contract: Any) -> None:
    """Both parties keep the contract and its tariffs."""
    for party, other in ((chain.gemeente, aanbieder), (aanbieder, chain.gemeente)):
        party.call("PUT", "allocation", "/contracten", json={**CONTRACT, "tegenpartij": other.code, **contract})
        for tarief in tarieven:
            party.call("PUT", "allocation", "/tarieven", json=PRIJS | tarief)


def allocate(chain: Chain, aanbieder: Party, **changes: Any) -> str:
    """An allocation that the provider has accepted: three hours a week, unless it is said otherwise; its id."""
    body = {
        "standaard": "iwmo",
        "aanbieder": aanbieder.code,
        "client": people.WILLEM,
        "product": HULP,
        "toegang": "wijkteam",
        "ingangsdatum": "2025-10-07",
        "einddatum": "2025-12-30",
        "omvang": WEKELIJKS,
    }
    body = {name: value for name, value in (body | changes).items() if value is not None}
    made = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body)
    chain.drain()
    assert chain.gemeente.get("messaging", f"/berichten/{made['bericht']}")["status"] == "goedgekeurd"
    return str(made["id"])


def send(party: Party, path: str, body: Any, method: str = "POST") -> httpx.Response:
    return party.apis["billing"].call(method, f"/v1{path}", json=body)


def deliver(aanbieder: Party, toewijzing: str, maand: str, volume: int, **more: Any) -> Json:
    """What was delivered in a month, kept."""
    body = {"toewijzing": toewijzing, "maand": maand, "volume": volume, **more}
    kept: Json = aanbieder.call("POST", "billing", "/leveringen", 201, json=body)
    return kept


def claim(aanbieder: Party, maand: str, standaard: str = "iwmo") -> httpx.Response:
    return send(aanbieder, "/declaraties", {"standaard": standaard, "gemeente": "0193", "maand": maand})


def declare(chain: Chain, aanbieder: Party, maand: str, standaard: str = "iwmo") -> Json:
    """The declaratie of a month, sent and answered, as the provider sees it."""
    made = claim(aanbieder, maand, standaard)
    assert made.status_code == 202, made.text
    chain.drain()
    found: Json = aanbieder.get("billing", made.headers["location"].removeprefix("/v1"))
    return found


def resent(toewijzing: str, **leaves: Any) -> None:
    """A 301 in which an allocation is otherwise, as of software that does not keep to IV066 or OP380."""
    nu = system_clock()
    with transaction(Namens(toewijzing[:4], "toets")) as session:
        row = queries.one(session, toewijzing[:4], toewijzing)
        kind, client = message_of(row.standaard, "301"), flows.client_as_told(session, row)
        told = flows.as_told(kind, row) | {"reden_wijziging": "07"} | leaves | flows.determined(nu)
        flows.send_301(session, kind, row.eigenaar, row.tegenpartij, client, [told], nu)


def overtaken(chain: Chain, aanbieder: Party, toewijzing: str, maand: str, **change: Any) -> Json:
    """A declaratie of what the municipality has just changed its mind about: its provider could not know yet."""
    if "volume" in change:
        resent(toewijzing, omvang_volume=change["volume"])
    else:
        body = {"reden_wijziging": "07", **change}
        chain.gemeente.call("POST", "allocation", f"/toewijzingen/{toewijzing}/wijzigingen", 201, json=body)
    return declare(chain, aanbieder, maand)


def declaraties(party: Party) -> list[Json]:
    found: list[Json] = party.get("billing", "/declaraties")["declaraties"]
    return found


def outcomes(declaratie: Json) -> list[tuple[int, str]]:
    """Of each line the amount in eurocents and what became of it."""
    return [(line["bedrag"], line["uitkomst"]) for line in declaratie["regels"]]


def reasons(declaratie: Json) -> list[list[str]]:
    """Of each line the return codes."""
    return [[reden["retourcode"] for reden in line["redenen"]] for line in declaratie["regels"]]


def to_pay(chain: Chain) -> dict[tuple[str, str], int]:
    rows = chain.gemeente.get("billing", "/te-betalen")["te_betalen"]
    return {(row["standaard"], row["aanbieder"]): row["te_betalen"] for row in rows}


def codes(response: httpx.Response) -> list[str]:
    assert response.headers["content-type"] == "application/problem+json"
    return [finding["code"] for finding in response.json()["bevindingen"]]


def kept() -> dict[str, int]:
    tables = [*metadata.tables, "procrastinate_jobs"]
    return {name: query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


@pytest.fixture
def hours(chain: Chain) -> str:
    """An allocation of three hours a week, under a contract with a tariff per hour."""
    agree(chain, chain.begeleiding, {})
    return allocate(chain, chain.begeleiding)
