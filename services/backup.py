"""Backups: a copy of the database in a sealed file that is read back, and the way back into an empty database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.calendar import system_clock
from shared.config import made_once, settings
from shared.db import dump
from shared.db.manifest import Manifest
from shared.db.programs import ProgramFailed
from shared.sealed import Unreadable, seal, unseal

SHORTEST = 32
"""Characters of a secret that somebody chose."""
_KEEP = "Nieuwe sleutel gemaakt: {path}. Bewaar een kopie op een andere plaats; zonder is geen back-up te lezen."


def backup(url: str, path: Path) -> Iterator[str]:
    """Write a backup and read it back; what to tell of it. Under its name there is a whole backup, or nothing.

    Raises RuntimeError, with the reason in Dutch.
    """
    fresh = not (settings().backup_sleutel or _key_file().exists())
    secret = _secret(new=True)
    if fresh:
        yield _KEEP.format(path=_key_file())
    schema = settings().db_schema
    with _part(path) as file, dump.dumping(url, schema) as (manifest, parts):
        seal(file, secret, {"gemaakt": system_clock().isoformat(timespec="seconds"), "schema": schema}, parts)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        _, read_back = unseal(file, secret)
        if dump.check(read_back, dump.tools(url, schema)) != manifest:
            raise RuntimeError("de back-up is bij teruglezen anders dan wat er is geschreven; controleer de schijf")
        size = file.tell()
    _settle(path.parent)
    yield f"{path}: {_told(manifest)}, {size / 1e6:.1f} MB, versleuteld; teruggelezen en heel bevonden."


def restore(url: str, path: Path) -> Iterator[str]:
    """Check a backup whole, and put it back in an empty database; what to tell of it.

    Raises RuntimeError, with the reason in Dutch; the database is then as it was.
    """
    secret = _secret(new=False)
    try:
        with path.open("rb") as file:
            head, parts = unseal(file, secret)
            used = dump.tools(url, settings().db_schema)
            _fits(dump.check(parts, used))
            file.seek(0)
            _, parts = unseal(file, secret)
            manifest = dump.restore(url, parts, used)
    except (Unreadable, dump.NotRestored, ProgramFailed) as error:
        raise RuntimeError(f"{path} is niet teruggezet: {error}") from None
    yield f"Teruggezet van {head['gemaakt']}: {_told(manifest)}, gelijk aan de back-up."
    yield "Draai nu 'zorgketen migrate'. Berichten die bij de back-up klaarstonden, gaan (weer) uit."
    if manifest.rollen:
        yield f"Geef zo nodig deze rollen weer hun wachtwoord en lidmaatschap: {', '.join(manifest.rollen)}."


def _told(manifest: Manifest) -> str:
    return f"{manifest.total} rijen in {len(manifest.rijen)} tabellen"


def _fits(manifest: Manifest) -> None:
    if manifest.schema != settings().db_schema:
        raise dump.NotRestored(f"het is een back-up van schema '{manifest.schema}'; zet ZORGKETEN_DB_SCHEMA daarop")


def _key_file() -> Path:
    return settings().home / "backup-sleutel"


def _secret(*, new: bool) -> bytes:
    """The secret that seals backups: of the setting, else of a file that only we can read. Raises RuntimeError."""
    if chosen := settings().backup_sleutel:
        if len(chosen) < SHORTEST:
            raise RuntimeError(f"ZORGKETEN_BACKUP_SLEUTEL is te kort; neem ten minste {SHORTEST} willekeurige tekens")
        return chosen.encode()
    path = _key_file()
    if not new and not path.exists():
        raise RuntimeError(f"Er is geen sleutel: zet ZORGKETEN_BACKUP_SLEUTEL, of zet {path} terug")
    secret = made_once(path)
    if path.stat().st_mode & 0o077:
        raise RuntimeError(f"Anderen kunnen {path} lezen; doe 'chmod 600' en vertrouw die sleutel niet meer")
    if len(secret) < SHORTEST:
        raise RuntimeError(f"{path} bevat geen sleutel; zet de goede terug")
    return secret


@contextmanager
def _part(path: Path) -> Iterator[BinaryIO]:
    """FILE.part, of mode 600 and ours alone; becomes FILE when the block ends well, and is gone when it does not."""
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise RuntimeError(
            f"{part} bestaat al: er loopt een back-up, of een is afgebroken; verwijder het dan"
        ) from None
    with os.fdopen(descriptor, "w+b") as file:
        try:
            if path.exists():
                raise RuntimeError(f"{path} bestaat al; kies een andere naam")
            yield file
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """The new name survives a power cut too."""
    descriptor = os.open(folder.absolute(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
