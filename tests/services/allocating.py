"""What tests of allocation share: an allocation, its changes, and how both sides see it."""

from typing import Any

import httpx

from services.demo import people
from services.demo.stage import Party
from shared.db.tables import metadata
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.chain import Chain, query

Json = dict[str, Any]


PROFIEL = {"categorie": "50", "code": "50P4M"}


ANDERS = {"categorie": "45", "code": "45A03"}


TRAJECT = {"volume": 1, "eenheid": "82", "frequentie": "6"}


BEGELEIDING = {"categorie": "02", "code": "02A03"}


WEKELIJKS = {"volume": 3, "eenheid": "04", "frequentie": "2"}


def wanted(**changes: Any) -> Json:
    """A youth allocation as the API takes one; None takes a field away."""
    body = {
        "standaard": "ijw",
        "aanbieder": "65656055",
        "client": people.SAM,
        "product": PROFIEL,
        "toegang": "wijkteam",
        "ingangsdatum": "2025-09-01",
        "omvang": TRAJECT,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


WMO = {
    "standaard": "iwmo",
    "aanbieder": "65656056",
    "product": BEGELEIDING,
    "ingangsdatum": "2025-10-07",
    "einddatum": "2025-12-30",
    "omvang": WEKELIJKS,
}


BUDGET = {"omvang": None, "product": {"categorie": "45"}, "budget": 100_000, "einddatum": "2027-12-31"}


def allocate(chain: Chain, **changes: Any) -> Json:
    made: Json = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=wanted(**changes))
    return made


def change(chain: Chain, toewijzing: Json, **changes: Any) -> Json:
    path = f"/toewijzingen/{toewijzing['id']}/wijzigingen"
    made: Json = chain.gemeente.call("POST", "allocation", path, 201, json={"reden_wijziging": "07", **changes})
    return made


def send(party: Party, path: str, body: Any) -> httpx.Response:
    return party.apis["allocation"].call("POST", f"/v1{path}", json=body)


def codes(response: httpx.Response) -> list[str]:
    assert response.headers["content-type"] == "application/problem+json"
    return [finding["code"] for finding in response.json()["bevindingen"]]


def places(response: httpx.Response) -> list[str]:
    return [finding["pad"] for finding in response.json()["bevindingen"]]


def kept() -> dict[str, int]:
    tables = [*metadata.tables, "procrastinate_jobs"]
    return {name: query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def sent(party: Party, bericht: str) -> Document:
    """A message as its sender keeps it."""
    return check(party.xml(bericht)).document()


def status(party: Party, bericht: str) -> str:
    return str(party.get("messaging", f"/berichten/{bericht}")["status"])
