"""Canary BSNs through the services, in the short form; `make canaries` has the long one, with the demo."""

import os

import pytest

from shared.standard.identifiers import is_valid_bsn
from tests.proofs.canaries import proof
from tests.proofs.finding import Finder, canaries, guises

SEED = int(os.environ.get("ZORGKETEN_SEED", "20260401"))
BSN, OTHER = canaries(1, 2)


def test_no_bsn_is_where_it_may_not_be_and_a_leak_in_any_place_is_found() -> None:
    report = proof(SEED, 200, whole=False)
    assert report.faults == [], f"ZORGKETEN_SEED={SEED}"
    assert report.requests["2xx"] > 50
    assert report.requests["4xx"] > 300
    assert report.requests["5xx"] > 0
    assert report.searched > 300


@pytest.mark.parametrize("guise", guises(BSN))
def test_a_bsn_is_found_in_each_guise_and_no_other(guise: str) -> None:
    text = b"INFO een regel met " + guises(BSN)[guise] + b" erin"
    assert Finder.of([BSN]).found(text)
    assert not Finder.of([OTHER]).found(text)


def test_the_canaries_are_valid_and_each_is_another() -> None:
    made = canaries(SEED, 1_000)
    assert len(set(made)) == 1_000
    assert all(map(is_valid_bsn, made))
    assert made == canaries(SEED, 1_000) != canaries(SEED + 1, 1_000)
