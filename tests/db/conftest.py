"""What the tests of backups share: two databases on a server of their own, and the command; and a home of a server."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from services.__main__ import main
from shared.db import postgres
from shared.db.migrate import migrate
from shared.db.server import server_of
from tests.db.copies import KEY, Run, clear, connected
from tests.db.servers import folder, home

__all__ = ["databases", "empty", "file", "folder", "home", "made", "run", "small"]


@pytest.fixture(scope="session")
def databases() -> Iterator[list[str]]:
    """The URLs of two databases on a server of their own: roles are made, and a checkpoint waits for nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="zorgketen-backup-"))
    folder.chmod(0o755)
    with postgres.start(folder / "home") as lease:
        with connected(lease.url) as connection:
            connection.execute("CREATE DATABASE ander")
        yield [lease.url, make_url(lease.url).set(database="ander").render_as_string(hide_password=False)]
        data = server_of(folder / "home" / "postgres").data
    shutil.rmtree(data.parent)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty(databases: list[str]) -> Iterator[str]:
    """The URL of an empty database."""
    yield databases[0]
    clear(databases[0])


@pytest.fixture
def small(databases: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a database with our tables and two rows in them."""
    url = databases[1]
    migrate(url, "zorg")
    monkeypatch.setenv("ZORGKETEN_DB_SCHEMA", "zorg")
    with connected(url) as connection:
        connection.execute("INSERT INTO zorg.organisatie VALUES ('0193', 'Gemeente Zwolle', true, 'lokaal', '')")
        connection.execute("INSERT INTO zorg.contract VALUES ('0193', 'C1', '65656055', 'ijw', '2026-01-01')")
    yield url
    clear(url)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command on a database: its exit code and everything that it said."""
    monkeypatch.setenv("ZORGKETEN_BACKUP_SLEUTEL", KEY)

    def run(url: str, *arguments: object) -> tuple[int, str]:
        monkeypatch.setenv("DATABASE_URL", url)
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "maandag.zk"


@pytest.fixture
def made(small: str, run: Run, file: Path) -> Path:
    """A backup of the small database."""
    code, told = run(small, "backup", file)
    assert code == 0, told
    return file
