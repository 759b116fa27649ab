"""Local rules that refuse a line, alone and together with what fits on the allocations."""

from typing import Any

import pytest

from tests.chain import Chain, query
from tests.services.brought import DECEMBER, NOVEMBER, OKTOBER, bring, line, parked, release, seen
from tests.services.claims import TARIEF, declare, deliver, outcomes, reasons, send
from tests.services.lokaal import MAANDEN, VRAAG, in_total, rule


class TestRefusing:
    def claimed(self, chain: Chain, hours: str) -> list[tuple[int, str]]:
        """October 12 and November 15 hours, then December."""
        for maand, volume in (("2025-10", 8), ("2025-11", 12)):
            deliver(chain.begeleiding, hours, maand, volume)
        declare(chain, chain.begeleiding, "2025-11")
        deliver(chain.begeleiding, hours, "2025-12", 1)
        return outcomes(declare(chain, chain.begeleiding, "2025-12"))

    def test_over_several_invoices(self, chain: Chain, hours: str) -> None:
        """A maximum per trajectory: 8 + 12 hours fit, one more does not."""
        rule(chain)
        assert self.claimed(chain, hours) == [(6_150, "afgewezen")]

    def test_up_to_the_limit(self, chain: Chain, hours: str) -> None:
        rule(chain, grens=21)
        assert self.claimed(chain, hours) == [(6_150, "toegekend")]

    @pytest.mark.parametrize(
        "changes",
        [
            {"begindatum": "2025-12-01", "bekendgemaakt_op": "2025-12-01"},
            {"einddatum": "2025-11-30"},
            {"product_code": "02A05"},
            {"aanbieder": "65656055"},
            {"standaard": "ijw"},
            {"per": "maand"},
            {"per": "regel"},
        ],
        ids=str,
    )
    def test_of_what_it_is_about_only(self, chain: Chain, hours: str, changes: dict[str, Any]) -> None:
        rule(chain, **changes)
        assert self.claimed(chain, hours) == [(6_150, "toegekend")]

    def test_a_refused_line_does_not_count_for_the_next(self, chain: Chain, hours: str) -> None:
        rule(chain, grens=10)
        for maand, volume in (("2025-10", 8), ("2025-11", 12), ("2025-12", 2)):
            deliver(chain.begeleiding, hours, maand, volume)
        found = declare(chain, chain.begeleiding, "2025-12")
        assert [outcome for _, outcome in outcomes(found)] == ["toegekend", "afgewezen", "toegekend"]
        assert reasons(found) == [[], ["9322"], []]

    def test_hours_are_counted_in_minutes_too(self, chain: Chain, hours: str) -> None:
        """Eight hours and 720 minutes are the twenty that may be; a minute more is not."""
        rule(chain)
        minutes = {"eenheid": "01", "product_tarief": "103"}
        november = line(hours, "A2", NOVEMBER, 720, bedrag=12 * TARIEF, **minutes)
        december = line(hours, "A3", DECEMBER, 1, bedrag=103, **minutes)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 8), november, december)
        assert [outcome for outcome, _ in seen(chain).values()] == ["toegekend", "toegekend", "afgewezen"]

    def test_a_volume_in_another_unit_is_not_compared(self, chain: Chain, hours: str) -> None:
        rule(chain, eenheid="16", grens=0)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 8))
        assert seen(chain) == {"A1": ("toegekend", [])}

    def test_a_rule_that_is_not_switched_on_does_nothing(self, chain: Chain, hours: str) -> None:
        rule(chain, on=False)
        assert self.claimed(chain, hours) == [(6_150, "toegekend")]

    def test_what_it_would_have_done_is_shown_before(self, chain: Chain, hours: str) -> None:
        self.claimed(chain, hours)
        made = rule(chain, on=False)
        period = {"van": "2025-01-01", "tot": "2099-12-31"}
        told = send(chain.gemeente, f"/lokale-regels/{made}/proef", period).json()
        assert (told["declaraties"], told["regels"], told["bedrag"]) == (2, 1, 6_150)
        [line] = told["geraakt"]
        assert (line["waarde"], line["begindatum"]) == (21 * 60, "2025-12-01")
        assert query("SELECT 1 FROM bevinding") == []

    def test_one_that_was_overtaken_counts_what_overtook_it(self, chain: Chain, hours: str) -> None:
        """The first declaratie is judged last: nine and eight are more than fifteen in any order."""
        rule(chain, grens=15)
        with parked():
            bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 8))
        bring(chain, chain.begeleiding, line(hours, "A2", NOVEMBER, 9))
        release(chain)
        assert seen(chain) == {"A1": ("afgewezen", ["9322"]), "A2": ("toegekend", [])}


class TestTogether:
    """What one rule refuses takes no room from the next line, whichever rule looks at that."""

    def claimed(self, chain: Chain, toewijzing: str, *volumes: int) -> dict[str, tuple[str, list[str]]]:
        periods = enumerate(zip(MAANDEN, volumes, strict=False), 1)
        bring(chain, chain.begeleiding, *(line(toewijzing, f"A{n}", period, v) for n, (period, v) in periods))
        return seen(chain)

    def test_a_line_behind_it_has_the_room_of_the_allocation(self, chain: Chain) -> None:
        rule(chain, per="regel", grens=14)
        found = self.claimed(chain, in_total(chain, 20), 15, 10)
        assert found == {"A1": ("afgewezen", ["9322"]), "A2": ("toegekend", [])}

    def test_a_line_behind_it_has_the_room_of_another_rule(self, chain: Chain, hours: str) -> None:
        rule(chain, naam="a-traject", grens=15)
        rule(chain, naam="b-regel", per="regel", grens=11)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12), line(hours, "A2", NOVEMBER, 10))
        assert seen(chain) == {"A1": ("afgewezen", ["9322"]), "A2": ("toegekend", [])}

    def test_a_line_that_fits_after_all_is_looked_at_too(self, chain: Chain) -> None:
        """The second fits once the first is refused, is then too much for a rule, and so the third fits."""
        rule(chain, naam="a-regel", per="regel", grens=14)
        rule(chain, naam="b-traject", grens=13)
        found = self.claimed(chain, in_total(chain, 20), 15, 14, 7)
        assert {ref: outcome for ref, (outcome, _) in found.items()} == {
            "A1": "afgewezen",
            "A2": "afgewezen",
            "A3": "toegekend",
        }
        assert found["A2"][1] == ["9322"]
        assert query("SELECT count(*) FROM bevinding WHERE eigenaar = '0193'")[0][0] == 3, "two rules on A1, one on A2"

    def test_no_person_is_asked_about_what_is_refused(self, chain: Chain, hours: str) -> None:
        rule(chain, naam="a-vraag", per="regel", grens=10, **VRAAG)
        rule(chain, naam="b-regel", per="regel", grens=11)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12))
        assert seen(chain) == {"A1": ("afgewezen", ["9322"])}
        assert chain.gemeente.get("billing", "/vragen?wacht=false")["vragen"] == []

    def test_a_line_of_nothing_goes_over_no_limit(self, chain: Chain, hours: str) -> None:
        rule(chain, grens=10, **VRAAG)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12), line(hours, "A2", NOVEMBER, 0))
        assert [q["regel"] for q in chain.gemeente.get("billing", "/vragen")["vragen"]] == [1]
