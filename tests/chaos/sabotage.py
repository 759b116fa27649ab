"""Twelve faults, planted one at a time in a copy of the source: each must be seen by what guards against it."""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.world import ROOT

SECONDS, PATIENCE = 30, 420
"""How long a chaos run on a copy lasts at most, and how long anything may take with what comes after."""
LEFT_OUT = (".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
Fault = Mapping[str, Any]


class MisplantedError(Exception):
    """The text to replace is not in the source, or more than once: the fault must be planted anew."""


def faults() -> list[Fault]:
    """The faults as data."""
    found: list[Fault] = tomllib.loads((Path(__file__).parent / "sabotage.toml").read_text())["fout"]
    return found


def run(only: str) -> int:
    """0 when every fault was caught, and nothing was found in a copy without faults."""
    chosen = [fault for fault in faults() if only in fault["naam"]]
    caught = [_shown(fault) for fault in chosen]
    with copy({}) as clean:
        checks = {(fault["proef"], tuple(fault.get("opties", ()))[2:]) for fault in chosen}
        quiet = [_quiet(clean, {"proef": proef, "opties": list(rest)}) for proef, rest in sorted(checks)]
    good = all(caught) and all(quiet)
    print(f"{'PASS' if good else 'FAIL'}: {sum(caught)}/{len(caught)} fouten gevonden, "
          f"{sum(quiet)}/{len(quiet)} proeven stil zonder fout", flush=True)  # fmt: skip
    return 0 if good else 1


def _shown(fault: Fault) -> bool:
    with copy(fault) as place:
        code, said = check(place, fault)
    line = next((line.strip() for line in said.splitlines() if re.search(fault["ziet"], line)), "")
    caught = code != 0 and bool(line)
    print(f"{'gevonden' if caught else 'GEMIST  '}  {fault['naam']}: {line[:150]}", flush=True)
    if not caught:
        print(said[-3000:], flush=True)
    return caught


def _quiet(place: Path, fault: Fault) -> bool:
    code, said = check(place, fault)
    print(f"{'stil    ' if code == 0 else 'LAWAAI  '}  zonder fout: {fault['proef']} {fault['opties']}", flush=True)
    if code:
        print(said[-3000:], flush=True)
    return code == 0


@contextmanager
def copy(fault: Fault) -> Iterator[Path]:
    """The source in a folder of its own, with the fault planted. Raises MisplantedError."""
    with tempfile.TemporaryDirectory(prefix="zorgketen-sabotage-") as folder:
        place = Path(folder) / "bron"
        shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
        for change in fault.get("wijzig", ()):
            plant(place / change["bestand"], change["van"], change["naar"])
        yield place


def plant(path: Path, old: str, new: str) -> None:
    """Replace a text that is there once. Raises MisplantedError."""
    source = path.read_text()
    if source.count(old) != 1:
        raise MisplantedError(f"{path.name}: {source.count(old)} keer {old!r}")
    path.write_text(source.replace(old, new))


def check(place: Path, fault: Fault) -> tuple[int, str]:
    """Run what should see a fault, on a copy: its exit code and all that it says."""
    if fault["proef"] == "chaos":
        command = ["-m", "tests.chaos", "run", "--duration", str(SECONDS), "--seed", "1", "--kills", "0"]
        command += ["--messages", "1", "--eerste", *fault.get("opties", ())]
    else:
        command = ["-m", "pytest", "-n", "0", fault["proef"]]
    done = subprocess.run(
        [sys.executable, *command], cwd=place, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout + done.stderr
