"""How a 325 fits the 323 that it answers, by case files like those of all other rules."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import rule_rows
from shared.rules import check_answer, fitting
from tests.builders import message

CASES = Path(__file__).parent / "cases"
Case = dict[str, Any]


def cases() -> Iterator[Any]:
    for code in sorted(fitting()):
        for case in tomllib.loads((CASES / f"{code}.toml").read_text("utf-8"))["geval"]:
            for name in case["berichten"]:
                yield pytest.param(code, name, case, id=f"{code} {name} {case['naam']}")


@pytest.mark.parametrize(("code", "name", "case"), list(cases()))
def test_case(code: str, name: str, case: Case) -> None:
    answered = next(message(name).root.all("DeclaratieAntwoord")).get("declaratie_nummer")
    same = {"Declaratie[1].declaratie_nummer": answered}
    told = case.get("heen", {})
    heen = None if told is False else message(name.replace("325", "323"), same | told)
    found = check_answer(message(name, case.get("wijzig", {})), heen)
    assert [f"{f.klasse}[{f.volgnummer}]" for f in found if f.code == code] == case["verwacht"]


def test_every_code_of_both_standards_is_implemented() -> None:
    assert [row.code for row in rule_rows() if row.implementatie is None] == []
