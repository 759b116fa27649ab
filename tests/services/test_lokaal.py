"""Local rules: refused where they go against the standard, tried on the past, and lines that a person decides on."""

from datetime import timedelta
from typing import Any, ClassVar

import httpx
import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import add_working_days, vandaag
from tests.chain import Chain, query
from tests.services.brought import DECEMBER, NOVEMBER, OKTOBER, bring, decide, line, parked, release, seen
from tests.services.claims import (
    TARIEF,
    agree,
    allocate,
    claim,
    codes,
    declare,
    deliver,
    outcomes,
    reasons,
    send,
    to_pay,
)

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

    def test_one_that_was_overtaken_counts_what_overtook_it(self, chain: Chain, hours: str) -> None:
        """The first declaratie is judged last: nine and eight are more than fifteen in any order."""
        rule(chain, grens=15)
        with parked():
            bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 8))
        bring(chain, chain.begeleiding, line(hours, "A2", NOVEMBER, 9))
        release(chain)
        assert seen(chain) == {"A1": ("afgewezen", ["9322"]), "A2": ("toegekend", [])}


def in_total(chain: Chain, volume: int) -> str:
    """An allocation of so many hours in all."""
    agree(chain, chain.begeleiding, {})
    return allocate(
        chain,
        chain.begeleiding,
        ingangsdatum="2025-10-01",
        einddatum="2025-12-31",
        omvang={"volume": volume, "eenheid": "04", "frequentie": "6"},
    )


MAANDEN = ("2025-10-01/2025-10-31", "2025-11-01/2025-11-30", "2025-12-01/2025-12-31")


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


class TestReplaying:
    EVER: ClassVar = {"van": "2025-01-01", "tot": "2099-12-31"}

    def told(self, chain: Chain, **changes: Any) -> list[tuple[str, int]]:
        """The references that a rule finds, each with the hours that it would come to."""
        made = rule(chain, on=False, **changes)
        told = send(chain.gemeente, f"/lokale-regels/{made}/proef", self.EVER).json()
        return [(hit["referentie"], hit["waarde"] // 60) for hit in told["geraakt"]]

    def test_what_it_would_have_refused_does_not_count_later(self, chain: Chain, hours: str) -> None:
        for ref, period, volume in (("A1", OKTOBER, 8), ("A2", NOVEMBER, 12), ("A3", DECEMBER, 2)):
            bring(chain, chain.begeleiding, line(hours, ref, period, volume))
        assert self.told(chain, grens=10) == [("A2", 20)]
        assert self.told(chain, naam="vraag", grens=10, **VRAAG) == [("A2", 20), ("A3", 22)]

    def test_nor_does_the_credit_of_it(self, chain: Chain, hours: str) -> None:
        """November would have been refused, so there would be nothing to take back, and no room because of that."""
        for lines in (
            [line(hours, "A1", OKTOBER, 8)],
            [line(hours, "A2", NOVEMBER, 12)],
            [line(hours, "A3", NOVEMBER, 12, vorig="A2"), line(hours, "A4", NOVEMBER, 3)],
            [line(hours, "A5", OKTOBER, 8, vorig="A1"), line(hours, "A6", OKTOBER, 9)],
        ):
            bring(chain, chain.begeleiding, *lines)
        assert self.told(chain, grens=10) == [("A2", 20), ("A4", 11)]

    def test_a_rule_that_begins_now_is_tried_as_if_it_had_begun_then(self, chain: Chain, hours: str) -> None:
        bring(chain, chain.begeleiding, line(hours, "A1", OKTOBER, 12))
        today = vandaag().replace(day=1).isoformat()
        assert self.told(chain, begindatum=today, bekendgemaakt_op=today, grens=1) == [("A1", 12)]


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
        query(f"UPDATE bericht SET aangemaakt = aangemaakt - interval '{days} days' WHERE soort = '323' RETURNING 1")
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
