"""Every action once, in an order in which each is possible: what is drawn at random may never come to one."""

from typing import Any

from hypothesis.strategies import SearchStrategy

from tests.flows.stateful.delivery import TIJDELIJK
from tests.flows.stateful.kinds import DOSSIERS, MAAND, TOTAAL, WEEK
from tests.flows.stateful.machine import Machine

HERE, THERE = DOSSIERS[0], DOSSIERS[8]
"""A citizen, and one of another municipality."""


class First:
    """Draws the first of what there is: of allocations the latest."""

    def draw(self, strategy: SearchStrategy[Any]) -> Any:
        """The first one of a `sampled_from`."""
        found: Any = getattr(strategy, "wrapped_strategy", strategy)
        return found.elements[0]


def play(machine: Machine) -> None:
    """All of it, on an empty ledger, to rest."""
    machine.begin(first=[(HERE, WEEK, -75, 100, 0)])
    machine.arrive()
    _delivery(machine, First())
    _life(machine, First())
    _requests(machine, First())
    machine.teardown()


def _delivery(machine: Any, data: First) -> None:
    machine.start(data=data, begin=-60)
    machine.deliver(data=data, back=1, volume=1)
    machine.declare(data=data)
    machine.stop(data=data, eind=-20, reden=TIJDELIJK)
    machine.take_back_stop(data=data, known=True)
    machine.stop(data=data, eind=-20, reden=TIJDELIJK)
    machine.start(data=data, begin=-10)
    machine.stop(data=data, eind=-1, reden="31")
    machine.correct_stop(data=data, eind=0, reden="37", known=True)
    machine.allocate(dossier=HERE, soort=MAAND, begin=-40, eind=100, keuze=0)
    machine.start(data=data, begin=-30)
    machine.correct_start(data=data, begin=-10, known=True)
    machine.take_back_start(data=data, known=True)


def _life(machine: Any, data: First) -> None:
    machine.stretch(data=data, more=30)
    machine.resize(data=data, keuze=1, per=70, agreed=False)
    machine.withdraw(data=data, run=40)
    machine.delete(data=data)
    machine.allocate(dossier=HERE, soort=TOTAAL, begin=-5, eind=200, keuze=0)
    machine.resize(data=data, keuze=1, per=0, agreed=False)
    machine.amend(data=data, keuze=0, agreed=True)
    machine.move(data=data, per=15, warm=0, agreed=False)


def _requests(machine: Any, data: First) -> None:
    """While each request is on its way its municipality does something else (OP095)."""
    machine.request(dossier=THERE, chosen=[(WEEK, 10, 100, 0)])
    machine.allocate(dossier=THERE, soort=MAAND, begin=-40, eind=100, keuze=0)
    machine.investigate(data=data)
    machine.grant(data=data)
    machine.arrive()
    machine.wish(data=data, new=None, first=None, keuze=1, whole=True)
    machine.withdraw(data=data, run=15)
    machine.reject(data=data, elsewhere=False)
