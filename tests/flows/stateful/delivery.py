"""The model of delivery: the starts and stops of one allocation that stand, and what is against another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

TIJDELIJK = "20"
Stop = tuple[date, date, str]
"""First day, last day, reason."""


@dataclass
class Delivery:
    """What stands, in the order in which it was told; what was taken back is gone (IV008, OP033)."""

    starts: list[date] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    def running(self) -> list[date]:
        """The starts that no stop ended, be it for a time (TR326)."""
        return [start for start in self.starts if not self.of(start)]

    def unfinished(self) -> list[date]:
        """The starts that were not stopped for good."""
        return [start for start in self.starts if not any(stop[2] != TIJDELIJK for stop in self.of(start))]

    def of(self, begin: date) -> list[Stop]:
        return [stop for stop in self.stops if stop[0] == begin]

    def against_start(self, begin: date) -> set[str]:
        """OP289, OP379: one at a time, and again after any stop."""
        return ({"TR326"} if self.running() else set()) | ({"TR074"} if begin in self.starts else set())

    def against_stop(self, stop: Stop) -> set[str]:
        """OP377, OP378: a stop of a start that stands; after a temporary one a final one may follow, and then none."""
        begin, eind, reden = stop
        if eind < begin:
            return {"TR018"}
        earlier = self.of(begin)
        found = {
            "TR382": begin not in self.starts,
            "TR074": stop in earlier,
            "TR413": reden == TIJDELIJK and any(other[2] == TIJDELIJK for other in earlier),
            "TR414": any(other[1] > eind for other in earlier),
            "TR415": any(other[2] != TIJDELIJK for other in earlier),
        }
        return {code for code, broken in found.items() if broken}

    def against_removing_start(self, begin: date) -> set[str]:
        unknown = {"TR063"} if begin not in self.starts else set()
        return unknown | ({"TR071"} if self.of(begin) else set())

    def against_removing_stop(self, stop: Stop) -> set[str]:
        """OP289: after a restart two would run."""
        if stop not in self.stops:
            return {"TR063"}
        return {"OP289"} if len(self.without(stops=[stop]).running()) > 1 else set()

    def against_correcting_start(self, begin: date, right: date) -> set[str]:
        """The removal and the new start in one message (IV008), or after each other when they have one key."""
        if begin not in self.starts:
            return {"TR063"}
        removal = self.against_removing_start(begin)
        if begin == right and removal:
            return removal
        return removal | self.without(starts=[begin]).against_start(right)

    def against_correcting_stop(self, stop: Stop, right: Stop) -> set[str]:
        unknown = set() if stop in self.stops else {"TR063"}
        return unknown or self.without(stops=[stop]).against_stop(right)

    def without(self, starts: Iterable[date] = (), stops: Iterable[Stop] = ()) -> "Delivery":
        """What stands when these are taken back."""
        return Delivery(
            [start for start in self.starts if start not in starts], [stop for stop in self.stops if stop not in stops]
        )
