"""The API of allocation: allocations made and changed, and the list."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.demo import people
from shared.calendar import vandaag
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain
from tests.services.allocating import (
    ANDERS,
    BUDGET,
    PROFIEL,
    TRAJECT,
    WEKELIJKS,
    WMO,
    Json,
    allocate,
    change,
    codes,
    kept,
    places,
    send,
    sent,
    status,
    wanted,
)

DERDE = {"categorie": "43", "code": "43A04"}


def plain(toewijzing: Json) -> Json:
    """An allocation without the id of the message, which is each side's own, and the municipality's decision."""
    return {name: value for name, value in toewijzing.items() if name not in ("bericht", "besluit")}


class TestAnAllocation:
    def test_it_answers_with_the_allocation_and_its_address(self, chain: Chain) -> None:
        made = chain.gemeente.apis["allocation"].call("POST", "/v1/toewijzingen", json=wanted())
        assert made.status_code == 201
        body = made.json()
        assert made.headers["location"] == f"/v1/toewijzingen/{body['id']}"
        assert chain.gemeente.get("allocation", f"/toewijzingen/{body['id']}") == body
        assert plain(body) == {
            "id": f"0193-ijw-{body['toewijzing_nummer']}",
            "standaard": "ijw",
            "gemeente": "0193",
            "aanbieder": "65656055",
            "toewijzing_nummer": body["toewijzing_nummer"],
            "bsn": "999900006",
            "product_categorie": "50",
            "product_code": "50P4M",
            "ingangsdatum": "2025-09-01",
            "einddatum": None,
            "reden_wijziging": None,
            "omvang": TRAJECT,
            "budget": None,
            "waarschuwingen": [],
        }
        assert body["besluit"] == {"toegang": "wijkteam", "model": None, "assen": None, "resultaatgebieden": []}

    def test_it_is_told_in_a_301_with_the_client_as_given(self, chain: Chain) -> None:
        made = allocate(chain, commentaar="Graag na vier uur\nbellen", **WMO)
        document = sent(chain.gemeente, made["bericht"])
        assert document.type.name == "WMO301"
        [client] = document.root.all("Client")
        assert client.get("naam_geslachtsnaam_achternaam") == "Jansen"
        assert [contact.get("adres_postcode") for contact in client.children if contact.name == "Contact"] == ["8011PK"]
        [product] = client.all("ToegewezenProduct")
        assert product.values == {
            "toewijzing_nummer": str(made["toewijzing_nummer"]),
            "product_categorie": "02",
            "product_code": "02A03",
            "toewijzingsdatum": vandaag().isoformat(),
            "toewijzingstijd": product.get("toewijzingstijd"),
            "ingangsdatum": "2025-10-07",
            "einddatum": "2025-12-30",
            "omvang_volume": "3",
            "omvang_eenheid": "04",
            "omvang_frequentie": "2",
            "commentaar": "Graag na vier uur\nbellen",
        }

    @pytest.mark.parametrize(
        "changes",
        [{}, WMO, BUDGET, {**BUDGET, "product": None}, {**WMO, "omvang": {**WEKELIJKS, "frequentie": "4"}}],
        ids=["youth profile", "hours a week", "aspecific with budget", "generic", "hours a month"],
    )
    def test_both_sides_see_the_same(self, chain: Chain, changes: Mapping[str, Any]) -> None:
        made = allocate(chain, **changes)
        aanbieder = chain.parties[made["aanbieder"]]
        assert aanbieder.get("allocation", "/toewijzingen") == {"toewijzingen": []}
        chain.drain()
        assert status(chain.gemeente, made["bericht"]) == "goedgekeurd"
        [seen] = aanbieder.get("allocation", "/toewijzingen")["toewijzingen"]
        [own] = chain.gemeente.get("allocation", "/toewijzingen")["toewijzingen"]
        assert plain(seen) == plain(own) == plain(made)
        assert plain(aanbieder.get("allocation", f"/toewijzingen/{made['id']}")) == plain(made)

    def test_numbers_are_given_out_once(self, chain: Chain) -> None:
        made = [allocate(chain, product=product) for product in (PROFIEL, ANDERS)]
        assert len({toewijzing["toewijzing_nummer"] for toewijzing in made}) == 2


class TestAChange:
    @pytest.mark.parametrize(
        ("start", "changes", "field", "value"),
        [
            ({}, {"volume": 2}, "omvang", TRAJECT | {"volume": 2}),
            ({}, {"einddatum": "2026-02-28"}, "einddatum", "2026-02-28"),
            (BUDGET, {"budget": 50_000, "instemming_aanbieder": True}, "budget", 50_000),
            (BUDGET, {"einddatum": "2028-12-31"}, "einddatum", "2028-12-31"),
        ],
        ids=["volume", "withdrawn", "budget", "renewed"],
    )
    def test_the_latest_holds_on_both_sides_under_the_same_number(
        self, chain: Chain, start: Json, changes: Json, field: str, value: Any
    ) -> None:
        made = allocate(chain, **start)
        changed = change(chain, made, **changes)
        assert plain(changed) == plain(made) | {"reden_wijziging": "07", field: value}
        chain.drain()
        assert status(chain.gemeente, changed["bericht"]) == "goedgekeurd"
        for party in (chain.gemeente, chain.jeugdhulp):
            [seen] = party.get("allocation", "/toewijzingen")["toewijzingen"]
            assert plain(seen) == plain(changed)

    def test_of_changes_in_one_second_the_last_holds(self, chain: Chain) -> None:
        made = allocate(chain)
        for volume in (2, 3, 4, 5):
            change(chain, made, volume=volume)
        chain.drain()
        for party in (chain.gemeente, chain.jeugdhulp):
            assert party.get("allocation", f"/toewijzingen/{made['id']}")["omvang"]["volume"] == 5

    def test_deleting_is_reason_13_with_the_end_on_the_first_day(self, chain: Chain) -> None:
        made = allocate(chain)
        change(chain, made, einddatum=made["ingangsdatum"], reden_wijziging="13")
        chain.drain()
        seen = chain.jeugdhulp.get("allocation", f"/toewijzingen/{made['id']}")
        assert (seen["reden_wijziging"], seen["einddatum"]) == ("13", seen["ingangsdatum"])

    @pytest.mark.parametrize(
        ("start", "changes", "wanted_codes", "wanted_places"),
        [
            ({}, {}, ["WIJZIGING"], ["/"]),
            ({}, {"einddatum": "2025-08-31"}, ["TR004"], ["/einddatum"]),
            ({}, {"budget": 1}, ["CD077"], ["/budget"]),
            (BUDGET, {"volume": 1}, ["CD041"], ["/volume"]),
            (
                {"product": ANDERS, "omvang": WEKELIJKS, "einddatum": "2026-12-31"},
                {"volume": 1},
                ["IV066"],
                ["/volume"],
            ),
            (BUDGET, {"volume": 1, "einddatum": "2020-01-01"}, ["TR004", "CD041"], ["/einddatum", "/volume"]),
        ],
        ids=[
            "nothing changes",
            "end before start",
            "budget of a volume",
            "volume of a budget",
            "a week's",
            "all at once",
        ],
    )
    def test_what_cannot_be_changed_is_told_at_once(
        self, chain: Chain, start: Json, changes: Json, wanted_codes: list[str], wanted_places: list[str]
    ) -> None:
        made = allocate(chain, **start)
        before = kept()
        refused = send(chain.gemeente, f"/toewijzingen/{made['id']}/wijzigingen", {"reden_wijziging": "07", **changes})
        assert (refused.status_code, codes(refused), places(refused)) == (422, wanted_codes, wanted_places)
        assert kept() == before

    @pytest.mark.parametrize("reden", ["00", "15", "1", "7", "", None, 7])
    def test_a_reason_that_is_not_in_the_codelist_is_refused(self, chain: Chain, reden: Any) -> None:
        made = allocate(chain)
        body = {"reden_wijziging": reden, "volume": 2}
        assert send(chain.gemeente, f"/toewijzingen/{made['id']}/wijzigingen", body).status_code == 422

    def test_a_reason_that_level_2_forbids_is_refused_with_its_code(self, chain: Chain) -> None:
        made = allocate(chain)
        refused = send(
            chain.gemeente, f"/toewijzingen/{made['id']}/wijzigingen", {"reden_wijziging": "01", "volume": 2}
        )
        assert refused.status_code == 422
        assert codes(refused) != []
        assert chain.gemeente.get("allocation", f"/toewijzingen/{made['id']}") == made

    @pytest.mark.parametrize("toewijzing", ["0193-ijw-999999999", "0200-ijw-1", "0193-iwmo-10001"])
    def test_one_that_does_not_exist_is_not_found(self, chain: Chain, toewijzing: str) -> None:
        body = {"reden_wijziging": "07", "volume": 2}
        assert send(chain.gemeente, f"/toewijzingen/{toewijzing}/wijzigingen", body).status_code == 404

    @pytest.mark.parametrize(
        "toewijzing", ["1", "0193-zvw-1", "0193-ijw-", "0193-ijw-1x", "193-ijw-1", "0193-ijw-1234567890"]
    )
    def test_an_id_of_another_shape_is_refused(self, chain: Chain, toewijzing: str) -> None:
        body = {"reden_wijziging": "07", "volume": 2}
        assert send(chain.gemeente, f"/toewijzingen/{toewijzing}/wijzigingen", body).status_code == 422
        found = chain.gemeente.apis["allocation"].call("GET", f"/v1/toewijzingen/{toewijzing}")
        assert found.status_code == 422


@pytest.mark.parametrize(
    ("options", "wanted_rows"),
    [
        ("", [0, 1, 2, 3]),
        ("standaard=iwmo", [1]),
        ("organisatie=65656055", [0, 2, 3]),
        ("limit=2", [0, 1]),
        ("na={1}", [2, 3]),
        ("standaard=ijw&limit=1&na={0}", [2]),
    ],
)
def test_the_list_is_by_number_and_narrowed_by_filters(chain: Chain, options: str, wanted_rows: list[int]) -> None:
    made = [
        allocate(chain),
        allocate(chain, **WMO),
        allocate(chain, product=ANDERS),
        allocate(chain, client=people.NOOR),
    ]
    chosen = options.format(*(toewijzing["toewijzing_nummer"] for toewijzing in made))
    found = chain.gemeente.get("allocation", f"/toewijzingen?{chosen}")["toewijzingen"]
    assert [row["id"] for row in found] == [made[row]["id"] for row in wanted_rows]


def test_a_301_of_other_software_with_a_wrong_bsn_does_not_spoil_the_list(chain: Chain) -> None:
    assert chain.post(chain.gemeente, encode(message("JW301", {"Client[1].bsn": "999900007"}))).status_code == 202
    found = chain.gemeente.get("allocation", "/toewijzingen")["toewijzingen"]
    assert [row["bsn"] for row in found] == ["999900007"] * 2
