"""The operations of allocating by two persons, and on personal budgets."""

from collections.abc import Mapping

from services.demo.stage import Party
from tests.trust.operation import Key, Operation
from tests.trust.operations.basis import TOEWIJZING

LATER = TOEWIJZING | {"ingangsdatum": "2033-01-03", "einddatum": "2033-03-27"}
"""Beside what is allocated already (OP259)."""
VOORSTEL = {"toewijzing": LATER | {"aanbieder": "65656055"}}
PGB = {"bsn": "999900031", "standaard": "iwmo", "product_categorie": "03"}
OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "PUT", "/v1/toewijsgrenzen"): Operation(
        "beheren", "gemeente", body={"standaard": "iwmo", "bedrag": 99_999_999_999}
    ),
    ("allocation", "GET", "/v1/toewijsgrenzen"): Operation("lezen", "gemeente"),
    ("allocation", "POST", "/v1/toewijzingsvoorstellen"): Operation(
        "toewijzen", "gemeente", gives=(201, 0), body=VOORSTEL
    ),
    ("allocation", "GET", "/v1/toewijzingsvoorstellen"): Operation("lezen", "gemeente"),
    ("allocation", "GET", "/v1/toewijzingsvoorstellen/{id}"): Operation("inzien", "gemeente", "voorstel"),
    ("allocation", "POST", "/v1/toewijzingsvoorstellen/{id}/goedkeuring"): Operation(
        "goedkeuren",
        "gemeente",
        "voorstel",
        (409, 404),  # it was decided on already
    ),
    ("allocation", "POST", "/v1/toewijzingsvoorstellen/{id}/afwijzing"): Operation(
        "toewijzen",
        "gemeente",
        "voorstel",
        (409, 404),  # it was decided on already
    ),
    ("allocation", "POST", "/v1/pgbs"): Operation("toewijzen", "gemeente", gives=(201, 0), body=PGB),
    ("allocation", "POST", "/v1/pgbs/{id}/beeindiging"): Operation(
        "toewijzen",
        "gemeente",
        "pgb",
        (200, 404),
        {"einddatum": "2026-06-30"},
    ),
    ("allocation", "GET", "/v1/pgbs"): Operation("lezen", "gemeente"),
}


def rejected(payer: Party, aanbieder: str) -> str:
    """A proposal that was decided on."""
    body = {"toewijzing": LATER | {"aanbieder": aanbieder}}
    made = str(payer.call("POST", "allocation", "/toewijzingsvoorstellen", 201, json=body)["id"])
    payer.call("POST", "allocation", f"/toewijzingsvoorstellen/{made}/afwijzing")
    return made


def pgb(payer: Party) -> str:
    """A personal budget."""
    body = PGB | {"product_categorie": "05", "begindatum": "2026-01-01"}
    return str(payer.call("POST", "allocation", "/pgbs", 201, json=body)["id"])
