"""A chaos run: everything up, a load on it, kills, and invariants; then rest, and the invariants once more."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import DBAPIError

from tests.chaos.invariants import Reader, Watch, silent_logs
from tests.chaos.load import Book, Load
from tests.chaos.monkey import Monkey
from tests.chaos.stories import contracts, tell
from tests.chaos.world import World, world

REST = 240.0
"""Seconds in which everything must come to rest: a job that failed a few times waits a while before it is tried."""
LONGER = 2
"""How many times as long a run may take on a machine that is too busy to show enough in time."""
PACE = {True: (1.5, 4.0), False: (2.5, 7.0)}
"""Seconds between kills, in a short run and in a long one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, with which seed, and how much there must be to see; `punten`, `fault` and `first` are for sabotage.

    `punten`: kill at these points only; `fault`: every story has this fault; `first`: end at the first violation.
    """

    duration: float
    seed: int
    kills: int
    messages: int
    punten: tuple[str, ...] = ()
    fault: str | None = None
    first: bool = False


def run(plan: Plan) -> int:
    """0 when nothing was violated and there was enough to see, else 1."""
    print(f"chaos: seed {plan.seed}, {plan.duration:.0f} s", flush=True)
    try:
        with world() as made:
            return _report(made, *_storm(made, plan), plan)
    except (RuntimeError, TimeoutError) as error:
        print(f"FAIL: de installatie komt niet op: {error}", flush=True)
        return 1


def _storm(made: World, plan: Plan) -> tuple[Book, Monkey, Reader]:
    contracts(made)
    load = Load(made, plan.seed, partial(tell, fault=plan.fault))
    monkey = Monkey(made, plan.seed, PACE[plan.duration < 120], plan.punten)
    reader = Reader(made, load.book)
    watch = Watch(reader, load.book.fault)
    load.start()
    monkey.start()
    watch.start()
    book = load.book
    _wait(plan, lambda: monkey.kills >= plan.kills and len(book.acks) >= plan.messages, lambda: bool(book.wrong))
    monkey.stop()
    load.stop()
    if plan.first and book.wrong:
        watch.stop()
        return book, monkey, reader
    _rest(reader, book)
    watch.stop()
    reader.at_rest()
    for line in silent_logs(made, book.bsns):
        book.fault(line)
    if monkey.error is not None:
        book.fault(f"niet meer te doden: {monkey.error}")
    return book, monkey, reader


def _wait(plan: Plan, enough: Callable[[], bool], broken: Callable[[], bool]) -> None:
    """For as long as the plan says; longer on a machine that has other things to do, until there is enough to see."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < plan.duration * LONGER and not (plan.first and broken()):
        if passed >= plan.duration and enough():
            return
        time.sleep(0.2)


def _rest(reader: Reader, book: Book) -> None:
    began = time.monotonic()
    while time.monotonic() < began + REST:
        try:
            if reader.resting():
                book.count("seconden tot rust", round(time.monotonic() - began))
                return
        except DBAPIError:
            pass
        time.sleep(0.2)
    book.fault(f"na {REST:.0f} s is er nog werk")


def _report(made: World, book: Book, monkey: Monkey, reader: Reader, plan: Plan) -> int:
    _show("gedood", monkey.counts)
    _show("klanten", book.counts)
    _show("gemeten", reader.counts)
    longest = max(made.away, default=0.0)
    print(
        f"  herstart: {made.restarts} door de supervisor; Postgres {len(made.away)} door de operator, {longest:.1f} s"
    )
    if monkey.kills < plan.kills:
        book.fault(f"te weinig gedood: {monkey.kills} van {plan.kills}")
    if len(book.acks) < plan.messages:
        book.fault(f"te weinig berichten: {len(book.acks)} van {plan.messages}")
    if not plan.first and not reader.counts["beoordeeld goedgekeurd"] > reader.counts["beoordeeld afgekeurd"]:
        book.fault("de last zegt niets: de meeste berichten zijn afgekeurd")
    verdict = "FAIL" if book.wrong else "PASS"
    print(f"{verdict}: {len(book.acks)} berichten, {monkey.kills} gedood, {len(book.wrong)} schendingen", flush=True)
    return 1 if book.wrong else 0


def _show(title: str, counts: Counter[str]) -> None:
    print(f"  {title}: " + ", ".join(f"{name} {number}" for name, number in sorted(counts.items())), flush=True)
