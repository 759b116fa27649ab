"""What is sealed: it opens in its own place only, under any version of the key, and no BSN stands beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services import sleutels
from shared import vault
from shared.db.session import owner_engine
from shared.db.tables import metadata
from tests.chain import Chain

BSN = "999900006"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ZORGKETEN_HOME", str(tmp_path))
    vault.forget()
    yield tmp_path
    vault.forget()


@given(st.binary(max_size=2000))
def test_what_is_sealed_can_be_opened(data: bytes) -> None:
    assert vault.unseal(vault.seal(data, "0193", "bericht"), "0193", "bericht") == data


def test_nobody_else_and_nowhere_else_can_it_be_opened() -> None:
    sealed = vault.seal(b"x", "0193", "bericht")
    for place in (("0200", "bericht"), ("0193", "persoon"), ("0193",), ()):
        with pytest.raises(vault.VaultError, match="veranderd of verplaatst"):
            vault.unseal(sealed, *place)


def test_a_changed_byte_is_noticed() -> None:
    sealed = vault.seal(b"x" * 50, "0193", "bericht")
    for place in range(vault.VERSION_BYTES, len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(vault.VaultError):
            vault.unseal(changed, "0193", "bericht")


def test_a_next_version_seals_and_the_old_one_still_opens(home: Path) -> None:
    old = vault.seal(b"x", "0193", "bericht")
    assert vault.add_version() == 2
    new = vault.seal(b"x", "0193", "bericht")
    assert [vault.version_of(old), vault.version_of(new)] == [1, 2]
    assert [vault.unseal(sealed, "0193", "bericht") for sealed in (old, new)] == [b"x", b"x"]
    kept = json.loads((home / vault.FILE).read_text())
    del kept["kluis"]["1"]
    (home / vault.FILE).write_text(json.dumps(kept))
    vault.forget()
    with pytest.raises(vault.VaultError, match="Versie 1 van de sleutel ontbreekt"):
        vault.unseal(old, "0193", "bericht")


def test_the_key_file_is_for_its_owner_only(home: Path) -> None:
    vault.seal(b"x", "0193")
    assert (home / vault.FILE).stat().st_mode & 0o777 == 0o600
    vault.add_version()
    assert (home / vault.FILE).stat().st_mode & 0o777 == 0o600


def test_keys_that_cannot_be_read_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("geheim", "{}", '{"kluis": {"1": "geheim"}, "index": "", "keten": ""}'):
        monkeypatch.setenv("ZORGKETEN_SLEUTELS", wrong)
        vault.forget()
        with pytest.raises(vault.VaultError) as refusal:
            vault.seal(b"x")
        assert "geheim" not in str(refusal.value)


def test_a_pseudonym_is_of_one_organisation_and_one_person() -> None:
    found = {vault.pseudonym(code, bsn) for code in ("0193", "0200") for bsn in (BSN, "999900018")}
    assert len(found) == 4
    assert all(len(name) == 32 and BSN not in name for name in found)


class TestTheDatabase:
    @pytest.fixture(autouse=True)
    def home(self, database: str) -> None:
        """The keys of the running services."""

    def test_holds_no_bsn_anywhere(self, chain: Chain, told: str) -> None:
        with owner_engine().connect() as connection:
            for name in [*metadata.tables, "procrastinate_jobs", "procrastinate_events"]:
                rows = connection.execute(text(f"SELECT row_to_json(t)::text FROM {name} t")).scalars()
                assert not any(BSN in row or BSN.encode().hex() in row for row in rows), name

    def test_is_sealed_again_under_a_next_version(self, chain: Chain, told: str) -> None:
        before = chain.gemeente.xml(told)
        assert sleutels.renew() == 0
        newest = vault.keys().newest
        with owner_engine().connect() as connection:
            for table, column in (("bericht", "xml"), ("persoon", "verzegeld")):
                rows = list(connection.execute(text(f"SELECT {column} FROM {table}")).scalars())
                assert rows
                assert {vault.version_of(sealed) for sealed in rows} == {newest}
        assert chain.gemeente.xml(told) == before


@pytest.fixture
def told(chain: Chain) -> str:
    """A message with a BSN, exchanged and answered."""
    from shared.standard.codec import encode
    from tests.builders import message

    made = chain.post(chain.gemeente, encode(message("JW301", {"Client[1].bsn": BSN})))
    chain.drain()
    return str(made.json()["id"])
