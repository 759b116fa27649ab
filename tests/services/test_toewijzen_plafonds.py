"""Ceilings warn of what is allocated or changed, and stop nothing."""

from typing import Any

import pytest

from services.demo import people
from tests.chain import Chain
from tests.services.toewijzen import COMING, JEUGD, VALUE, WMO, allocate, bought, ceiling, post


class TestCeilings:
    def test_it_warns_in_time_and_stops_nothing(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO)
        ceiling(chain, VALUE * 2, waarschuw_bij=60)
        assert allocate(chain).json()["waarschuwingen"] == []
        second = allocate(chain, client=people.ANNIE).json()["waarschuwingen"]
        assert second == ["Plafond 'P': 100% is vastgelegd (waarschuwing vanaf 60%)."]
        assert "150%" in allocate(chain, client=people.NOOR).json()["waarschuwingen"][0]

    def test_also_of_a_change_that_commits_more(self, chain: Chain) -> None:
        bought(chain, "c_inspanning.json", "WMO-INSPANNING", WMO, einddatum=None)
        made = allocate(chain, **COMING | {"einddatum": "2030-06-30"}).json()["id"]
        ceiling(chain, VALUE, begindatum="2030-01-01", einddatum="2030-12-31", waarschuw_bij=1)
        longer = ("2030-12-29", ["Plafond 'P': 100% is vastgelegd (waarschuwing vanaf 1%)."])
        for einddatum, warned in (longer, ("2030-06-30", [])):
            change = {"reden_wijziging": "12", "einddatum": einddatum}
            told = post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", change).json()
            assert told["waarschuwingen"] == warned, told

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
        ceiling(chain, 100, **scope)
        assert bool(allocate(chain).json()["waarschuwingen"]) == warns
