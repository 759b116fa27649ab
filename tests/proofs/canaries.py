"""Canary BSNs through the whole product, and then: are they anywhere where they may not be?

    python -m tests.proofs.canaries --seed 7 --count 1000

The demo and a hostile client run on a Postgres of their own that logs all that an operator can have it log. BSNs may
stand in answers to who may see them, and sealed in the database. Everywhere else they are looked for: raw, encoded and
hashed. A leak that is planted in each place is found.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.demo import people
from services.supervisor import end_on_sigterm
from tests.proofs.careless import Client, Said, messages, outage, texts, urls
from tests.proofs.finding import Finder, canaries
from tests.proofs.hostile import await_worker
from tests.proofs.installed import CODE, Installed, environment, installed, own_home
from tests.proofs.places import hush, leaks, ours, places, planted, talk
from tests.proofs.wire import Wire

DEMO = [str(person["bsn"]) for person in (people.SAM, people.NOOR, people.WILLEM, people.ANNIE)]
OWN_ACT = {
    "zorgketen.client.commentaar",
    "zorgketen.client.naam_geslachtsnaam_achternaam",
    "zorgketen.client.naam_voornamen",
    "zorgketen.client.communicatie_taal",
}
"""Free text of a message: what its sender wrote there goes on as it is in the next message, so it is kept as it is."""


def demo(home: Path, database: str, said: Said) -> int:
    """The whole demo, with all that it says; its exit code."""
    command = [sys.executable, "-m", "services", "demo"]
    done = subprocess.run(
        command, cwd=CODE, env=environment(home, database), capture_output=True, check=False, timeout=300
    )
    said.add("de demo", done.stdout + done.stderr)
    return done.returncode


@dataclass
class Report:
    """What came of it: of everything that is not as it should be, what and where."""

    faults: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    searched: int = 0

    def leaks(self, phase: str, found: Mapping[str, set[str]]) -> None:
        """Note where BSNs were found."""
        self.faults += [f"{phase}: {place}: {', '.join(sorted(guise))}" for place, guise in found.items()]


def proof(seed: int, count: int, *, whole: bool) -> Report:
    """Run it all on an installation of our own; with the demo if `whole`."""
    *chosen, control = canaries(seed, count + 1)
    report, said = Report(), Said()
    careless, own = chosen[: count // 2], chosen[count // 2 :]
    with own_home() as home:
        if whole:
            _loud(home, report, said, careless)
            (home / "postgres" / "server.log").write_bytes(b"")  # searched, and the next one is to be searched alone
        with installed(home, ours_into(report)) as target:
            _let_go(target, said, careless, (messages, urls), thin=5)
            _let_go(target, said, own, (texts, outage))
            found = leaks(Finder.of([*chosen, *DEMO]), target, said)
            report.leaks("eigen instellingen", {place: guise for place, guise in found.items() if place not in OWN_ACT})
            report.faults += [f"ongebruikte uitzondering: {place}" for place in sorted(OWN_ACT - found.keys())]
            wanted = planted(target, said, control)
            seen = leaks(Finder.of([control]), target, said)
            report.faults += [
                f"geplant maar niet gevonden: {what}" for place, what in wanted.items() if place not in seen
            ]
            report.searched = len(places(target, said))
    report.requests = said.requests
    return report


def _loud(home: Path, report: Report, said: Said, bsns: list[str]) -> None:
    """The demo and a careless client, while Postgres logs every statement with its values."""
    with installed(home, talk) as target:
        if demo(home, target.database, said):
            report.faults.append("de demo is mislukt")
        _let_go(target, said, bsns, (messages, urls), numbers=False)
        if not re.search(rb"arameters: .{0,40}[$]1 = '", target.postgres_log.read_bytes()):
            report.faults.append("Postgres toont geen waarden: dit bewijst niets")
        report.leaks("spraakzame Postgres", leaks(Finder.of([*bsns, *DEMO]), target, said))
        hush(target.database)


def ours_into(report: Report) -> Callable[[str], None]:
    """Try to make Postgres talk, and note what got through."""

    def check(database: str) -> None:
        report.faults += [f"instelling van Postgres is te veranderen: {name}" for name in ours(database)]

    return check


def _let_go(
    target: Installed, said: Said, bsns: list[str], parts: Iterable[Callable[[Client], None]], **how: Any
) -> None:
    supply = _again(bsns)
    with Wire(target.urls) as wire:
        for part in parts:
            part(Client(target, said, supply, wire, **how))
    await_worker(target, 60)


def _again(bsns: list[str]) -> Iterator[str]:
    while True:
        yield from bsns


def main() -> int:
    """Look for leaks; 1 when there is one, or when a planted one was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1_000)
    options = parser.parse_args()
    end_on_sigterm()
    report = proof(options.seed, options.count, whole=True)
    for fault in report.faults:
        print(fault)
    counts = ", ".join(f"{count} keer {status}" for status, count in sorted(report.requests.items()))
    verdict = "FAIL" if report.faults else "PASS"
    print(
        f"seed {options.seed}: {options.count} BSN's en die van de demo; {counts}; {report.searched} plaatsen doorzocht"
    )
    print(f"{len(report.faults)} lekken of gemiste lekken: {verdict}")
    return int(verdict == "FAIL")


if __name__ == "__main__":
    sys.exit(main())
