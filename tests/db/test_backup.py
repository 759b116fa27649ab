"""Backups: what goes in comes out, in a file that is whole, ours and unreadable to others, or nothing changes."""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import backup
from shared import sealed
from shared.db import dump, programs
from shared.standard.codec import encode
from tests.builders import BSN, message
from tests.chain import Chain
from tests.db.copies import KEY, Run, connected, contents, refused
from tests.services.allocating import allocate


def exchange(chain: Chain) -> None:
    """An allocation that arrives and is accepted, and an invoice that is not."""
    allocate(chain)
    chain.post(chain.jeugdhulp, encode(message("JW323")))
    chain.drain()
    chain.post(chain.jeugdhulp, encode(message("WMO323")))  # its job waits


def test_an_exchange_comes_back_as_it_was(
    chain: Chain, server: str, database: str, empty: str, run: Run, file: Path
) -> None:
    exchange(chain)
    before = contents(server, database)
    code, told = run(server, "backup", file)
    assert code == 0, told
    assert (file.stat().st_mode & 0o777, list(file.parent.iterdir())) == (0o600, [file])
    for secret in (BSN.encode(), b"zorgketen.xsd", b"PGDMP", b"organisatie", KEY.encode()):
        assert secret not in file.read_bytes()
    code, told = run(empty, "restore", file)
    assert code == 0, told
    assert f"{before.total} rijen in {len(before.rijen)} tabellen" in told
    assert contents(empty, database) == before
    assert {"procrastinate_jobs", "bericht", "toegewezen_product", "bevinding", "alembic_version"} <= {
        name for name, (count, _) in before.rijen.items() if int(count)
    }
    assert run(empty, "migrate")[0] == 0  # and it can go on from there
    assert contents(empty, database) == before


