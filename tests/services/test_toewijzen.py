"""Allocating: arrangements, the contract check, ceilings that warn, two persons for what is expensive, and pgb's."""

import json
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from services.demo import inkoop as examples
from services.demo import people
from services.demo.stage import Party
from shared.db.session import owner
from tests.chain import Chain, query

JEUGD, WMO = "65656055", "65656056"
WEEKLY = {
    "standaard": "iwmo",
    "aanbieder": WMO,
    "client": people.WILLEM,
    "product": {"categorie": "02", "code": "02A03"},
    "ingangsdatum": "2026-01-05",
    "einddatum": "2026-12-27",
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
"""51 weeks of 3 hours, at € 61.50."""
VALUE = 51 * 3 * 6150


def bought(chain: Chain, file: str, contract: str, aanbieder: str, **terms: Any) -> None:
    """The purchase of an example file, with a contract of a provider under its framework."""
    told = json.loads((Path(examples.__file__).parent / file).read_text("utf-8"))
    frame = next(row for row in told["contracten"] if row["nummer"] == contract)
    own = {**frame, "nummer": "C1", "tegenpartij": aanbieder, "raamcontract": contract, **terms}
    told["contracten"].append(own)
    chain.gemeente.call("POST", "allocation", "/inkoop", json=told)


def post(party: Party, path: str, body: Any = None) -> httpx.Response:
    answer: httpx.Response = party.apis["allocation"].call("POST", f"/v1{path}", json=body)
    return answer


def allocate(chain: Chain, **changes: Any) -> httpx.Response:
    return post(chain.gemeente, "/toewijzingen", WEEKLY | changes)


def codes(response: httpx.Response, status: int = 422) -> list[str]:
    assert response.status_code == status, response.text
    return [fault["code"] for fault in response.json()["bevindingen"]]


class TestArrangements:
    def test_a_profile_and_an_intensity_give_the_product(self, chain: Chain) -> None:
        bought(chain, "a_jeugdprofielen.json", "JW-PROFIELEN", JEUGD)
        body = {"standaard": "ijw", "aanbieder": JEUGD, "client": people.SAM, "ingangsdatum": "2026-03-01"}
        chosen = {"model": "jeugdprofielen", "assen": {"profiel": "4", "intensiteit": "midden"}}
        extra = {"arrangement": chosen, "toegang": "huisarts", "resultaatgebieden": ["zelfregie"]}
        made = post(chain.gemeente, "/toewijzingen", body | extra)
        assert made.status_code == 201, made.text
        assert made.json()["product_code"] == "504M"
        assert made.json()["omvang"] == {"volume": 1, "eenheid": "82", "frequentie": "6"}
        [row] = query("SELECT toegang, model, assen, resultaatgebieden FROM besluit")
        assert tuple(row) == ("huisarts", "jeugdprofielen", chosen["assen"], ["zelfregie"])

    @pytest.mark.parametrize(("dienst", "code"), [("van-deur-tot-deur", "08A01"), ("van-kamer-tot-kamer", "08A02")])
    def test_transport_is_a_yearly_budget_of_a_service_that_its_code_tells(
        self, chain: Chain, dienst: str, code: str
    ) -> None:
        bought(chain, "f_vervoer.json", "WMO-VERVOER", WMO)
        chosen = {"model": "vervoer", "assen": {"dienst": dienst}}
        body = {k: WEEKLY[k] for k in ("standaard", "aanbieder", "client")} | {"ingangsdatum": "2026-03-01"}
        made = post(chain.gemeente, "/toewijzingen", body | {"arrangement": chosen}).json()
        assert (made["product_categorie"], made["product_code"], made["einddatum"]) == ("08", code, "2027-02-28")
        assert made["omvang"] == {"volume": 56_200, "eenheid": "83", "frequentie": "6"}

    def test_a_cell_that_no_message_can_carry_is_told_and_nothing_is_sent(self, chain: Chain) -> None:
        bought(chain, "f_vervoer.json", "WMO-VERVOER", WMO, einddatum=None)
        chosen = {"model": "vervoer", "assen": {"dienst": "van-deur-tot-deur"}}
        body = {k: WEEKLY[k] for k in ("standaard", "aanbieder", "client")} | {"ingangsdatum": "2999-06-01"}
        refused = post(chain.gemeente, "/toewijzingen", body | {"arrangement": chosen})
        assert codes(refused) == ["less_than_equal"]
        assert refused.json()["bevindingen"][0]["pad"] == "/arrangement/einddatum"

    def test_a_cell_that_is_not_there(self, chain: Chain) -> None:
        chosen = {"model": "vervoer", "assen": {"dienst": "vliegtuig"}}
        body = {k: WEEKLY[k] for k in ("standaard", "aanbieder", "client", "ingangsdatum")}
        assert codes(post(chain.gemeente, "/toewijzingen", body | {"arrangement": chosen})) == ["ARRANGEMENT"]

    @pytest.mark.parametrize(
        ("gebieden", "found"),
        [
            (["huishouden", "gezin (tijdelijk)", "zelfzorg en gezondheid"], []),
            (["huishouden"], ["GEBIEDEN"]),
            ([], ["GEBIEDEN"]),
            (["huishouden", "huishouden", "tuin"], ["GEBIED", "GEBIED", "GEBIEDEN"]),
        ],
        ids=["three", "too few", "none", "one twice and one that is none"],
    )
    def test_the_number_of_result_areas_is_that_of_the_cell(
        self, chain: Chain, gebieden: list[str], found: list[str]
    ) -> None:
        bought(chain, "b_thuisondersteuning.json", "WMO-THUIS", WMO)
        cell = {"soort": "activerend", "resultaatgebieden": "3-4", "intensiteit": "plus"}
        extra = {"arrangement": {"model": "thuisondersteuning", "assen": cell}, "resultaatgebieden": gebieden}
        body = {k: WEEKLY[k] for k in ("standaard", "aanbieder", "client", "ingangsdatum")}
        made = post(chain.gemeente, "/toewijzingen", body | extra)
        assert made.status_code == 201 if not found else sorted(codes(made)) == found, made.text


class TestContract:
    def test_a_municipality_without_contracts_here_is_not_asked_for_them(self, chain: Chain) -> None:
        assert allocate(chain).status_code == 201

    @pytest.mark.parametrize(
        ("terms", "changes", "found"),
        [
            ({}, {}, []),
            ({}, {"aanbieder": JEUGD}, ["CONTRACT"]),
            ({"einddatum": "2026-01-04"}, {}, ["CONTRACT"]),
            ({"perceel": "vervoer"}, {}, ["CONTRACT"]),
            ({"raamcontract": None}, {}, ["TR418"]),
            ({"instroom_tot": "2026-01-04"}, {}, ["INSTROOM"]),
            ({}, {"product": {"categorie": "02", "code": "02X99"}}, ["PRODUCT", "TR418"]),
            ({}, {"omvang": {"volume": 3, "eenheid": "16", "frequentie": "2"}}, ["EENHEID", "TR418"]),
        ],
        ids=["fits", "nobody's", "ended", "other lot", "no tariff", "no inflow", "not bought", "other unit"],
    )
    def test_the_provider_is_contracted_for_the_product_on_the_first_day(
        self, chain: Chain, terms: dict[str, Any], changes: dict[str, Any], found: list[str]
    ) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO, **terms)
        made = allocate(chain, **changes)
        assert made.status_code == 201 if not found else codes(made) == found, made.text

    def test_what_runs_is_finished_at_a_provider_without_inflow(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        assert allocate(chain, ingangsdatum="2025-07-01", einddatum="2026-01-04").status_code == 201
        told = chain.gemeente.get("allocation", "/contracten")["contracten"]
        [contract] = [row for row in told if row["nummer"] == "C1"]
        closed = contract | {"instroom_tot": "2025-12-31"}
        chain.gemeente.call("PUT", "allocation", "/contracten", json=closed)
        assert allocate(chain).status_code == 201
        assert codes(allocate(chain, client=people.ANNIE)) == ["INSTROOM"]


class TestCeilings:
    def ceiling(self, chain: Chain, bedrag: int, **scope: Any) -> None:
        row = {
            "naam": "P",
            "standaard": "iwmo",
            "bedrag": bedrag,
            "begindatum": "2026-01-01",
            "einddatum": "2026-12-31",
        }
        chain.gemeente.call("PUT", "allocation", "/plafonds", json=row | scope)

    def test_it_warns_in_time_and_stops_nothing(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        self.ceiling(chain, VALUE * 2, waarschuw_bij=60)
        assert allocate(chain).json()["waarschuwingen"] == []
        second = allocate(chain, client=people.ANNIE).json()["waarschuwingen"]
        assert second == ["Plafond 'P': 100% is vastgelegd (waarschuwing vanaf 60%)."]
        assert "150%" in allocate(chain, client=people.NOOR).json()["waarschuwingen"][0]

    @pytest.mark.parametrize(
        ("scope", "warns"),
        [
            ({"aanbieder": WMO}, True),
            ({"aanbieder": JEUGD}, False),
            ({"perceel": "ambulant"}, True),
            ({"perceel": "vervoer"}, False),
            ({"product_categorie": "02", "product_code": "02A03"}, True),
            ({"product_categorie": "07"}, False),
            ({"begindatum": "2025-01-01", "einddatum": "2025-12-31"}, False),
            ({"standaard": "ijw"}, False),
        ],
        ids=lambda scope: " ".join(scope) if isinstance(scope, dict) else None,
    )
    def test_of_what_it_is_about_only(self, chain: Chain, scope: dict[str, Any], warns: bool) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        self.ceiling(chain, 100, **scope)
        assert bool(allocate(chain).json()["waarschuwingen"]) == warns


class TestTwoPersons:
    @pytest.fixture(autouse=True)
    def limit(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        chain.gemeente.call("PUT", "allocation", "/toewijsgrenzen", json={"standaard": "iwmo", "bedrag": VALUE})

    def test_below_the_amount_one_is_enough(self, chain: Chain) -> None:
        assert allocate(chain, omvang=WEEKLY["omvang"] | {"volume": 2}).status_code == 201

    def test_from_the_amount_on_it_waits_for_another(self, chain: Chain) -> None:
        assert codes(allocate(chain), 409) == ["GOEDKEURING"]
        made = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY}).json()
        assert (made["bedrag"], made["uitkomst"]) == (VALUE, None)
        assert chain.gemeente.get("allocation", "/toewijzingen") == {"toewijzingen": []}
        path = f"/toewijzingsvoorstellen/{made['id']}/goedkeuring"
        assert post(chain.gemeente, path).status_code == 409
        done = post(chain.colleague(), path).json()
        assert done["uitkomst"] == "goedgekeurd"
        [there] = chain.gemeente.get("allocation", "/toewijzingen")["toewijzingen"]
        assert there["bericht"] == done["bericht"]
        assert [tuple(row) for row in query("SELECT door, goedgekeurd_door FROM besluit")] == [
            ("sleutel demo", "sleutel collega")
        ]
        assert post(chain.colleague(), path).status_code == 409

    def test_the_database_itself_refuses_one_person_twice(self, chain: Chain) -> None:
        post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY})
        told = "UPDATE toewijzingsvoorstel SET uitkomst = 'goedgekeurd', besloten_kenmerk = gemaakt_kenmerk"
        with pytest.raises(Exception, match="twee_personen"), owner() as session:
            session.connection().exec_driver_sql(told)

    def test_what_is_asked_is_read_until_it_is_decided_and_then_gone(self, chain: Chain) -> None:
        made = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY}).json()
        path = f"/toewijzingsvoorstellen/{made['id']}"
        asked = chain.gemeente.get("allocation", path)["inhoud"]["toewijzing"]
        assert asked["client"]["bsn"] == people.WILLEM["bsn"]
        assert post(chain.gemeente, f"{path}/afwijzing").json()["uitkomst"] == "afgewezen"
        assert chain.gemeente.get("allocation", path)["inhoud"] is None
        assert query("SELECT 1 FROM toewijzingsvoorstel WHERE inhoud IS NOT NULL") == []

    def test_a_change_that_makes_it_expensive_waits_and_a_cheaper_one_does_not(self, chain: Chain) -> None:
        made = allocate(chain, omvang=WEEKLY["omvang"] | {"volume": 2}).json()["id"]
        more = {"reden_wijziging": "06", "volume": 4}
        assert codes(post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", more), 409) == ["GOEDKEURING"]
        told = {"wijziging": {"id": made, "wijziging": more}}
        voorstel = post(chain.gemeente, "/toewijzingsvoorstellen", told).json()["id"]
        done = post(chain.colleague(), f"/toewijzingsvoorstellen/{voorstel}/goedkeuring")
        assert done.status_code == 200, done.text
        assert chain.gemeente.get("allocation", f"/toewijzingen/{made}")["omvang"]["volume"] == 4
        less = {"reden_wijziging": "06", "volume": 3}
        assert post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", less).status_code == 201

    def test_it_is_checked_again_when_it_is_approved(self, chain: Chain) -> None:
        voorstel = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY}).json()["id"]
        told = chain.gemeente.get("allocation", "/contracten")["contracten"]
        [contract] = [row for row in told if row["nummer"] == "C1"]
        chain.gemeente.call("PUT", "allocation", "/contracten", json=contract | {"einddatum": "2025-12-31"})
        assert codes(post(chain.colleague(), f"/toewijzingsvoorstellen/{voorstel}/goedkeuring")) == ["CONTRACT"]
        assert chain.gemeente.get("allocation", f"/toewijzingsvoorstellen/{voorstel}")["uitkomst"] is None


