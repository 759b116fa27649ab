"""Deliveries and their amounts over the API."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.leveringen.compose import Claim, amounts
from tests.chain import Chain
from tests.services.claims import (
    DAGBESTEDING,
    TARIEF,
    WEKELIJKS,
    Json,
    agree,
    allocate,
    codes,
    declare,
    deliver,
    kept,
    outcomes,
    reasons,
    send,
)


class TestADelivery:
    @pytest.mark.parametrize(
        ("maand", "begin", "eind"),
        [
            ("2025-10", "2025-10-07", "2025-10-31"),
            ("2025-11", "2025-11-01", "2025-11-30"),
            ("2025-12", "2025-12-01", "2025-12-30"),
        ],
    )
    def test_its_period_is_the_part_of_the_month_in_the_allocation(
        self, chain: Chain, hours: str, maand: str, begin: str, eind: str
    ) -> None:
        found = deliver(chain.begeleiding, hours, maand, 3)
        assert (found["begindatum"], found["einddatum"], found["eenheid"]) == (begin, eind, "04")

    def test_the_same_month_again_replaces_it(self, chain: Chain, hours: str) -> None:
        first, second = (deliver(chain.begeleiding, hours, "2025-10", volume) for volume in (3, 4))
        assert second == first | {"volume": 4}

    def test_hours_may_be_delivered_in_minutes(self, chain: Chain, hours: str) -> None:
        assert deliver(chain.begeleiding, hours, "2025-10", 45, eenheid="01")["eenheid"] == "01"

    def test_an_allocation_without_code_takes_that_of_the_delivery(self, chain: Chain) -> None:
        aspecific = allocate(chain, chain.begeleiding, product={"categorie": "02"}, omvang=None, budget=100_000)
        found = deliver(chain.begeleiding, aspecific, "2025-10", 3, product_code="02A03", eenheid="04")
        assert (found["volume"], found["eenheid"]) == (3, "04")

    @pytest.mark.parametrize(
        ("allocation", "changes", "wanted"),
        [
            ({}, {"maand": "2025-09"}, ["TR307"]),
            ({}, {"maand": "2026-01"}, ["TR307"]),
            ({}, {"eenheid": "82"}, ["TR341"]),
            ({}, {"product_code": "02A04"}, ["TR340"]),
            ({}, {"product_categorie": "07"}, ["TR340"]),
            ({"omvang": {**WEKELIJKS, "eenheid": "01"}}, {"eenheid": "04"}, ["TR341"]),
            ({"product": {"categorie": "02"}, "omvang": None, "budget": 1}, {}, ["PRODUCT", "EENHEID"]),
            ({}, {"maand": "2025-09", "eenheid": "82", "product_code": "X"}, ["TR307", "TR340", "TR341"]),
        ],
        ids=["before", "after", "unit", "product", "category", "hours of minutes", "aspecific", "all at once"],
    )
    def test_what_does_not_fit_the_allocation_is_told_at_once(
        self, chain: Chain, allocation: Json, changes: Json, wanted: list[str]
    ) -> None:
        toewijzing = allocate(chain, chain.begeleiding, **allocation)
        before = kept()
        refused = send(chain.begeleiding, "/leveringen", delivery(toewijzing, **changes))
        assert (refused.status_code, codes(refused)) == (422, wanted)
        assert kept() == before

    @pytest.mark.parametrize(
        "changes",
        [
            {"volume": True},
            {"volume": "3"},
            {"volume": 2.5},
            {"volume": -1},
            {"maand": "2025-13"},
            {"maand": "2025-10-01"},
            {"maand": "2025-1"},
            {"toewijzing": "10001"},
            {"begindatum": "2025-10-07"},
        ],
    )
    def test_input_of_another_form_is_refused(self, chain: Chain, changes: Json) -> None:
        assert send(chain.begeleiding, "/leveringen", delivery("0193-iwmo-1") | changes).status_code == 422

    def test_on_anothers_allocation_and_on_none_the_answer_is_the_same(self, chain: Chain, hours: str) -> None:
        other, none = (
            send(chain.jeugdhulp, "/leveringen", delivery(toewijzing)) for toewijzing in (hours, "0193-iwmo-999999999")
        )
        assert (other.status_code, other.content) == (none.status_code, none.content)
        assert other.status_code == 404

    def test_a_municipality_delivers_nothing(self, chain: Chain, hours: str) -> None:
        assert send(chain.gemeente, "/leveringen", delivery(hours)).status_code == 403


def delivery(toewijzing: str, **changes: Any) -> Json:
    return {"toewijzing": toewijzing, "maand": "2025-10", "volume": 3, **changes}


class TestAmounts:
    def amounts(self, volume: int, eenheid: str, tarief: int | None, per: str) -> tuple[int | None, int]:
        row: Any = SimpleNamespace(volume=volume, eenheid=eenheid)
        return amounts(Claim(row, tarief, per))

    @pytest.mark.parametrize(
        ("volume", "eenheid", "tarief", "per", "wanted"),
        [
            (12, "04", 6_150, "04", (6_150, 73_800)),
            (1, "82", 412_500, "82", (412_500, 412_500)),
            (45, "01", 103, "01", (103, 4_635)),
            (45, "01", 6_150, "04", (103, 4_613)),
            (60, "01", 6_150, "04", (103, 6_150)),
            (1, "01", 6_149, "04", (102, 102)),
            (1, "01", 30, "04", (1, 1)),
            (1, "01", 29, "04", (0, 0)),
            (99_999, "83", None, "83", (None, 99_999)),
            (0, "04", 6_150, "04", (6_150, 0)),
        ],
    )
    def test_volume_times_tariff_and_minutes_rounded_at_the_end(
        self, volume: int, eenheid: str, tarief: int | None, per: str, wanted: tuple[int | None, int]
    ) -> None:
        assert self.amounts(volume, eenheid, tarief, per) == wanted

    @given(st.integers(0, 99_999), st.integers(0, 99_999))
    def test_minutes_are_never_more_than_half_a_cent_off(self, volume: int, tarief: int) -> None:
        per_minute, amount = self.amounts(volume, "01", tarief, "04")
        exact = Fraction(tarief * volume, 60)
        assert -Fraction(1, 2) <= exact - amount < Fraction(1, 2)
        assert self.amounts(60, "01", tarief, "04")[1] == tarief
        assert per_minute == self.amounts(1, "01", tarief, "04")[1]

    @pytest.mark.parametrize("minuten", [1, 45, 59, 61, 715])
    def test_the_municipality_rounds_minutes_as_the_provider_does(self, chain: Chain, hours: str, minuten: int) -> None:
        deliver(chain.begeleiding, hours, "2025-10", minuten, eenheid="01")
        found = declare(chain, chain.begeleiding, "2025-10")
        assert reasons(found) == [[]]
        assert found["toegekend_bedrag"] == int(Fraction(TARIEF * minuten, 60) + Fraction(1, 2))

    def test_a_tariff_per_minute_goes_before_one_per_hour(self, chain: Chain, hours: str) -> None:
        agree(chain, chain.begeleiding, {"eenheid": "01", "tarief": 200})
        deliver(chain.begeleiding, hours, "2025-10", 45, eenheid="01")
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [(9_000, "toegekend")]

    def test_euros_are_claimed_as_they_are(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding)
        volume = {"volume": 30_000, "eenheid": "83", "frequentie": "4"}
        toewijzing = allocate(chain, chain.begeleiding, product=DAGBESTEDING, omvang=volume)
        deliver(chain.begeleiding, toewijzing, "2025-10", 12_345)
        found = declare(chain, chain.begeleiding, "2025-10")
        assert outcomes(found) == [(12_345, "toegekend")]
        assert found["regels"][0]["tarief"] is None
