"""The API of allocation: allocations made, changed, started and stopped, and everything that it does not take."""

import copy
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import vandaag
from shared.db.tables import metadata
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import message
from tests.chain import Chain, query

Json = dict[str, Any]
PROFIEL = {"categorie": "50", "code": "50P4M"}
ANDERS = {"categorie": "45", "code": "45A03"}
DERDE = {"categorie": "43", "code": "43A04"}
TRAJECT = {"volume": 1, "eenheid": "82", "frequentie": "6"}
BEGELEIDING = {"categorie": "02", "code": "02A03"}
WEKELIJKS = {"volume": 3, "eenheid": "04", "frequentie": "2"}


def wanted(**changes: Any) -> Json:
    """A youth allocation as the API takes one; None takes a field away."""
    body = {
        "standaard": "ijw",
        "aanbieder": "65656055",
        "client": people.SAM,
        "product": PROFIEL,
        "ingangsdatum": "2025-09-01",
        "omvang": TRAJECT,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


WMO = {
    "standaard": "iwmo",
    "aanbieder": "65656056",
    "product": BEGELEIDING,
    "ingangsdatum": "2025-10-07",
    "einddatum": "2025-12-30",
    "omvang": WEKELIJKS,
}
BUDGET = {"omvang": None, "product": {"categorie": "45"}, "budget": 100_000, "einddatum": "2027-12-31"}


def allocate(chain: Chain, **changes: Any) -> Json:
    made: Json = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=wanted(**changes))
    return made


def change(chain: Chain, toewijzing: Json, **changes: Any) -> Json:
    path = f"/toewijzingen/{toewijzing['id']}/wijzigingen"
    made: Json = chain.gemeente.call("POST", "allocation", path, 201, json={"reden_wijziging": "07", **changes})
    return made


def send(party: Party, path: str, body: Any) -> httpx.Response:
    return party.apis["allocation"].call("POST", f"/v1{path}", json=body)


def codes(response: httpx.Response) -> list[str]:
    assert response.headers["content-type"] == "application/problem+json"
    return [finding["code"] for finding in response.json()["bevindingen"]]


def places(response: httpx.Response) -> list[str]:
    return [finding["pad"] for finding in response.json()["bevindingen"]]


