"""Files that only the holder of a secret can read, and that nobody else can change unseen: AES-256-GCM in chunks.

A line that says what it is, a line of JSON (the head), then pieces of CHUNK bytes, each with its tag. The key
is made from the secret with the salt in the head. The nonce of a piece is its number and whether it is the
last (the STREAM construction), and the head is bound to each: no piece can be moved, repeated or left out, and
a file that was cut off has no last piece.
"""

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1 << 20
_TAG, _LINE = 16, 4096
_MAGIC = b"zorgketen-verzegeld 1\n"
_DAMAGED = "het bestand is beschadigd, afgekapt of veranderd"


class Unreadable(RuntimeError):
    """The file is not one of ours, not whole, or sealed with another secret; says in Dutch which."""


def seal(target: BinaryIO, secret: bytes, head: Mapping[str, str], parts: Iterable[bytes]) -> None:
    """Write `parts` to `target`, encrypted and authenticated together with `head`, which stays readable."""
    salt = secrets.token_hex(32)
    facts = {**head, "sleutel": _fingerprint(secret), "zout": salt}
    line = json.dumps(facts, ensure_ascii=True, sort_keys=True).encode() + b"\n"
    if len(line) > _LINE:
        raise ValueError("the head is too long")
    cipher = _cipher(secret, salt)
    target.write(_MAGIC + line)
    for nonce, piece in _pieces(parts, CHUNK):
        target.write(cipher.encrypt(nonce, piece, _MAGIC + line))


def unseal(source: BinaryIO, secret: bytes) -> tuple[dict[str, str], Iterator[bytes]]:
    """The head, and what was sealed, piece by piece. Only when the last piece has come is the file known to be whole.

    The head is to be trusted from the first piece on. Raises Unreadable, while iterating too.
    """
    if source.read(len(_MAGIC)) != _MAGIC:
        raise Unreadable("dit is geen back-up van zorgketen, of een van een andere versie")
    line = source.readline(_LINE)
    try:
        facts = json.loads(line)
        known, salt = str(facts["sleutel"]), str(facts["zout"])
    except (ValueError, KeyError, TypeError):
        raise Unreadable(_DAMAGED) from None
    if not hmac.compare_digest(known.encode(), _fingerprint(secret).encode()):
        raise Unreadable("het bestand is met een andere sleutel gemaakt, of beschadigd")
    return facts, _decrypted(source, _cipher(secret, salt), _MAGIC + line)


def _decrypted(source: BinaryIO, cipher: AESGCM, bound: bytes) -> Iterator[bytes]:
    for nonce, piece in _pieces(iter(lambda: source.read(CHUNK + _TAG), b""), CHUNK + _TAG):
        try:
            yield cipher.decrypt(nonce, piece, bound)
        except InvalidTag:
            raise Unreadable(_DAMAGED) from None


def _pieces(parts: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """The same bytes in pieces of `size`, each with its nonce; only the last may be shorter."""
    buffer, number = bytearray(), 0
    for part in parts:
        buffer += part
        while len(buffer) > size:
            yield _nonce(number, last=False), bytes(buffer[:size])
            del buffer[:size]
            number += 1
    yield _nonce(number, last=True), bytes(buffer)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derived(secret: bytes, salt: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt.encode(), b"zorgketen back-up " + purpose).derive(secret)


def _cipher(secret: bytes, salt: str) -> AESGCM:
    return AESGCM(_derived(secret, salt, b"gegevens"))


def _fingerprint(secret: bytes) -> str:
    """Tells one secret from another without giving it away."""
    return _derived(secret, "", b"vingerafdruk")[:8].hex()
