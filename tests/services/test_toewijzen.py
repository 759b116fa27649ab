"""Allocating: arrangements, custody, the contract check, and what is allocated already."""

from typing import Any, ClassVar

import pytest

from services.demo import people
from tests.chain import Chain, query
from tests.services.toewijzen import JEUGD, PLAIN, WEEKLY, WMO, allocate, bought, codes, post


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
        besluit = {"toegang": "huisarts", **chosen, "resultaatgebieden": ["zelfregie"]}
        path = f"/toewijzingen/{made.json()['id']}"
        assert chain.gemeente.get("allocation", path)["besluit"] == besluit
        [event] = chain.gemeente.get("allocation", f"{path}/historie")["gebeurtenissen"]
        assert event["besluit"] == besluit
        chain.drain()
        assert chain.jeugdhulp.get("allocation", path)["besluit"] is None

    @pytest.mark.parametrize(("toegang", "found"), [("gemeente", []), ("wijkteam", []), ("rechter", ["TOEGANG"])])
    def test_the_access_is_one_of_the_law(self, chain: Chain, toegang: str, found: list[str]) -> None:
        made = allocate(chain, toegang=toegang)
        assert made.status_code == 201 if not found else codes(made) == found, made.text

    def test_the_access_is_told(self, chain: Chain) -> None:
        """By one person and by two."""
        body = {name: value for name, value in WEEKLY.items() if name != "toegang"}
        alone, prepared = (
            post(chain.gemeente, path, told).json()["bevindingen"]
            for path, told in (("/toewijzingen", body), ("/toewijzingsvoorstellen", {"toewijzing": body}))
        )
        assert [(fault["code"], fault["pad"]) for fault in alone] == [("missing", "/body/toegang")]
        assert alone[0]["melding"] == "Dit veld ontbreekt. Vul het in."
        assert [fault["pad"] for fault in prepared] == ["/body/toewijzing/toegang"]
        assert query("SELECT 1 FROM toewijzingsvoorstel") == query("SELECT 1 FROM bericht") == []

    @pytest.mark.parametrize(("dienst", "code"), [("van-deur-tot-deur", "08A01"), ("van-kamer-tot-kamer", "08A02")])
    def test_transport_is_a_yearly_budget_of_a_service_that_its_code_tells(
        self, chain: Chain, dienst: str, code: str
    ) -> None:
        bought(chain, "f_vervoer.json", "WMO-VERVOER", WMO)
        chosen = {"model": "vervoer", "assen": {"dienst": dienst}}
        body = PLAIN | {"ingangsdatum": "2026-03-01"}
        made = post(chain.gemeente, "/toewijzingen", body | {"arrangement": chosen}).json()
        assert (made["product_categorie"], made["product_code"], made["einddatum"]) == ("08", code, "2027-02-28")
        assert made["omvang"] == {"volume": 56_200, "eenheid": "83", "frequentie": "6"}

    def test_a_cell_that_no_message_can_carry_is_told_and_nothing_is_sent(self, chain: Chain) -> None:
        bought(chain, "f_vervoer.json", "WMO-VERVOER", WMO, einddatum=None)
        chosen = {"model": "vervoer", "assen": {"dienst": "van-deur-tot-deur"}}
        body = PLAIN | {"ingangsdatum": "2999-06-01"}
        refused = post(chain.gemeente, "/toewijzingen", body | {"arrangement": chosen})
        assert codes(refused) == ["less_than_equal"]
        assert refused.json()["bevindingen"][0]["pad"] == "/arrangement/einddatum"

    def test_a_cell_that_is_not_there(self, chain: Chain) -> None:
        chosen = {"model": "vervoer", "assen": {"dienst": "vliegtuig"}}
        assert codes(post(chain.gemeente, "/toewijzingen", PLAIN | {"arrangement": chosen})) == ["ARRANGEMENT"]

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
        made = post(chain.gemeente, "/toewijzingen", PLAIN | extra)
        assert made.status_code == 201 if not found else sorted(codes(made)) == found, made.text


