"""Recording deliveries: singly, as a list and from a CSV; the volume of a month is the sum of its entries."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.leveringen.volumes import month_volume
from services.demo import people
from services.demo.stage import Party
from tests.chain import Chain, query
from tests.services.claims import TARIEF, agree, allocate, claim, declare, deliver, kept, outcomes, send

Json = dict[str, Any]


def entry(toewijzing: str, kenmerk: str, datum: str, volume: int, **more: Any) -> Json:
    return {"toewijzing": toewijzing, "kenmerk": kenmerk, "datum": datum, "volume": volume, **more}


def enter(party: Party, *entries: Json) -> httpx.Response:
    return send(party, "/verrichtingen", {"verrichtingen": list(entries)})


def load(party: Party, text: str | bytes, **headers: str) -> httpx.Response:
    content = text.encode() if isinstance(text, str) else text
    kind = {"Content-Type": "text/csv", **headers}
    return party.apis["billing"].call("POST", "/v1/leveringen/import", content=content, headers=kind)


def volumes(party: Party) -> dict[str, int]:
    """The volume of each month."""
    rows = party.get("billing", "/leveringen")["leveringen"]
    return {row["begindatum"][:7]: row["volume"] for row in rows}


def wrong(response: httpx.Response) -> list[tuple[str, str]]:
    """What is wrong and where; nothing was kept."""
    assert response.status_code == 422, response.text
    return [(finding["code"], finding["pad"]) for finding in response.json()["bevindingen"]]


class TestEntries:
    def test_a_month_that_comes_to_too_much_is_told_at_a_row_of_that_month(self, chain: Chain, hours: str) -> None:
        most = 99_999_999
        days = [("a", "2025-11-07", 1), ("b", "2025-10-07", most), ("c", "2025-10-08", most)]
        refused = enter(chain.begeleiding, *(entry(hours, *day) for day in days))
        assert wrong(refused) == [("VOLUME", "/body/verrichtingen/1/volume")]

    def test_what_was_delivered_is_taken_back_where_it_was_recorded(self, chain: Chain, hours: str) -> None:
        """A municipality elsewhere may move the first day of an allocation under the same number."""
        deliver(chain.begeleiding, hours, "2025-10", 9)
        query("UPDATE toegewezen_product SET ingangsdatum = '2025-10-13' RETURNING 1")
        kept = deliver(chain.begeleiding, hours, "2025-10", 0)
        assert (kept["begindatum"], kept["volume"]) == ("2025-10-07", 0)
        assert deliver(chain.begeleiding, hours, "2025-10", 9)["begindatum"] == "2025-10-13"

    def test_the_volume_of_a_month_is_the_sum_of_its_days(self, chain: Chain, hours: str) -> None:
        days = [("a", "2025-10-07", 3), ("b", "2025-10-14", 2), ("c", "2025-10-31", 1), ("d", "2025-11-01", 3)]
        made = enter(chain.begeleiding, *(entry(hours, *day) for day in days))
        assert made.status_code == 201, made.text
        assert [(row["begindatum"], row["einddatum"], row["volume"]) for row in made.json()["leveringen"]] == [
            ("2025-10-07", "2025-10-31", 6),
            ("2025-11-01", "2025-11-30", 3),
        ]
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [(6 * TARIEF, "toegekend")]

    def test_the_same_reference_again_replaces_it_also_in_another_month(self, chain: Chain, hours: str) -> None:
        enter(chain.begeleiding, entry(hours, "a", "2025-10-07", 3), entry(hours, "b", "2025-10-14", 2))
        enter(chain.begeleiding, entry(hours, "a", "2025-10-08", 1))
        assert volumes(chain.begeleiding) == {"2025-10": 3}
        enter(chain.begeleiding, entry(hours, "a", "2025-11-08", 4))
        assert volumes(chain.begeleiding) == {"2025-10": 2, "2025-11": 4}
        enter(chain.begeleiding, entry(hours, "b", "2025-10-14", 0))
        assert volumes(chain.begeleiding) == {"2025-10": 0, "2025-11": 4}

    def test_minutes_are_claimed_as_minutes_or_rounded_over_the_month_to_hours(self, chain: Chain, hours: str) -> None:
        weekly = ["2025-10-07", "2025-10-14", "2025-10-21", "2025-10-28"]
        minutes = [entry(hours, day, day, 95, eenheid="01") for day in weekly]
        [made] = enter(chain.begeleiding, *minutes).json()["leveringen"]
        assert (made["volume"], made["eenheid"]) == (380, "01")
        [made] = enter(chain.begeleiding, *(one | {"in_uren": True} for one in minutes)).json()["leveringen"]
        assert (made["volume"], made["eenheid"]) == (6, "04")
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [(6 * TARIEF, "toegekend")]

    def test_a_month_is_claimed_in_one_unit(self, chain: Chain, hours: str) -> None:
        enter(chain.begeleiding, entry(hours, "a", "2025-10-07", 90, eenheid="01"))
        other = enter(chain.begeleiding, entry(hours, "b", "2025-10-14", 2))
        assert wrong(other) == [("EENHEID", "/body/verrichtingen/0/eenheid")]
        replaced = enter(chain.begeleiding, entry(hours, "a", "2025-10-07", 2), entry(hours, "b", "2025-10-14", 2))
        assert [row["volume"] for row in replaced.json()["leveringen"]] == [4]

    def test_a_month_as_a_whole_takes_the_place_of_its_entries_and_not_the_other_way(
        self, chain: Chain, hours: str
    ) -> None:
        enter(chain.begeleiding, entry(hours, "a", "2025-10-07", 3))
        deliver(chain.begeleiding, hours, "2025-10", 9)
        again = enter(chain.begeleiding, entry(hours, "a", "2025-10-07", 3))
        assert wrong(again) == [("MAAND", "/body/verrichtingen/0/datum")]
        assert enter(chain.begeleiding, entry(hours, "a", "2025-11-07", 2)).status_code == 201
        assert volumes(chain.begeleiding) == {"2025-10": 9, "2025-11": 2}
        assert enter(chain.begeleiding, entry(hours, "b", "2025-10-07", 0)).status_code == 201
        assert volumes(chain.begeleiding) == {"2025-10": 9, "2025-11": 2}
        deliver(chain.begeleiding, hours, "2025-10", 0)
        assert enter(chain.begeleiding, entry(hours, "b", "2025-10-07", 1)).status_code == 201
        assert volumes(chain.begeleiding) == {"2025-10": 1, "2025-11": 2}

    def test_every_fault_of_every_row_is_told_and_nothing_is_kept(self, chain: Chain, hours: str) -> None:
        before = kept()
        refused = enter(
            chain.begeleiding,
            entry(hours, "a", "2025-10-07", 3),
            entry(hours, "a", "2025-10-06", 3),
            entry("0193-iwmo-999999999", "b", "2025-10-07", 3),
            entry(hours, "c", "2026-01-01", 3, eenheid="14", product_code="XX"),
            entry(hours, "d", "2025-10-08", 30, eenheid="04", in_uren=True),
        )
        place = "/body/verrichtingen"
        assert wrong(refused) == [
            ("TR307", f"{place}/1/datum"),
            ("KENMERK", f"{place}/1/kenmerk"),
            ("TOEWIJZING", f"{place}/2/toewijzing"),
            ("TR307", f"{place}/3/datum"),
            ("TR340", f"{place}/3/product_code"),
            ("TR341", f"{place}/3/eenheid"),
            ("EENHEID", f"{place}/4/in_uren"),
        ]
        assert kept() == before

    def test_what_an_allocation_does_not_say_comes_with_the_entry(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        budget = {"product": {"categorie": "02"}, "omvang": None, "budget": 9 * TARIEF}
        aspecific = allocate(chain, chain.begeleiding, **budget)
        assert [code for code, _ in wrong(enter(chain.begeleiding, entry(aspecific, "a", "2025-10-07", 3)))] == [
            "PRODUCT",
            "EENHEID",
        ]
        told = {"product_code": "02A03", "eenheid": "04"}
        generic = allocate(chain, chain.begeleiding, **budget | {"product": None, "client": people.ANNIE})
        whole = {**told, "product_categorie": "02"}
        made = enter(
            chain.begeleiding,
            entry(aspecific, "a", "2025-10-07", 3, **told),
            entry(generic, "b", "2025-10-07", 2, **whole),
        )
        assert made.status_code == 201, made.text
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [
            (3 * TARIEF, "toegekend"),
            (2 * TARIEF, "toegekend"),
        ]

    def test_entries_at_once_all_count(self, chain: Chain, hours: str) -> None:
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda n: enter(chain.begeleiding, entry(hours, f"k{n}", "2025-10-07", 1)), range(12)))
        assert {answer.status_code for answer in made} == {201}
        assert volumes(chain.begeleiding) == {"2025-10": 12}

    def test_another_provider_and_a_municipality_enter_nothing_here(self, chain: Chain, hours: str) -> None:
        wanted = entry(hours, "a", "2025-10-07", 3)
        assert [code for code, _ in wrong(enter(chain.jeugdhulp, wanted))] == ["TOEWIJZING"]
        assert enter(chain.gemeente, wanted).status_code == 403

    def test_a_bsn_is_no_reference(self, chain: Chain, hours: str) -> None:
        refused = enter(chain.begeleiding, entry(hours, "999900043", "2025-10-07", 3))
        assert refused.status_code == 422
        assert "999900043" not in refused.text


@given(st.lists(st.tuples(st.integers(0, 999), st.sampled_from(["01", "04"])), max_size=20))
def test_hours_are_rounded_once_and_never_by_more_than_half_an_hour_or_to_nothing(days: list[tuple[int, str]]) -> None:
    minutes = sum(volume if unit == "01" else 60 * volume for volume, unit in days)
    found = month_volume("04", days)
    assert (found == 0) == (minutes == 0)
    assert found == 1 or abs(60 * found - minutes) <= 30


class TestACsvFile:
    def test_a_file_counts_as_its_rows_do(self, chain: Chain, hours: str) -> None:
        text = f"\ufefftoewijzing;kenmerk;datum;volume\r\n{hours};a;2025-10-07;3\r\n\r\n{hours};b;2025-10-14;2\r\n"
        made = load(chain.begeleiding, text)
        assert made.status_code == 201, made.text
        assert (made.json()["verrichtingen"], volumes(chain.begeleiding)) == (2, {"2025-10": 5})

    def test_a_file_that_comes_twice_has_no_second_effect(self, chain: Chain, hours: str) -> None:
        text = f"kenmerk,volume,datum,toewijzing,eenheid\na,90,2025-10-07,{hours},01\nb,45,2025-10-08,{hours},01\n"
        first, again = (load(chain.begeleiding, text).json() for _ in range(2))
        assert first == again
        assert volumes(chain.begeleiding) == {"2025-10": 135}
        assert query("SELECT count(*) FROM verrichting")[0][0] == 2
        key = {"Idempotency-Key": "oktober"}
        assert load(chain.begeleiding, text, **key).json() == first
        assert load(chain.begeleiding, text.replace("90", "91"), **key).status_code == 409
        assert volumes(chain.begeleiding) == {"2025-10": 135}

    def test_faults_are_told_by_row_and_column_and_nothing_is_kept(self, chain: Chain, hours: str) -> None:
        rows = [
            f"{hours};a;2025-10-07;3;",
            f"{hours};;2025-02-30;drie;99",
            f"{hours};b;2025-10-08;2;",
        ]
        before = kept()
        refused = load(chain.begeleiding, "toewijzing;kenmerk;datum;volume;eenheid\n" + "\n".join(rows))
        places = {place for _, place in wrong(refused)}
        assert places == {f"/regel 3/{column}" for column in ("kenmerk", "datum", "volume", "eenheid")}
        refused = load(chain.begeleiding, "\n".join(["toewijzing;kenmerk;datum;volume;eenheid", rows[0], rows[0]]))
        assert wrong(refused) == [("KENMERK", "/regel 3/kenmerk")]
        assert kept() == before

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (b"", 422),
            (b"toewijzing;kenmerk;datum;volume\n", 422),
            (b"a;b\n1;2\n", 422),
            (b"toewijzing\n\xff\n", 422),
            (b"toewijzing;kenmerk\n" + b'"a;b\n', 422),
            (b"x" * 1_000_001, 413),
        ],
        ids=["nothing", "a header", "other columns", "no UTF-8", "an open quote", "too large"],
    )
    def test_what_is_no_file_of_entries_is_refused(self, chain: Chain, content: bytes, status: int) -> None:
        refused = load(chain.begeleiding, content)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")

    def test_another_kind_of_content_is_refused(self, chain: Chain) -> None:
        assert load(chain.begeleiding, "x", **{"Content-Type": "application/json"}).status_code == 415

    def test_a_claim_that_is_sent_does_not_change_what_was_entered(self, chain: Chain, hours: str) -> None:
        load(chain.begeleiding, f"toewijzing,kenmerk,datum,volume\n{hours},a,2025-10-07,3\n")
        assert claim(chain.begeleiding, "2025-10").status_code == 202
        [row] = chain.begeleiding.get("billing", "/leveringen")["leveringen"]
        assert [(one["kenmerk"], one["volume"]) for one in row["verrichtingen"]] == [("a", 3)]
