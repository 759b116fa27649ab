"""`python -m tests.flows.stateful --examples 200 --steps 40 --seed 1`: allocation at random, for as long as you like.

Prints of each action how often it was done and how often it was refused as the model says, and what crossed on the
way; PASS when nothing else happened, FAIL (exit code 1) with the shortest sequence that was found otherwise.
"""

import argparse
import os
import sys
import time
import traceback
from contextlib import ExitStack

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from shared.config import SERVICES
from shared.db.session import owner_engine
from shared.db.start import database
from tests.chain import serving
from tests.conftest import empty_schema
from tests.flows.stateful.machine import ACTIONS, Machine
from tests.flows.stateful.stage import Stage


def main() -> int:
    parser = argparse.ArgumentParser(description="Drive allocation at random on both sides, against a model.")
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shrink", action="store_true", help="look for a shorter sequence when one fails")
    given = parser.parse_args()
    with database(migrated=False) as url, ExitStack() as stack:
        os.environ["ZORGKETEN_DB_SCHEMA"] = schema = f"zorgketen_stateful_{os.getpid()}"
        empty_schema(url, schema)
        stack.callback(_drop, schema)
        for limit in ("REQUESTS_PER_SECOND", "FAILED_SIGN_INS_PER_MINUTE"):
            os.environ[f"ZORGKETEN_{limit}"] = "1000000"
        urls = {name: stack.enter_context(serving(name)) for name in SERVICES}
        os.environ.update({f"ZORGKETEN_{name.upper()}_URL": url for name, url in urls.items()})
        stage, began = Stage(urls), time.monotonic()
        stage.prepare()
        held = run(stage, given)
        report(stage, time.monotonic() - began)
    print("PASS" if held else "FAIL")
    return int(not held)


def _drop(schema: str) -> None:
    with owner_engine().begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def run(stage: Stage, given: argparse.Namespace) -> bool:
    """Whether every sequence went as the model says; the one that did not is printed."""
    machine = seed(given.seed)(type("OnTheChain", (Machine,), {"stage": stage}))
    chosen = settings(
        max_examples=given.examples,
        stateful_step_count=given.steps,
        database=None,
        deadline=None,
        phases=[Phase.generate, *([Phase.shrink] if given.shrink else [])],
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except BaseException as error:  # of any kind, an interruption too: what was counted is printed
        traceback.print_exception(error, limit=-6)
        return False
    return True


def report(stage: Stage, seconds: float) -> None:
    """Print what was counted."""
    for action in sorted({*stage.done, *(name for name, _ in stage.refused)}):
        why = {code: n for (name, code), n in sorted(stage.refused.items()) if name == action}
        print(f"{action:<24} done {stage.done[action]:>6}  refused {sum(why.values()):>6}  {why or ''}")
    print(f"never done: {sorted(ACTIONS - stage.done.keys())}")
    done, refused, crossed = (sum(found.values()) for found in (stage.done, stage.refused, stage.crossed))
    print(f"{done} done, {refused} refused, {crossed} while something was under way, {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
