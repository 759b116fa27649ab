"""Thousands of hostile requests to the running services: nobody falls over, and every verdict is right.

    python -m tests.proofs.hostile --seed 7 --count 10000

Messages (bytes, forms, meanings, by hand) go to `POST /v1/controles` and `POST /v1/berichten`; what must become of
them is for tests.proofs.oracle to say. JSON and parameters go to every operation of the three services; shapes that
are no HTTP go to a bare socket. A case is one message, one call or one shape.
"""

import argparse
import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from services.supervisor import end_on_sigterm
from tests.proofs.installed import Installed, installed, own_home, rows
from tests.proofs.nasty_json import Call, calls
from tests.proofs.oracle import MAX_BYTES, Truth, truth
from tests.proofs.outward import Outward
from tests.proofs.semantic import bytewise, semantic
from tests.proofs.shapes import Shape, shapes
from tests.proofs.wire import Answer, Wire, wrong
from tests.standard import hostile_large, hostile_small
from tests.standard.hostile import ACCEPTED, BY_XSD, REFUSED, Corpus
from tests.standard.mutate import Mutant, at_every_bound, mutants

THREADS = 6
MANY = 200_000
"""Bytes from which on libxml2 takes minutes to tell every error of what by hand was said to be wrong."""
SAMPLE = 3
"""One in so many of the messages that are taken in is asked back."""
SHARES = {"bytes": 0.12, "vorm": 0.25, "grens": 0.08, "betekenis": 0.15, "json": 0.3}
"""Of the count; by hand and shapes come on top: they are always all there."""


@dataclass
class Tally:
    """What was done, and what was wrong."""

    cases: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, group: str, outcomes: Iterable[str], faults: Iterable[str]) -> None:
        """Count a case."""
        with self.lock:
            self.cases[group] += 1
            self.outcomes.update(outcomes)
            self.faults += [f"{group}: {fault}" for fault in faults]


@dataclass(frozen=True)
class Attack:
    """Who attacks what, and where it is counted."""

    target: Installed
    wire: Wire
    tally: Tally

    def message(self, group: str, what: str, data: bytes, known: str = BY_XSD) -> None:
        """A message, checked and brought; `known` when by hand it was said what should become of it."""
        large = known == REFUSED and len(data) > MANY
        found = Truth(False, large=len(data) > MAX_BYTES) if large else truth(data)
        if known != BY_XSD and not found.large:  # the limits beyond the schema, on sizes, are told by hand
            found = Truth(found.valid and known == ACCEPTED, found.datable, found.sender, found.receiver)
        callers = [found.receiver, found.sender, *self.target.keys]
        caller = next(code for code in callers if code in self.target.keys)
        faults = [*self._checked(found, data, caller), *self._brought(found, data, caller)]
        verdict = "geldig" if found.valid else "ongeldig"
        self.tally.add(group, [verdict], (f"{what[:120]}: {fault}" for fault in faults))

    def _checked(self, found: Truth, data: bytes, caller: str) -> Iterator[str]:
        answer = self._post("controles", data, caller)
        yield from filter(None, [wrong(answer)])
        if answer.status != (413 if found.large else 200):
            yield f"controles antwoordt {answer.status}"
        elif answer.status == 200:
            told = json.loads(answer.body)
            level1 = not any(finding["niveau"] == 1 for finding in told["bevindingen"])
            if level1 != found.valid:
                yield f"controles: {'ten onrechte goed' if level1 else 'ten onrechte fout'}"
            if told["geldig"] != (not told["bevindingen"]):
                yield "controles spreekt zichzelf tegen"

    def _brought(self, found: Truth, data: bytes, caller: str) -> Iterator[str]:
        answer = self._post("berichten", data, caller)
        yield from filter(None, [wrong(answer)])
        if answer.status not in found.statuses(caller):
            yield f"berichten antwoordt {answer.status}, verwacht {sorted(found.statuses(caller))}"
        if answer.status == 202 and len(data) % SAMPLE == 0:
            place = f"{answer.headers['location']}/xml"
            kept = self.wire.ask("messaging", "GET", place, Authorization=f"Bearer {self.target.keys[caller]}")
            self.tally.outcomes["heen en terug"] += 1
            if kept.body != data:
                yield "de bytes komen niet terug zoals zij waren"

    def _post(self, path: str, data: bytes, caller: str) -> Answer:
        key = {"Authorization": f"Bearer {self.target.keys[caller]}", "Content-Type": "application/xml"}
        return self.wire.ask("messaging", "POST", f"/v1/{path}", data, **key)

    def call(self, call: Call) -> None:
        """A call with nasty JSON or parameters, by everybody who might be let in."""
        faults, outcomes, body = [], [], call.make()
        for key in self._keys(call):
            headers = {"Authorization": f"Bearer {key}", **call.headers}
            headers |= {"Content-Type": "application/json"} if body else {}
            answer = self.wire.ask(call.service, call.operation.partition(" ")[0], call.path, body, **headers)
            outcomes.append(f"{answer.status // 100}xx")
            faults += filter(None, [wrong(answer)])
            if call.refused and answer.status < 400:
                faults.append(f"ten onrechte aangenomen met {answer.status}")
            if answer.status not in (401, 403):
                break
        self.tally.add("json", outcomes, (f"{call.service} {call.operation} {call.what}: {fault}" for fault in faults))

    def _keys(self, call: Call) -> list[str]:
        if "beoordelingen" not in call.path:
            return [self.target.keys["0193"], self.target.keys["65656055"]]
        claims = {"iss": "zorgketen", "aud": call.service, "exp": int(time.time()) + 600}
        secret = OctKey.import_key((self.target.home / "secret").read_bytes())
        return [jwt.encode({"alg": "HS256"}, claims, secret)]

    def shape(self, shape: Shape) -> None:
        """Bytes to a bare socket."""
        answers = self.wire.raw("messaging", shape.data)
        faults = list(filter(None, map(wrong, answers)))
        if len(answers) > shape.most:
            faults.append(f"{len(answers)} antwoorden")
        faults += [f"antwoordt {a.status}" for a in answers if a.status not in shape.allowed]
        statuses = [f"{answer.status // 100}xx" for answer in answers] or ["geen antwoord"]
        self.tally.add("http", statuses, (f"{shape.what}: {fault}" for fault in faults))


