"""Ceilings: what is remembered of the sum under one, and for how long."""

from typing import Any

import pytest

from services.allocation.toewijzen import plafonds
from tests.chain import Chain, query
from tests.services.toewijzen import WEEKLY, post

PLAFOND = {
    "naam": "P",
    "standaard": "iwmo",
    "bedrag": 100_000_000,
    "waarschuw_bij": 1,
    "begindatum": "2026-01-01",
    "einddatum": "2026-12-31",
}


@pytest.fixture
def ceiling(chain: Chain) -> Chain:
    """A municipality with a ceiling of a million, and budgets so that no contract is needed."""
    chain.gemeente.call("PUT", "allocation", "/plafonds", json=PLAFOND)
    return chain


def budget(chain: Chain, euros: int, month: int) -> str:
    """What an allocation of its own month warns of, so that none runs beside another."""
    run = {"ingangsdatum": f"2026-{month:02}-01", "einddatum": f"2026-{month:02}-28"}
    size = {"product": {"categorie": "02"}, "omvang": None, "budget": euros * 100}
    body = {name: value for name, value in (WEEKLY | run | size).items() if value is not None}
    made = post(chain.gemeente, "/toewijzingen", body)
    assert made.status_code == 201, made.text
    told: list[Any] = made.json()["waarschuwingen"]
    return told[0].partition(": ")[2].partition(" ")[0] if told else ""


def test_each_new_one_is_in_its_own_warning_and_in_those_after_it(ceiling: Chain) -> None:
    assert [budget(ceiling, 100_000 * month, month) for month in range(1, 4)] == ["10%", "30%", "60%"]


def test_it_is_added_up_again_when_what_is_remembered_is_old(ceiling: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    assert budget(ceiling, 400_000, 1) == "40%"
    query("UPDATE toegewezen_product SET budget = 10000000 RETURNING 1")
    assert budget(ceiling, 100_000, 2) == "50%"
    monkeypatch.setattr(plafonds, "HOUDBAAR", 0)
    assert budget(ceiling, 100_000, 3) == "30%"


def test_a_ceiling_that_changed_is_added_up_again(ceiling: Chain) -> None:
    assert budget(ceiling, 100_000, 1) == "10%"
    ceiling.gemeente.call("PUT", "allocation", "/plafonds", json=PLAFOND | {"bedrag": 50_000_000})
    assert budget(ceiling, 100_000, 2) == "40%"


def test_what_is_forgotten_is_added_up_again(ceiling: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plafonds, "ONTHOUDEN", 1)
    assert budget(ceiling, 100_000, 1) == "10%"
    assert len(plafonds._SUMS) <= 1
