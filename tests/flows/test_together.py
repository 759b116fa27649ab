"""Jobs of an organisation that are done together: which, in which order, and what becomes of them when one fails."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services import organisations
from services.messaging import flows, tasks, verwerken
from shared import jobs as waiting
from shared.db import ledger
from shared.db.session import Namens, owner, transaction
from shared.jobs import run_worker
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain, query
from tests.flows.elsewhere import inkomend, jobs, status, told, try_again

assert tasks
AFZENDER, MERK = "Header[1].afzender", "Header[1].bericht_identificatie_identificatie"
SENDERS = ("65656055", "65656056", "65656057")
Groups = list[list[str]]


def bring(chain: Chain, afzender: str, merk: str, **changes: Any) -> str:
    """A declaratie of a provider to the municipality: its id there."""
    data = encode(message("JW323", {AFZENDER: afzender, MERK: merk, **changes}))
    return str(chain.post(chain.gemeente, data).json()["id"])


def work_one_by_one() -> None:
    """Do what waits with one thread, so that it is certain who takes what along."""
    run_worker(1, wait=False)


@pytest.fixture(autouse=True)
def nobody_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """That nothing waited a moment ago, in another test, is forgotten."""
    monkeypatch.setattr(waiting, "QUIET", 0.0)
    monkeypatch.setattr(waiting, "_quiet", {})


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Iterator[Groups]:
    """Which messages were processed together, but for the answers that providers get."""
    original, seen = verwerken.process, Groups()

    def process(session: Session, berichten: Sequence[UUID], vandaag: date) -> None:
        if session.info["organisatie"] not in SENDERS:
            seen.append([str(bericht) for bericht in berichten])
        original(session, berichten, vandaag)

    monkeypatch.setattr(verwerken, "process", process)
    yield seen


def test_what_waits_for_an_organisation_is_done_at_once(chain: Chain, groups: Groups) -> None:
    brought = [bring(chain, sender, "A1") for sender in SENDERS]
    work_one_by_one()
    assert groups == [brought]
    assert {status(chain.gemeente, bericht) for bericht in brought} == {"goedgekeurd"}
    assert jobs("process") == jobs("assess") == 0
    answered = query("SELECT antwoord_op FROM bericht WHERE antwoord_op IS NOT NULL")
    assert {str(row[0]) for row in answered} == set(brought)


def test_of_a_sender_one_at_a_time_in_its_order(chain: Chain, groups: Groups) -> None:
    first, second = bring(chain, SENDERS[0], "A1"), bring(chain, SENDERS[0], "A2")
    other = bring(chain, SENDERS[1], "A1")
    work_one_by_one()
    assert groups == [[first, other], [second]]


def test_another_organisation_is_never_among_them(chain: Chain, groups: Groups) -> None:
    own = bring(chain, SENDERS[0], "A1")
    other = chain.another("0344", "Andere gemeente")
    data = encode(message("JW323", {AFZENDER: SENDERS[1], MERK: "A1", "Header[1].ontvanger": "0344"}))
    came = str(chain.post(other, data).json()["id"])
    work_one_by_one()
    assert groups == [[own], [came]]


def test_what_a_retry_waits_for_is_left_alone(chain: Chain, groups: Groups) -> None:
    later, now = bring(chain, SENDERS[0], "A1"), bring(chain, SENDERS[1], "A1")
    query(
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'"
        f" WHERE args ->> 'bericht' = '{later}' RETURNING 1"
    )
    work_one_by_one()
    assert groups == [[now]]
    assert status(chain.gemeente, later) == "ontvangen"


def test_one_that_cannot_be_done_stops_no_other(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, *good = (bring(chain, sender, "A1") for sender in (SENDERS[1], SENDERS[0], SENDERS[2]))
    original = verwerken.process

    def process(session: Session, berichten: Sequence[UUID], vandaag: date) -> None:
        if UUID(bad) in berichten:
            raise ConnectionError("stuk")
        original(session, berichten, vandaag)

    with monkeypatch.context() as patch:
        patch.setattr(verwerken, "process", process)
        work_one_by_one()
        assert {status(chain.gemeente, bericht) for bericht in good} == {"goedgekeurd"}
        assert status(chain.gemeente, bad) == "ontvangen"
        assert query("SELECT bericht::text, taak FROM storing") == [(bad, "process")]
    try_again(chain)
    assert status(chain.gemeente, bad) == "goedgekeurd"


def test_a_worker_that_is_killed_leaves_them_as_its_own(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    for sender in SENDERS:
        bring(chain, sender, "A1")
    original, seen = verwerken.process, []

    def process(session: Session, berichten: Sequence[UUID], vandaag: date) -> None:
        working = "SELECT worker_id, count(*) FROM procrastinate_jobs WHERE status = 'doing' GROUP BY worker_id"
        seen.append([tuple(row) for row in query(working)])
        original(session, berichten, vandaag)

    monkeypatch.setattr(verwerken, "process", process)
    work_one_by_one()
    [(worker, count)] = seen[0]
    assert worker is not None
    assert count == len(SENDERS)


def test_what_level_2_refuses_leaves_the_others_as_they_are(chain: Chain) -> None:
    total = "Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag"
    wrong, right = bring(chain, SENDERS[0], "A1", **{total: "1"}), bring(chain, SENDERS[1], "A1")
    work_one_by_one()
    assert {code for code, _ in told(chain.gemeente, wrong)} == {"TR358"}
    assert "TR358" not in {code for code, _ in told(chain.gemeente, right)}
    assert [str(row[0]) for row in query("SELECT DISTINCT bericht FROM prestatie")] == [right]
    assert [str(row[0]) for row in query("SELECT bericht FROM identificatie WHERE soort = '323'")] == [right]


def test_of_an_exchange_one_is_judged_after_the_other(chain: Chain) -> None:
    first, second = bring(chain, SENDERS[0], "A1"), bring(chain, SENDERS[0], "A2")
    who = Namens("0193", "test")
    with transaction(who) as session:
        verwerken.process(session, [UUID(first), UUID(second)], date(2026, 5, 7))
    tasks.assess("0193", [first, second])
    numbers = [{code for code, _ in told(chain.gemeente, bericht)} for bericht in (first, second)]
    assert "TR369" not in numbers[0] | numbers[1]
    assert len(inkomend(chain.gemeente, "323")) == 2
    assert ["TR333" in codes for codes in numbers] == [False, True]


def test_what_goes_elsewhere_by_http_is_brought_alone(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    with owner() as session:
        for code, kanaal in (("65656058", "map"), ("65656059", "http"), ("65656060", "http"), ("65656061", "map")):
            organisations.register(session, code, f"Elders {code}", kanaal, f"/nergens/{code}")
    seen: list[set[str]] = []

    def deliver(session: Session, berichten: Sequence[UUID]) -> None:
        seen.append({row.tegenpartij for row in ledger.some(session, berichten)})

    for code in ("65656058", "65656059", "65656060", "65656061"):
        bring(chain, code, "A1")
    monkeypatch.setattr(flows, "deliver", deliver)
    work_one_by_one()
    assert sorted(seen, key=sorted) == [{"65656058", "65656061"}, {"65656059"}, {"65656060"}]
