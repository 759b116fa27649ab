"""The licences of what we ship against the list of licences that we may ship: `licences.toml`."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.lock import locked, runtime

RULES: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("licences.toml").read_text("utf-8"))


def stated(names: Iterable[str]) -> dict[str, str]:
    """The licence of each package in SPDX terms, as its metadata has it or else as `licences.toml` does."""
    argv = [str(Path(sys.executable).with_name("pip-licenses")), "--format=json", "--from=mixed", "--with-system"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)  # noqa: S603
    installed: dict[str, str] = {canonicalize_name(row["Name"]): row["License"] for row in json.loads(done.stdout)}
    return {name: spdx(RULES["packages"].get(name) or installed.get(name, "UNKNOWN")) for name in names}


def spdx(text: str) -> str:
    """An SPDX expression; where metadata lists several licences, all of them hold."""
    parts = [RULES["names"].get(part.strip(), part.strip()) for part in text.split(";")]
    return " AND ".join(dict.fromkeys(f"({part})" if " OR " in part and len(parts) > 1 else part for part in parts))


def allowed(expression: str) -> bool:
    """Whether we may ship under an expression: any side of an OR, every side of an AND."""
    either = re.sub(r"[()]", "", expression).split(" OR ") if "AND" not in expression else [expression]
    return any(all(part.strip("() ") in RULES["allowed"] for part in side.split(" AND ")) for side in either)


def refused(licences: Mapping[str, str]) -> dict[str, str]:
    """The packages whose licence is not on the list."""
    return {name: licence for name, licence in licences.items() if not allowed(licence)}


def main() -> int:
    """Check what the lock file has for run time; 1 when something is not allowed."""
    licences = stated(runtime(locked()))
    wrong = refused(licences)
    for name, licence in sorted(wrong.items()):
        print(f"licences: {name} is under {licence}, which tools/licences.toml does not allow", file=sys.stderr)
    print(f"licences: {len(licences)} packages, {len(wrong)} refused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