def test_it_is_the_database_of_one_moment(small: str, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that comes between counting and dumping is in neither."""
    stream = dump._stream

    def late(*arguments: Any) -> Iterator[bytes]:
        with connected(small) as connection:
            connection.execute("INSERT INTO zorg.organisatie VALUES ('0180', 'Te laat', true, 'lokaal', '')")
            connection.execute("SELECT nextval('zorg.toewijzing_nummer')")
        return stream(*arguments)

    monkeypatch.setattr(dump, "_stream", late)
    assert run(small, "backup", file)[0] == 0
    with connected(small) as connection:
        connection.execute("DROP SCHEMA zorg CASCADE")
    code, told = run(small, "restore", file)
    assert code == 0, told
    with connected(small) as connection:
        assert connection.execute("SELECT code FROM zorg.organisatie").fetchall() == [("0193",)]
        assert connection.execute("SELECT nextval('zorg.toewijzing_nummer')").fetchall() == [(10002,)]


def test_one_changed_byte_anywhere_is_refused(made: Path, empty: str, run: Run) -> None:
    good = made.read_bytes()
    head = good.index(b"\n", good.index(b"\n") + 1) + 1
    places = [0, 20, good.index(b"gemaakt"), good.index(b"20") + 2, good.index(b'"zout": "') + 9, head - 1, head]
    places += [*random.Random(7).sample(range(head, len(good)), 11), len(good) - 17, len(good) - 1]
    assert len(set(places)) == 20
    for place in places:
        made.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert re.search("geen back-up|beschadigd", refused(run, empty, made)), place
    made.write_bytes(good)
    assert run(empty, "restore", made)[0] == 0


def test_what_is_cut_off_or_longer_is_refused(made: Path, empty: str, run: Run) -> None:
    good = made.read_bytes()
    for length in (0, 10, 100, len(good) // 2, len(good) - 1):
        made.write_bytes(good[:length])
        assert re.search("geen back-up|afgekapt", refused(run, empty, made))
    made.write_bytes(good + b"\0")
    assert "beschadigd" in refused(run, empty, made)


def test_what_is_no_backup_of_ours_is_refused(
    made: Path, empty: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, data in {"leeg": b"", "dump": b"PGDMP" + bytes(100), "willekeurig": os.urandom(5000)}.items():
        (tmp_path / name).write_bytes(data)
        assert "geen back-up van zorgketen" in refused(run, empty, tmp_path / name)
    assert "No such file" in refused(run, empty, tmp_path / "weg")
    monkeypatch.setenv("ZORGKETEN_DB_SCHEMA", "anders")
    assert "het is een back-up van schema 'zorg'" in refused(run, empty, made)
    monkeypatch.setenv("ZORGKETEN_DB_SCHEMA", "zorg")
    monkeypatch.setenv("ZORGKETEN_BACKUP_SLEUTEL", KEY[::-1])
    assert "andere sleutel" in refused(run, empty, made)
    monkeypatch.setenv("ZORGKETEN_BACKUP_SLEUTEL", "kort")
    assert "te kort" in refused(run, empty, made)


def test_a_database_that_is_not_empty_is_refused(made: Path, small: str, empty: str, run: Run) -> None:
    before = contents(small, "zorg")
    assert "is niet leeg" in refused(run, small, made)
    assert contents(small, "zorg") == before
    with connected(empty) as connection:
        connection.execute("CREATE SCHEMA zorg CREATE SEQUENCE van_een_ander")
    assert "is niet leeg" in refused(run, empty, made)
    with connected(empty) as connection:
        connection.execute("DROP SEQUENCE zorg.van_een_ander")  # a schema made for us beforehand is fine
    code, told = run(empty, "restore", made)
    assert code == 0, told


def test_rows_that_differ_from_the_manifest_undo_everything(
    made: Path, empty: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(parts: Any) -> Any:
        manifest, rest = split(parts)
        manifest.rijen["organisatie"][1] = "1"
        return manifest, rest

    split = dump.split
    monkeypatch.setattr(dump, "split", other)
    told = refused(run, empty, made)
    assert "wat er staat wijkt af van de back-up in organisatie" in told


def test_a_file_that_changes_while_it_is_put_back_undoes_everything(
    made: Path, empty: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then_cut(parts: Any, used: Any) -> Any:
        found = check(parts, used)
        os.truncate(made, made.stat().st_size - 3)
        return found

    check = dump.check
    monkeypatch.setattr(dump, "check", then_cut)
    assert "afgekapt" in refused(run, empty, made)


def test_what_the_database_refuses_is_told_without_content(
    made: Path, empty: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A constraint that fails quotes the row; only its code is told."""
    before = dump._before
    trap = f"""CREATE FUNCTION public.weiger() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE unique_violation USING MESSAGE = 'Key (bsn)=({BSN})'; END $$;
        CREATE EVENT TRIGGER weiger ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION public.weiger();\n""".encode()
    monkeypatch.setattr(dump, "_before", lambda manifest: before(manifest) + trap)
    told = refused(run, empty, made)
    assert "foutcode 23505" in told
    assert BSN not in told


def test_a_dump_that_fails_leaves_no_file(small: str, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.Programs, "connected", lambda self, name, *_: [str(self.folder / name), "--onzin"])
    code, told = run(small, "backup", file)
    assert (code, list(file.parent.iterdir())) == (2, [])
    assert "pg_dump is mislukt" in told


def test_a_file_that_is_there_is_never_replaced(made: Path, small: str, run: Run) -> None:
    before = made.read_bytes()
    assert "bestaat al" in run(small, "backup", made)[1]
    assert made.read_bytes() == before
    other = made.with_name("dinsdag.zk")
    other.with_name("dinsdag.zk.part").touch()
    assert "er loopt een back-up" in run(small, "backup", other)[1]


def test_a_disk_that_keeps_something_else_is_found(
    small: str, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(target: Any, *rest: Any) -> None:
        sealed.seal(target, *rest)
        target.seek(-40, os.SEEK_END)
        target.write(b"\0\0\0\0")

    monkeypatch.setattr(backup, "seal", bad)
    code, told = run(small, "backup", file)
    assert (code, list(file.parent.iterdir())) == (2, [])
    assert "beschadigd" in told
