"""What the tests of the command share: running it in a process of its own, without a database."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.__main__ import main
from shared.standard.codec import encode
from tests.builders import message

CODE = Path(__file__).parents[2]
OFFICIAL = CODE.parent / "shared" / "istandaarden"
Line = dict[str, Any]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No database is named, and a home that is not made by itself."""
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("ZORGKETEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ZORGKETEN_HOME", str(tmp_path / "home"))


without_database = pytest.mark.usefixtures("bare")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process: its exit code, what it printed and what it complained."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def command(*arguments: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command as its user starts it, in an environment with nothing in it."""
    argv = [sys.executable, "-W", "error", "-m", "services", *map(str, arguments)]
    return subprocess.run(argv, cwd=CODE, input=data, capture_output=True, env={"PATH": os.defpath}, check=False)


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Path]:
    valid = encode(message("JW323"))
    return {
        "valid": write(tmp_path, "goed.xml", valid),
        "wmo": write(tmp_path, "wmo.xml", encode(message("WMO301"))),
        "level 1": write(tmp_path, "niveau1.xml", valid.replace(b"2026-04-30", b"2026-04-31")),
        "level 2": write(tmp_path, "niveau2.xml", encode(message("JW323", {"Client[1].bsn": "999900007"}))),
        "no xml": write(tmp_path, "tekst.xml", b"geen xml"),
        "empty": write(tmp_path, "leeg.xml", b""),
        "absent": tmp_path / "bestaat niet.xml",
        "folder": tmp_path,
    }
