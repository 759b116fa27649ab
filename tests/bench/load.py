"""An open-loop load: calls at a fixed rate, whatever the answers do.

Each call is timed from when it was planned, so that one that had to wait for another counts what it waited (no
coordinated omission).
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

AT_ONCE = 32
"""Calls that can be under way; with more the next waits, which counts."""


@dataclass(frozen=True, slots=True)
class Times:
    """Sorted seconds of calls, each from its planned start to its end."""

    seconds: Sequence[float]

    def percentile(self, share: float) -> float:
        """Seconds that this share (0 to 1) of the calls took at most."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def milliseconds(self) -> dict[str, int]:
        """The median, the 99th percentile and the longest."""
        found = {"p50": self.percentile(0.5), "p99": self.percentile(0.99), "max": self.seconds[-1]}
        return {name: round(seconds * 1000) for name, seconds in found.items()}


def sequential(calls: Sequence[Callable[[], object]]) -> Times:
    """Make these calls one after the other. Raises what a call raises."""
    seconds = []
    for call in calls:
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return Times(sorted(seconds))


def drive(calls: Sequence[Callable[[], object]], per_second: float) -> Times:
    """Make these calls at that rate. Raises what a call raises, the first of them."""
    begin = time.perf_counter() + 0.2

    def one(number: int) -> float:
        planned = begin + number / per_second
        time.sleep(max(0.0, planned - time.perf_counter()))
        calls[number]()
        return time.perf_counter() - planned

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Times(sorted(pool.map(one, range(len(calls)))))
