"""The explanation of lines that local rules, persons and payments had a part in, and what declaraties say of them."""

from typing import Any

import pytest

from shared.calendar import vandaag
from tests.chain import Chain
from tests.services.betalen import Office, grant
from tests.services.betalen import allocation as paid_allocation
from tests.services.brought import NOVEMBER as NOV
from tests.services.brought import OKTOBER, bring, line
from tests.services.claims import Json, agree, allocate, claim, declaraties, declare, deliver, hours, send
from tests.services.lokaal import MAANDEN, VRAAG, in_total, rule
from tests.services.test_uitleg import explained, rules, step

__all__ = ["hours"]


def asked(chain: Chain, hours: str) -> None:
    """October, twelve hours, of which a person must look at what goes over ten."""
    rule(chain, **VRAAG, grens=10)
    deliver(chain.begeleiding, hours, "2025-10", 12)
    assert claim(chain.begeleiding, "2025-10").status_code == 202
    chain.drain()


def decide(chain: Chain, uitkomst: str) -> None:
    [question] = chain.gemeente.get("billing", "/vragen")["vragen"]
    body: Any = {"bericht": question["bericht"], "regel": question["regel"], "uitkomst": uitkomst}
    assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 200
    chain.drain()


class TestWaiting:
    def test_the_declaratie_says_so_to_the_municipality_only(self, chain: Chain, hours: str) -> None:
        asked(chain, hours)
        [seen], [sent] = declaraties(chain.gemeente), declaraties(chain.begeleiding)
        assert (seen["regels"][0]["uitkomst"], seen["toegekend_bedrag"]) == ("wacht op oordeel", None)
        assert sent["regels"][0]["uitkomst"] == "in behandeling"

    def test_the_explanation_says_until_when(self, chain: Chain, hours: str) -> None:
        asked(chain, hours)
        found = explained(chain.gemeente)
        [local] = found["lokale_regels"]
        assert (found["uitkomst"], local["uitkomst"], local["waarde"]) == (
            "wacht op oordeel",
            "wacht op oordeel",
            12 * 60,
        )
        assert "dus beslist een persoon, uiterlijk op " in local["tekst"]
        assert found["declaratie"]["beantwoord_op"] is None

    @pytest.mark.parametrize("uitkomst", ["toegekend", "afgewezen"])
    def test_afterwards_it_says_who_decided_what(self, chain: Chain, hours: str, uitkomst: str) -> None:
        asked(chain, hours)
        decide(chain, uitkomst)
        found = explained(chain.gemeente)
        [local] = found["lokale_regels"]
        assert (found["uitkomst"], local["uitkomst"], local["besloten_door"]) == (uitkomst, uitkomst, "sleutel demo")
        assert f": {uitkomst} door sleutel demo op " in local["tekst"]
        assert rules(found, "geraakt") == set(), "no rule of the standard found anything"
        assert found["afwijkingen"] == []
        told = [(each["regel"], each["retourcode"]) for each in found["bevindingen"]]
        assert told == ([("LOKAAL-veel-uren", "9322")] if uitkomst == "afgewezen" else [])
        assert declaraties(chain.gemeente)[0]["toegekend_bedrag"] == (12 * 6_150 if uitkomst == "toegekend" else 0)
        assert explained(chain.begeleiding)["lokale_regels"] == []

    def test_what_a_person_decides_later_changes_no_explanation_of_a_line_behind_it(
        self, chain: Chain, hours: str
    ) -> None:
        """While it waited it counted as granted for the next declaratie."""
        asked(chain, hours)
        deliver(chain.begeleiding, hours, "2025-11", 9)
        chain.begeleiding.call("POST", "billing", "/declaraties", 202, json=NOVEMBER)
        chain.drain()
        before = explained(chain.gemeente)
        assert [part["aantal"] for part in step(before, "looptijd")["meegeteld"]] == [720]
        for question in chain.gemeente.get("billing", "/vragen")["vragen"]:
            body = {"bericht": question["bericht"], "regel": question["regel"], "uitkomst": "afgewezen"}
            assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 200
        chain.drain()
        after = explained(chain.gemeente)
        assert (after["stappen"], after["afwijkingen"]) == (before["stappen"], [])

    def test_of_a_credit_that_came_too_soon_it_stays_the_reason(self, chain: Chain, hours: str) -> None:
        asked(chain, hours)
        debit = declaraties(chain.gemeente)[0]["regels"][0]["referentie"]
        bring(chain, chain.begeleiding, line(hours, "C1", OKTOBER, 12, vorig=debit))
        before = explained(chain.gemeente)
        assert "die was beantwoord en toegekend" in step(before, "credit")["tekst"]
        decide(chain, "toegekend")
        after = explained(chain.gemeente)
        assert (after["stappen"], after["uitkomst"], after["afwijkingen"]) == (before["stappen"], "afgewezen", [])


