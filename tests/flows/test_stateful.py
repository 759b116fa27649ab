"""Neither side refuses what the other legitimately sends, and at rest both know the same, whatever they do."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flows.stateful.machine import Machine
from tests.flows.stateful.stage import Stage


def test_neither_side_refuses_the_other_and_both_know_the_same(services: dict[str, str], clean: None) -> None:
    stage = Stage(services)
    stage.prepare()
    machine = type("OnTheChain", (Machine,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
