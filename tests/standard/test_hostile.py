"""Level 1 and inspection against inputs that are made to hurt: each is accepted or refused, and rightly so.

Whatever comes in: no other exception, at most twice the time of a right message of the largest size and 200 MB,
nobody is called, no file is opened, and nothing that is said of it repeats it. Time is that of the processor, and of
the same run, as tests share theirs.
"""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Refused
from shared.standard import level1
from shared.standard.level1 import MAX_TEXT, check
from tests.standard.hostile import ACCEPTED, BODY, GOOD, REFUSED, corpus
from tests.standard.hostile_large import of_codes, of_lines

NAMES = list(corpus(Path("/nowhere"), 9))
LARGE = "27000 lines right"
TIMES, MEGABYTES, FAULTS = 2, 200, 201


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of each input, judged in processes of their own."""
    command = [sys.executable, "-m", "tests.standard.hostile", str(tmp_path_factory.mktemp("hostile"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=500)
    *lines, last = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line for line in lines} | {"": last}


def test_there_are_many_inputs_and_some_are_good(report: dict[str, dict[str, Any]]) -> None:
    assert set(report) - {""} == set(NAMES)
    assert len(NAMES) > 700
    outcomes = [report[name].get("check") for name in NAMES]
    assert outcomes.count(ACCEPTED) > 100
    assert outcomes.count(REFUSED) > 500


def test_nobody_is_called(report: dict[str, dict[str, Any]]) -> None:
    assert report[""] == {"called": False}


@pytest.mark.parametrize("name", NAMES)
def test_input(name: str, report: dict[str, dict[str, Any]]) -> None:
    found = report[name]
    assert found["error"] is None
    assert found["check"] == found["inspect"] == found["expected"]
    assert found["check"] == ACCEPTED or 0 < found["faults"] <= FAULTS
    assert not found["told"]
    assert found["seconds"] <= TIMES * report[LARGE]["seconds"]
    assert found["memory"] <= MEGABYTES


def faults(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        check(data)
    return [(fault.code, fault.pad) for fault in refusal.value.faults]


def test_two_hundred_faults_are_named_from_the_first_on_and_then_that_there_are_more() -> None:
    found = faults(of_lines(300, {"geleverd_volume": "x"}))
    places = [pad.partition("jw323:Prestatie[")[2] for _, pad in found]
    assert places == [*(f"{number}]/jw323:GeleverdVolume[1]" for number in range(1, 201)), ""]
    assert found[-1] == ("XSD", "")


def test_faults_far_apart_are_all_named_each_with_its_line() -> None:
    data = of_lines(20_000, {})
    for number in (3, 9_999, 19_998):
        at = data.index(b"<jw323:Eenheid>04", data.index(b">P%d<" % number))
        data = data[:at] + b"<jw323:Eenheid>xx" + data[at + 17 :]
    with pytest.raises(Refused) as refusal:
        check(data)
    found = [(fault.pad.rpartition("jw323:Prestatie[")[2], fault.regel) for fault in refusal.value.faults]
    lines = [1 + data[: wrong.start()].count(b"\n") for wrong in re.finditer(b"Eenheid>xx", data)]
    expected = [f"{number + 1}]/jw323:Eenheid[1]" for number in (3, 9_999, 19_998)]
    assert found == list(zip(expected, lines, strict=True))


def test_too_many_errors_in_one_tag_do_not_hide_that_there_are_more() -> None:
    attributes = b" ".join(b'a%d=""' % number for number in range(4_000))
    data = of_codes(b"<jw302:RetourCode/>" * 50_000)
    data = data.replace(b"<jw302:RetourCodes>", b"<jw302:RetourCodes " + attributes + b">", 1)
    assert [code for code, _ in faults(data)][:: len(faults(data)) - 1] == ["cvc-complex-type-3-2-1", "XSD"]


def test_faults_of_one_message_do_not_turn_up_with_another() -> None:
    """lxml keeps one error log per schema, while the API answers in several threads."""
    bad = {code: GOOD.replace(b"<jw301:Geslacht>1<", b"<jw301:Geslacht>%d<" % code) for code in (7, 8)}
    bad[8] = bad[8].replace(b">45A03<", b">45A03456789<")
    expected, wrong = {code: faults(data) for code, data in bad.items()}, []

    def work(code: int) -> None:
        wrong.extend(found for found in (faults(bad[code]) for _ in range(150)) if found != expected[code])

    threads = [threading.Thread(target=work, args=(code,)) for code in (7, 8) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert expected[7] != expected[8]
    assert not wrong


def test_a_document_that_is_no_xml_is_refused_without_the_words_of_the_parser() -> None:
    for data in (GOOD[:-30], of_lines(400, {})[:-30], b"<!DOCTYPE x>" + BODY):
        with pytest.raises(Refused) as refusal:
            check(data)
        assert refusal.value.__context__ is refusal.value.__cause__ is None


def test_a_large_message_that_was_checked_is_let_go_of() -> None:
    """Parser and tree refer to each other; nothing may wait for the garbage collector."""
    data, statm = of_lines(10_000, {}), Path("/proc/self/statm")

    def resident() -> float:
        return int(statm.read_text("ascii").split()[1]) * 4 / 1024

    check(data)
    before = resident()
    for _ in range(4):
        check(data)
        faults(data[:-30])
    assert resident() - before < 60


def test_what_level_1_limits_beyond_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    long = GOOD.replace(b"Bel ", b"a" * (MAX_TEXT - 20))
    assert check(long)
    assert faults(long.replace(b"aaaa", b"a" * 100, 1)) == [("OMVANG", "")]
    monkeypatch.setattr(level1, "MAX_PARTS", 100)
    assert faults(GOOD) == [("OMVANG", "")]
