"""Finding BSNs in whatever was written, in every guise that a leak may have."""

import base64
import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from shared.standard.identifiers import is_valid_bsn

_HASHES = ("md5", "sha1", "sha256")
_DIGITS = re.compile(rb"(?=([0-9]{9}))")
_SEPARATED = re.compile(rb"(?=([0-9](?:[ .\-/_,:]{1,2}[0-9]|[0-9]){8}))")
_REFERENCES = re.compile(rb"(?:&#(?:[0-9]{2}|[xX]0*3[0-9]);){9,}")
_ESCAPED = re.compile(rb"(?:\\u003[0-9]|\\x3[0-9]){9,}")
_PERCENT = re.compile(rb"(?:%3[0-9]){9,}")
_WIDE = re.compile(rb"(?:[0-9]\0){9,}")
_HEX_DIGITS = re.compile(rb"(?=((?:3[0-9]){9}))")
_HEX = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{32,200}(?![0-9a-fA-F])")
_RANDOM = re.compile(rb"(?=[0-9a-f]*[a-f])[0-9a-f]{28,}")
"""Pseudonyms and hashes: of their digits nine in a row may be a BSN by chance."""


def canaries(seed: int, count: int) -> list[str]:
    """Valid BSNs of the test range, each another: none is one of the demo, and none can be read as a date."""
    rng = random.Random(f"canaries {seed}")
    usual = {"999900006", "999900018", "999900043", "999900031"}
    valid = [bsn for bsn in map(str, range(999_920_000, 999_990_000)) if is_valid_bsn(bsn) and bsn not in usual]
    return rng.sample(valid, count)


@dataclass(frozen=True)
class Finder:
    """Finds some BSNs, by sets: as fast for a thousand as for one."""

    bsns: frozenset[bytes]

    @classmethod
    def of(cls, bsns: Iterable[str]) -> "Finder":
        """A finder of these."""
        return cls(frozenset(bsn.encode() for bsn in bsns))

    @cached_property
    def _digests(self) -> frozenset[bytes]:
        return frozenset(hashlib.new(name, bsn).hexdigest().encode() for name in _HASHES for bsn in self.bsns)

    @cached_property
    def _encoded(self) -> frozenset[bytes]:
        """The middle of the base64 of each, for each of the three places where it can begin."""
        return frozenset(core for bsn in self.bsns for core in _cores(bsn))

    @cached_property
    def _beginnings(self) -> re.Pattern[bytes]:
        """How the base64 of one of them begins: the first digits of most are the same."""
        first = b"|".join(sorted({re.escape(core[:4]) for core in self._encoded}))
        return re.compile(rb"(?=((?:%s)[A-Za-z0-9+/_-]{6,8}))" % first)

    def found(self, data: bytes) -> set[str]:
        """The guises in which one of them is in the data; never which one."""
        return {guise for guise, bsn in self._candidates(data) if bsn in self.bsns} | self._hashed(data)

    def _candidates(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        plain = _RANDOM.sub(b" ", data)
        yield from (("raw", match[1]) for match in _DIGITS.finditer(plain))
        yield from (("separated", re.sub(rb"[^0-9]", b"", match[1])) for match in _SEPARATED.finditer(plain))
        for guise, pattern in {"reference": _REFERENCES, "escaped": _ESCAPED, "wide": _WIDE}.items():
            for match in pattern.finditer(data):
                yield from ((guise, window) for window in _windows(_plain(guise, match[0]), 9))
        for match in _PERCENT.finditer(data):
            yield from (("percent", window) for window in _windows(unquote_to_bytes(match[0]), 9))
        yield from (("hex", bytes.fromhex(match[1].decode())) for match in _HEX_DIGITS.finditer(data))

    def _hashed(self, data: bytes) -> set[str]:
        found = set()
        for match in _HEX.finditer(data):
            if any(window in self._digests for size in (32, 40, 64) for window in _windows(match[0].lower(), size)):
                found.add("digest")
        for match in self._beginnings.finditer(data):
            if any(match[1][:size] in self._encoded for size in (11, 12)):
                found.add("base64")
        return found


def _cores(bsn: bytes) -> Iterator[bytes]:
    yield base64.b64encode(bsn)
    yield base64.b64encode(b"\0" + bsn)[2:13]
    yield base64.b64encode(b"\0\0" + bsn)[3:14]


def _windows(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(len(data) - size + 1))


def _plain(guise: str, text: bytes) -> bytes:
    if guise == "wide":
        return text.replace(b"\0", b"")
    if guise == "escaped":
        return b"".join(re.findall(rb"(?:\\u003|\\x3)([0-9])", text))
    return b"".join(_referred(number) for number in re.findall(rb"&#([^;]+);", text))


def _referred(number: bytes) -> bytes:
    value = int(number[1:], 16) if number[:1] in b"xX" else int(number)
    return bytes([value]) if value < 256 else b"?"


def guises(bsn: str) -> dict[str, bytes]:
    """A BSN in each guise, as the controls plant it."""
    raw = bsn.encode()
    return {
        "raw": b"x " + raw,
        "within a number": b"31" + raw + b"77",
        "dots": f"{bsn[:3]}.{bsn[3:6]}.{bsn[6:]}".encode(),
        "spaces": f"{bsn[:4]} {bsn[4:6]} {bsn[6:]}".encode(),
        "hyphens": f"{bsn[:3]}-{bsn[3:6]}-{bsn[6:]}".encode(),
        "hex": raw.hex().encode(),
        "hex in more hex": b"ab0" + raw.hex().upper().encode() + b"ff",
        "base64": base64.b64encode(raw),
        "base64 of a sentence": base64.b64encode(b"bsn=" + raw + b"&x=1"),
        "base64 a place further": base64.b64encode(b"bsn: " + raw),
        "base64 for URLs": base64.urlsafe_b64encode(b"<" + raw + b">"),
        "percent": b"".join(b"%%%x" % digit for digit in raw),
        "references": b"".join(b"&#%d;" % digit for digit in raw),
        "hexadecimal references": b"".join(b"&#x%x;" % digit for digit in raw),
        "JSON escapes": b"".join(b"\\u%04x" % digit for digit in raw),
        "byte escapes": b"".join(b"\\x%x" % digit for digit in raw),
        "UTF-16": bsn.encode("utf-16-le"),
        **{name: hashlib.new(name, raw).hexdigest().encode() for name in _HASHES},
    }
