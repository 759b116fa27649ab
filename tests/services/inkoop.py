"""What the tests of purchase data share: the examples, and how they are put and read."""

from pathlib import Path
from typing import Any

import httpx

from services.demo import inkoop as examples
from services.demo.stage import Party

FILES = sorted(Path(examples.__file__).parent.glob("[!d]*.json"))
"""All models but D, which has no allocations: its sums are with paying."""
CONTRACT = {"nummer": "C1", "tegenpartij": "65656055", "standaard": "iwmo", "begindatum": "2025-01-01"}
TARIEF = {
    "contract": "C1",
    "product_categorie": "02",
    "product_code": "02A03",
    "eenheid": "04",
    "tarief": 6150,
    "begindatum": "2025-01-01",
}


def put(party: Party, path: str, body: Any, method: str = "PUT") -> httpx.Response:
    response: httpx.Response = party.apis["allocation"].call(method, f"/v1{path}", json=body)
    return response


def csv(party: Party, soort: str, text: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv"}
    answer: httpx.Response = party.apis["allocation"].call(
        "POST", f"/v1/inkoop/{soort}", content=text.encode(), headers=headers
    )
    return answer


def faults(response: httpx.Response) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    return [(fault["code"], fault["pad"]) for fault in response.json()["bevindingen"]]


def own(party: Party, soort: str, op: str = "") -> list[Any]:
    found: list[Any] = party.get("allocation", f"/{soort}" + (f"?op={op}" if op else ""))[soort]
    return found
