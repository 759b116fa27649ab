"""Contracts and tariffs, one by one: whose they are, which may touch and which may not overlap."""

from typing import Any

import httpx
import pytest

from tests.chain import Chain
from tests.services.claims import CONTRACT, PRIJS, Json, codes

TERMS = {
    "perceel": "",
    "raamcontract": None,
    "instroom_tot": None,
    "toetreding": "open",
    "toetreding_momenten": [],
    "opties": 0,
    "optie_maanden": 0,
    "opties_gebruikt": 0,
    "acceptatieplicht": False,
    "wachttijdmelding": False,
}
"""What a contract that names none of its terms has."""


class TestContracts:
    def put(self, chain: Chain, body: Json, path: str = "/contracten") -> httpx.Response:
        answer: httpx.Response = chain.gemeente.apis["allocation"].call("PUT", f"/v1{path}", json=body)
        return answer

    def contract(self, **changes: Any) -> Json:
        return {**CONTRACT, "tegenpartij": "65656056", "einddatum": "2024-12-31", **changes}

    def test_a_contract_and_its_tariffs_are_kept_for_the_caller_alone(self, chain: Chain) -> None:
        contract = self.contract(einddatum=None)
        assert self.put(chain, contract).json() == contract | TERMS
        tarief = PRIJS | {"einddatum": "2025-12-31"}
        assert self.put(chain, tarief, "/tarieven").json() == tarief
        assert chain.gemeente.get("allocation", "/contracten") == {"contracten": [contract | TERMS]}
        assert chain.gemeente.get("allocation", "/tarieven") == {"tarieven": [tarief]}
        assert chain.begeleiding.get("allocation", "/contracten") == {"contracten": []}
        assert chain.begeleiding.get("allocation", "/tarieven") == {"tarieven": []}

    def test_the_same_number_replaces_it(self, chain: Chain) -> None:
        self.put(chain, self.contract())
        self.put(chain, self.contract(einddatum="2025-06-30"))
        [found] = chain.gemeente.get("allocation", "/contracten")["contracten"]
        assert found["einddatum"] == "2025-06-30"

    @pytest.mark.parametrize(
        "other",
        [
            {"begindatum": "2025-01-01", "einddatum": None},
            {"begindatum": "2023-01-01", "einddatum": "2023-12-31"},
            {"standaard": "ijw"},
            {"tegenpartij": "65656055"},
        ],
        ids=["after", "before", "other law", "other provider"],
    )
    def test_contracts_may_touch(self, chain: Chain, other: Json) -> None:
        assert self.put(chain, self.contract()).status_code == 200
        assert self.put(chain, self.contract(nummer="C2", **other)).status_code == 200

    @pytest.mark.parametrize(
        "other",
        [
            {"begindatum": "2024-12-31", "einddatum": None},
            {"begindatum": "2023-01-01", "einddatum": "2024-01-01"},
            {"begindatum": "2023-01-01", "einddatum": None},
            {},
        ],
        ids=["its last day", "its first day", "all of it", "the same"],
    )
    def test_contracts_may_not_overlap(self, chain: Chain, other: Json) -> None:
        self.put(chain, self.contract())
        refused = self.put(chain, self.contract(nummer="C2", **other))
        assert (refused.status_code, codes(refused)) == (422, ["PERIODE"])
        assert len(chain.gemeente.get("allocation", "/contracten")["contracten"]) == 1

    @pytest.mark.parametrize(
        ("other", "status"),
        [
            ({"begindatum": "2025-01-01"}, 200),
            ({"begindatum": "2024-12-31"}, 422),
            ({"begindatum": "2023-01-01"}, 422),
            ({"eenheid": "01"}, 200),
            ({"product_code": "02A04"}, 200),
        ],
    )
    def test_tariffs_of_a_product_and_unit_may_not_overlap(self, chain: Chain, other: Json, status: int) -> None:
        self.put(chain, self.contract())
        assert self.put(chain, PRIJS | {"einddatum": "2024-12-31"}, "/tarieven").status_code == 200
        assert self.put(chain, PRIJS | other, "/tarieven").status_code == status

    def test_a_tariff_needs_its_contract(self, chain: Chain) -> None:
        refused = self.put(chain, PRIJS, "/tarieven")
        assert (refused.status_code, codes(refused)) == (422, ["VERWIJZING"])

    def test_a_tariff_does_not_find_the_contract_of_the_other_party(self, chain: Chain) -> None:
        self.put(chain, self.contract())
        assert chain.begeleiding.apis["allocation"].call("PUT", "/v1/tarieven", json=PRIJS).status_code == 422

    @pytest.mark.parametrize("path", ["/contracten", "/tarieven"])
    def test_a_period_does_not_end_before_it_begins(self, chain: Chain, path: str) -> None:
        self.put(chain, self.contract(nummer="C1"))
        body = self.contract(nummer="C2") if path == "/contracten" else PRIJS
        assert self.put(chain, body | {"einddatum": "2023-12-31"}, path).status_code == 422

    @pytest.mark.parametrize(
        "changes",
        [
            {"tarief": True},
            {"tarief": "6150"},
            {"tarief": 61.5},
            {"tarief": -1},
            {"tarief": 100_000_000},
            {"product_code": "02\x00"},
            {"product_code": " "},
            {"product_code": "02A031"},
            {"eenheid": "99"},
            {"begindatum": "2024-02-30"},
            {"begindatum": None},
            {"per": "uur"},
        ],
    )
    def test_a_tariff_of_another_form_is_refused(self, chain: Chain, changes: Json) -> None:
        self.put(chain, self.contract())
        assert self.put(chain, PRIJS | changes, "/tarieven").status_code == 422
        assert chain.gemeente.get("allocation", "/tarieven") == {"tarieven": []}
