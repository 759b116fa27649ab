"""The operations on deliveries and on declaring them."""

from collections.abc import Mapping

from tests.trust.operation import Key, Operation

OPERATIONS: Mapping[Key, Operation] = {
    ("billing", "GET", "/v1/leveringen"): Operation("lezen", "aanbieder"),
    ("billing", "POST", "/v1/leveringen/import"): Operation("leveren", "aanbieder", gives=(422, 0)),
    ("billing", "POST", "/v1/verrichtingen"): Operation("leveren", "aanbieder", gives=(422, 0)),
    ("billing", "POST", "/v1/declaraties/controle"): Operation(
        "declareren", "aanbieder", body={"standaard": "iwmo", "maand": "2025-10"}
    ),
    ("billing", "POST", "/v1/declaraties/{id}/herstel"): Operation("declareren", "aanbieder", "bericht"),
}
