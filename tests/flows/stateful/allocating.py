"""What a municipality does of its own accord: allocating, and the life of an allocation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.flows.stateful import bodies
from tests.flows.stateful.base import (
    ANDERS,
    DECLARATIE,
    Base,
    after,
    allocated,
    begins,
    choices,
    dossiers,
    ends,
    kept,
    later,
    other_size,
    soorten,
)
from tests.flows.stateful.dossiers import WHOLE, Toewijzing
from tests.flows.stateful.kinds import Dossier, Json
from tests.flows.stateful.world import deleted, ended


def deletable(machine: Base) -> bool:
    """Whether there is an allocation that was not deleted."""
    return any(kept(found) for found in machine.world.toewijzingen.values())


class Allocating(Base):
    """The 301s that no request asked for."""

    @rule(dossier=dossiers, soort=soorten, begin=begins, eind=st.none() | ends, keuze=choices)
    def allocate(self, dossier: Dossier, soort: str, begin: int, eind: int | None, keuze: int) -> None:
        self.make(dossier, soort, begin, eind, keuze)

    def make(self, dossier: Dossier, soort: str, begin: int, eind: int | None, keuze: int) -> None:
        new, exchange = self.inhoud(soort, begin, eind, keuze), dossier.exchange
        self.stage.settle(exchange, DECLARATIE)
        against = self.world.against_allocating(dossier, new)
        response = self.stage.post(exchange.gemeente, "/toewijzingen", bodies.allocation(dossier, new))
        if made := self.stage.outcome("toewijzen", response, against):
            self.add(dossier, made["toewijzing_nummer"], new)

    def changing(self, data: st.DataObject, wanted: Callable[[Toewijzing], Any] = bool) -> Toewijzing:
        """An allocation that the municipality changes, of which it knows all that matters."""
        found = self.pick(data, wanted)
        self.stage.settle(found.dossier.exchange, DECLARATIE)
        return found

    def change(self, action: str, found: Toewijzing, path: str, body: Json, against: set[str]) -> Json | None:
        """What the municipality does to an allocation; what was made, when it was sent."""
        exchange = found.dossier.exchange
        response = self.stage.post(exchange.gemeente, f"/toewijzingen/{found.id}/{path}", body)
        if made := self.stage.outcome(action, response, against):
            self.stage.send(exchange, ANDERS)
        return made

    @precondition(allocated)
    @rule(data=st.data(), more=later)
    def stretch(self, data: st.DataObject, more: int) -> None:
        found = self.changing(data)
        day = (found.inhoud.eind or self.world.vandaag) + timedelta(more)
        against = self.world.against_stretching(found, day)
        if self.change("verlengen", found, "verlenging", {"einddatum": day.isoformat()}, against):
            found.inhoud = ended(found.inhoud, day)

    @precondition(allocated)
    @rule(data=st.data(), run=after)
    def withdraw(self, data: st.DataObject, run: int) -> None:
        found = self.changing(data)
        day = found.inhoud.begin + timedelta(run - 1)
        against = self.world.against_withdrawing(found, day)
        if self.change("intrekken", found, "intrekking", {"einddatum": day.isoformat(), "reden": "07"}, against):
            found.inhoud = ended(found.inhoud, day)

    @precondition(deletable)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        found = self.changing(data, kept)
        if self.change("verwijderen", found, "verwijdering", {}, self.world.against_deleting(found)):
            found.inhoud = deleted(found.inhoud)

    @precondition(allocated)
    @rule(data=st.data(), keuze=choices, per=after, agreed=st.booleans())
    def resize(self, data: st.DataObject, keuze: int, per: int, agreed: bool) -> None:
        """Another volume or budget: a whole under its own number, a volume per week or month under a new one."""
        found = self.changing(data)
        day = found.inhoud.begin + timedelta(per)
        new = replace(found.inhoud, hoeveel=other_size(found.inhoud.soort, keuze), verwijderd=False)
        body = bodies.size(new) | {"instemming_aanbieder": agreed}
        if new.soort in WHOLE:
            against = self.world.against_resizing(found, new, agreed=agreed)
            if self.change("totaal of budget", found, "herziening", body, against):
                found.inhoud = new
            return
        new = replace(new, begin=day)
        against = self.world.against_succeeding(found, day, new)
        if made := self.change("opvolgen", found, "herziening", body | {"per": day.isoformat()}, against):
            found.inhoud = ended(found.inhoud, day - timedelta(1))
            self.add(found.dossier, made["nieuw"]["toewijzing_nummer"], new)

    @precondition(allocated)
    @rule(data=st.data(), keuze=choices, agreed=st.booleans())
    def amend(self, data: st.DataObject, keuze: int, agreed: bool) -> None:
        """Another volume or budget under its own number, as a correction; the days stay."""
        found = self.changing(data)
        new = replace(found.inhoud, hoeveel=other_size(found.inhoud.soort, keuze), verwijderd=False)
        body = bodies.size(new) | {"reden_wijziging": "14", "instemming_aanbieder": agreed}
        against = self.world.against_amending(found, new, agreed=agreed)
        if self.change("wijzigen", found, "wijzigingen", body, against):
            found.inhoud = new

    @precondition(allocated)
    @rule(data=st.data(), per=after, warm=st.sampled_from((0, 14)), agreed=st.booleans())
    def move(self, data: st.DataObject, per: int, warm: int, agreed: bool) -> None:
        """On at the other provider, with what is left of a whole; by consent the first one keeps the rest only."""
        found = self.changing(data)
        to, old, day = found.dossier.elsewhere(), found.inhoud, found.inhoud.begin + timedelta(per)
        self.stage.settle(to.exchange, DECLARATIE)
        whole, left = old.soort in WHOLE, found.left()
        new = replace(old, begin=day, hoeveel=left if whole else old.hoeveel, verwijderd=False)
        keeps = old.hoeveel - left if whole and agreed else old.hoeveel
        rest = replace(ended(old, min(day + timedelta(warm - 1), old.last)), hoeveel=keeps)
        body = {"aanbieder": to.exchange.aanbieder, "per": day.isoformat(), "warme_overdracht": warm}
        against = self.world.against_moving(found, day, rest, new, to)
        if made := self.change("overdragen", found, "overdracht", body | {"instemming_aanbieder": agreed}, against):
            found.inhoud = rest
            self.add(to, made["nieuw"]["toewijzing_nummer"], new)
            found.opvolgers.append(self.world.toewijzingen[made["nieuw"]["toewijzing_nummer"]])
