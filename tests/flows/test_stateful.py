"""Neither side refuses what the other legitimately sends, and at rest both know the same, whatever they do."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flows.stateful import scene
from tests.flows.stateful.base import ANDERS, NIEUW, VOT, VOW
from tests.flows.stateful.machine import ACTIONS, Machine
from tests.flows.stateful.stage import Stage

CROSSING = {NIEUW, ANDERS, VOT, VOW}
"""What the other party acts beside while it is under way."""


def test_neither_side_refuses_the_other_and_both_know_the_same(services: dict[str, str], clean: None) -> None:
    """Every action is done at least once, and messages cross: else it says nothing of what it did not do."""
    stage = Stage(services)
    stage.prepare()
    machine = type("OnTheChain", (Machine,), {"stage": stage})
    scene.play(machine())
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=5,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ACTIONS - stage.done.keys() == set()
    assert CROSSING - {kind for kinds in stage.crossed for kind in kinds.split("+")} == set()
