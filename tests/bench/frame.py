"""The frame of the benchmarks: a result is a ratio to a floor that is measured in the same run."""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: how many times its floor it takes, the ratio that it may not exceed, and what the floor is.

    `milliseconds` tells what part each step takes, where that was measured.
    """

    name: str
    ratio: float
    limit: float
    seconds: float
    peak_mb: float
    floor: str
    milliseconds: Mapping[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """The JSON line that `make bench` prints."""
        rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(self).items()}
        return json.dumps(rounded, ensure_ascii=False)


def _times(work: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def median_seconds(work: Callable[[], object], times: int) -> float:
    """The median time of some runs."""
    return statistics.median(_times(work, times))


def best_seconds(work: Callable[[], object], times: int) -> float:
    """The time of the run that was disturbed least, for work that only computes."""
    return min(_times(work, times))


def peak_mb(pid: int | str) -> float:
    """The most memory that a process had resident until now, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024
