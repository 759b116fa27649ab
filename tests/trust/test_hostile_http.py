"""The hostile corpus over HTTP, in its short form; `make hostile` has the long one."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from shared.standard.codec import encode
from tests.builders import message
from tests.proofs.contract import allows, at
from tests.proofs.hostile import Tally, attacked
from tests.proofs.installed import Installed, installed, own_home
from tests.proofs.oracle import Truth, truth
from tests.proofs.outward import Outward
from tests.proofs.wire import CANARY, Answer, wrong

SEED = int(os.environ.get("ZORGKETEN_SEED", "20260401"))
COUNT = 2_600


@pytest.fixture(scope="module")
def target() -> Iterator[Installed]:
    with own_home() as home, installed(home) as found:
        yield found


@pytest.fixture(scope="module")
def tally(target: Installed) -> Tally:
    return attacked(target, SEED, COUNT, large=False)


def test_nobody_falls_over_and_every_verdict_is_right(tally: Tally) -> None:
    assert tally.faults == [], f"ZORGKETEN_SEED={SEED}: {len(tally.faults)} fouten"


def test_it_is_a_corpus_worth_the_name(tally: Tally) -> None:
    assert tally.cases.total() >= 3_000
    assert set(tally.cases) == {"bytes", "vorm", "betekenis", "grens", "met de hand", "json", "http"}
    assert min(tally.outcomes[name] for name in ("geldig", "ongeldig")) > 400
    assert tally.outcomes["heen en terug"] > 100
    assert tally.outcomes["4xx"] > 300
    assert tally.outcomes["2xx"] > 20


# The judges see what is wrong

GOOD = encode(message("JW301"))
HEALTHY = {"title": "Geweigerd", "status": 422, "detail": "", "bevindingen": [{"melding": "Dit veld ontbreekt."}]}


def refusal(code: int = 422, kind: str = "application/problem+json", **changes: Any) -> Answer:
    return Answer(code, {"content-type": kind}, json.dumps(HEALTHY | changes).encode())


def test_a_refusal_as_it_should_be() -> None:
    assert wrong(refusal()) == ""


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500, status=500),
        refusal(503, status=503),
        refusal(kind="text/plain"),
        refusal(status=400),
        refusal(title=""),
        refusal(detail="Field required"),
        refusal(bevindingen=[{"melding": "Input should be a valid string"}]),
        refusal(detail=f"BSN {CANARY} is onbekend"),
        Answer(422, {"content-type": "application/problem+json"}, b"{"),
    ],
)
def test_a_wrong_answer_is_seen(answer: Answer) -> None:
    assert wrong(answer)


WRONG = {
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a NUL": GOOD + b"\0",
    "Latin-1": GOOD.replace(b"UTF-8", b"ISO-8859-1", 1),
    "a DOCTYPE": GOOD.replace(b"?>", b"?><!DOCTYPE x>", 1),
    "against the XSD": GOOD.replace(b"<jw301:Geslacht>1<", b"<jw301:Geslacht>7<", 1),
    "cut off": GOOD[:-20],
    "another namespace": GOOD.replace(b"jw301/schema", b"jw901/schema"),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_oracle_refuses(what: str) -> None:
    assert not truth(WRONG[what]).valid


def test_the_oracle_knows_the_parties_and_the_years() -> None:
    assert truth(GOOD) == Truth(True, True, "0193", "65656055")
    answer = truth(encode(message("JW302")))
    assert (answer.sender, answer.receiver) == ("65656055", "0193")
    late = truth(encode(message("JW301", {"ToegewezenProduct[1].einddatum": "12026-12-31"})))
    assert (late.valid, late.datable) == (True, False)
    assert late.statuses("65656055") == {422}


SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0}}}


@pytest.mark.parametrize(
    ("value", "allowed"),
    [('{"a": 1}', True), ('{"a": -1}', False), ('{"a": true}', False), ("{}", False), ('{"a": 1, "b": 2}', False)],
)
def test_the_contract_is_read_as_it_is_written(value: str, allowed: bool) -> None:
    assert allows({}, SCHEMA, value) == allowed
    assert at({}, SCHEMA, ("a",)) == SCHEMA["properties"]["a"]  # type: ignore[index]


def test_who_goes_outside_is_seen(target: Installed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f"import socket; s = socket.create_connection({server.getsockname()!r}); print(flush=True); input()"
        command = [sys.executable, "-c", script]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stranger:
            assert stranger.stdout and stranger.stdin
            stranger.stdout.readline()
            planted = Installed(target.home, target.database, target.urls, {}, target.log, {"x": stranger.pid})
            outward = Outward(planted)
            outward.look()
            stranger.communicate(b"\n")
        with closing(server):
            assert len(outward.found) == 1