def plan(attack: Attack, seed: int, count: int, port: int, *, large: bool) -> Iterator[Callable[[], None]]:
    """Everything that will be done, in the order of the shares."""
    size = {name: int(count * share) for name, share in SHARES.items()}
    sources: dict[str, Iterator[Mutant]] = {"bytes": bytewise(seed), "vorm": mutants(seed), "betekenis": semantic(seed)}
    bounds = list(at_every_bound())
    step = max(1, len(bounds) // max(1, size["grens"]))
    sources["grens"] = iter(bounds[seed % step :: step])
    for group, source in sources.items():
        for mutant in islice(source, size[group]):
            yield partial(attack.message, group, f"{mutant.message} {mutant.what}", mutant.data)
    corpus = Corpus()
    hostile_small.fill(corpus, attack.target.home, port)
    if large:
        hostile_large.fill(corpus)
    for name, (make, expected) in corpus.items():
        yield partial(_by_hand, attack, name, make, expected)
    found = [call for name in attack.target.urls for call in calls(name, _openapi(attack, name), seed)]
    step = max(1, len(found) // size["json"])
    for call in found[seed % step :: step]:
        yield partial(attack.call, call)
    for shape in shapes(attack.target.keys["0193"]):
        yield partial(attack.shape, shape)


def _by_hand(attack: Attack, name: str, make: Callable[[], bytes], expected: str) -> None:
    assert expected in (ACCEPTED, REFUSED, BY_XSD)
    attack.message("met de hand", name, make(), expected)


def _openapi(attack: Attack, name: str) -> Any:
    return json.loads(attack.wire.ask(name, "GET", "/v1/openapi.json").body)


def attacked(target: Installed, seed: int, count: int, *, large: bool) -> Tally:
    """Do it all, and look whether everybody is still there and nobody went outside."""
    tally = Tally()
    with socket.create_server(("127.0.0.1", 0)) as trap, Outward(target) as outward, Wire(target.urls) as wire:
        trap.setblocking(False)
        attack = Attack(target, wire, tally)
        with ThreadPoolExecutor(THREADS) as pool:
            list(
                pool.map(lambda step: _done(tally, step), plan(attack, seed, count, trap.getsockname()[1], large=large))
            )
        try:
            trap.accept()
            tally.faults.append("iemand heeft verbinding gezocht met een adres uit een bericht")
        except BlockingIOError:
            pass
        tally.faults += [f"verbinding naar buiten: {place}" for place in sorted(outward.found)]
    tally.outcomes["keer gekeken naar verbindingen"] = outward.looked
    tally.faults += _after(target)
    return tally


def _done(tally: Tally, step: Callable[[], None]) -> None:
    try:
        step()
    except Exception as error:
        tally.add("gebroken", [], [f"{step!r:.300}: {type(error).__name__} {error!s:.200}"])


def _after(target: Installed) -> Iterator[str]:
    if not target.alive():
        yield "een dienst is omgevallen of antwoordt niet meer"
    said = target.log.read_text()
    yield from (
        f"het logboek meldt: {line}" for line in said.splitlines() if "Traceback" in line or "gestopt (" in line
    )
    for taak, reden, count in rows(
        target.database, "SELECT taak, reden, count(*) FROM zorgketen.storing GROUP BY 1, 2"
    ):
        yield f"{count} keer mislukt werk: {taak}: {reden}"


def await_worker(target: Installed, seconds: float) -> int:
    """Give the worker time for what was accepted; how many jobs are still waiting."""
    deadline = time.monotonic() + seconds
    while True:
        [(left,)] = rows(target.database, "SELECT count(*) FROM zorgketen.procrastinate_jobs WHERE status = 'todo'")
        if not left or time.monotonic() > deadline:
            return int(str(left))
        time.sleep(1)


def main() -> int:
    """Attack an installation of our own; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--small", action="store_true", help="without the inputs of megabytes")
    options = parser.parse_args()
    end_on_sigterm()
    with own_home() as home, installed(home) as target:
        tally = attacked(target, options.seed, options.count, large=not options.small)
        left = await_worker(target, 600)
        tally.faults += [fault for fault in _after(target) if fault not in tally.faults]
    for fault in tally.faults[:60]:
        print(fault)
    counts = ", ".join(f"{count} {name}" for name, count in (tally.cases + tally.outcomes).items())
    verdict = "FAIL" if tally.faults or tally.cases.total() < options.count else "PASS"
    print(f"seed {options.seed}: {tally.cases.total()} gevallen ({counts}); {left} taken wachten nog")
    print(f"{len(tally.faults)} fouten: {verdict}")
    return int(verdict == "FAIL")


if __name__ == "__main__":
    sys.exit(main())
