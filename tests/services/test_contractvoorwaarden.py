"""The terms of a contract that are kept to: when a provider can join, its options, its framework and its number."""

from typing import Any

import pytest

from tests.chain import Chain
from tests.services.inkoop import CONTRACT, faults, own, put

FRAME = {"nummer": "R1", "standaard": "iwmo", "begindatum": "2025-01-01"}
UNDER = CONTRACT | {"raamcontract": "R1"}
TWICE = {"toetreding": "twee_momenten", "toetreding_momenten": ["01-01", "07-01"]}
OPTIONS = CONTRACT | {"einddatum": "2096-12-31", "opties": 2, "optie_maanden": 12}


class TestEntry:
    @pytest.mark.parametrize(
        ("frame", "contract", "found"),
        [
            ({"toetreding": "gesloten"}, {"begindatum": "2025-01-01"}, []),
            ({"toetreding": "gesloten"}, {"begindatum": "2025-03-01"}, [("TOETREDING", "/begindatum")]),
            (TWICE, {"begindatum": "2026-07-01"}, []),
            (TWICE, {"begindatum": "2026-07-02"}, [("TOETREDING", "/begindatum")]),
            ({"toetreding": "open"}, {"begindatum": "2026-07-02"}, []),
        ],
        ids=["with the framework", "after it closed", "at a moment", "beside a moment", "open"],
    )
    def test_who_joins_a_framework_does_so_when_it_allows(
        self, chain: Chain, frame: Any, contract: Any, found: list[Any]
    ) -> None:
        put(chain.gemeente, "/contracten", FRAME | frame)
        made = put(chain.gemeente, "/contracten", UNDER | contract)
        assert made.status_code == 200 if not found else faults(made) == found, made.text

    def test_a_shortage_is_asked_for_and_holds_nothing_back(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", FRAME | {"toetreding": "bij_tekort"})
        told = {"contracten": [UNDER | {"begindatum": "2026-02-01"}]}
        [warning] = put(chain.gemeente, "/inkoop", told, "POST").json()["waarschuwingen"]
        assert "tekort" in warning
        assert put(chain.gemeente, "/inkoop", told, "POST").json()["waarschuwingen"] == []

    def test_who_takes_part_changes_and_renews_when_it_has_closed(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", FRAME)
        late = UNDER | {"begindatum": "2025-03-01", "einddatum": "2025-12-31"}
        put(chain.gemeente, "/contracten", late)
        put(chain.gemeente, "/contracten", FRAME | {"toetreding": "gesloten"})
        assert put(chain.gemeente, "/contracten", late | {"acceptatieplicht": True}).status_code == 200
        renewed = UNDER | {"nummer": "C2", "begindatum": "2026-01-01"}
        assert put(chain.gemeente, "/contracten", renewed).status_code == 200
        other = renewed | {"nummer": "C3", "tegenpartij": "65656056"}
        assert faults(put(chain.gemeente, "/contracten", other)) == [("TOETREDING", "/begindatum")]

    def test_a_framework_comes_in_with_those_under_it_as_they_are(self, chain: Chain) -> None:
        told = {"contracten": [FRAME | {"toetreding": "gesloten"}, UNDER | {"begindatum": "2025-03-01"}]}
        for _ in range(2):
            assert put(chain.gemeente, "/inkoop", told, "POST").status_code == 200

    def test_duties_and_moments_are_given_back(self, chain: Chain) -> None:
        duties = {"acceptatieplicht": True, "wachttijdmelding": True}
        put(chain.gemeente, "/contracten", FRAME | TWICE | duties)
        [kept] = own(chain.gemeente, "contracten")
        assert {name: kept[name] for name in (*TWICE, *duties)} == TWICE | duties

    @pytest.mark.parametrize("moment", ["02-30", "13-01", "1-7", "2026-07-01"])
    def test_a_moment_is_a_day_of_a_year(self, chain: Chain, moment: str) -> None:
        [(_, place)] = faults(put(chain.gemeente, "/contracten", FRAME | {"toetreding_momenten": [moment]}))
        assert place == "/body/toetreding_momenten/0"


class TestOptions:
    def extend(self, chain: Chain, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return chain.gemeente.apis["allocation"].call("POST", "/v1/contracten/C1/verlenging", headers=headers)

    def test_an_option_is_used_and_the_contract_runs_longer(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", OPTIONS)
        ends = [self.extend(chain).json()["einddatum"] for _ in range(2)]
        assert ends == ["2097-12-31", "2098-12-31"]
        assert own(chain.gemeente, "contracten")[0]["opties_gebruikt"] == 2
        assert self.extend(chain).status_code == 409

    def test_asked_twice_with_one_key_it_is_used_once(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", OPTIONS)
        assert self.extend(chain, "x").json() == self.extend(chain, "x").json()
        assert own(chain.gemeente, "contracten")[0]["opties_gebruikt"] == 1

    @pytest.mark.parametrize(
        ("changes", "status"),
        [({"einddatum": None}, 409), ({"einddatum": "2025-01-31"}, 409), ({"einddatum": "2999-12-01"}, 422)],
        ids=["no end", "ended", "no day so late"],
    )
    def test_what_cannot_be_extended(self, chain: Chain, changes: Any, status: int) -> None:
        put(chain.gemeente, "/contracten", OPTIONS | changes)
        assert self.extend(chain).status_code == status
        assert own(chain.gemeente, "contracten")[0]["opties_gebruikt"] == 0

    def test_it_does_not_run_into_another_contract(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", OPTIONS)
        put(chain.gemeente, "/contracten", CONTRACT | {"nummer": "C2", "begindatum": "2097-01-01"})
        assert faults(self.extend(chain)) == [("PERIODE", "/begindatum")]

    def test_an_option_that_is_used_by_hand_moves_the_end_too(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", OPTIONS)
        used = OPTIONS | {"opties_gebruikt": 1}
        assert faults(put(chain.gemeente, "/contracten", used)) == [("OPTIES", "/opties_gebruikt")]
        assert put(chain.gemeente, "/contracten", used | {"einddatum": "2097-12-31"}).status_code == 200


class TestFramework:
    @pytest.mark.parametrize(
        ("told", "found"),
        [
            ([FRAME | {"standaard": "ijw"}, UNDER], [("WET", "/contracten/1/raamcontract")]),
            ([FRAME, FRAME | {"nummer": "R2", "raamcontract": "R1"}], [("RAAMCONTRACT", "/contracten/1/raamcontract")]),
            (
                [CONTRACT, CONTRACT | {"nummer": "C2", "tegenpartij": "65656056", "raamcontract": "C1"}],
                [("RAAMCONTRACT", "/contracten/1/raamcontract")],
            ),
            ([CONTRACT | {"nummer": "999900043"}], [("BSN", "/contracten/0/nummer")]),
        ],
        ids=["other law", "under another", "with a party", "a BSN"],
    )
    def test_what_no_framework_or_number_is(self, chain: Chain, told: Any, found: Any) -> None:
        refused = put(chain.gemeente, "/inkoop", {"contracten": told}, "POST")
        assert faults(refused) == found
        assert "999900043" not in refused.text

    def test_the_law_of_a_framework_stays(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", FRAME)
        assert faults(put(chain.gemeente, "/contracten", FRAME | {"standaard": "ijw"})) == [("WET", "/standaard")]

    def test_nobody_is_his_own_subcontractor(self, chain: Chain) -> None:
        put(chain.gemeente, "/aanbieders", {"agb": "65656055", "naam": "X"})
        row = {"aanbieder": "65656055", "agb": "65656055", "naam": "X", "begindatum": "2025-01-01"}
        assert faults(put(chain.gemeente, "/onderaannemers", row)) == [("ONDERAANNEMER", "/agb")]