class TestCustody:
    """OP002: a 301 under the Jeugdwet tells who has custody."""

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({}, []),
            ({"relaties": []}, ["OP002"]),
            ({"relaties": [people.SAM["relaties"][0] | {"soort": "22"}]}, ["OP002"]),
            ({"relaties": [people.SAM["relaties"][0] | {"soort": "11"}]}, []),
            ({"relaties": [], "geboortedatum": {"datum": "2008-03-01"}}, []),
            ({"relaties": [], "geboortedatum": {"datum": "2008-03-02"}}, ["OP002"]),
        ],
        ids=["parent", "nobody", "doctor", "guardian", "18 on the first day", "a day younger"],
    )
    def test_who_has_it_is_told(self, chain: Chain, changes: dict[str, Any], found: list[str]) -> None:
        body = {"standaard": "ijw", "aanbieder": JEUGD, "client": people.SAM | changes, "toegang": "wijkteam"}
        product = {
            "ingangsdatum": "2026-03-01",
            "product": {"categorie": "45"},
            "budget": 100_000,
            "einddatum": "2026-12-31",
        }
        made = post(chain.gemeente, "/toewijzingen", body | product)
        assert made.status_code == 201 if not found else codes(made) == found, made.text

    def test_not_under_the_wmo(self, chain: Chain) -> None:
        assert allocate(chain, client=people.NOOR | {"relaties": []}).status_code == 201


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

    @pytest.mark.parametrize(
        ("terms", "size", "found"),
        [
            ({"bekostiging": "taak", "eenheid": "04", "frequentie": "2"}, {}, ["TAAK"]),
            ({"eenheid": "04", "frequentie": "2"}, {}, []),
            ({"eenheid": "04", "frequentie": "2"}, {"frequentie": "4"}, ["FREQUENTIE"]),
            ({"eenheid": "04", "frequentie": "2"}, {"eenheid": "16", "frequentie": "4"}, ["EENHEID", "FREQUENTIE"]),
        ],
    )
    def test_a_product_is_allocated_as_it_was_bought(
        self, chain: Chain, terms: dict[str, Any], size: dict[str, Any], found: list[str]
    ) -> None:
        product = {"product_categorie": "02", "product_code": "02A03", "naam": "Hulp", "begindatum": "2025-01-01"}
        bought = product | {"standaard": "iwmo", "bekostiging": "inspanning"}
        chain.gemeente.call("PUT", "allocation", "/producten", json=bought | terms)
        made = allocate(chain, omvang=WEEKLY["omvang"] | size)
        assert made.status_code == 201 if not found else codes(made) == found, made.text

    def test_care_of_another_lot_or_that_was_deleted_does_not_go_on_without_inflow(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        told = chain.gemeente.get("allocation", "/contracten")["contracten"]
        [contract] = [row for row in told if row["nummer"] == "C1"]
        other = {"product_categorie": "08", "naam": "Vervoer", "perceel": "vervoer", "begindatum": "2025-01-01"}
        bekostigd = {"standaard": "iwmo", "bekostiging": "output"}
        chain.gemeente.call("PUT", "allocation", "/producten", json=other | bekostigd)
        rides = contract | {"nummer": "C9", "perceel": "vervoer", "raamcontract": None}
        chain.gemeente.call("PUT", "allocation", "/contracten", json=rides)
        before = {"ingangsdatum": "2025-07-01", "einddatum": "2026-01-04"}
        rides = {"product": {"categorie": "08"}, "omvang": None, "budget": 56_200}
        assert allocate(chain, **before, **rides).status_code == 201
        made = allocate(chain, **before, product={"categorie": "02", "code": "02A05"}).json()
        closed = contract | {"instroom_tot": "2025-12-31"}
        chain.gemeente.call("PUT", "allocation", "/contracten", json=closed)
        assert allocate(chain, client=people.WILLEM, einddatum="2026-01-31").status_code == 201
        assert post(chain.gemeente, f"/toewijzingen/{made['id']}/verwijdering").status_code == 201
        assert codes(allocate(chain, ingangsdatum="2026-03-01")) == ["INSTROOM"]


class TestStacking:
    """OP259: the same product twice in a period; a message tells of what runs, not of what has ended."""

    PAST: ClassVar = {"ingangsdatum": "2026-01-05", "einddatum": "2026-06-28"}

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({}, ["OP259"]),
            ({"ingangsdatum": "2026-06-28", "einddatum": "2026-12-27"}, ["OP259"]),
            ({"ingangsdatum": "2026-06-29", "einddatum": "2026-12-27"}, []),
            ({"product": {"categorie": "02"}, "omvang": None, "budget": 100}, ["OP259"]),
            ({"product": None, "omvang": None, "budget": 100}, ["OP259"]),
            ({"product": {"categorie": "02", "code": "02A05"}}, []),
            ({"client": people.ANNIE}, []),
            ({"aanbieder": JEUGD}, []),
        ],
        ids=["same", "last day", "after", "category", "generic", "other code", "other client", "other provider"],
    )
    def test_with_what_has_ended(self, chain: Chain, changes: dict[str, Any], found: list[str]) -> None:
        first = allocate(chain, **self.PAST).json()["toewijzing_nummer"]
        made = allocate(chain, **self.PAST | changes)
        assert made.status_code == 201 if not found else codes(made) == found, made.text
        assert not found or str(first) in made.json()["bevindingen"][0]["melding"]

    def test_not_with_what_was_deleted_nor_of_aids(self, chain: Chain) -> None:
        made = allocate(chain, **self.PAST).json()["id"]
        assert post(chain.gemeente, f"/toewijzingen/{made}/verwijdering").status_code == 201
        assert allocate(chain, **self.PAST).status_code == 201
        aid = self.PAST | {"product": {"categorie": "12"}, "omvang": None, "budget": 100_000}
        assert [allocate(chain, **aid).status_code for _ in range(2)] == [201, 201]
