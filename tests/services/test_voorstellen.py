"""Two persons for what is expensive: one prepares an allocation or a change, another approves it."""

import pytest

from services.demo import people
from shared.db.session import owner
from tests.chain import Chain, query
from tests.services.toewijzen import COMING, VALUE, WEEKLY, WMO, allocate, bought, ceiling, codes, post


class TestTwoPersons:
    @pytest.fixture(autouse=True)
    def limit(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO, einddatum=None)
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
        made = allocate(chain, **COMING | {"einddatum": "2030-06-30"}).json()["id"]
        more = {"reden_wijziging": "04", "einddatum": COMING["einddatum"]}
        assert codes(post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", more), 409) == ["GOEDKEURING"]
        told = {"wijziging": {"id": made, "gevraagd": more}}
        voorstel = post(chain.gemeente, "/toewijzingsvoorstellen", told).json()["id"]
        done = post(chain.colleague(), f"/toewijzingsvoorstellen/{voorstel}/goedkeuring")
        assert done.status_code == 200, done.text
        assert chain.gemeente.get("allocation", f"/toewijzingen/{made}")["einddatum"] == COMING["einddatum"]
        less = {"reden_wijziging": "05", "einddatum": "2030-11-24"}
        assert post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", less).status_code == 201

    def test_it_is_checked_again_when_it_is_approved(self, chain: Chain) -> None:
        voorstel = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY}).json()["id"]
        told = chain.gemeente.get("allocation", "/contracten")["contracten"]
        [contract] = [row for row in told if row["nummer"] == "C1"]
        chain.gemeente.call("PUT", "allocation", "/contracten", json=contract | {"einddatum": "2025-12-31"})
        assert codes(post(chain.colleague(), f"/toewijzingsvoorstellen/{voorstel}/goedkeuring")) == ["CONTRACT"]
        assert chain.gemeente.get("allocation", f"/toewijzingsvoorstellen/{voorstel}")["uitkomst"] is None

    def test_what_it_costs_is_not_known_and_then_another_looks_at_it_too(self, chain: Chain) -> None:
        """A category without a budget: nothing says what it may come to."""
        unknown = {"product": {"categorie": "07"}, "omvang": None, **COMING}
        product = {"standaard": "iwmo", "product_categorie": "07", "naam": "Dagbesteding", "bekostiging": "output"}
        chain.gemeente.call("PUT", "allocation", "/producten", json=product | {"begindatum": "2025-01-01"})
        assert codes(allocate(chain, **unknown), 409) == ["GOEDKEURING"]
        made = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY | unknown}).json()
        assert made["bedrag"] is None
        done = post(chain.colleague(), f"/toewijzingsvoorstellen/{made['id']}/goedkeuring")
        assert done.json()["uitkomst"] == "goedgekeurd", done.text
        [there] = chain.gemeente.get("allocation", "/toewijzingen")["toewijzingen"]
        path, shorter = f"/toewijzingen/{there['id']}/wijzigingen", {"reden_wijziging": "05", "einddatum": "2030-11-30"}
        assert post(chain.gemeente, path, shorter).status_code == 201
        assert codes(post(chain.gemeente, path, shorter | {"einddatum": "2030-12-31"}), 409) == ["GOEDKEURING"]

    def test_an_absurd_amount_is_an_amount(self, chain: Chain) -> None:
        absurd = {"einddatum": "2999-12-31", "omvang": {"volume": 99_999_999, "eenheid": "04", "frequentie": "2"}}
        price = {"contract": "C1", "product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
        price |= {"tarief": 99_999_999, "begindatum": "2020-01-01"}
        chain.gemeente.call("PUT", "allocation", "/tarieven", json=price)
        assert codes(allocate(chain, **absurd), 409) == ["GOEDKEURING"]
        made = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY | absurd}).json()
        assert made["bedrag"] == 999_999_999_999_999

    def test_a_ceiling_warns_who_prepares_it_and_who_approves_it(self, chain: Chain) -> None:
        ceiling(chain, VALUE * 2, waarschuw_bij=50)
        warned = ["Plafond 'P': 50% is vastgelegd (waarschuwing vanaf 50%)."]
        made = post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": WEEKLY}).json()
        assert made["waarschuwingen"] == warned
        done = post(chain.colleague(), f"/toewijzingsvoorstellen/{made['id']}/goedkeuring").json()
        assert done["waarschuwingen"] == warned

    def test_what_its_message_would_be_refused_for_is_told_when_it_is_prepared(self, chain: Chain) -> None:
        broken = WEEKLY | {"client": people.WILLEM | {"geboortedatum": {"datum": "1951-06-14", "datum_gebruik": "2"}}}
        assert codes(post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": broken})) == ["CS139"]
        both = broken | {"product": {"categorie": "02", "code": "02X99"}}
        found = ["CS139", "PRODUCT", "TR418"]
        assert sorted(codes(post(chain.gemeente, "/toewijzingsvoorstellen", {"toewijzing": both}))) == found
        assert sorted(codes(post(chain.gemeente, "/toewijzingen", both))) == found
        assert query("SELECT 1 FROM toewijzingsvoorstel") == query("SELECT 1 FROM bericht") == []
