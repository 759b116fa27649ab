"""A municipal redivision: the new municipality asks, the old agrees, and both tell the provider."""

import pytest

from services.demo import people
from services.demo.stage import Party
from tests.chain import Chain, query
from tests.flows.levensloop import EIND, JEUGD, WEEKLY, allocate, codes, day, everything_accepted, post, seen
from tests.flows.reeksen import approve, lines, work

APELDOORN = "0200"
REDIVISION = {"oude_gemeente": "0193", "nieuwe_gemeente": APELDOORN, "per": day(10)}


class TestRedivision:
    @pytest.fixture
    def apeldoorn(self, chain: Chain) -> Party:
        """The municipality that takes over, served here too."""
        return chain.another(APELDOORN, "Apeldoorn")

    def test_the_new_asks_the_old_agrees_and_both_tell_the_provider(self, chain: Chain, apeldoorn: Party) -> None:
        """Reason 11: the old ends, the new begins under its own number and without a reason (IV099)."""
        made = allocate(chain)
        asked = post(apeldoorn, "/herindelingen", REDIVISION)
        assert asked["regels"] == []
        approve(chain, asked, apeldoorn, 409)
        [line] = lines(chain.gemeente, asked)
        assert (line["toewijzing"], line["stand"]) == (made, "gepland")
        approve(chain, asked, chain.gemeente)
        work(chain)
        [line] = lines(chain.gemeente, asked)
        old, new = seen(chain.begeleiding, made), seen(chain.begeleiding, line["nieuwe_toewijzing"])
        assert (old["einddatum"], old["reden_wijziging"]) == (day(9), "11")
        assert (new["gemeente"], new["ingangsdatum"], new["reden_wijziging"]) == (APELDOORN, day(10), None)
        assert new["omvang"] == WEEKLY["omvang"]
        assert seen(apeldoorn, line["nieuwe_toewijzing"])["einddatum"] == EIND.isoformat()
        everything_accepted(chain)

    def test_what_begins_then_or_later_was_never_the_olds(self, chain: Chain, apeldoorn: Party) -> None:
        """Deleted there, and begun on its own day at the new one, which sees the lines that became its own."""
        made = allocate(chain, ingangsdatum=day(15), einddatum=day(60))
        asked = post(apeldoorn, "/herindelingen", REDIVISION)
        approve(chain, asked, chain.gemeente)
        assert lines(apeldoorn, asked) == []
        work(chain)
        [line], [own] = lines(chain.gemeente, asked), lines(apeldoorn, asked)
        old, new = seen(chain.begeleiding, made), seen(chain.begeleiding, line["nieuwe_toewijzing"])
        assert (old["einddatum"], old["reden_wijziging"]) == (old["ingangsdatum"], "13")
        assert (new["gemeente"], new["ingangsdatum"], new["einddatum"]) == (APELDOORN, day(15), day(60))
        assert (line["stand"], own["stand"]) == ("geaccepteerd", "geaccepteerd")
        assert (own["toewijzing"], own["nieuwe_toewijzing"]) == (made, line["nieuwe_toewijzing"])
        assert seen(apeldoorn, own["nieuwe_toewijzing"])["bericht"] == own["bericht"]
        everything_accepted(chain)

    def test_it_is_done_once_both_were_accepted(self, chain: Chain, apeldoorn: Party) -> None:
        allocate(chain)
        asked = post(apeldoorn, "/herindelingen", REDIVISION)
        approve(chain, asked, chain.gemeente)
        work(chain)
        told = "UPDATE bericht SET status = '{}' WHERE eigenaar = '0200' AND soort = '301' RETURNING 1"
        for status, stand in (("afgeleverd", "verstuurd"), ("afgekeurd", "geweigerd"), ("goedgekeurd", "geaccepteerd")):
            query(told.format(status))
            assert [line["stand"] for line in lines(chain.gemeente, asked)] == [stand]

    def test_what_the_new_cannot_allocate_the_old_does_not_end(self, chain: Chain, apeldoorn: Party) -> None:
        made = allocate(chain)
        elsewhere = {"nummer": "C9", "standaard": "iwmo", "begindatum": "2024-01-01", "tegenpartij": JEUGD}
        apeldoorn.call("PUT", "allocation", "/contracten", json=elsewhere)
        asked = post(apeldoorn, "/herindelingen", REDIVISION)
        approve(chain, asked, chain.gemeente)
        work(chain)
        [line] = lines(chain.gemeente, asked)
        assert (line["stand"], line["bericht"]) == ("geweigerd", None)
        assert line["reden"].startswith("De wijziging kan niet: CONTRACT")
        assert seen(chain.gemeente, made)["reden_wijziging"] is None
        everything_accepted(chain)

    def test_one_elsewhere_gets_an_export(self, chain: Chain) -> None:
        made = allocate(chain)
        plan = post(chain.gemeente, "/herindelingen", REDIVISION)
        approve(chain, plan)
        work(chain)
        assert seen(chain.begeleiding, made)["reden_wijziging"] == "11"
        [row] = chain.gemeente.get("allocation", f"/herindelingen/{plan['id']}/export")["toewijzingen"]
        assert (row["bsn"], row["toewijzing"]["ingangsdatum"]) == (people.WILLEM["bsn"], day(10))

    @pytest.mark.parametrize(("old", "new"), [("0193", "0193"), ("0193", APELDOORN), ("0200", "0202")])
    def test_only_who_may_ask(self, chain: Chain, apeldoorn: Party, old: str, new: str) -> None:
        body = REDIVISION | {"oude_gemeente": old, "nieuwe_gemeente": new}
        assert codes(chain.gemeente, "/herindelingen", body) == ["GEMEENTE"]
