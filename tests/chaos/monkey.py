"""Kills at seeded moments: processes and Postgres with -9, and whoever reaches a named point next."""

import random
import threading
from collections import Counter

from tests.chaos.world import World

PUNTEN = tuple(
    f"{name}-{side}"
    for name in (
        "opslaan",
        "taak",
        "commit",
        "antwoord",
        "haal",
        "klaar",
        "verstuur",
        "vraag",
        "map",
        "bestand",
    )
    for side in ("voor", "na")
)
"""Before and after: insert, defer, commit, the answer to the client, taking and finishing a job, sending over HTTP,
asking another service, delivering into a folder, and fsync of that file (after it: written, not yet renamed)."""
TARGETS = ("worker", "worker2", "allocation", "billing", "messaging", "postgres", "postgres", *["punt"] * 6)


class Monkey(threading.Thread):
    """Kills until it is stopped."""

    def __init__(self, world: World, seed: int, pace: tuple[float, float], punten: tuple[str, ...] = ()) -> None:
        """Kill whatever there is, or only at the points that are named."""
        super().__init__()
        self._punten, self._targets = punten or PUNTEN, ("punt",) if punten else TARGETS
        self.world, self.counts, self._pace = world, Counter[str](), pace
        self._choice, self._stop_it = random.Random(f"{seed}/doden"), threading.Event()
        self._armed: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """One kill after another."""
        bag: list[str] = []
        while not self._stop_it.wait(self._choice.uniform(*self._pace)):
            bag = bag or self._choice.sample(self._targets, len(self._targets))
            try:
                self._hit(bag.pop())
            except Exception as error:
                self.error = error
                return

    def _hit(self, target: str) -> None:
        if target == "punt":
            self._arm()
        elif self.world.kill(target):
            self.counts[target] += 1

    def _arm(self) -> None:
        waiting = {path.name for path in self.world.punten.iterdir()}
        free = [name for name in self._punten if name not in waiting]
        if not free:
            return
        least = min(self._armed.count(name) for name in free)
        name = self._choice.choice([name for name in free if self._armed.count(name) == least])
        self._armed.append(name)
        (self.world.punten / name).touch()

    def stop(self) -> None:
        """No more kills; a point that nobody has reached is disarmed and does not count."""
        self._stop_it.set()
        self.join()
        for path in self.world.punten.iterdir():
            path.unlink(missing_ok=True)
            self._armed.remove(path.name)
        for name in self._armed:
            self.counts[f"punt {name}"] += 1
        self._armed.clear()

    @property
    def kills(self) -> int:
        """How many processes died by our hand, as far as it is known: a point counts once its file is gone."""
        return sum(self.counts.values()) + max(0, len(self._armed) - len(list(self.world.punten.iterdir())))
