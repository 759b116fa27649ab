"""Local rules: refused where they go against the standard, tried on the past, and lines that a person decides on."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import vandaag
from tests.chain import Chain, query
from tests.services.brought import DECEMBER, NOVEMBER, OKTOBER, bring, decide, line, seen
from tests.services.claims import TARIEF, allocate, claim, codes, declare, deliver, outcomes, reasons, send, to_pay

REGEL = {
    "naam": "veel-uren",
    "standaard": "iwmo",
    "grootheid": "volume",
    "eenheid": "04",
    "per": "toewijzing",
    "grens": 20,
    "gevolg": "afwijzen",
    "retourcode": "9322",
    "bekendgemaakt_op": "2025-01-01",
    "begindatum": "2025-10-01",
}
VRAAG = {"gevolg": "vragen", "bekendgemaakt_op": None}


def rule(chain: Chain, *, on: bool = True, **changes: Any) -> str:
    """A rule, in use unless it is said otherwise; its id."""
    made: str = chain.gemeente.call("POST", "billing", "/lokale-regels", 201, json=REGEL | changes)["id"]
    if on:
        query(f"UPDATE lokale_regel SET aan_sinds = now() WHERE id = '{made}' RETURNING 1")
    return made


class TestEntering:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"grootheid": "start"}, "OP364"),
            ({"grootheid": "stop"}, "OP364"),
            ({"grootheid": "credit"}, "IV085"),
            ({"retourcode": "9338"}, "9321 of 9322"),
            ({"grootheid": "bedrag", "eenheid": None, "retourcode": "9322"}, "9369 of 0611"),
            ({"eenheid": None}, "zie eenheid"),
            ({"grootheid": "regels", "retourcode": "9321"}, "zie eenheid"),
            ({"per": "client"}, "OP095"),
            ({"bekendgemaakt_op": None}, "OP095"),
            ({"bekendgemaakt_op": "2025-10-02"}, "OP095"),
            ({"einddatum": "2025-09-30"}, "begindatum"),
        ],
        ids=str,
    )
    def test_what_goes_against_the_standard_is_refused_with_its_ground(
        self, chain: Chain, changes: dict[str, Any], says: str
    ) -> None:
        answer = send(chain.gemeente, "/lokale-regels", REGEL | changes)
        assert answer.status_code == 422
        [fault] = answer.json()["bevindingen"]
        assert says in fault["melding"]

    def test_a_person_may_look_at_everything_of_a_client(self, chain: Chain) -> None:
        assert send(chain.gemeente, "/lokale-regels", REGEL | VRAAG | {"per": "client"}).status_code == 201

    def test_one_provider_knows_all_that_it_claimed_for_a_client(self, chain: Chain) -> None:
        mine = REGEL | {"per": "client", "aanbieder": chain.begeleiding.code}
        assert send(chain.gemeente, "/lokale-regels", mine).status_code == 201

    def test_a_name_is_used_once(self, chain: Chain) -> None:
        rule(chain)
        assert send(chain.gemeente, "/lokale-regels", REGEL).status_code == 409

    def test_a_rule_that_refuses_is_not_switched_on_for_the_past(self, chain: Chain) -> None:
        made = rule(chain, on=False)
        assert codes(send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None)) == ["OP095"]
        later = vandaag().replace(day=1).isoformat()
        made = rule(chain, on=False, naam="later", begindatum=later)
        assert send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None).json()["aangezet_door"] == "sleutel demo"
        assert send(chain.gemeente, f"/lokale-regels/{made}/aanzetten", None).status_code == 409

    def test_a_rule_is_ended_from_today_on_and_does_not_come_back(self, chain: Chain) -> None:
        path, today = f"/lokale-regels/{rule(chain)}/einde", vandaag()
        for days in (-1, 10, 0):
            ended = send(chain.gemeente, path, {"einddatum": str(today + timedelta(days))})
            assert ended.status_code == (422 if days < 0 else 200)
        again = send(chain.gemeente, path, {"einddatum": str(today + timedelta(1))})
        assert "niet verlengd" in again.json()["bevindingen"][0]["melding"]


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
