"""What is done with an expensive allocation: one prepares it, another approves it, and both stand with it."""

from typing import Any

import pytest

from services.demo.stage import Party
from tests.chain import Chain, query
from tests.flows.levensloop import (
    BUDGET,
    EIND,
    JEUGD,
    TOTAL,
    WEEKLY,
    Json,
    allocate,
    ceiling,
    codes,
    day,
    everything_accepted,
    post,
    seen,
)
from tests.services.allocating import kept
from tests.services.claims import TARIEF, agree

LONGER = (WEEKLY, "verlenging", {"einddatum": day(200)})
MORE_A_WEEK = (WEEKLY, "herziening", {"volume": 5, "per": day(7)})
MORE_IN_TOTAL = (TOTAL, "herziening", {"volume": 50})
MORE_BUDGET = (BUDGET, "herziening", {"budget": 110_000})
ELSEWHERE = (TOTAL, "overdracht", {"aanbieder": JEUGD, "per": day(7)})
ACTIONS = pytest.mark.parametrize(
    ("told", "action", "body"),
    [LONGER, MORE_A_WEEK, MORE_IN_TOTAL, MORE_BUDGET, ELSEWHERE],
    ids=["longer", "more a week", "more in total", "more budget", "elsewhere"],
)


@pytest.fixture
def priced(chain: Chain) -> Chain:
    """Both providers have a contract and a price."""
    agree(chain, chain.begeleiding, {})
    agree(chain, chain.jeugdhulp, {"contract": "C2"}, nummer="C2")
    return chain


def limit(chain: Chain) -> None:
    """From now on a second person is asked for whatever commits more."""
    chain.gemeente.call("PUT", "allocation", "/toewijsgrenzen", json={"standaard": "iwmo", "bedrag": 1})


def prepare(chain: Chain, toewijzing: str, action: str, body: Json, status: int = 201) -> Json:
    told = {action: {"id": toewijzing, "gevraagd": body}}
    return post(chain.gemeente, "/toewijzingsvoorstellen", told, status)


def approve(party: Party, voorstel: Json, status: int = 200) -> Json:
    return post(party, f"/toewijzingsvoorstellen/{voorstel['id']}/goedkeuring", None, status)


def stored() -> Json:
    """All that is kept, but for the log of who looked at what."""
    return {name: number for name, number in kept().items() if name != "verwerking"}


@ACTIONS
def test_another_approves_what_one_prepared(
    priced: Chain, told: dict[str, Any], action: str, body: dict[str, Any]
) -> None:
    made = allocate(priced, told)
    limit(priced)
    assert codes(priced.gemeente, f"/toewijzingen/{made}/{action}", body, 409) == ["GOEDKEURING"]
    before, as_it_was = stored(), seen(priced.gemeente, made)
    waits = prepare(priced, made, action, body)
    assert (waits["toewijzing"], waits["uitkomst"]) == (made, None)
    assert stored() == before | {"toewijzingsvoorstel": 1}
    assert seen(priced.gemeente, made) == as_it_was
    path = f"/toewijzingsvoorstellen/{waits['id']}"
    asked = priced.gemeente.get("allocation", path)["inhoud"][action]
    assert (asked["id"], asked["gevraagd"] | body) == (made, asked["gevraagd"])
    approve(priced.gemeente, waits, 409)
    done = approve(priced.colleague(), waits)
    assert done["uitkomst"] == "goedgekeurd"
    decided = "SELECT count(*) FROM besluit WHERE door = 'sleutel demo' AND goedgekeurd_door"
    versions = 2 if body.get("per") else 1
    assert query(f"{decided} = 'sleutel collega'")[0][0] == versions
    assert query("SELECT count(*) FROM besluit")[0][0] == 1 + versions
    assert query(f"SELECT 1 FROM besluit WHERE bericht = '{done['bericht']}'")
    everything_accepted(priced)


@pytest.mark.parametrize(
    ("action", "bedrag"),
    [
        (MORE_IN_TOTAL, 50 * TARIEF),
        (MORE_BUDGET, 110_000),
        (ELSEWHERE, 2 * 40 * TARIEF),
    ],
    ids=["more in total", "more budget", "elsewhere"],
)
def test_the_amount_and_the_ceilings_are_told_to_both(
    priced: Chain, action: tuple[Json, str, Json], bedrag: int
) -> None:
    """Without consent the one provider keeps the total that goes along to the other."""
    made = allocate(priced, action[0])
    ceiling(priced)
    waits = prepare(priced, made, *action[1:])
    done = approve(priced.colleague(), waits)
    assert waits["bedrag"] == done["bedrag"] == bedrag
    assert waits["waarschuwingen"] == done["waarschuwingen"]
    assert waits["waarschuwingen"][0].startswith("Plafond 'P'")


@pytest.mark.parametrize(
    ("told", "action", "body", "found"),
    [
        (*LONGER, ["CONTRACT"]),
        (WEEKLY, "verlenging", {"einddatum": EIND.isoformat()}, ["OP380"]),
        (WEEKLY, "herziening", {"volume": 5}, ["IV066"]),
        (TOTAL, "herziening", {"volume": 30}, ["OP298"]),
        (WEEKLY, "overdracht", {"aanbieder": "12345678", "per": day(7)}, ["CONTRACT", "ONTVANGER"]),
        (
            TOTAL,
            "wijziging",
            {"reden_wijziging": "04", "einddatum": day(200), "volume": 30},
            ["CONTRACT", "OP298", "OP380"],
        ),
    ],
    ids=["longer", "no longer", "no day", "less", "to nobody", "a change"],
)
def test_all_that_it_would_be_refused_for_is_told_when_it_is_prepared_and_nothing_is_kept(
    chain: Chain, told: dict[str, Any], action: str, body: dict[str, Any], found: list[str]
) -> None:
    agree(chain, chain.begeleiding, {}, einddatum=EIND.isoformat())
    made = allocate(chain, told)
    before, path = kept(), "wijzigingen" if action == "wijziging" else action
    assert sorted(codes(chain.gemeente, f"/toewijzingen/{made}/{path}", body)) == found
    refused = prepare(chain, made, action, body, 422)["bevindingen"]
    assert sorted(fault["code"] for fault in refused) == found
    assert kept() == before


def test_it_is_checked_again_when_it_is_approved(priced: Chain) -> None:
    made = allocate(priced, TOTAL)
    waits = prepare(priced, made, *MORE_IN_TOTAL[1:])
    post(priced.gemeente, f"/toewijzingen/{made}/herziening", {"volume": 50})
    refused = approve(priced.colleague(), waits, 422)
    assert [fault["code"] for fault in refused["bevindingen"]] == ["WIJZIGING"]
    assert priced.gemeente.get("allocation", f"/toewijzingsvoorstellen/{waits['id']}")["uitkomst"] is None


def test_of_what_is_not_there_nothing_is_prepared(priced: Chain) -> None:
    assert prepare(priced, "0193-iwmo-999", *MORE_IN_TOTAL[1:], status=404)["status"] == 404


@pytest.mark.parametrize("names", [(), ("verlenging", "overdracht")], ids=["nothing", "two"])
def test_a_proposal_is_about_one_thing(chain: Chain, names: tuple[str, ...]) -> None:
    told = {name: {"id": "0193-iwmo-1", "gevraagd": body} for _, name, body in (LONGER, ELSEWHERE) if name in names}
    [fault] = post(chain.gemeente, "/toewijzingsvoorstellen", told, 422)["bevindingen"]
    assert "geef er precies één van: toewijzing, wijziging, verlenging, herziening" in fault["melding"]
