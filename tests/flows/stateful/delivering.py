"""What a provider tells of delivery: starts and stops, taken back and corrected."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.flows.stateful import bodies
from tests.flows.stateful.base import LEVERING, NIEUW, Base, allocated, mostly
from tests.flows.stateful.delivery import TIJDELIJK, Stop
from tests.flows.stateful.dossiers import Toewijzing
from tests.flows.stateful.kinds import Json

starts, stops = st.sampled_from((-60, -30, -10, -1)), st.sampled_from((-70, -20, -1, 0))
redenen = st.sampled_from((TIJDELIJK, "31", "37"))
VERWIJDEREN = {"status_aanlevering": "3"}
ONBEKEND = -3
"""A day on which nothing ever starts."""


def started(machine: Any) -> bool:
    """Whether a start stands."""
    return any(found.delivery.starts for found in machine.world.toewijzingen.values())


def stopped(machine: Any) -> bool:
    """Whether a stop stands."""
    return any(found.delivery.stops for found in machine.world.toewijzingen.values())


class Delivering(Base):
    """The 305s and 307s; what the municipality changes meanwhile does not matter to them."""

    def knowing(self, data: st.DataObject, wanted: Callable[[Toewijzing], Any] = bool) -> Toewijzing:
        """An allocation that its provider knows of."""
        found = self.pick(data, wanted)
        self.stage.settle(found.dossier.exchange, NIEUW)
        return found

    def report(self, action: str, found: Toewijzing, path: str, body: Json, against: set[str]) -> bool:
        """Whether a report was sent."""
        exchange = found.dossier.exchange
        if not self.stage.outcome(action, self.stage.post(exchange.aanbieder, path, body), against):
            return False
        self.stage.send(exchange, LEVERING)
        return True

    @precondition(allocated)
    @rule(data=st.data(), begin=starts)
    def start(self, data: st.DataObject, begin: int) -> None:
        found, day = self.knowing(data), self.day(begin)
        own = found.delivery
        action = "hervatten" if own.stops else "starten"
        against = self.world.against_starting(found, day) or own.against_start(day)
        if self.report(action, found, "/starts", bodies.start(found, day), against):
            own.starts.append(day)

    @precondition(started)
    @rule(data=st.data(), eind=stops, reden=redenen)
    def stop(self, data: st.DataObject, eind: int, reden: str) -> None:
        found = self.knowing(data, lambda one: one.delivery.starts)
        stop = (data.draw(st.sampled_from(found.delivery.starts[::-1])), self.day(eind), reden)
        against = found.delivery.against_stop(stop)
        action = "tijdelijk stoppen" if reden == TIJDELIJK else "stoppen"
        if self.report(action, found, "/stops", bodies.stop(found, stop), against):
            found.delivery.stops.append(stop)

    @precondition(started)
    @rule(data=st.data(), known=mostly)
    def take_back_start(self, data: st.DataObject, known: bool) -> None:
        found = self.knowing(data, lambda one: one.delivery.starts)
        own = found.delivery
        day = data.draw(st.sampled_from(own.starts)) if known else self.day(ONBEKEND)
        body = bodies.start(found, day) | VERWIJDEREN
        if self.report("start verwijderen", found, "/starts", body, own.against_removing_start(day)):
            found.delivery = own.without(starts=[day])

    @precondition(stopped)
    @rule(data=st.data(), known=mostly)
    def take_back_stop(self, data: st.DataObject, known: bool) -> None:
        found = self.knowing(data, lambda one: one.delivery.stops)
        own, stop = found.delivery, self.told(data, found, known=known)
        body = bodies.stop(found, stop) | VERWIJDEREN
        if self.report("stop verwijderen", found, "/stops", body, own.against_removing_stop(stop)):
            found.delivery = own.without(stops=[stop])

    def told(self, data: st.DataObject, found: Toewijzing, *, known: bool) -> Stop:
        """A stop that stands, or (not `known`) one that hardly does."""
        begin, eind, reden = data.draw(st.sampled_from(found.delivery.stops))
        return (begin, eind if known else eind + timedelta(1), reden)

    @precondition(started)
    @rule(data=st.data(), begin=starts, known=mostly)
    def correct_start(self, data: st.DataObject, begin: int, known: bool) -> None:
        found = self.knowing(data, lambda one: one.delivery.starts)
        own, right = found.delivery, self.day(begin)
        day = data.draw(st.sampled_from(own.starts)) if known else self.day(ONBEKEND)
        body = bodies.start(found, day) | {"nieuw": {"begindatum": right.isoformat()}}
        outside = self.world.against_starting(found, right) if day in own.starts else set()
        against = outside or own.against_correcting_start(day, right)
        if self.report("start corrigeren", found, "/starts/correctie", body, against):
            found.delivery = own.without(starts=[day])
            found.delivery.starts.append(right)

    @precondition(stopped)
    @rule(data=st.data(), eind=stops, reden=redenen, known=mostly)
    def correct_stop(self, data: st.DataObject, eind: int, reden: str, known: bool) -> None:
        found = self.knowing(data, lambda one: one.delivery.stops)
        own, stop = found.delivery, self.told(data, found, known=known)
        right = (stop[0], self.day(eind), reden)
        body = bodies.stop(found, stop) | {"nieuw": bodies.last(right)}
        if self.report("stop corrigeren", found, "/stops/correctie", body, own.against_correcting_stop(stop, right)):
            found.delivery = own.without(stops=[stop])
            found.delivery.stops.append(right)
