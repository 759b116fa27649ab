"""Lines that local rules leave for a person to decide on."""

from datetime import timedelta

import httpx
import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import add_working_days, vandaag
from tests.chain import Chain, query
from tests.services.brought import OKTOBER, bring, decide, line, parked, release, seen
from tests.services.claims import allocate, claim, declare, deliver, outcomes, reasons, send, to_pay
from tests.services.lokaal import VRAAG, rule
from tests.services.termijnen import earlier


class TestAsking:
    def asked(self, chain: Chain, hours: str) -> httpx.Response:
        rule(chain, per="regel", grens=10, **VRAAG)
        for maand, volume in (("2025-10", 8), ("2025-11", 12), ("2025-12", 13)):
            deliver(chain.begeleiding, hours, maand, volume)
        made = claim(chain.begeleiding, "2025-12")
        chain.drain()
        return made

    def answered(self, party: Party) -> str:
        [found] = party.get("billing", "/declaraties")["declaraties"]
        return str(found["status"])

    def test_the_answer_waits_for_the_last_decision(self, chain: Chain, hours: str) -> None:
        made = self.asked(chain, hours)
        bericht = chain.gemeente.get("billing", "/declaraties")["declaraties"][0]["bericht"]
        assert self.answered(chain.begeleiding) == "afgeleverd"
        questions = chain.gemeente.get("billing", "/vragen")["vragen"]
        assert [(q["lokale_regel"], q["waarde"], q["grens"], q["nadert"]) for q in questions] == [
            ("veel-uren", 12 * 60, 10 * 60, False),
            ("veel-uren", 13 * 60, 10 * 60, False),
        ]
        for question, outcome in zip(questions, ("toegekend", "afgewezen"), strict=True):
            chain.drain()
            assert self.answered(chain.begeleiding) == "afgeleverd"
            body = {"bericht": bericht, "regel": question["regel"], "uitkomst": outcome}
            assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 200
            assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 409
        chain.drain()
        found = chain.begeleiding.get("billing", made.headers["location"].removeprefix("/v1"))
        assert [outcome for _, outcome in outcomes(found)] == ["toegekend", "toegekend", "afgewezen"]
        assert reasons(found) == [[], [], ["9322"]]
        assert chain.gemeente.get("billing", "/vragen")["vragen"] == []

    def test_nothing_of_it_is_paid_before_it_is_answered(self, chain: Chain, hours: str) -> None:
        self.asked(chain, hours)
        assert chain.gemeente.get("billing", "/te-betalen")["te_betalen"] == []

    def test_it_does_not_wait_longer_than_the_term_allows(self, chain: Chain, hours: str) -> None:
        """Two working days before the tenth the answer goes out, and what nobody decided on is granted."""
        self.asked(chain, hours)
        yesterday = vandaag() - timedelta(1)
        query(f"UPDATE vraag SET uiterlijk = '{yesterday}' RETURNING 1")
        waiting = "task_name = 'messaging.assess' AND status = 'todo'"
        [(at,)] = query(f"SELECT scheduled_at FROM procrastinate_jobs WHERE {waiting}")
        assert at.date() > vandaag()
        query(f"UPDATE procrastinate_jobs SET scheduled_at = now() WHERE {waiting} RETURNING 1")
        chain.drain()
        assert self.answered(chain.begeleiding) == "goedgekeurd"
        told = chain.gemeente.get("billing", "/vragen?wacht=false")["vragen"]
        assert {question["uitkomst"] for question in told} == {"verlopen"}

    @pytest.mark.parametrize(("days", "outcome"), [(7, "wacht op oordeel"), (30, "toegekend")])
    def test_the_term_begins_with_the_receipt(self, chain: Chain, hours: str, days: int, outcome: str) -> None:
        """However long it waited for its judgement; once the term is past nobody is waited for."""
        rule(chain, per="regel", grens=5, **VRAAG)
        with parked():
            bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 10))
        earlier(days, "323")
        release(chain)
        [asked] = chain.gemeente.get("billing", "/vragen?wacht=false")["vragen"]
        assert asked["uiterlijk"] == str(add_working_days(vandaag() - timedelta(days), 8))
        assert seen(chain)["A1"] == (outcome, [])

    def test_the_term_counts_by_the_days_off_of_the_municipality(self, chain: Chain, hours: str) -> None:
        """Closed for a week from tomorrow: the last day comes five working days later, and is not near any sooner."""
        closed = [add_working_days(vandaag(), number) for number in range(1, 6)]
        for day in closed:
            body = {"datum": day.isoformat(), "omschrijving": "Gesloten"}
            chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json=body)
        self.asked(chain, hours)
        [asked, _] = chain.gemeente.get("billing", "/vragen")["vragen"]
        assert asked["uiterlijk"] == str(add_working_days(vandaag(), 8 + 5))
        near = add_working_days(vandaag(), 5 + 3)
        query(f"UPDATE vraag SET uiterlijk = '{near}' RETURNING 1")
        assert {each["nadert"] for each in chain.gemeente.get("billing", "/vragen")["vragen"]} == {True}

    def test_an_invoice_behind_it_is_judged_and_answered(self, chain: Chain, hours: str) -> None:
        self.asked(chain, hours)
        other = allocate(chain, chain.begeleiding, product={"categorie": "02", "code": "02A03"}, client=people.ANNIE)
        deliver(chain.begeleiding, other, "2025-12", 4)
        assert outcomes(declare(chain, chain.begeleiding, "2025-12")) == [(4 * 6_150, "toegekend")]

    def test_a_credit_waits_for_the_answer_to_its_debit(self, chain: Chain, hours: str) -> None:
        """IV085: else it could take back what a person refuses, and its provider would pay for care."""
        rule(chain, per="regel", grens=10, **VRAAG)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12))
        bring(chain, chain.begeleiding, line(hours, "A2", OKTOBER, 12, vorig="A1"))
        decide(chain, "afgewezen")
        assert seen(chain) == {"A1": ("afgewezen", ["9322"]), "A2": ("afgewezen", ["8017"])}
        assert to_pay(chain) == {}

    def test_a_credit_after_the_answer_is_granted(self, chain: Chain, hours: str) -> None:
        rule(chain, per="regel", grens=10, **VRAAG)
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12))
        decide(chain, "toegekend")
        bring(chain, chain.begeleiding, line(hours, "A2", OKTOBER, 12, vorig="A1"))
        assert seen(chain) == {"A1": ("toegekend", []), "A2": ("toegekend", [])}
        assert sum(to_pay(chain).values()) == 0
