"""The operations on requests, and what the world of the matrix asks."""

from collections.abc import Mapping

from services.demo import people
from services.demo.stage import Party
from tests.flows.verzoeken import HUISARTS, verkort
from tests.trust.operation import Key, Operation

OBJECTS = ("verzoek", "verzoek om af te wijzen", "verzoek om te onderzoeken")
"""A request for each decision, as one can be made of each."""
VOT = {
    "standaard": "ijw",
    "client": verkort(people.NOOR),
    "producten": [
        {
            "product": {"categorie": categorie, "code": f"{categorie}A03"},
            "toewijzing_ingangsdatum": "2026-01-01",
            "toewijzing_einddatum": "2026-12-31",
            "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
            "verwijzer": HUISARTS,
        }
        for categorie in ("43", "45", "50")
    ],
}
VOW = {"standaard": "ijw", "bsn": people.NOOR["bsn"], "verzoek": {"reden_verzoek": "1"}}
OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "POST", "/v1/verzoeken/toewijzing"): Operation("leveren", "aanbieder", gives=(202, 0), body=VOT),
    ("allocation", "POST", "/v1/verzoeken/wijziging"): Operation(
        "leveren", "aanbieder", gives=(422, 0), body=VOW
    ),  # it asks for nothing
    ("allocation", "GET", "/v1/verzoeken"): Operation("lezen"),
    ("allocation", "GET", "/v1/verzoeken/{id}"): Operation("lezen", object="verzoek"),
    ("allocation", "POST", "/v1/verzoeken/{id}/inwilliging"): Operation(
        "toewijzen", "gemeente", "verzoek", (201, 404), {"client": people.NOOR}
    ),
    ("allocation", "POST", "/v1/verzoeken/{id}/afwijzing"): Operation(
        "toewijzen", "gemeente", "verzoek om af te wijzen", (201, 404), {"reden": "7", "gemeente": None}
    ),
    ("allocation", "POST", "/v1/verzoeken/{id}/onderzoek"): Operation(
        "toewijzen", "gemeente", "verzoek om te onderzoeken", (201, 404)
    ),
}


def requests(party: Party) -> dict[str, str]:
    """The ids of the requests as an organisation has them, by object."""
    rows = party.get("allocation", "/verzoeken")["verzoeken"]
    return {kind: row["id"] for kind, row in zip(OBJECTS, rows, strict=True)}
