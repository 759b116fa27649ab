"""Conservation with local rules: whatever is claimed, credited, decided and paid, a plain model says the same."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.chain import Chain, query
from tests.services.betalen import Office
from tests.services.brought import bring, line, seen
from tests.services.claims import Json, declaraties, send
from tests.services.geschiedenis import History
from tests.services.lokaal import MAANDEN, VRAAG, in_total, rule

TOTAAL, WEIGERT, VRAAGT = 20, 14, 9
"""Hours: of the allocation in all, the most in a line, and the most that nobody is asked about."""
TEGEN = """SELECT 1 FROM prestatie c JOIN prestatie d ON d.eigenaar = c.eigenaar
    AND d.product_referentie_referentie_nummer = c.product_referentie_vorig_referentie_nummer
    WHERE c.eigenaar = '0193' AND EXISTS (SELECT FROM bevinding f WHERE f.bericht = d.bericht
        AND f.klasse = 'Prestatie' AND f.volgnummer = d.volgnummer)
    AND NOT EXISTS (SELECT FROM bevinding f WHERE f.bericht = c.bericht
        AND f.klasse = 'Prestatie' AND f.volgnummer = c.volgnummer)"""
"""Granted credits of refused debits."""


@dataclass
class Debet:
    maand: int
    uren: int
    declaratie: int
    uitkomst: str = "toegekend"
    terug: bool = False

    @property
    def counts(self) -> bool:
        return self.uitkomst != "afgewezen" and not self.terug


@dataclass
class Model:
    """What a municipality should make of declaraties on one allocation: line by line, with dicts only."""

    debets: dict[str, Debet] = field(default_factory=dict)
    credits: dict[str, str] = field(default_factory=dict)
    aantal: int = 0

    def claim(self, wanted: list[tuple[int, bool]]) -> list[tuple[str, int, int, str]]:
        """The lines of a next declaratie (reference, month, hours, what it credits), once it is known what they become.

        Of each month the hours, and if what was claimed last is taken back.
        """
        self.aantal += 1
        last = {debet.maand: ref for ref, debet in self.debets.items()}
        named = [(maand, last[maand]) for maand, (_, back) in enumerate(wanted) if back and maand in last]
        debets = [(maand, uren) for maand, (uren, _) in enumerate(wanted) if uren]
        lines = [self._credit(*each) for each in named]
        return lines + [self._debet(*each) for each in debets]

    def _credit(self, maand: int, ref: str) -> tuple[str, int, int, str]:
        debet, own = self.debets[ref], f"C{self.aantal}-{maand}"
        waits = any(d.uitkomst == "wacht op oordeel" for d in self.debets.values() if d.declaratie == debet.declaratie)
        self.credits[own] = "toegekend" if debet.counts and not waits else "afgewezen"
        debet.terug = debet.terug or self.credits[own] == "toegekend"
        return own, maand, debet.uren, ref

    def _debet(self, maand: int, uren: int) -> tuple[str, int, int, str]:
        own, counted = f"D{self.aantal}-{maand}", [debet for debet in self.debets.values() if debet.counts]
        twice = any(debet.maand == maand for debet in counted)
        debet = self.debets[own] = Debet(maand, uren, self.aantal)
        if twice or uren > WEIGERT or sum(each.uren for each in counted) + uren > TOTAAL:
            debet.uitkomst = "afgewezen"
        elif uren > VRAAGT:
            debet.uitkomst = "wacht op oordeel"
        return own, maand, uren, ""

    @property
    def outcomes(self) -> dict[str, str]:
        return {ref: debet.uitkomst for ref, debet in self.debets.items()} | self.credits


@dataclass
class Story:
    """The chain beside the model."""

    history: History
    toewijzing: str
    model: Model = field(default_factory=Model)

    def do(self, step: str, number: int, wanted: list[tuple[int, bool]]) -> None:
        if step == "invoice":
            self.invoice(wanted)
        elif step == "decide":
            self.decide(number)
        else:
            getattr(self.history, step)()

    def invoice(self, wanted: list[tuple[int, bool]]) -> None:
        chain, lines = self.history.office.chain, self.model.claim(wanted)
        if lines:
            told = (line(self.toewijzing, r, MAANDEN[m], uren, vorig=vorig) for r, m, uren, vorig in lines)
            bring(chain, chain.begeleiding, *told)

    def decide(self, number: int) -> None:
        chain, uitkomst = self.history.office.chain, ("toegekend", "afgewezen")[number % 2]
        asked: list[Json] = chain.gemeente.get("billing", "/vragen")["vragen"]
        if asked:
            chosen = asked[number % len(asked)]
            body = {"bericht": chosen["bericht"], "regel": chosen["regel"], "uitkomst": uitkomst}
            assert send(chain.gemeente, "/vragen/antwoorden", body).status_code == 200
            chain.drain()
            self.model.debets[chosen["referentie"]].uitkomst = uitkomst

    def check(self) -> None:
        self.history.check()
        chain = self.history.office.chain
        assert {ref: outcome for ref, (outcome, _) in seen(chain).items()} == self.model.outcomes
        assert query(TEGEN) == [], "a provider pays back what it was never granted"
        for each in declaraties(chain.gemeente):
            refused = sum(row["bedrag"] for row in each["regels"] if row["uitkomst"] == "afgewezen")
            assert each["toegekend_bedrag"] in (None, each["ingediend_bedrag"] - refused)
        granted = sum(debet.uren for debet in self.model.debets.values() if debet.counts)
        assert granted <= TOTAAL


STEPS = st.sampled_from(["invoice", "invoice", "invoice", "decide", "decide", "propose", "approve", "pay"])
MONTHS = st.lists(st.tuples(st.integers(0, 16), st.booleans()), min_size=3, max_size=3)


@pytest.fixture
def story(chain: Chain) -> Story:
    office = Office(chain)
    office.accounts()
    rule(chain, naam="weigert", per="regel", grens=WEIGERT)
    rule(chain, naam="vraagt", per="regel", grens=VRAAGT, **VRAAG)
    return Story(History(office, 1), in_total(chain, TOTAAL))


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 30), MONTHS), min_size=6, max_size=12))
def test_a_plain_model_says_the_same(story: Story, steps: list[Any]) -> None:
    """The histories go on in one ledger, so that each begins where the one before it stopped."""
    for step in steps:
        story.do(*step)
        story.check()


def test_the_model_sees_a_line_that_takes_room_though_it_was_refused(story: Story) -> None:
    story.do("invoice", 0, [(15, False), (10, False), (0, False)])
    assert story.model.outcomes == {"D1-0": "afgewezen", "D1-1": "wacht op oordeel"}
    story.do("invoice", 0, [(0, False), (0, True), (0, False)])
    assert story.model.outcomes["C2-1"] == "afgewezen"
    story.check()
    story.do("decide", 1, [])
    story.check()