NOVEMBER = {"standaard": "iwmo", "gemeente": "0193", "maand": "2025-11"}


class TestLocalRules:
    def test_one_that_found_nothing_is_named_too(self, chain: Chain, hours: str) -> None:
        rule(chain, grens=12)
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        [local] = explained(chain.gemeente)["lokale_regels"]
        assert (local["regel"], local["uitkomst"]) == ("LOKAAL-veel-uren", "doorstaan")
        assert local["tekst"] == "Hoogstens 720 minuten (12 uur) per toewijzing. De regel bleef daarbinnen."

    def test_one_that_refused_says_by_what_and_goes_on_saying_so(self, chain: Chain, hours: str) -> None:
        made = rule(chain, grens=12)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 8), line(hours, "A2", NOV, 5))
        send(chain.gemeente, f"/lokale-regels/{made}/einde", {"einddatum": str(vandaag())})
        found = explained(chain.gemeente, 1)
        [local] = found["lokale_regels"]
        said = "Met deze regel zou het 780 minuten (13 uur) worden, dus is de regel afgewezen."
        assert local["tekst"] == f"Hoogstens 720 minuten (12 uur) per toewijzing. {said}"
        assert (local["uitkomst"], local["waarde"], local["besloten_door"]) == ("afgewezen", 13 * 60, None)
        assert found["afwijkingen"] == []

    def test_what_it_refused_takes_no_room_in_the_explanation_of_a_line_behind_it(self, chain: Chain) -> None:
        rule(chain, per="regel", grens=14)
        total = in_total(chain, 20)
        bring(chain, chain.begeleiding, line(total, "A1", MAANDEN[0], 15), line(total, "A2", MAANDEN[1], 10))
        for number, outcome in enumerate(("afgewezen", "toegekend")):
            found = explained(chain.gemeente, number)
            assert (found["uitkomst"], found["afwijkingen"]) == (outcome, [])
        assert (step(found, "looptijd")["gevonden"], step(found, "looptijd")["meegeteld"]) == (10 * 60, [])

    def test_one_that_was_switched_on_later_is_not(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        rule(chain, grens=1)
        assert explained(chain.gemeente)["lokale_regels"] == []


class TestPrices:
    def test_minutes_of_an_hourly_tariff_are_rounded_at_the_end(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {})
        made = allocate(chain, chain.begeleiding)
        deliver(chain.begeleiding, made, "2025-10", 95, eenheid="01")
        declare(chain, chain.begeleiding, "2025-10")
        found = explained(chain.gemeente)
        assert "per minuut is dat € 61,50 / 60 = € 1,03 (IV081)" in step(found, "tarief")["tekst"]
        amount = "Bedrag: 95 minuten × € 61,50 per uur / 60, afgerond op hele centen = € 97,38."
        assert step(found, "bedrag")["tekst"].startswith(amount)
        assert step(found, "periode")["grens"] == 4 * 3 * 60


def test_the_payments_that_a_line_stands_in_are_told(chain: Chain) -> None:
    office = Office(chain)
    office.accounts("0193", "65656056")
    grant(chain, chain.begeleiding, paid_allocation(chain, chain.begeleiding), "2025-10", 12)
    withdrawn: Json = office.propose()
    assert office.withdraw(withdrawn).status_code == 200
    paid = office.paid()
    found = explained(chain.gemeente)
    assert [(each["betaalvoorstel"], each["status"]) for each in found["betalingen"]] == [
        (withdrawn["id"], "ingetrokken"),
        (paid["id"], "betaald"),
    ]
    assert "Betaald op 5-1-2026." in found["samenvatting"]
    assert explained(chain.begeleiding)["betalingen"] == []