def kept() -> dict[str, int]:
    tables = [*metadata.tables, "procrastinate_jobs"]
    return {name: query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def sent(party: Party, bericht: str) -> Document:
    """A message as its sender keeps it."""
    return check(party.xml(bericht)).document()


def numbers(chain: Chain, toewijzing: Json) -> list[int]:
    """The numbers in the 301 that an allocation was told in."""
    products = sent(chain.gemeente, toewijzing["bericht"]).root.all("ToegewezenProduct")
    return [int(product.get("toewijzing_nummer")) for product in products]


def plain(toewijzing: Json) -> Json:
    """An allocation without the id of the message, which is each side's own."""
    return {name: value for name, value in toewijzing.items() if name != "bericht"}


def status(party: Party, bericht: str) -> str:
    return str(party.get("messaging", f"/berichten/{bericht}")["status"])


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

    def test_it_is_told_in_a_301_with_the_client_as_given(self, chain: Chain) -> None:
        made = allocate(chain, commentaar="Graag na vier uur\nbellen", **WMO)
        document = sent(chain.gemeente, made["bericht"])
        assert document.type.name == "WMO301"
        [client] = document.root.all("Client")
        assert client.get("naam_geslachtsnaam_achternaam") == "Jansen"
        assert [contact.get("adres_postcode") for contact in client.all("Contact")] == ["8011PK"]
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


class TestTheFullSet:
    """OP087: a 301 holds all allocations of the client with the provider that are valid now, and the changed one."""

    def test_a_second_allocation_is_told_with_the_first(self, chain: Chain) -> None:
        first, second = allocate(chain), allocate(chain, product=ANDERS)
        assert numbers(chain, first) == [first["toewijzing_nummer"]]
        assert numbers(chain, second) == [first["toewijzing_nummer"], second["toewijzing_nummer"]]
        chain.drain()
        assert status(chain.gemeente, second["bericht"]) == "goedgekeurd"

    def test_one_that_has_ended_or_was_deleted_is_left_out(self, chain: Chain) -> None:
        ended = allocate(chain, product=ANDERS, ingangsdatum="2024-01-01", einddatum="2024-12-31")
        deleted = allocate(chain, product=DERDE)
        gone = change(chain, deleted, einddatum=deleted["ingangsdatum"], reden_wijziging="13")
        assert numbers(chain, gone) == [deleted["toewijzing_nummer"]]
        made = allocate(chain)
        assert numbers(chain, made) == [made["toewijzing_nummer"]]
        again = change(chain, ended, einddatum="2024-11-30")
        assert numbers(chain, again) == [made["toewijzing_nummer"], ended["toewijzing_nummer"]]

    def test_one_that_was_deleted_before_it_began_is_left_out(self, chain: Chain) -> None:
        deleted = allocate(chain, product=DERDE, ingangsdatum="2030-01-01")
        change(chain, deleted, einddatum="2030-01-01", reden_wijziging="13")
        shortened = allocate(chain, product=ANDERS, ingangsdatum="2030-01-01")
        change(chain, shortened, einddatum="2030-01-01")
        made = allocate(chain)
        assert numbers(chain, made) == [shortened["toewijzing_nummer"], made["toewijzing_nummer"]]

    def test_one_that_ends_today_or_starts_tomorrow_is_told(self, chain: Chain) -> None:
        today = vandaag().isoformat()
        ending = allocate(chain, product=ANDERS, einddatum=today)
        coming = allocate(chain, product=DERDE, ingangsdatum="2030-01-01")
        made = allocate(chain)
        assert numbers(chain, made) == [t["toewijzing_nummer"] for t in (ending, coming, made)]

    def test_those_of_others_are_left_out(self, chain: Chain) -> None:
        allocate(chain, client=people.NOOR)
        allocate(chain, aanbieder="65656056")
        allocate(chain, **{**WMO, "aanbieder": "65656055", "einddatum": "2027-12-31"})
        made = allocate(chain)
        assert numbers(chain, made) == [made["toewijzing_nummer"]]

    def test_two_allocations_at_once_do_not_miss_each_other(self, chain: Chain) -> None:
        products = [PROFIEL, ANDERS, DERDE, {"categorie": "46", "code": "46A01"}]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda product: allocate(chain, product=product), products))
        assert sorted(len(numbers(chain, toewijzing)) for toewijzing in made) == [1, 2, 3, 4]

    def test_a_change_is_told_with_the_others_as_they_stand(self, chain: Chain) -> None:
        first, second = allocate(chain), allocate(chain, product=ANDERS)
        change(chain, first, volume=2)
        changed = change(chain, second, volume=5)
        told = {
            product.get("toewijzing_nummer"): product.get("omvang_volume")
            for product in sent(chain.gemeente, changed["bericht"]).root.all("ToegewezenProduct")
        }
        assert told == {str(first["toewijzing_nummer"]): "2", str(second["toewijzing_nummer"]): "5"}


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
            (BUDGET, {"volume": 1, "einddatum": "2020-01-01"}, ["TR004", "CD041"], ["/einddatum", "/volume"]),
        ],
        ids=["nothing changes", "end before start", "budget of a volume", "volume of a budget", "all at once"],
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


