"""The SQL of the 323 against a judge in plain Python, on random worlds; `make judge` does the same on many more."""

import pytest
from sqlalchemy.orm import Session

from shared.rules import applying
from shared.standard.catalogue import message_of
from tests.rules.judge.compare import Tally, run
from tests.rules.judge.verdict import CODES

SEED, LINES = 1, 4000
ELSEWHERE = {"TR056", "TR135"}
"""Codes of the Header that hold for every kind of message: by their case files only."""


@pytest.fixture
def tally(session: Session) -> Tally:
    return run(session, SEED, LINES, session.flush)


def test_the_product_and_the_judge_find_the_same_in_every_line(tally: Tally) -> None:
    assert tally.lines >= LINES
    assert tally.differences == []
    assert tally.unseen == [], "every rule is broken and kept at least once"
    assert tally.granted > tally.lines / 5, "most rules see what was granted, so much has to be"


@pytest.mark.parametrize("standaard", ["ijw", "iwmo"])
def test_the_judge_speaks_of_every_code_of_levels_3_and_4(standaard: str) -> None:
    rules = applying(message_of(standaard, "323"), in_memory=False)
    assert {rule.code for rule, _ in rules} == CODES | ELSEWHERE
