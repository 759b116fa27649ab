"""What the actions of both parties share: the model, the stage, and drawing one of what there is."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.flows.stateful.dossiers import Toewijzing
from tests.flows.stateful.kinds import BEGIN, EIND, FREQUENTIE, HOEVEEL, MAAND, OFTEN, SOORTEN, Dossier, Inhoud, shift
from tests.flows.stateful.stage import Stage
from tests.flows.stateful.world import World

NIEUW, ANDERS, LEVERING, VOT, VOW, ANTWOORD, DECLARATIE = "301 nieuw", "301", "305/307", "315", "317", "319", "323"
"""What can be under way."""
dossiers = st.sampled_from(OFTEN)
soorten = st.sampled_from(SOORTEN)
begins, ends = st.sampled_from(BEGIN), st.sampled_from(EIND)
after = st.sampled_from((0, 1, 15, 40, 70, 400))
"""Days after the first of an allocation."""
later = st.sampled_from((0, 1, 30, 100))
"""Days after the last of an allocation, or after today when it has none."""
choices = st.integers(0, 2)
mostly = st.sampled_from((True, True, True, False))


class Base(RuleBasedStateMachine):
    """Both parties of every exchange."""

    stage: ClassVar[Stage]
    world: World

    def day(self, number: int) -> date:
        return shift(self.world.vandaag, number)

    def inhoud(self, soort: str, begin: int, eind: int | None, keuze: int) -> Inhoud:
        """What an allocation could say; only a volume per month goes without an end, and none ends before it begins."""
        first, last = self.day(begin), None if eind is None else self.day(eind)
        if last is not None or soort != MAAND:
            last = max(last or self.day(100), first)
        return Inhoud(soort, first, last, other_size(soort, keuze))

    def pick(self, data: st.DataObject, wanted: Callable[[Toewijzing], Any] = bool) -> Toewijzing:
        """One of the allocations, the latest first."""
        found = [one for one in self.world.toewijzingen.values() if wanted(one)]
        chosen: Toewijzing = data.draw(st.sampled_from(found[::-1]))
        return chosen

    def add(self, dossier: Dossier, nummer: int, new: Inhoud) -> None:
        """An allocation that the municipality sent."""
        self.world.toewijzingen[nummer] = Toewijzing(dossier, nummer, new)
        self.stage.send(dossier.exchange, NIEUW)


def allocated(machine: Any) -> bool:
    """Whether there is an allocation."""
    return bool(machine.world.toewijzingen)


def kept(found: Toewijzing) -> bool:
    """Whether an allocation was not deleted."""
    return not found.inhoud.verwijderd


def sized(found: Toewijzing) -> bool:
    """Whether an allocation is specific: it has a volume."""
    return found.inhoud.soort in FREQUENTIE


def other_size(soort: str, keuze: int) -> int:
    """One of the volumes or budgets of a kind."""
    return HOEVEEL[soort][keuze % len(HOEVEEL[soort])]
