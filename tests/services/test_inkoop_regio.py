"""A region that keeps purchase data once, at its centre."""

import pytest

from services.demo.stage import Party
from tests.chain import Chain
from tests.services.inkoop import CONTRACT, TARIEF, faults, own, put


class TestRegion:
    """Zwolle keeps the purchase data of its region; Kampen (0166) is a member."""

    @pytest.fixture
    def kampen(self, chain: Chain) -> Party:
        return chain.another("0166", "Gemeente Kampen")

    def test_both_must_want_it(self, chain: Chain, kampen: Party) -> None:
        assert faults(put(kampen, "/regio", {"centrum": "0193"})) == [("REGIO", "/centrum")]
        put(chain.gemeente, "/contracten", CONTRACT)
        assert own(kampen, "contracten") == []
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert own(kampen, "contracten") == []

    def test_what_the_centre_keeps_its_members_have(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert put(kampen, "/regio", {"centrum": "0193"}).status_code == 200
        made = put(chain.gemeente, "/inkoop", {"tarieven": [TARIEF]}, "POST").json()
        assert made["gemeenten"] == ["0193", "0166"]
        assert own(kampen, "contracten") == own(chain.gemeente, "contracten")
        assert own(kampen, "tarieven") == own(chain.gemeente, "tarieven") != []
        assert chain.gemeente.get("allocation", "/regio/leden") == {"gemeenten": ["0166"], "volgers": ["0166"]}

    def test_a_member_leaves_it_to_the_centre_until_it_goes(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(kampen, "/regio", {"centrum": "0193"})
        assert put(kampen, "/contracten", CONTRACT).status_code == 409
        put(kampen, "/regio", {"centrum": None})
        assert put(kampen, "/contracten", CONTRACT).status_code == 200
        put(
            chain.gemeente,
            "/contracten",
            CONTRACT | {"nummer": "C9", "begindatum": "2020-01-01", "einddatum": "2021-01-01"},
        )
        assert [row["nummer"] for row in own(kampen, "contracten")] == ["C1"]

    def test_whom_the_centre_no_longer_names_keeps_its_own_again(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(kampen, "/regio", {"centrum": "0193"})
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/regio/leden", {"gemeenten": []})
        assert kampen.get("allocation", "/regio") == {"centrum": None}
        assert put(kampen, "/contracten", CONTRACT | {"acceptatieplicht": True}).status_code == 200
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        assert put(kampen, "/contracten", CONTRACT).status_code == 200
        assert chain.gemeente.get("allocation", "/regio/leden")["volgers"] == []

    def test_who_joins_with_a_contract_in_the_way_is_told_which(self, chain: Chain, kampen: Party) -> None:
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(chain.gemeente, "/contracten", CONTRACT)
        put(kampen, "/contracten", CONTRACT | {"nummer": "K7"})
        refused = put(kampen, "/regio", {"centrum": "0193"})
        assert faults(refused) == [("PERIODE", "/contracten/C1/begindatum")]
        assert "contract K7" in refused.json()["bevindingen"][0]["melding"]
        assert put(kampen, "/contracten", CONTRACT | {"nummer": "K7", "perceel": "x"}).status_code == 200
