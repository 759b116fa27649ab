"""The operations on steering and insight: figures, that only read."""

from collections.abc import Mapping

from tests.trust.operation import Key, Operation

SCENARIO = {"model": "ONBEKEND", "jaren": 1, "omzetting": [{"product_categorie": "02", "assen": {"as": "waarde"}}]}
INZICHT = ("afkeur", "eerste-keer-goed", "doorlooptijden", "opvallende-tarieven", "realisatie")
OPERATIONS: Mapping[Key, Operation] = {
    ("allocation", "GET", "/v1/budgetten"): Operation("lezen", "gemeente"),
    ("allocation", "GET", "/v1/doorstroom"): Operation("lezen", "gemeente"),
    ("allocation", "GET", "/v1/wachttijden"): Operation("lezen", "gemeente"),
    ("allocation", "POST", "/v1/scenarios"): Operation("lezen", "gemeente", gives=(422, 0), body=SCENARIO),
    **{("billing", "GET", f"/v1/inzicht/{name}"): Operation("lezen") for name in INZICHT},
}
