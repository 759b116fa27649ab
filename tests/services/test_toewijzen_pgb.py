"""Personal budgets beside allocations: what may stand together, and how one ends."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from services.demo import people
from shared.db.session import owner
from tests.chain import Chain
from tests.services.toewijzen import COMING, allocate, codes, post


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

    @pytest.mark.parametrize("changes", [{}, {"product_code": None}, {"begindatum": "2026-01-01"}])
    def test_nor_another_beside_it(self, chain: Chain, changes: dict[str, Any]) -> None:
        assert post(chain.gemeente, "/pgbs", self.PGB).status_code == 201
        assert codes(post(chain.gemeente, "/pgbs", self.PGB | changes)) == ["PGB"]
        assert post(chain.gemeente, "/pgbs", self.PGB | {"product_code": "02A05"}).status_code == 201

    def test_the_database_itself_refuses_it_twice(self, chain: Chain) -> None:
        assert post(chain.gemeente, "/pgbs", self.PGB).status_code == 201
        again = "INSERT INTO pgb SELECT eigenaar, gen_random_uuid(), bsn, standaard, product_categorie, product_code, "
        with pytest.raises(Exception, match="ex_pgb_periode"), owner() as session:
            session.connection().exec_driver_sql(f"{again} begindatum + 9, einddatum FROM pgb")

    @pytest.mark.parametrize(("einddatum", "left"), [("2026-08-31", 1), ("2026-06-01", 1), ("2026-05-31", 0)])
    def test_it_ends_or_is_taken_back_and_then_care_in_kind_goes_on(
        self, chain: Chain, einddatum: str, left: int
    ) -> None:
        path = f"/pgbs/{post(chain.gemeente, '/pgbs', self.PGB).json()['id']}/beeindiging"
        assert codes(allocate(chain, ingangsdatum="2026-09-01")) == ["OP043"]
        ended = post(chain.gemeente, path, {"einddatum": einddatum}).json()
        assert (ended["einddatum"], ended["vervallen"]) == (einddatum, left == 0)
        assert [row["einddatum"] for row in chain.gemeente.get("allocation", "/pgbs")["pgbs"]] == [einddatum] * left
        assert allocate(chain, ingangsdatum="2026-09-01").status_code == 201

    def test_it_does_not_end_later_that_way(self, chain: Chain) -> None:
        path = f"/pgbs/{post(chain.gemeente, '/pgbs', self.PGB | {'einddatum': '2026-06-30'}).json()['id']}"
        assert codes(post(chain.gemeente, f"{path}/beeindiging", {"einddatum": "2026-07-01"})) == ["PGB"]

    def test_a_change_does_not_run_into_it(self, chain: Chain) -> None:
        made = allocate(chain, **COMING | {"einddatum": "2030-05-31"}).json()["id"]
        assert post(chain.gemeente, "/pgbs", self.PGB | {"begindatum": "2030-06-01"}).status_code == 201
        path, change = f"/toewijzingen/{made}/wijzigingen", {"reden_wijziging": "04"}
        assert codes(post(chain.gemeente, path, change | {"einddatum": "2030-06-01"})) == ["OP043"]
        assert post(chain.gemeente, path, change | {"einddatum": "2030-05-30"}).status_code == 201

    def test_of_both_at_once_one_is_refused(self, chain: Chain) -> None:
        for code in ("02A03", "02A05", "02A07", "02A09"):
            product = {"product": {"categorie": "02", "code": code}}
            with ThreadPoolExecutor() as pool:
                asked = [
                    pool.submit(allocate, chain, **product),
                    pool.submit(post, chain.gemeente, "/pgbs", self.PGB | {"product_code": code}),
                ]
            assert sorted(one.result().status_code for one in asked) == [201, 422]
