"""A large declaratie judged over two connections at once: the same is found as over one."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.billing import helften
from shared.db.session import Namens, owner_engine, transaction, trial
from shared.judging import Check, check_all, found, scope_of
from shared.rules import Finding, Scope
from tests.rules.judge import invoices
from tests.rules.judge.compare import store
from tests.rules.judge.worlds import Exchange, exchange

SEED, LINES = 3, 400
HALF = "SELECT max(volgnummer) / 2 FROM client WHERE bericht = :bericht"
LAST = "SELECT max(volgnummer) FROM prestatie WHERE bericht = :bericht AND ouder <= :half"


@pytest.fixture
def scope(clean: None) -> Iterator[Scope]:
    """A declaratie of many clients, with faults in every part of it, stored and not judged."""
    own = next(own for own in (exchange(SEED, number) for number in range(100)) if own.eigenaar == "0193")
    invoices.past(own)
    bericht = invoices.invoice(own, LINES, "gecontroleerd")
    part(own, bericht)
    with Session(owner_engine()) as session:
        session.execute(text("SELECT set_config('zorgketen.organisatie', '0193', true)"))
        store(session, own, dict.fromkeys(own.rows, 0))
        session.commit()
    row = next(row for row in own.rows["bericht"] if row["id"] == bericht)
    yield scope_of(SimpleNamespace(**row), date(2030, 1, 1))


def part(own: Exchange, bericht: UUID) -> None:
    """Leave out the lines of allocations that clients of both halves name."""
    lines = [line for line in own.rows["prestatie"] if line["bericht"] == bericht]
    half = max(line["ouder"] for line in lines) // 2
    sides = {line["toewijzing_nummer"]: set[bool]() for line in lines}
    for line in lines:
        sides[line["toewijzing_nummer"]].add(line["ouder"] <= half)
    kept = [line for line in lines if len(sides[line["toewijzing_nummer"]]) == 1]
    own.rows["prestatie"] = [line for line in own.rows["prestatie"] if line["bericht"] != bericht] + kept


def findings(session: Session, scope: Scope, check: Check) -> list[Finding]:
    with trial(session):
        check(session, [scope])
        return found(session, scope.bericht)


def test_two_halves_find_what_one_whole_finds(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helften, "MANY", 2)
    judged: list[tuple[int, int]] = []

    def seen(session: Session, scopes: list[Scope], without: tuple[()] = ()) -> object:
        judged.extend((part.eerste, part.laatste) for part in scopes)
        return check_all(session, scopes, without)

    monkeypatch.setattr(helften, "check_all", seen)
    with transaction(Namens("0193", "test")) as session:
        whole = findings(session, scope, check_all)
        assert findings(session, scope, helften.check) == whole
        half = session.scalar(text(HALF), {"bericht": scope.bericht})
        last = session.scalar(text(LAST), {"bericht": scope.bericht, "half": half})
    assert sorted(judged) == [(1, half), (half + 1, scope.laatste)]
    lines = {one.volgnummer for one in whole if one.klasse == "Prestatie"}
    assert min(lines) <= last < max(lines), "both halves have faults"


def test_a_small_one_is_judged_whole(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helften, "_found", None)
    with transaction(Namens("0193", "test")) as session:
        assert findings(session, scope, helften.check)
