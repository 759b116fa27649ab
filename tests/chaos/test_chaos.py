"""The short form of `make chaos`, on a Postgres of its own as that is killed too; and that the sabotage still fits."""

import re
import subprocess
import sys

import pytest

from tests.chaos import sabotage
from tests.chaos.world import ROOT


def test_nothing_is_lost_or_doubled_while_everything_is_killed() -> None:
    command = [sys.executable, "-m", "tests.chaos", "run", "--duration", "20", "--kills", "6", "--messages", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_faults_can_be_planted_in_the_source_as_it_is() -> None:
    planted = sabotage.faults()
    assert len(planted) == 12
    for fault in planted:
        re.compile(fault["ziet"])
        for change in fault["wijzig"]:
            assert (ROOT / change["bestand"]).read_text().count(change["van"]) == 1, (fault["naam"], change["van"])


def test_a_fault_that_does_not_fit_the_source_is_told() -> None:
    with (
        pytest.raises(sabotage.MisplantedError),
        sabotage.copy({"wijzig": [{"bestand": "Makefile", "van": "?!", "naar": ""}]}),
    ):
        pass
