"""What tests of allocating share: what was bought, a weekly allocation, a ceiling."""

import json
from pathlib import Path
from typing import Any

import httpx

from services.demo import inkoop as examples
from services.demo import people
from services.demo.stage import Party
from tests.chain import Chain

JEUGD, WMO = "65656055", "65656056"
WEEKLY = {
    "standaard": "iwmo",
    "aanbieder": WMO,
    "client": people.WILLEM,
    "product": {"categorie": "02", "code": "02A03"},
    "toegang": "wijkteam",
    "ingangsdatum": "2026-01-05",
    "einddatum": "2026-12-27",
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
"""51 weeks of 3 hours, at € 61.50."""
PLAIN = {name: WEEKLY[name] for name in ("standaard", "aanbieder", "client", "toegang", "ingangsdatum")}
"""What is to be allocated is left open."""
COMING = {"ingangsdatum": "2030-01-07", "einddatum": "2030-12-29"}
"""Another run of 51 weeks, which is not over: what is can not be lengthened (OP380)."""
VALUE = 51 * 3 * 6150


def bought(chain: Chain, file: str, contract: str, aanbieder: str, **terms: Any) -> None:
    """The purchase of an example file, with a contract of a provider under its framework."""
    told = json.loads((Path(examples.__file__).parent / file).read_text("utf-8"))
    frame = next(row for row in told["contracten"] if row["nummer"] == contract)
    own = {**frame, "nummer": "C1", "tegenpartij": aanbieder, "raamcontract": contract, **terms}
    told["contracten"].append(own)
    chain.gemeente.call("POST", "allocation", "/inkoop", json=told)


def post(party: Party, path: str, body: Any = None) -> httpx.Response:
    answer: httpx.Response = party.apis["allocation"].call("POST", f"/v1{path}", json=body)
    return answer


def allocate(chain: Chain, **changes: Any) -> httpx.Response:
    return post(chain.gemeente, "/toewijzingen", WEEKLY | changes)


def codes(response: httpx.Response, status: int = 422) -> list[str]:
    assert response.status_code == status, response.text
    return [fault["code"] for fault in response.json()["bevindingen"]]


def ceiling(chain: Chain, bedrag: int, **scope: Any) -> None:
    row = {"naam": "P", "standaard": "iwmo", "bedrag": bedrag, "begindatum": "2026-01-01", "einddatum": "2026-12-31"}
    chain.gemeente.call("PUT", "allocation", "/plafonds", json=row | scope)
