"""Paying: a municipality's; the proposal of the test was approved already, and its account confirmed."""

from collections.abc import Mapping

from tests.trust.operation import Key, Operation

REKENING = {"houder": "65656055", "iban": "NL91ABNA0417164300", "naam": "Houder", "begindatum": "2025-01-01"}
TAAK = {"nummer": "T1", "omschrijving": "Wijkteam", "begindatum": "2025-01-01", "einddatum": "2025-12-31", "bedrag": 1}
VOORSTELLEN = "/v1/betaalvoorstellen"
OPERATIONS: Mapping[Key, Operation] = {
    ("billing", "PUT", "/v1/rekeningen"): Operation("beheren", "gemeente", body=REKENING),
    ("billing", "GET", "/v1/rekeningen"): Operation("lezen", "gemeente"),
    ("billing", "POST", "/v1/rekeningen/{id}/bevestiging"): Operation("goedkeuren", "gemeente", "rekening", (409, 404)),
    ("billing", "PUT", "/v1/taakbekostigingen"): Operation("beheren", "gemeente", body=TAAK),
    ("billing", "POST", "/v1/taakbekostigingen/import"): Operation(
        "beheren", "gemeente", body={"taakbekostigingen": []}
    ),
    ("billing", "POST", "/v1/taakbekostigingen/import-csv"): Operation(
        "beheren", "gemeente", gives=(422, 0)
    ),  # no rows
    ("billing", "GET", "/v1/taakbekostigingen"): Operation("lezen", "gemeente"),
    ("billing", "GET", "/v1/te-betalen"): Operation("lezen", "gemeente"),
    ("billing", "POST", VOORSTELLEN): Operation("betalen", "gemeente", gives=(422, 0)),  # no account was confirmed
    ("billing", "GET", VOORSTELLEN): Operation("lezen", "gemeente"),
    ("billing", "GET", f"{VOORSTELLEN}/{{id}}"): Operation("lezen", "gemeente", "betaalvoorstel"),
    ("billing", "POST", f"{VOORSTELLEN}/{{id}}/goedkeuring"): Operation(
        "goedkeuren", "gemeente", "betaalvoorstel", (409, 404)
    ),
    ("billing", "POST", f"{VOORSTELLEN}/{{id}}/intrekking"): Operation(
        "betalen", "gemeente", "betaalvoorstel", (409, 404)
    ),
    ("billing", "GET", f"{VOORSTELLEN}/{{id}}/pain"): Operation("betalen", "gemeente", "betaalvoorstel"),
    ("billing", "POST", "/v1/bankresultaten"): Operation("betalen", "gemeente", gives=(422, 0)),  # a 301 is no camt.053
}
