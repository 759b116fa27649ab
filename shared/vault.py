"""What is kept unreadable: BSNs and the bytes of messages, with keys that lie outside the database (ADR 0007).

Sealing is AES-SIV (RFC 5297): deterministic, so nothing is lost when a nonce would repeat, and bound to a place,
so a value that is moved to another row or organisation cannot be opened. Every sealed value begins with the
version of its key.
"""

import base64
import hmac
import json
import secrets
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from shared.config import keep_once, settings

VERSION_BYTES = 2
"""How many bytes of a sealed value name the version of its key."""
FILE = "sleutels.json"


class VaultError(RuntimeError):
    """A key that is missing, or a value that was changed or moved."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an installation: `kluis` seals, by version; `index` and `keten` stay the same for ever."""

    index: bytes
    keten: bytes
    kluis: Mapping[int, AESSIV]

    @property
    def newest(self) -> int:
        """The version that seals what is written now."""
        return max(self.kluis)


FRESH = 1.0
"""Seconds after which the key file is looked at again, as somebody may have added a version."""
_kept: dict[str, tuple[float, Keys]] = {}


def keys() -> Keys:
    """The keys, no older than FRESH: of ZORGKETEN_SLEUTELS, else of a file below `home`, made at first use."""
    now = time.monotonic()
    kept = _kept.get("keys")
    if kept is None or kept[0] < now:
        kept = _kept["keys"] = (now + FRESH, _found())
    return kept[1]


def forget() -> None:
    """Look at the key file again at once."""
    _kept.clear()


def _found() -> Keys:
    chosen = settings()
    if chosen.sleutels:
        return _parsed(chosen.sleutels)
    path = chosen.home / FILE
    if not path.exists():
        keep_once(path, json.dumps(new_keys(None)))
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _: int) -> Keys:
    return _parsed(path.read_text("ascii"))


@cache
def _parsed(text: str) -> Keys:
    try:
        found = json.loads(text)
        kluis = {int(version): AESSIV(base64.b64decode(key)) for version, key in found["kluis"].items()}
        return Keys(base64.b64decode(found["index"]), base64.b64decode(found["keten"]), kluis)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise VaultError("De sleutels zijn niet te lezen; herstel ZORGKETEN_SLEUTELS of sleutels.json.") from None


def new_keys(old: dict[str, Any] | None) -> dict[str, Any]:
    """Keys as JSON: fresh ones, or the old ones with a next version to seal with."""
    found = old or {"index": _random(32), "keten": _random(32), "kluis": {}}
    number = max(map(int, found["kluis"]), default=0) + 1
    return found | {"kluis": found["kluis"] | {str(number): _random(64)}}


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


def add_version() -> int:
    """Add a version to the key file: its number. Raises VaultError when the keys come from the environment."""
    if settings().sleutels:
        raise VaultError("De sleutels staan in ZORGKETEN_SLEUTELS; voeg daar zelf een versie aan kluis toe.")
    keys()
    path = settings().home / FILE
    found = new_keys(json.loads(path.read_text("ascii")))
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(found), "ascii")
    part.replace(path)
    forget()
    return keys().newest


def seal(data: bytes, *place: str) -> bytes:
    """Data compressed and sealed for a place, such as an organisation and a kind of value."""
    version = keys().newest
    sealed = keys().kluis[version].encrypt(zlib.compress(data, 1), [part.encode() for part in place])
    return version.to_bytes(VERSION_BYTES) + sealed


def unseal(sealed: bytes, *place: str) -> bytes:
    """The data that was sealed for a place. Raises VaultError."""
    version = version_of(sealed)
    if version not in keys().kluis:
        forget()
    key = keys().kluis.get(version)
    if key is None:
        raise VaultError(f"Versie {version} van de sleutel ontbreekt; zet haar terug bij de sleutels.")
    try:
        return zlib.decompress(key.decrypt(sealed[VERSION_BYTES:], [part.encode() for part in place]))
    except InvalidTag:
        raise VaultError("Een versleutelde waarde is veranderd of verplaatst.") from None


def version_of(sealed: bytes) -> int:
    """The version of the key that a value was sealed with."""
    return int.from_bytes(sealed[:VERSION_BYTES])


def pseudonym(eigenaar: str, bsn: str) -> str:
    """What stands for a BSN in the rows of an organisation: a keyed hash of 128 bits, of no use to another."""
    return pseudonyms(eigenaar, [bsn])[bsn]


def pseudonyms(eigenaar: str, bsns: Iterable[str]) -> dict[str, str]:
    """What stands for each of some BSNs."""
    index = keys().index
    return {bsn: hmac.digest(index, f"{eigenaar}/{bsn}".encode(), "sha256")[:16].hex() for bsn in bsns}


def mark(*parts: str) -> bytes:
    """What stands for something that is only recognised, such as a key that a caller chose: a keyed hash of it."""
    return hmac.digest(keys().index, "\n".join(("merk", *parts)).encode(), "sha256")


def link(vorige: bytes, line: str) -> bytes:
    """The hash that chains a line of a log to the one before it; without the key nobody can make one."""
    return hmac.digest(keys().keten, vorige + line.encode(), "sha256")
