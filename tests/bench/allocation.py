"""Allocating and judging on top of 1,000,000 allocations of 300 municipalities, over the real processes.

An open-loop load of 20 calls a second (of lists 2), each timed from its planned start. What a user waits for has a
limit in milliseconds: the 99th percentile, of the best of three loads as a machine may be disturbed, or one by one.
What grows is held by the median of calls that came one by one, as a ratio to a floor of the same run: levels 1 and 2
on a message and the COMMIT of one small row.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import text

from services import organisations
from shared import level2
from shared.calendar import system_clock
from shared.clients import Api, assess
from shared.db.session import owner, owner_engine
from shared.security import YEAR, derived_key
from shared.standard.level1 import check
from tests.bench import allocation_world as world
from tests.bench import plans, stage
from tests.bench.dataset import GEMEENTE
from tests.bench.frame import Result, median_seconds, peak_mb
from tests.bench.load import Times, drive, sequential

PER_SECOND, LISTS_PER_SECOND = 20.0, 2.0
POSTS, READS, JUDGED, WARM, ROUNDS = 600, 45, 300, 20, 3
"""Calls of each kind that are timed, calls before that are not, and the loads that they are spread over."""
FILLING = 120
"""Seconds in which the ledger must be there."""
LIMITS = {
    "toewijzen": 150.0,
    "volledig": 180.0,
    "beoordelen": 50.0,
    "lijst": 100.0,
    "verderop": 300.0,
    "termijnen": 3000.0,
}
LISTS = {
    "/v1/toewijzingen": "lijst",
    "/v1/toewijzingen?na=15000&standaard=ijw": "verderop",
    "/v1/verzoeken": "lijst",
    "/v1/termijnen": "termijnen",
}
Call = Callable[[], object]


def run(allocations: int = world.ALLOCATIONS) -> Iterator[Result]:
    """Every call, and that no rule reads the whole of a table."""
    with world.world(allocations) as (environment, seconds):
        name = f"{allocations:,} toewijzingen klaarzetten"
        yield Result(name, seconds / FILLING, 1.0, seconds, peak_mb("self"), f"{FILLING} s")
        yield plans.run()
        with stage.processes(environment) as group:
            yield from measured(environment, lambda: max(peak_mb(one.pid) for one in group.running.values()))


def measured(environment: dict[str, str], peak: Callable[[], float]) -> Iterator[Result]:
    """Each kind of call in turn, on a filled ledger with running services."""
    floor = commit_and_check(world.start_message(0))
    api = Api(environment["ZORGKETEN_ALLOCATION_URL"], _key())
    for name, limit, (target, which), calls in _work(api):
        alone = sequential(calls[:WARM])
        rate = PER_SECOND if target else LISTS_PER_SECOND
        loads = [drive(calls[WARM + n :: ROUNDS], rate) for n in range(ROUNDS)]
        times = min(loads, key=lambda load: load.percentile(0.99))
        what, p99 = f"{name}, {rate:.0f} per seconde", times.percentile(0.99)
        yield _result(what, (alone, times), limit, floor, peak())
        if target:
            waits = {"p99": p99, "alleen": alone.percentile(0.5)}[which]
            yield Result(f"{what}: {which}", waits * 1000 / target, 1.0, waits, peak(), f"{target} ms")


def _work(api: Api) -> Iterator[tuple[str, float, tuple[int, str], Sequence[Call]]]:
    """What is called: its name, its limit, the milliseconds that somebody may wait (0: no limit) and what is held to
    them, and the calls.
    """
    posts = [_post(api, "/v1/toewijzingen", world.new_allocation(number)) for number in range(POSTS + WARM)]
    yield "POST toewijzing tot opgeslagen 301", LIMITS["toewijzen"], (150, "p99"), posts
    changes = [
        _post(api, f"/v1/toewijzingen/{toewijzing}/wijzigingen", {"reden_wijziging": "07", "volume": volume})
        for volume in (11, 12, 13, 14)
        for toewijzing in world.full_clients()
    ]
    yield f"301 met {world.FULL} toewijzingen van een cliënt", LIMITS["volledig"], (100, "alleen"), changes
    judged = [_judge(bericht) for bericht in world.to_judge(range(JUDGED + WARM))]
    yield "beoordelen van een inkomende 305", LIMITS["beoordelen"], (100, "p99"), judged
    for path, limit in LISTS.items():
        yield f"GET {path}", LIMITS[limit], (0, ""), [_get(api, path)] * (READS + WARM)


def _post(api: Api, path: str, body: dict[str, Any]) -> Call:
    return lambda: _expect(api, 201, "POST", path, json=body)


def _get(api: Api, path: str) -> Call:
    return lambda: _expect(api, 200, "GET", path)


def _expect(api: Api, status: int, method: str, path: str, **options: Any) -> None:
    answer = api.call(method, path, **options)
    if answer.status_code != status:
        raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:1000]}")


def _judge(bericht: Any) -> Call:
    def call() -> None:
        [judged] = assess("allocation", GEMEENTE, [bericht])
        if judged.status != "goedgekeurd":
            raise AssertionError(f"de 305 is niet goedgekeurd: {judged}")

    return call


def _key() -> str:
    key = derived_key(GEMEENTE)
    with owner() as session:
        organisations.give_key(session, GEMEENTE, key, "bench", system_clock() + YEAR)
    return key


def commit_and_check(body: bytes) -> float:
    """Seconds of what cannot be avoided: levels 1 and 2 on a message, and the COMMIT of one small row."""
    with owner_engine().begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_vloer (nummer bigint)"))

    def work() -> None:
        if level2.check(check(body).document()):
            raise AssertionError("het bericht zou zonder bevindingen zijn")
        with owner_engine().begin() as connection:
            connection.execute(text("INSERT INTO bench_vloer VALUES (1)"))

    return median_seconds(work, 101)


def _result(name: str, found: tuple[Times, Times], limit: float, floor: float, peak: float) -> Result:
    alone, times = found
    told = {"alleen p50": round(alone.percentile(0.5) * 1000), **times.milliseconds()}
    what = f"niveau 1 en 2 van één bericht + COMMIT van één rij: {floor * 1000:.1f} ms"
    return Result(
        name,
        alone.percentile(0.5) / floor,
        limit,
        times.percentile(0.99),
        peak,
        what,
        told,
    )
