"""What requirements.txt locks, and which of it is needed at run time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
_OURS = "zorgketen (pyproject.toml)"
_START = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")


@dataclass(frozen=True)
class Locked:
    """A package of the lock file."""

    name: str
    version: str
    via: tuple[str, ...]
    """What asks for it: packages, or the project with its group."""
    lines: str
    """As it stands in the file."""


def locked(text: str | None = None) -> dict[str, Locked]:
    """The packages of a lock file as uv writes it, by name."""
    given = (REQUIREMENTS.read_text("utf-8") if text is None else text).splitlines()
    found: dict[str, Locked] = {}
    for block in _blocks(given):
        if match := _START.match(block[0]):
            name = canonicalize_name(match[1])
            found[name] = Locked(name, match[2], tuple(_via(block)), "\n".join(block))
    return found


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines of one package each."""
    block: list[str] = []
    for line in lines:
        if block and line[:1].strip() and not line.startswith("#"):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _via(block: list[str]) -> Iterator[str]:
    comments = [line.strip().removeprefix("#").strip() for line in block if line.startswith("    #")]
    for comment in comments:
        if asked := comment.removeprefix("via").strip():
            yield asked if asked.startswith("zorgketen") else canonicalize_name(asked)


def runtime(packages: dict[str, Locked]) -> dict[str, Locked]:
    """The packages that the product itself needs, directly or through others; not those of the dev group only."""
    needed = {name for name, package in packages.items() if _OURS in package.via}
    while more := {n for n, p in packages.items() if n not in needed and needed.intersection(p.via)}:
        needed |= more
    return {name: package for name, package in packages.items() if name in needed}
