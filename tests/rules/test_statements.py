"""The rules as statements that are built once: what differs per message is sent along, what does not stands in them."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import cast, func, insert, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from services import catalogue  # importing it registers the rules
from shared import judging, statements
from shared.db import tables as t
from shared.judging import check_rows, found, scope_of
from shared.rules import Scope, applying
from shared.standard.catalogue import message_of
from shared.statements import pattern, statement
from tests.builders import AANBIEDER, GEMEENTE
from tests.rules.test_levels34 import keep, made

assert catalogue
MERK = "Header[1].bericht_identificatie_identificatie"
SCOPE = Scope(uuid4(), GEMEENTE, AANBIEDER, "ijw", "323", date(2026, 5, 7))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the rules whose statement is built, from the beginning."""
    codes: list[str] = []
    before = judging._offenders

    def counting(scope: Scope, chosen: judging._Chosen) -> object:
        codes.append(chosen[1].code)
        return before(scope, chosen)

    monkeypatch.setattr(statements, "_STATEMENTS", {})
    monkeypatch.setattr(judging, "_offenders", counting)
    return codes


@pytest.fixture
def both(session: Session) -> Session:
    for code in (GEMEENTE, AANBIEDER):
        session.execute(insert(t.organisatie).values(code=code, naam="X", hier=True, kanaal="lokaal"))
    return session


def findings(session: Session, identificatie: str, day: date) -> set[tuple[str, int]]:
    """What is found in a declaratie without any allocation, judged on a day."""
    bericht = keep(session, made("JW323", {MERK: identificatie}), GEMEENTE, AANBIEDER, "gecontroleerd")
    for header in (True, False):
        check_rows(session, [scope_of(bericht, day)], header=header)
    return {(finding.code, finding.volgnummer) for finding in found(session, bericht.id)}


def test_the_second_message_of_a_kind_is_judged_by_the_same_statements(both: Session, built: list[str]) -> None:
    first = findings(both, "F001", date.max)
    count = len(built)
    assert count == len(set(built))
    second = findings(both, "F002", date.max)
    assert len(built) == count
    assert {code for code, _ in first} >= {"TR304", "TR338"}
    assert {code for code, _ in second} >= {"TR304", "TR338"}, "it found nothing of its own message"


def test_what_differs_per_message_is_not_that_of_the_first_one(both: Session, built: list[str]) -> None:
    assert "TR135" not in {code for code, _ in findings(both, "F001", date.max)}
    assert "TR135" in {code for code, _ in findings(both, "F002", date.min)}
    assert built.count("TR135") == 1


def built_for(chosen: judging._Chosen, any_such: statements.Pattern) -> statements.Statement:
    """The statement of one rule."""
    found = union_all(*judging._found_by([chosen], any_such))
    return statements.compiled(t.bevinding, judging._COLUMNS, found, any_such)


@pytest.mark.parametrize("municipality", [True, False])
@pytest.mark.parametrize("standaard", ["ijw", "iwmo"])
@pytest.mark.parametrize("soort", ["301", "305", "307", "315", "317", "319", "323"])
def test_every_rule_can_be_built_for_any_message(soort: str, standaard: str, municipality: bool) -> None:
    kind = message_of(standaard, soort)
    any_such = pattern(standaard, soort, municipality=municipality)
    for rule, known in applying(kind, in_memory=False):
        for klasse in rule.on:
            if klasse in kind.classes:
                compiled = built_for((rule, known, klasse), any_such)
                assert SCOPE.bericht in [ask(SCOPE) for ask in compiled.parameters]
                assert b"beoordeling.bericht" in compiled.one


def test_what_never_differs_stands_in_the_text_so_that_a_partial_index_serves() -> None:
    any_such = pattern("ijw", "323", municipality=True)
    [tr390] = [one for one in applying(message_of("ijw", "323"), in_memory=False) if one[1].code == "TR390"]
    compiled = built_for((*tr390, "Prestatie"), any_such)
    assert b"ingediend_bedrag_debet_credit = 'C'" in compiled.one
    assert b"'TR390'" in compiled.one
    asked = [ask(SCOPE) for ask in compiled.parameters]
    assert asked == [SCOPE.bericht, GEMEENTE, AANBIEDER, SCOPE.vandaag, 1, 2**31 - 1]


def day_after(scope: Scope) -> str:
    return f"{scope.vandaag:%Y}/{scope.eigenaar}"


def test_what_python_makes_of_messages_is_asked_of_each(session: Session) -> None:
    def build(scope: Scope) -> object:
        number = func.right(cast(scope.bericht, Text), 4)
        return select(number, scope.value(day_after, Text()), literal(True), literal("lokaal"))

    made_for = [replace(SCOPE, vandaag=date(year, 1, 1), bericht=UUID(f"{year:032}")) for year in (2025, 2026)]
    statement(SCOPE, "proef", t.organisatie, ("code", "naam", "hier", "kanaal"), build).run(session, made_for)
    names = set(session.scalars(select(t.organisatie.c.naam)))
    assert names >= {f"2025/{GEMEENTE}", f"2026/{GEMEENTE}"}


def test_messages_are_judged_at_once_each_for_itself(both: Session) -> None:
    days = {"F001": date.max, "F002": date.min}
    kept = {name: keep(both, made("JW323", {MERK: name}), GEMEENTE, AANBIEDER, "gecontroleerd") for name in days}
    check_rows(both, [scope_of(kept[name], day) for name, day in days.items()], header=True)
    check_rows(both, [scope_of(kept[name], days[name]) for name in days], header=False)
    codes = {name: {finding.code for finding in found(both, row.id)} for name, row in kept.items()}
    assert ["TR135" in codes[name] for name in days] == [False, True]
    assert all(codes[name] >= {"TR304", "TR338"} for name in days)
