"""Level 2 by its case files, one per code; and what must hold for all codes together."""

import time
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import level2
from shared.errors import Refused
from shared.level2.values import day, number, years_before
from shared.rules import Finding, applying, facts, registered
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from shared.standard.document import Document, build
from shared.standard.kinds import decode_trusted
from shared.standard.level1 import check
from tests.builders import example, message

CASES = Path(__file__).parent / "cases"
CODES = sorted({code for (_, code), known in facts().items() if known.niveau == 2})
NAMES = list(messages())


@cache
def case_file(code: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{code}.toml").read_text(encoding="utf-8"))


def cases() -> Iterator[Any]:
    for code in CODES:
        for case in case_file(code)["geval"]:
            for name in case["berichten"]:
                yield pytest.param(code, name, case, id=f"{code}-{name}-{case['naam']}")


def places(document: Document, code: str) -> list[str]:
    return sorted(f"{f.klasse}[{f.volgnummer}]" for f in level2.check(document) if f.code == code)


@pytest.mark.parametrize(("code", "name", "case"), list(cases()))
def test_case(code: str, name: str, case: dict[str, Any]) -> None:
    document, data = message(name, case["wijzig"]), encode(message(name, case["wijzig"]))
    assert check(data).document().root == document.root
    assert places(document, code) == case["verwacht"]
    found = level2.check(document)
    assert found == list(one_by_one(document)), "nodes that are alike shared another verdict"
    assert found == level2.check(decode_trusted(messages()[name], data)), "lines as leaves have another verdict"


def one_by_one(document: Document) -> Iterator[Finding]:
    """What the rules find when each is asked of each node itself."""
    for rule, known in applying(document.type, in_memory=True):
        for klasse in rule.on:
            for node in document.by_class().get(klasse, ()):
                verdict = rule.function(node)
                for found in () if verdict is True else (node,) if verdict is False else verdict:
                    yield Finding(known.code, known.niveau, known.retourcode, found.name, found.volgnummer)


def test_every_code_is_registered() -> None:
    assert {code for code, rule in registered().items() if rule.in_memory} == set(CODES)


def test_every_case_file_is_for_a_code_of_the_standard() -> None:
    assert {path.stem for path in CASES.iterdir()} <= {code for _, code in facts()}


@pytest.mark.parametrize("code", CODES)
def test_a_code_passes_twice_and_fails_twice_and_in_each_of_its_messages(code: str) -> None:
    found = case_file(code)["geval"]
    failing = [case for case in found if case["verwacht"]]
    assert len(found) - len(failing) >= 2
    if "onbereikbaar" in case_file(code):
        assert not failing
    else:
        assert len(failing) >= 2
        known = {name for (_, other), rule in facts().items() if other == code for name in rule.berichten}
        assert {name for case in failing for name in case["berichten"]} == known


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_every_class_and_no_finding(name: str) -> None:
    document = message(name)
    assert check(encode(document)).document().root == document.root
    assert level2.check(document) == []
    classes = messages()[name].classes.values()
    assert {node.name for node in document.nodes()} == {kind.name for kind in classes if kind.fields}


ODD = {
    "integer": ("0", "-0", "+5", "007", "0" * 5000 + "7", "-" + "0" * 5000, "99999999"),
    "date": ("99999-01-01", "-0001-01-01", "0001-01-01", "9223372036854775807-12-31", "2024-02-29", "-0004-02-29"),
    "time": ("24:00:00", "23:59:59.123456789012", "00:00:00"),
}


def odd_leaves(name: str) -> list[tuple[str, str]]:
    """The address of each number, date and time of an example, with its base."""
    return [
        (f"{node.name}[{node.volgnummer}].{leaf.name}", leaf.type.base)
        for node in message(name).nodes()
        for leaf in node.type.fields.values()
        if leaf.type.base in ODD
    ]


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_stumbles_over_an_odd_value_that_level_1_accepts(name: str) -> None:
    accepted: set[str] = set()
    for address, base in odd_leaves(name):
        for value in ODD[base]:
            document = message(name, {address: value})
            findings = level2.check(document)
            assert len(findings) == len(set(findings))
            if value not in accepted and is_valid(document):
                accepted.add(value)
    assert accepted >= set(ODD["date"])


def is_valid(document: Document) -> bool:
    try:
        check(encode(document))
    except Refused:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_no_rule_stumbles_over_odd_values_together(name: str, data: st.DataObject) -> None:
    leaves = data.draw(st.lists(st.sampled_from(odd_leaves(name)), min_size=1, unique=True))
    wijzig = {address: data.draw(st.sampled_from(ODD[base])) for address, base in leaves}
    level2.check(message(name, wijzig))


@pytest.mark.parametrize(
    ("name", "above", "klasse", "number"),
    [
        ("JW323", "Declaratie", "Prestatie", "product_referentie_referentie_nummer"),
        ("WMO301", "", "ToegewezenProduct", "toewijzing_nummer"),
    ],
)
def test_the_time_grows_with_the_number_of_lines(name: str, above: str, klasse: str, number: str) -> None:
    tree = example(name)
    client = (tree[above][0] if above else tree)["Client"][0]
    client[klasse] = [client[klasse][0] | {number: str(line)} for line in range(1, 27_001)]
    document = build(messages()[name], tree)
    start = time.process_time()
    level2.check(document)
    assert time.process_time() - start < 5  # 0.2 s; comparing each line with each takes minutes


years = st.integers(-(2**63) + 1, 2**63 - 1).filter(bool) | st.integers(-12, 12).filter(bool) | st.integers(9990, 10010)
dates = st.tuples(years, st.integers(1, 12), st.integers(1, 28))


def iso(value: tuple[int, int, int]) -> str:
    year, month, number_of_day = value
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{number_of_day:02}"


@given(dates, dates)
def test_days_sort_as_their_dates(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert (day(iso(one)) < day(iso(other))) == (one < other)
    assert (day(iso(one)) == day(iso(other))) == (one == other)


@given(dates, st.sampled_from([5, 120]))
def test_years_before_is_that_many_years_earlier(value: tuple[int, int, int], number_of_years: int) -> None:
    year, *rest = value
    earlier = (year - number_of_years, *rest)
    if earlier[0]:
        assert years_before(iso(value), number_of_years) == day(iso(earlier))


@given(st.integers(0, 10**12), st.integers(0, 6000), st.sampled_from(["", "+"]))
def test_a_number_keeps_its_value_under_zeros(value: int, zeros: int, sign: str) -> None:
    assert number(f"{sign}{'0' * zeros}{value}") == value
