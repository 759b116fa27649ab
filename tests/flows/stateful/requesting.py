"""What a provider asks for, and what its municipality decides."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.flows.stateful import bodies
from tests.flows.stateful.base import (
    ANTWOORD,
    DECLARATIE,
    NIEUW,
    VOT,
    VOW,
    Base,
    allocated,
    begins,
    choices,
    dossiers,
    ends,
    mostly,
    other_size,
    soorten,
)
from tests.flows.stateful.dossiers import AFGEWEZEN, INGEWILLIGD, ONDERZOEK, Verzoek, Wens
from tests.flows.stateful.kinds import Dossier, Inhoud, Json

wishes = st.lists(st.tuples(soorten, begins, ends, choices), min_size=1, max_size=2)
LATER, ERVOOR = 7, -2
"""Days from which a change is asked for: after today, or too early."""

ELDERS = {"reden": "8", "gemeente": "0363"}


def asked(machine: Any) -> bool:
    """Whether there is a request that waits."""
    return any(found.waits for found in machine.world.verzoeken.values())


class Requesting(Base):
    """The 315s and 317s, and the 301s and 319s that answer them."""

    def ask(
        self, action: str, dossier: Dossier, body: Json, against: set[str], wanted: Iterable[Inhoud | Wens]
    ) -> None:
        change = "verzoek" in body
        path = f"/verzoeken/{'wijziging' if change else 'toewijzing'}"
        if made := self.stage.outcome(action, self.stage.post(dossier.exchange.aanbieder, path, body), against):
            for row, one in zip(made["verzoeken"], wanted, strict=True):
                self.world.verzoeken[row["referentie_aanbieder"]] = Verzoek(dossier, row["referentie_aanbieder"], one)
            self.stage.send(dossier.exchange, VOW if change else VOT)

    @rule(dossier=dossiers, chosen=wishes)
    def request(self, dossier: Dossier, chosen: list[tuple[str, int, int, int]]) -> None:
        self.stage.settle(dossier.exchange)
        wanted = [self.inhoud(*one) for one in chosen]
        against = self.world.against_asking(dossier, wanted)
        self.ask("verzoek om toewijzing", dossier, bodies.vot(dossier, wanted), against, wanted)

    @precondition(allocated)
    @rule(
        data=st.data(),
        new=st.none() | soorten,
        first=st.sampled_from((None, LATER, LATER, ERVOOR)),
        keuze=choices,
        whole=mostly,
    )
    def wish(self, data: st.DataObject, new: str | None, first: int | None, keuze: int, whole: bool) -> None:
        """The whole new situation of a client, or (not `whole`) with an allocation forgotten."""
        dossier = self.pick(data).dossier
        self.stage.settle(dossier.exchange)
        current = self.world.known(dossier)
        chosen = data.draw(st.sampled_from([*current, None]))
        changes = {} if chosen is None else {chosen: self.wished(current.pop(chosen), first, keuze)}
        if current and not whole:
            current.popitem()
        added = () if new is None else (self.inhoud(new, LATER, 190, keuze),)
        wens = Wens(tuple(current), changes, added)
        against = self.world.against_wishing(dossier, wens)
        self.ask("verzoek om wijziging", dossier, bodies.vow(dossier, wens), against, [wens])

    def wished(self, old: Inhoud, first: int | None, keuze: int) -> Inhoud:
        """The allocation with another size and end, from its first day or from another one."""
        begin = old.begin if first is None else self.day(first)
        return replace(old, begin=begin, eind=self.day(100 + 30 * keuze), hoeveel=other_size(old.soort, keuze))

    def verzoek(self, data: st.DataObject) -> Verzoek:
        """A request that came in; mostly one that waits."""
        every = list(self.world.verzoeken.values())
        waiting = [found for found in every if found.waits]
        chosen: Verzoek = data.draw(st.sampled_from(waiting * 3 * len(every) + every))
        self.stage.settle(chosen.dossier.exchange, VOT, VOW, DECLARATIE)
        return chosen

    def decide(self, action: str, found: Verzoek, path: str, body: Json, against: set[str]) -> Json | None:
        """A decision on a request, which each party knows by an id of its own."""
        gemeente, aanbieder = found.dossier.exchange.gemeente, found.dossier.exchange.aanbieder
        listed = self.stage.get(gemeente, f"/verzoeken?organisatie={aanbieder}&limit=200")["verzoeken"]
        own = next(row["id"] for row in listed if row["referentie_aanbieder"] == found.referentie)
        return self.stage.outcome(action, self.stage.post(gemeente, f"/verzoeken/{own}/{path}", body), against)

    @precondition(asked)
    @rule(data=st.data())
    def grant(self, data: st.DataObject) -> None:
        found = self.verzoek(data)
        made = self.decide("inwilligen", found, "inwilliging", bodies.grant(found), self.world.against_granting(found))
        if made is None:
            return
        changed, new = self.world.outcome(found)
        found.status = INGEWILLIGD
        for nummer, row in changed.items():
            self.world.toewijzingen[nummer].inhoud = row
        numbers = sorted(set(made["antwoorden"][-1]["toewijzingen"]) - self.world.toewijzingen.keys())
        for nummer, row in zip(numbers, new, strict=True):
            self.add(found.dossier, nummer, row)
        self.stage.send(found.dossier.exchange, NIEUW)

    @precondition(asked)
    @rule(data=st.data(), elsewhere=st.booleans())
    def reject(self, data: st.DataObject, elsewhere: bool) -> None:
        """For the youth law also because another municipality is responsible."""
        found = self.verzoek(data)
        body = ELDERS if elsewhere and found.dossier.exchange.wet == "ijw" else {"reden": "1"}
        against = self.world.against_answering(found, investigating=False)
        if self.decide("afwijzen", found, "afwijzing", body, against):
            found.status = AFGEWEZEN
            self.stage.send(found.dossier.exchange, ANTWOORD)

    @precondition(asked)
    @rule(data=st.data())
    def investigate(self, data: st.DataObject) -> None:
        found = self.verzoek(data)
        against = self.world.against_answering(found, investigating=True)
        if self.decide("onderzoeken", found, "onderzoek", {}, against):
            found.status = ONDERZOEK
            self.world.onderzocht.add(found.referentie)
            self.stage.send(found.dossier.exchange, ANTWOORD)
