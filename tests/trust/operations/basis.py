"""The operations on messages, allocations, declaraties and access."""

from collections.abc import Mapping

from services.demo import people
from tests.trust.operation import Key, Operation

CONTRACT = {"nummer": "M1", "standaard": "iwmo", "begindatum": "2024-01-01"}
TARIEF = {
    "contract": "M1",
    "product_categorie": "02",
    "product_code": "02A03",
    "eenheid": "04",
    "tarief": 6_150,
    "begindatum": "2024-01-01",
}
UREN = {"eenheid": "04", "frequentie": "2"}
PRODUCTEN = (
    {"standaard": "iwmo", "product_categorie": "02", "product_code": "02A03", "bekostiging": "inspanning", **UREN},
    {"standaard": "iwmo", "product_categorie": "07", "bekostiging": "inspanning"},
    *(
        {"standaard": "ijw", "product_categorie": n, "product_code": f"{n}A03", "bekostiging": "inspanning", **UREN}
        for n in ("43", "45", "50")
    ),
)
"""All that the matrix allocates, as a municipality that keeps a product can allocate no other."""
TOEWIJZING = {
    "standaard": "iwmo",
    "client": people.WILLEM,
    "product": {"categorie": "02", "code": "02A03"},
    "toegang": "wijkteam",
    "ingangsdatum": "2025-10-07",
    "einddatum": "2025-12-30",
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
LEVERING = {"maand": "2025-10", "volume": 3}
DECLARATIE = {"standaard": "iwmo", "maand": "2025-10"}
OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "POST", "/v1/toewijzingen"): Operation("toewijzen", "gemeente", gives=(201, 0), body=TOEWIJZING),
    ("allocation", "GET", "/v1/toewijzingen"): Operation("lezen"),
    ("allocation", "GET", "/v1/toewijzingen/{id}"): Operation("lezen", object="toewijzing"),
    ("allocation", "POST", "/v1/toewijzingen/{id}/wijzigingen"): Operation(
        "toewijzen", "gemeente", "toewijzing", (201, 404), {"reden_wijziging": "10", "einddatum": "2025-12-29"}
    ),
    ("allocation", "POST", "/v1/starts"): Operation("leveren", "aanbieder", "toewijzing", (202, 404)),
    ("allocation", "POST", "/v1/stops"): Operation(
        "leveren", "aanbieder", "toewijzing", (202, 404), {"reden_beeindiging": "31", "einddatum": "2025-12-01"}
    ),
    ("allocation", "POST", "/v1/beoordelingen"): Operation("", object="bericht"),
    ("billing", "POST", "/v1/leveringen"): Operation("leveren", "aanbieder", "toewijzing", (201, 404), LEVERING),
    ("billing", "POST", "/v1/declaraties"): Operation("declareren", "aanbieder", gives=(202, 0), body=DECLARATIE),
    ("billing", "GET", "/v1/declaraties"): Operation("lezen"),
    ("billing", "GET", "/v1/declaraties/{id}"): Operation("lezen", object="bericht"),
    ("billing", "POST", "/v1/beoordelingen"): Operation("", object="bericht"),
    ("messaging", "POST", "/v1/berichten"): Operation("uitwisselen", gives=(202, 0)),
    ("messaging", "GET", "/v1/berichten"): Operation("lezen"),
    ("messaging", "GET", "/v1/berichten/{id}"): Operation("lezen", object="bericht"),
    ("messaging", "GET", "/v1/berichten/{id}/xml"): Operation("inzien", object="bericht"),
    ("messaging", "GET", "/v1/berichten/{id}/antwoord"): Operation("inzien", object="bericht"),
    ("messaging", "POST", "/v1/controles"): Operation("lezen"),
    ("messaging", "GET", "/v1/codelijsten"): Operation("lezen"),
    ("messaging", "GET", "/v1/codelijsten/{lijst}"): Operation("lezen", object="lijst"),
    ("messaging", "POST", "/v1/toegang"): Operation(
        "beheren", gives=(201, 0), body={"rollen": ["raadpleger"], "uitgever": "https://aanmelden.example", "sub": "x"}
    ),
    ("messaging", "GET", "/v1/toegang"): Operation("beheren"),
    ("messaging", "DELETE", "/v1/toegang/{kenmerk}"): Operation("beheren", object="toegang", gives=(204, 404)),
    ("messaging", "GET", "/v1/verwerkingen"): Operation("controleren"),
    ("messaging", "GET", "/v1/storingen"): Operation("beheren"),
    ("messaging", "GET", "/v1/bewaartermijnen"): Operation("beheren"),
    ("messaging", "PUT", "/v1/bewaartermijnen"): Operation("beheren", body={"jaren": 20}),
    ("messaging", "POST", "/v1/opschoningen"): Operation("beheren", gives=(422, 0)),  # nothing is that old
    ("messaging", "GET", "/v1/opschoningen/{id}"): Operation("beheren", object="opschoning"),
    ("messaging", "POST", "/v1/opschoningen/{id}/goedkeuring"): Operation(
        "goedkeuren",
        object="opschoning",
        gives=(409, 404),  # it was carried out already
    ),
    ("messaging", "POST", "/v1/storingen/{id}/hervatting"): Operation("beheren", object="storing", gives=(202, 404)),
}
