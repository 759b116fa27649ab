"""Known vulnerabilities of what is locked, offline: against a folder with a copy of the OSV database.

ZORGKETEN_OSV_DIR names it: `all.zip` of the ecosystem PyPI as OSV publishes it (osv-scanner keeps it as
`PyPI/all.zip`), or the same records as JSON files. Without it nothing is checked, and that is said.
"""

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tools.lock import Locked, locked

SETTING = "ZORGKETEN_OSV_DIR"


@dataclass(frozen=True)
class Hit:
    """A vulnerability of a package that we have."""

    package: str
    version: str
    names: tuple[str, ...]
    fixed: tuple[str, ...]


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """Every record below a folder, from JSON files and ZIP files."""
    for path in sorted(folder.rglob("*.json")):
        yield json.loads(path.read_bytes())
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    yield json.loads(archive.read(name))


def hits(packages: dict[str, Locked], database: Iterator[dict[str, Any]]) -> list[Hit]:
    """The vulnerabilities that hold for a version that is locked."""
    found = []
    for record in database:
        for affected in () if record.get("withdrawn") else record.get("affected", ()):
            about = affected.get("package", {})
            package = packages.get(canonicalize_name(about.get("name", "")))
            if package and about.get("ecosystem") == "PyPI" and _affects(affected, package.version):
                names = (record["id"], *record.get("aliases", ()))
                found.append(Hit(package.name, package.version, names, tuple(_fixes(affected))))
    return found


def _affects(affected: dict[str, Any], version: str) -> bool:
    """Whether a version is named, or lies in a range; what cannot be compared counts as affected."""
    if version in affected.get("versions", ()):
        return True
    ranges = [each["events"] for each in affected.get("ranges", ()) if each.get("type") == "ECOSYSTEM"]
    try:
        return any(_within(events, Version(version)) for events in ranges)
    except InvalidVersion:
        return True


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """Whether a range holds a version: the last event at or before it decides."""
    inside = False
    for event in sorted(events, key=lambda event: Version(next(iter(event.values())))):
        kind, limit = next(iter(event.items()))
        if kind == "introduced" and version >= Version(limit):
            inside = True
        elif (kind == "fixed" and version >= Version(limit)) or (kind == "last_affected" and version > Version(limit)):
            inside = False
    return inside


def _fixes(affected: dict[str, Any]) -> Iterator[str]:
    for each in affected.get("ranges", ()):
        yield from (event["fixed"] for event in each["events"] if each["type"] == "ECOSYSTEM" and "fixed" in event)


def main() -> int:
    """Check the lock file; 1 when something is vulnerable, 2 when the folder holds no database."""
    folder = os.environ.get(SETTING, "")
    if not folder:
        print(f"vulnerabilities: NOT CHECKED, as {SETTING} names no folder with a copy of the OSV database")
        return 0
    database, packages = list(records(Path(folder))), locked()
    if not database:
        print(f"vulnerabilities: {folder} holds no records of OSV", file=sys.stderr)
        return 2
    found = hits(packages, iter(database))
    for hit in found:
        better = f"; fixed in {', '.join(hit.fixed)}" if hit.fixed else ""
        print(f"vulnerabilities: {hit.package} {hit.version}: {', '.join(hit.names)}{better}", file=sys.stderr)
    newest = max(str(record.get("modified", "")) for record in database)[:10]
    print(f"vulnerabilities: {len(packages)} packages, {len(database)} records up to {newest}, {len(found)} hits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