class TestStartAndStop:
    @pytest.fixture
    def toewijzing(self, chain: Chain) -> str:
        made = allocate(chain, **WMO)
        chain.drain()
        return str(made["id"])

    def report(self, chain: Chain, path: str, **body: Any) -> Document:
        """A report that is accepted, as the provider sent it."""
        made = chain.begeleiding.call("POST", "allocation", path, 202, json=body)
        chain.drain()
        assert status(chain.begeleiding, made["bericht"]) == "goedgekeurd"
        return sent(chain.begeleiding, made["bericht"])

    def test_a_start_and_a_stop_are_told_and_accepted(self, chain: Chain, toewijzing: str) -> None:
        begin = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        start = self.report(chain, "/starts", **begin)
        stop = self.report(chain, "/stops", **begin, einddatum="2025-12-01", reden_beeindiging="31")
        nummer = toewijzing.rpartition("-")[2]
        told = {
            "toewijzing_nummer": nummer,
            "product_categorie": "02",
            "product_code": "02A03",
            "toewijzing_ingangsdatum": "2025-10-07",
            "begindatum": "2025-10-07",
            "status_aanlevering": "1",
        }
        [started], [stopped] = start.root.all("StartProduct"), stop.root.all("StopProduct")
        assert (start.type.name, stop.type.name) == ("WMO305", "WMO307")
        assert started.values == told
        assert stopped.values == told | {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        assert next(start.root.all("Client")).get("bsn") == "999900006"

    def test_a_start_is_taken_back_with_status_3(self, chain: Chain, toewijzing: str) -> None:
        begin = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        self.report(chain, "/starts", **begin)
        removal = self.report(chain, "/starts", **begin, status_aanlevering="3")
        assert [start.get("status_aanlevering") for start in removal.root.all("StartProduct")] == ["3"]

    @pytest.mark.parametrize(
        ("path", "changes"),
        [
            ("/starts", {"begindatum": "2025-10-32"}),
            ("/starts", {"status_aanlevering": "2"}),
            ("/starts", {"einddatum": "2025-12-01"}),
            ("/stops", {"einddatum": "2025-10-06"}),
            ("/stops", {"reden_beeindiging": "99"}),
            ("/stops", {"reden_beeindiging": None}),
        ],
    )
    def test_what_cannot_be_reported_is_refused(self, chain: Chain, toewijzing: str, path: str, changes: Json) -> None:
        body = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        if path == "/stops":
            body |= {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        before = kept()
        refused = send(chain.begeleiding, path, body | changes)
        assert (refused.status_code, codes(refused) != []) == (422, True)
        assert kept() == before

    def test_on_anothers_allocation_and_on_none_the_answer_is_the_same(self, chain: Chain, toewijzing: str) -> None:
        begin = {"begindatum": "2025-10-07"}
        other = send(chain.jeugdhulp, "/starts", {"toewijzing": toewijzing, **begin})
        none = send(chain.jeugdhulp, "/starts", {"toewijzing": "0193-iwmo-999999999", **begin})
        assert (other.status_code, other.content) == (none.status_code, none.content)
        assert other.status_code == 404


class TestWhoMayDoWhat:
    @pytest.mark.parametrize("path", ["/toewijzingen", "/toewijzingen/0193-ijw-1/wijzigingen"])
    def test_a_provider_does_not_allocate(self, chain: Chain, path: str) -> None:
        body = wanted() if path == "/toewijzingen" else {"reden_wijziging": "07", "volume": 2}
        refused = send(chain.jeugdhulp, path, body)
        assert (refused.status_code, codes(refused)) == (403, [])

    @pytest.mark.parametrize("path", ["/starts", "/stops"])
    def test_a_municipality_does_not_start_or_stop(self, chain: Chain, path: str) -> None:
        body = {"toewijzing": "0193-ijw-1", "begindatum": "2025-10-07"}
        if path == "/stops":
            body |= {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        assert send(chain.gemeente, path, body).status_code == 403

    def test_an_allocation_is_for_its_two_parties_only(self, chain: Chain) -> None:
        made = allocate(chain)
        chain.drain()
        answers = [
            chain.begeleiding.apis["allocation"].call("GET", f"/v1/toewijzingen/{toewijzing}")
            for toewijzing in (made["id"], "0193-ijw-999999999")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert chain.begeleiding.get("allocation", "/toewijzingen") == {"toewijzingen": []}


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


class TestInputThatIsRefused:
    def refused(self, chain: Chain, body: Any) -> httpx.Response:
        before = kept()
        response = send(chain.gemeente, "/toewijzingen", body)
        assert response.status_code == 422
        assert kept() == before
        return response

    def test_a_field_that_does_not_exist(self, chain: Chain) -> None:
        body = wanted(kleur="blauw", omvang={**TRAJECT, "ineens": 1})
        body["client"] = people.SAM | {"naam": people.SAM["naam"] | {"titel": "dr"}}
        refused = self.refused(chain, body)
        assert sorted(places(refused)) == ["/body/client/naam/titel", "/body/kleur", "/body/omvang/ineens"]
        assert set(codes(refused)) == {"extra_forbidden"}

    def test_the_name_of_such_a_field_is_not_told_when_it_could_be_a_bsn(self, chain: Chain) -> None:
        refused = self.refused(chain, wanted() | {"999900006": 1})
        assert places(refused) == ["/body/*"]
        assert "999900006" not in refused.text

    def test_everything_that_is_missing_at_once(self, chain: Chain) -> None:
        refused = self.refused(chain, {"client": {}})
        assert {"/body/standaard", "/body/aanbieder", "/body/ingangsdatum", "/body/client/bsn"} <= set(places(refused))

    @pytest.mark.parametrize("volume", [True, False, "1", 1.0, 1.5, -1, 100_000_000, None, [1], 10**400])
    def test_a_volume_that_is_no_whole_number_within_bounds(self, chain: Chain, volume: Any) -> None:
        assert "/body/omvang/volume" in places(self.refused(chain, wanted(omvang={**TRAJECT, "volume": volume})))

    @pytest.mark.parametrize(
        "dag",
        [
            "2025-02-29",
            "2025-13-01",
            "2025-00-10",
            "20250901",
            "2025-W01-1",
            "2025-9-1",
            "01-09-2025",
            "2025-09-01T00:00:00",
            " 2025-09-01",
            "２０２５-09-01",
            "1899-12-31",
            "3000-01-01",
            "",
            20250901,
            True,
        ],
    )
    def test_a_date_that_does_not_exist_or_has_another_form(self, chain: Chain, dag: Any) -> None:
        assert "/body/ingangsdatum" in places(self.refused(chain, wanted(ingangsdatum=dag)))

    @pytest.mark.parametrize("bsn", ["999900007", "123456789", "000000000", "99990000", "9999000061", "99990000６"])
    def test_a_bsn_that_is_none_is_not_repeated(self, chain: Chain, bsn: str) -> None:
        refused = self.refused(chain, wanted(client=people.SAM | {"bsn": bsn}))
        assert places(refused) == ["/body/client/bsn"]
        assert bsn not in refused.text
        assert bsn not in str(refused.headers)

    @pytest.mark.parametrize(
        "changes",
        [
            {"omvang": None},
            {"product": {"categorie": "50"}},
            {"budget": 1},
            {"einddatum": "2025-08-31"},
            {"product": None},
        ],
        ids=["code without volume", "volume without code", "volume and budget", "end before start", "no product"],
    )
    def test_parts_that_do_not_go_together(self, chain: Chain, changes: Json) -> None:
        self.refused(chain, wanted(**changes))

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({**WMO, "einddatum": None}, "CD076"),
            ({**BUDGET, "einddatum": None}, "CD075"),
        ],
    )
    def test_what_level_2_would_refuse_with_its_code(self, chain: Chain, changes: Json, code: str) -> None:
        assert codes(self.refused(chain, wanted(**changes))) == [code]

    def test_what_level_1_would_refuse_with_its_place(self, chain: Chain) -> None:
        refused = self.refused(chain, wanted(product={"categorie": "99", "code": "99A01"}))
        assert [pad.rpartition("/")[2] for pad in places(refused)] == ["ijw:Categorie[1]"]

    def test_the_same_product_twice_in_one_period(self, chain: Chain) -> None:
        allocate(chain)
        assert codes(self.refused(chain, wanted())) == ["TR302"]

    def test_a_provider_that_nobody_knows(self, chain: Chain) -> None:
        assert codes(self.refused(chain, wanted(aanbieder="12345678"))) == ["ONTVANGER"]

    @pytest.mark.parametrize("body", [[], "x", 1, None, [wanted()]])
    def test_what_is_no_object(self, chain: Chain, body: Any) -> None:
        self.refused(chain, body)

    @pytest.mark.parametrize("content", [b"{", b"", b'{"a":}', b"\xff"])
    def test_what_is_no_json(self, chain: Chain, content: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        refused = chain.gemeente.apis["allocation"].call("POST", "/v1/toewijzingen", content=content, headers=headers)
        assert refused.status_code in (400, 422)
        assert refused.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
    def test_a_control_character_in_any_text(self, chain: Chain, character: str) -> None:
        full = wanted(commentaar="x", referentie_aanbieder="x", einddatum="2027-12-31")
        for path in texts(full):
            broken = copy.deepcopy(full)
            below: Any = broken
            for step in path[:-1]:
                below = below[step]
            below[path[-1]] += character
            response = send(chain.gemeente, "/toewijzingen", broken)
            assert (response.status_code, places(response)) == (422, ["/body/" + "/".join(map(str, path))])


def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text in a JSON value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, (dict, list)):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(below, (*path, key))
