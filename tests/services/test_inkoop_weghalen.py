"""Taking away what was bought: by its key, never what is in use, and always kept with who did it."""

import json
from typing import Any

import httpx
import pytest

from services.allocation.inkoop.flows import SOORTEN
from services.demo.stage import Party
from tests.chain import Chain
from tests.services.inkoop import CONTRACT, FILES, TARIEF, own, put

WRONG = {name: TARIEF[name] for name in ("contract", "product_categorie", "product_code", "eenheid", "begindatum")}
"""The key of a tariff that was entered by mistake."""


def take(party: Party, soort: str, key: Any) -> httpx.Response:
    answer: httpx.Response = party.apis["allocation"].call("DELETE", f"/v1/{soort}", params=key)
    return answer


def history(party: Party, soort: str) -> list[Any]:
    found: list[Any] = party.get("allocation", f"/inkoop/{soort}/historie")["historie"]
    return found


class TestTakingAway:
    def test_a_tariff_per_minute_that_should_be_per_hour(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/tarieven", TARIEF)
        put(chain.gemeente, "/tarieven", TARIEF | {"eenheid": "01"})
        gone = take(chain.gemeente, "tarieven", WRONG | {"eenheid": "01"})
        assert (gone.status_code, gone.content) == (204, b"")
        assert [row["eenheid"] for row in own(chain.gemeente, "tarieven")] == ["04"]
        [old] = history(chain.gemeente, "tarieven")
        assert (old["rij"]["eenheid"], old["rij"]["tarief"]) == ("01", 6150)
        assert old["door"].startswith("sleutel ")
        assert take(chain.gemeente, "tarieven", WRONG | {"eenheid": "01"}).status_code == 404

    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
    def test_every_kind_goes_by_its_key_the_last_first(self, chain: Chain, file: Any) -> None:
        put(chain.gemeente, "/inkoop", json.loads(file.read_text("utf-8")), "POST")
        for naam, soort in reversed(SOORTEN.items()):
            names = [column.name for column in soort.table.primary_key if column.name != "eigenaar"]
            for row in own(chain.gemeente, naam):
                key = {name: row[name] for name in names}
                if "assen" in key:
                    key["assen"] = [f"{name}:{value}" for name, value in row["assen"].items()]
                assert take(chain.gemeente, naam, key).status_code == 204
            assert own(chain.gemeente, naam) == []

    def test_what_something_refers_to_stays(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.gemeente, "/tarieven", TARIEF)
        kept = take(chain.gemeente, "contracten", {"nummer": "C1"})
        assert kept.status_code == 409
        assert [fault["code"] for fault in kept.json()["bevindingen"]] == ["VERWIJZING"]
        assert take(chain.gemeente, "tarieven", WRONG).status_code == 204
        assert take(chain.gemeente, "contracten", {"nummer": "C1"}).status_code == 204

    def test_a_key_is_whole_and_of_the_right_form(self, chain: Chain) -> None:
        short = take(chain.gemeente, "tarieven", {"contract": "C1"})
        assert short.status_code == 422
        assert len(short.json()["bevindingen"]) == 4
        wrong = {"model": "m", "assen": "zonder dubbele punt", "begindatum": "2025-01-01"}
        assert take(chain.gemeente, "arrangementen", wrong).status_code == 422

    def test_a_provider_takes_away_its_own_copy_and_nothing_of_another(self, chain: Chain) -> None:
        put(chain.gemeente, "/contracten", CONTRACT)
        put(chain.jeugdhulp, "/contracten", CONTRACT | {"tegenpartij": "0193"})
        assert take(chain.jeugdhulp, "contracten", {"nummer": "C1"}).status_code == 204
        assert take(chain.jeugdhulp, "contracten", {"nummer": "C1"}).status_code == 404
        assert take(chain.jeugdhulp, "aanbieders", {"agb": "65656055"}).status_code == 403
        assert len(own(chain.gemeente, "contracten")) == 1


class TestRegion:
    def test_what_the_centre_takes_away_its_followers_lose_and_they_take_nothing_away(self, chain: Chain) -> None:
        kampen = chain.another("0166", "Gemeente Kampen")
        put(chain.gemeente, "/regio/leden", {"gemeenten": ["0166"]})
        put(kampen, "/regio", {"centrum": "0193"})
        put(chain.gemeente, "/inkoop", {"contracten": [CONTRACT], "tarieven": [TARIEF]}, "POST")
        assert take(kampen, "tarieven", WRONG).status_code == 409
        assert take(chain.gemeente, "tarieven", WRONG).status_code == 204
        assert own(kampen, "tarieven") == own(chain.gemeente, "tarieven") == []
        [old] = history(kampen, "tarieven")
        assert old["rij"]["tarief"] == 6150
