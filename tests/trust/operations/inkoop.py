"""The operations on what was bought."""

from collections.abc import Mapping
from typing import Any

from tests.trust.operation import Key, Operation
from tests.trust.operations.basis import CONTRACT, PRODUCTEN, TARIEF

DAY = {"begindatum": "2024-01-01"}
MODEL: Mapping[str, Any] = {"model": "m", "standaard": "iwmo", "assen": {"a": ["1"]}}
PLAFOND = {"standaard": "iwmo", "bedrag": 1, "begindatum": "2024-01-01", "einddatum": "2024-12-31"}
BODIES: Mapping[str, tuple[str, Mapping[str, Any], int]] = {
    "aanbieders": ("gemeente", {"agb": "65656055"}, 200),
    "onderaannemers": ("gemeente", {"aanbieder": "65656059", "agb": "65656056", **DAY}, 422),  # of nobody known
    "contracten": ("beide", CONTRACT | {"nummer": "M2"}, 200),
    "producten": ("gemeente", {**PRODUCTEN[0], **DAY}, 200),
    "tarieven": ("beide", TARIEF, 200),
    "arrangementmodellen": ("gemeente", MODEL, 200),
    "arrangementen": ("gemeente", {"model": "n", "assen": {"a": "1"}, "budget": 1, **DAY}, 422),  # there is no such
    "plafonds": ("gemeente", PLAFOND, 200),
}
"""Which side keeps a kind, a body of it, and what comes of that. None of it changes what other cells find."""
OPERATIONS: Mapping[Key, Operation] = {
    **{
        ("allocation", "PUT", f"/v1/{soort}"): Operation("beheren", wie, gives=(status, 0), body=body)
        for soort, (wie, body, status) in BODIES.items()
    },
    **{("allocation", "GET", f"/v1/{soort}"): Operation("lezen") for soort in BODIES},
    **{  # no key is given, so that nothing goes
        ("allocation", "DELETE", f"/v1/{soort}"): Operation("beheren", wie, gives=(422, 0))
        for soort, (wie, _, _) in BODIES.items()
    },
    ("allocation", "POST", "/v1/contracten/{nummer}/verlenging"): Operation(
        "beheren",
        "gemeente",
        object="contract",
        gives=(409, 404),  # it has no options
    ),
    ("allocation", "POST", "/v1/inkoop"): Operation("beheren"),
    ("allocation", "POST", "/v1/inkoop/{soort}"): Operation("beheren", object="soort", gives=(422, 422)),  # no rows
    ("allocation", "GET", "/v1/inkoop/{soort}/historie"): Operation("lezen", object="soort", gives=(200, 422)),
    ("allocation", "PUT", "/v1/regio"): Operation("beheren", "gemeente", body={"centrum": None}),
    ("allocation", "GET", "/v1/regio"): Operation("lezen", "gemeente"),
    ("allocation", "PUT", "/v1/regio/leden"): Operation("beheren", "gemeente", body={"gemeenten": []}),
    ("allocation", "GET", "/v1/regio/leden"): Operation("lezen", "gemeente"),
}
