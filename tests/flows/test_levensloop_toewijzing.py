"""The life of an allocation: stretched, withdrawn, deleted, revised; each a 301 that its provider accepts."""

from typing import Any

import pytest

from services.demo import people
from tests.chain import Chain
from tests.flows.levensloop import (
    BEGIN,
    BUDGET,
    EIND,
    JEUGD,
    TOTAL,
    WEEKLY,
    after,
    allocate,
    ceiling,
    codes,
    day,
    everything_accepted,
    post,
    seen,
)
from tests.services.claims import agree, declare, deliver


class TestStretching:
    def test_a_renewal_keeps_its_number_and_the_provider_sees_the_later_end(self, chain: Chain) -> None:
        made = allocate(chain)
        told = post(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": day(200)})
        assert (told["id"], told["einddatum"], told["reden_wijziging"]) == (made, day(200), "04")
        everything_accepted(chain)
        assert seen(chain.begeleiding, made)["einddatum"] == day(200)

    def test_a_new_allocation_that_goes_on_with_the_same_is_refused_and_the_way_to_go_is_told(
        self, chain: Chain
    ) -> None:
        made = allocate(chain)
        following = WEEKLY | {"ingangsdatum": after(EIND, 1), "einddatum": day(200)}
        answer = post(chain.gemeente, "/toewijzingen", following, 422)
        [fault] = answer["bevindingen"]
        assert fault["code"] == "OP380"
        assert f"/v1/toewijzingen/{made}/verlenging" in fault["melding"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"omvang": {"volume": 4, "eenheid": "04", "frequentie": "2"}},
            {"omvang": {"volume": 3, "eenheid": "04", "frequentie": "4"}},
            {"ingangsdatum": after(EIND, 2)},
            {"product": {"categorie": "02", "code": "02A05"}},
            {"client": people.ANNIE},
            {"aanbieder": JEUGD},
        ],
        ids=["other volume", "other frequency", "later", "other product", "other client", "other provider"],
    )
    def test_what_is_otherwise_is_a_new_allocation(self, chain: Chain, changes: dict[str, Any]) -> None:
        allocate(chain)
        allocate(chain, WEEKLY | {"ingangsdatum": after(EIND, 1), "einddatum": day(200)} | changes)
        everything_accepted(chain)

    @pytest.mark.parametrize(
        "told",
        [
            TOTAL,
            WEEKLY | {"einddatum": day(-1)},
            WEEKLY | {"einddatum": None, "omvang": WEEKLY["omvang"] | {"frequentie": "4"}},
        ],
        ids=["a total", "ended", "open"],
    )
    def test_a_total_and_what_has_no_end_to_come_are_not_stretched(self, chain: Chain, told: dict[str, Any]) -> None:
        made = allocate(chain, told)
        assert codes(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": day(200)}) == ["OP380"]

    @pytest.mark.parametrize("told", [TOTAL, WEEKLY | {"einddatum": day(-1)}], ids=["a total", "ended"])
    def test_no_other_change_stretches_them(self, chain: Chain, told: dict[str, Any]) -> None:
        made = allocate(chain, told)
        longer, path = {"reden_wijziging": "04", "einddatum": day(200)}, f"/toewijzingen/{made}/wijzigingen"
        assert codes(chain.gemeente, path, longer) == ["OP380"]
        assert seen(chain.gemeente, made)["einddatum"] == told["einddatum"]
        post(chain.gemeente, path, longer | {"einddatum": day(-2)})
        everything_accepted(chain)

    def test_a_last_day_that_was_entered_wrongly_is_put_right(self, chain: Chain) -> None:
        made = allocate(chain)
        post(chain.gemeente, f"/toewijzingen/{made}/intrekking", {"einddatum": day(-2), "reden": "07"})
        right = {"reden_wijziging": "14", "einddatum": EIND.isoformat()}
        post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", right)
        assert seen(chain.gemeente, made)["einddatum"] == EIND.isoformat()
        everything_accepted(chain)

    @pytest.mark.parametrize("told", [TOTAL, WEEKLY | {"einddatum": day(-1)}], ids=["a total", "ended"])
    def test_those_go_on_in_a_new_allocation(self, chain: Chain, told: dict[str, Any]) -> None:
        allocate(chain, told)
        first = after(EIND, 1) if told is TOTAL else day(0)
        allocate(chain, told | {"ingangsdatum": first, "einddatum": day(200)})
        everything_accepted(chain)

    def test_it_is_not_a_way_to_shorten(self, chain: Chain) -> None:
        made = allocate(chain)
        assert codes(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": EIND.isoformat()}) == ["OP380"]

    def test_the_longer_run_must_be_bought_too(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {}, einddatum=EIND.isoformat())
        made = allocate(chain)
        found = codes(chain.gemeente, f"/toewijzingen/{made}/verlenging", {"einddatum": day(200)})
        assert found == ["CONTRACT"]


class TestEnding:
    def test_withdrawing_is_an_earlier_end_with_its_reason(self, chain: Chain) -> None:
        made = allocate(chain)
        told = post(chain.gemeente, f"/toewijzingen/{made}/intrekking", {"einddatum": day(3), "reden": "07"})
        assert (told["einddatum"], told["reden_wijziging"]) == (day(3), "07")
        everything_accepted(chain)

    def test_it_is_not_a_way_to_lengthen(self, chain: Chain) -> None:
        made = allocate(chain)
        body = {"einddatum": EIND.isoformat(), "reden": "07"}
        assert codes(chain.gemeente, f"/toewijzingen/{made}/intrekking", body) == ["IV066"]

    def test_what_was_never_used_is_deleted(self, chain: Chain) -> None:
        made = allocate(chain)
        told = post(chain.gemeente, f"/toewijzingen/{made}/verwijdering")
        assert (told["einddatum"], told["reden_wijziging"]) == (told["ingangsdatum"], "13")
        everything_accepted(chain)

    def test_what_was_granted_keeps_it_from_being_deleted_and_is_named(self, chain: Chain) -> None:
        """TR385."""
        agree(chain, chain.begeleiding, {})
        made = allocate(chain, ingangsdatum="2025-10-07", einddatum="2025-12-30")
        deliver(chain.begeleiding, made, "2025-10", 3)
        declare(chain, chain.begeleiding, "2025-10")
        answer = post(chain.gemeente, f"/toewijzingen/{made}/verwijdering", None, 422)
        [fault] = answer["bevindingen"]
        assert fault["code"] == "TR385"
        assert "07-10-2025 t/m 31-10-2025" in fault["melding"]
        assert seen(chain.gemeente, made)["reden_wijziging"] is None


class TestRevising:
    def test_a_volume_per_week_goes_on_under_a_new_number(self, chain: Chain) -> None:
        """IV066: the old ends the day before, and both stand in one 301."""
        made = allocate(chain)
        told = post(chain.gemeente, f"/toewijzingen/{made}/herziening", {"volume": 5, "per": day(7)})
        old, new = told["toewijzing"], told["nieuw"]
        assert (old["einddatum"], old["reden_wijziging"]) == (day(6), "04")
        assert (new["ingangsdatum"], new["einddatum"], new["reden_wijziging"]) == (day(7), EIND.isoformat(), None)
        assert new["omvang"]["volume"] == 5
        assert old["bericht"] == new["bericht"]
        everything_accepted(chain)

    @pytest.mark.parametrize(
        ("told", "change", "code"),
        [(TOTAL, {"volume": 30}, "OP298"), (BUDGET, {"budget": 90_000}, "OP299")],
        ids=["total", "budget"],
    )
    def test_less_of_a_total_or_a_budget_takes_the_consent_of_the_provider(
        self, chain: Chain, told: dict[str, Any], change: dict[str, int], code: str
    ) -> None:
        made = allocate(chain, told)
        assert codes(chain.gemeente, f"/toewijzingen/{made}/herziening", change) == [code]
        general = {"reden_wijziging": "14", **change}
        assert codes(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", general) == [code]
        done = post(chain.gemeente, f"/toewijzingen/{made}/herziening", {**change, "instemming_aanbieder": True})
        assert (done["nieuw"], done["toewijzing"]["reden_wijziging"]) == (None, "05")
        everything_accepted(chain)

    @pytest.mark.parametrize(
        ("told", "change"), [(TOTAL, {"volume": 50}), (BUDGET, {"budget": 110_000})], ids=["total", "budget"]
    )
    def test_more_does_not(self, chain: Chain, told: dict[str, Any], change: dict[str, int]) -> None:
        made = allocate(chain, told)
        done = post(chain.gemeente, f"/toewijzingen/{made}/herziening", change)
        assert (done["nieuw"], done["toewijzing"]["reden_wijziging"]) == (None, "04")
        everything_accepted(chain)

    def test_what_was_deleted_stays_so(self, chain: Chain) -> None:
        made = allocate(chain, TOTAL)
        post(chain.gemeente, f"/toewijzingen/{made}/verwijdering")
        assert codes(chain.gemeente, f"/toewijzingen/{made}/herziening", {"volume": 50}) == ["TR384"]

    def test_no_other_way_brings_it_back(self, chain: Chain) -> None:
        made = allocate(chain, TOTAL)
        post(chain.gemeente, f"/toewijzingen/{made}/verwijdering")
        longer = {"reden_wijziging": "04", "einddatum": day(200)}
        assert codes(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", longer) == ["TR384"]

    def test_a_volume_per_week_never_changes_under_its_own_number(self, chain: Chain) -> None:
        """IV066."""
        made = allocate(chain)
        answer = post(chain.gemeente, f"/toewijzingen/{made}/wijzigingen", {"reden_wijziging": "05", "volume": 1}, 422)
        [fault] = answer["bevindingen"]
        assert fault["code"] == "IV066"
        assert "/herziening" in fault["melding"]

    @pytest.mark.parametrize(
        ("told", "change", "code"),
        [
            (WEEKLY, {"volume": 3, "per": day(7)}, "WIJZIGING"),
            (TOTAL, {"volume": 40}, "WIJZIGING"),
            (BUDGET, {"budget": 100_000}, "WIJZIGING"),
            (TOTAL, {"volume": 50, "per": day(7)}, "IV066"),
            (BUDGET, {"budget": 110_000, "per": day(7)}, "IV066"),
        ],
        ids=["the same per week", "the same total", "the same budget", "a total from a day", "a budget from a day"],
    )
    def test_what_changes_nothing_or_not_from_a_day(
        self, chain: Chain, told: dict[str, Any], change: dict[str, Any], code: str
    ) -> None:
        made = allocate(chain, told)
        assert codes(chain.gemeente, f"/toewijzingen/{made}/herziening", change) == [code]

    @pytest.mark.parametrize(
        ("told", "change", "whose"),
        [
            (WEEKLY, {"volume": 5, "per": day(7)}, "nieuw"),
            (TOTAL, {"volume": 50}, "toewijzing"),
            (BUDGET, {"budget": 110_000}, "toewijzing"),
        ],
        ids=["per week", "total", "budget"],
    )
    def test_a_ceiling_warns_of_it(
        self, chain: Chain, told: dict[str, Any], change: dict[str, Any], whose: str
    ) -> None:
        agree(chain, chain.begeleiding, {})
        made = allocate(chain, told)
        ceiling(chain)
        done = post(chain.gemeente, f"/toewijzingen/{made}/herziening", change)
        assert done[whose]["waarschuwingen"][0].startswith("Plafond 'P'")

    @pytest.mark.parametrize("per", [None, BEGIN.isoformat(), after(EIND, 1)], ids=["no day", "first", "after"])
    def test_the_day_lies_in_the_allocation(self, chain: Chain, per: str | None) -> None:
        made = allocate(chain)
        assert codes(chain.gemeente, f"/toewijzingen/{made}/herziening", {"volume": 5, "per": per}) == ["IV066"]
