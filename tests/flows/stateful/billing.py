"""What a provider invoices: months of deliveries, each answered before the next declaratie."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared.calendar import month_of
from tests.flows.stateful.base import ANDERS, DECLARATIE, NIEUW, Base, sized
from tests.flows.stateful.dossiers import Maand
from tests.flows.stateful.kinds import Inhoud
from tests.flows.stateful.stage import ANY


def deliverable(machine: Base) -> bool:
    """Whether there is an allocation with a volume."""
    return any(sized(found) for found in machine.world.toewijzingen.values())


def delivered(machine: Base) -> bool:
    """Whether a month was recorded."""
    return any(found.maanden for found in machine.world.toewijzingen.values())


class Billing(Base):
    """The 323s."""

    @precondition(deliverable)
    @rule(data=st.data(), back=st.integers(1, 2), volume=st.integers(0, 2))
    def deliver(self, data: st.DataObject, back: int, volume: int) -> None:
        """What was delivered in a month; nothing takes back what was recorded of it (IV085)."""
        found, month = self.pick(data, sized), self.month(back)
        self.stage.settle(found.dossier.exchange, NIEUW, ANDERS)
        period = in_month(found.inhoud, month)
        for known in found.maanden.values():
            if volume == 0 and month_of(known.begin).begin == month:
                period = (known.begin, known.eind)
        body = {"toewijzing": found.id, "maand": f"{month:%Y-%m}", "volume": volume}
        response = self.stage.post(found.dossier.exchange.aanbieder, "/leveringen", body, "billing")
        if self.stage.outcome("leveren", response, set() if period else {"TR307"}) and period:
            kept = found.maanden.setdefault(period[0], Maand(*period, volume))
            kept.eind, kept.volume = period[1], volume

    def month(self, back: int) -> date:
        """The first day of a month that is over."""
        first = month_of(self.world.vandaag).begin
        for _ in range(back):
            first = month_of(first - timedelta(1)).begin
        return first

    @precondition(delivered)
    @rule(data=st.data())
    def declare(self, data: st.DataObject) -> None:
        """All that was delivered until the last month, or nothing when a line would be refused."""
        exchange = self.pick(data, lambda one: one.maanden).dossier.exchange
        self.stage.settle(exchange, NIEUW, ANDERS, DECLARATIE)
        claims = [(found, maand) for found, maand in self.world.deliveries(exchange) if maand.differs()]
        wrong = any(unclaimable(found.inhoud, maand) for found, maand in claims)
        against = {ANY} if wrong else set() if claims else {"LEEG"}
        body = {"standaard": exchange.wet, "gemeente": exchange.gemeente, "maand": f"{self.month(1):%Y-%m}"}
        response = self.stage.post(exchange.aanbieder, "/declaraties", body, "billing")
        if self.stage.outcome("declareren", response, against):
            for found, maand in claims:
                maand.eind = claimed(found.inhoud, maand)
                maand.toegekend = (maand.volume, maand.eind) if maand.volume else None
            self.stage.send(exchange, DECLARATIE)


def in_month(content: Inhoud, first: date) -> tuple[date, date] | None:
    """The days of a month that an allocation covers."""
    begin, eind = max(first, content.begin), min(month_of(first).eind, content.last)
    return (begin, eind) if begin <= eind else None


def claimed(content: Inhoud, maand: Maand) -> date:
    """The last day that is claimed: as the allocation is now, when that still covers the first one."""
    eind = min(month_of(maand.begin).eind, content.last)
    return eind if eind >= maand.begin else maand.eind


def unclaimable(content: Inhoud, maand: Maand) -> bool:
    """Whether a claim is on what was deleted, or on days after the end (TR384, TR308)."""
    return bool(maand.volume) and (content.verwijderd or maand.begin > content.last)
