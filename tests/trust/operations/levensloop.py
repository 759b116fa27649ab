"""The operations on the life of an allocation, and what they need of a municipality."""

from collections.abc import Mapping

from services.demo.stage import Party
from tests.trust.operation import Key, Operation

LATER = "2035-01-01"
"""A day on which nothing runs any more."""
OMZETTING = {
    "standaard": "iwmo",
    "per": LATER,
    "regels": [{"van": {"categorie": "02", "code": "02A03"}, "naar": {"product": {"categorie": "07"}, "budget": 5}}],
}

OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "POST", "/v1/toewijzingen/{id}/verlenging"): Operation(
        "toewijzen",
        "gemeente",
        "toewijzing",
        (422, 404),  # its end has passed
        {"einddatum": "2026-12-31"},
    ),
    ("allocation", "POST", "/v1/toewijzingen/{id}/intrekking"): Operation(
        "toewijzen", "gemeente", "toewijzing", (201, 404), {"einddatum": "2025-12-28", "reden": "14"}
    ),
    ("allocation", "POST", "/v1/toewijzingen/{id}/verwijdering"): Operation(
        "toewijzen",
        "gemeente",
        "toewijzing",
        (422, 404),  # lines were granted on it
    ),
    ("allocation", "POST", "/v1/toewijzingen/{id}/herziening"): Operation(
        "toewijzen",
        "gemeente",
        "toewijzing",
        (422, 404),  # a budget is asked of what has none
        {"volume": None, "budget": 1},
    ),
    ("allocation", "POST", "/v1/toewijzingen/{id}/overdracht"): Operation(
        "toewijzen",
        "gemeente",
        "toewijzing",
        (422, 404),  # to the provider where the client is
        {"per": "2025-12-08"},
    ),
    ("allocation", "GET", "/v1/toewijzingen/{id}/historie"): Operation("lezen", object="toewijzing"),
    ("allocation", "GET", "/v1/toewijzingen/{id}/levering"): Operation("lezen", object="toewijzing"),
    ("allocation", "POST", "/v1/starts/correctie"): Operation(
        "leveren",
        "aanbieder",
        "toewijzing",
        (422, 404),  # nothing was told of that day
        {"begindatum": "2025-11-30"},
    ),
    ("allocation", "POST", "/v1/stops/correctie"): Operation(
        "leveren",
        "aanbieder",
        "toewijzing",
        (422, 404),  # nothing was told of that day
        {"begindatum": "2025-11-30", "einddatum": "2025-12-02", "reden_beeindiging": "31"},
    ),
    ("allocation", "POST", "/v1/contracten/{nummer}/beeindiging"): Operation(
        "beheren", "gemeente", "contract", (201, 404), {"datum": "2034-12-31", "lopende": "afmaken"}
    ),
    ("allocation", "GET", "/v1/contracten/{nummer}/beeindiging"): Operation("lezen", "gemeente", "contract"),
    ("allocation", "POST", "/v1/omzettingen"): Operation("toewijzen", "gemeente", gives=(201, 0), body=OMZETTING),
    ("allocation", "GET", "/v1/omzettingen"): Operation("lezen", "gemeente"),
    ("allocation", "GET", "/v1/omzettingen/{id}"): Operation("lezen", "gemeente", "omzetting"),
    ("allocation", "POST", "/v1/omzettingen/{id}/goedkeuring"): Operation(
        "goedkeuren",
        "gemeente",
        "omzetting",
        (409, 404),  # it was approved already
    ),
    ("allocation", "POST", "/v1/herindelingen"): Operation(
        "toewijzen",
        "gemeente",
        gives=(422, 0),  # a municipality does not become itself
        body={"oude_gemeente": "0193", "nieuwe_gemeente": "0193", "per": LATER},
    ),
    ("allocation", "GET", "/v1/herindelingen/{id}/export"): Operation("inzien", "gemeente", "herindeling"),
}


def plans(payer: Party, colleague: Party, aanbieder: str) -> dict[str, str]:
    """A contract in a lot of its own, a conversion that was approved, and a redivision with one elsewhere."""
    nummer = f"E{payer.code}"
    contract = {"nummer": nummer, "standaard": "iwmo", "begindatum": "2024-01-01", "perceel": "einde"}
    payer.call("PUT", "allocation", "/contracten", json=contract | {"tegenpartij": aanbieder})
    plan = str(payer.call("POST", "allocation", "/omzettingen", 201, json=OMZETTING)["id"])
    colleague.call("POST", "allocation", f"/omzettingen/{plan}/goedkeuring")
    asked = {"oude_gemeente": payer.code, "nieuwe_gemeente": "0202", "per": LATER}
    redivision = str(payer.call("POST", "allocation", "/herindelingen", 201, json=asked)["id"])
    return {"contract": nummer, "omzetting": plan, "herindeling": redivision}