class TestPgb:
    PGB: ClassVar = {
        "bsn": people.WILLEM["bsn"],
        "standaard": "iwmo",
        "product_categorie": "02",
        "product_code": "02A03",
        "begindatum": "2026-06-01",
    }

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, 422),
            ({"product_code": None}, 422),
            ({"product_code": "02A05"}, 201),
            ({"product_categorie": "07"}, 201),
            ({"begindatum": "2026-12-28"}, 201),
            ({"einddatum": "2026-12-27"}, 422),
            ({"begindatum": "2025-01-01", "einddatum": "2026-01-04"}, 201),
            ({"bsn": people.ANNIE["bsn"]}, 201),
        ],
        ids=["same", "category", "other code", "other category", "after", "last day", "before", "somebody else"],
    )
    def test_it_does_not_run_beside_an_allocation_of_the_same_product(
        self, chain: Chain, changes: dict[str, Any], status: int
    ) -> None:
        """OP043, from both sides."""
        assert allocate(chain).status_code == 201
        assert post(chain.gemeente, "/pgbs", self.PGB | changes).status_code == status

    @pytest.mark.parametrize(("changes", "status"), [({}, 422), ({"einddatum": "2026-05-31"}, 201)])
    def test_nor_an_allocation_beside_it(self, chain: Chain, changes: dict[str, Any], status: int) -> None:
        made = post(chain.gemeente, "/pgbs", self.PGB).json()
        assert made["bsn"] == people.WILLEM["bsn"]
        assert allocate(chain, **changes).status_code == status
        masked = chain.colleague(rollen=("raadpleger",)).get("allocation", "/pgbs")["pgbs"]
        assert [row["bsn"] for row in masked] == ["******043"]
