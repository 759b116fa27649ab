"""Sealed files: nothing can be moved, repeated, left out or cut off."""

import os
from pathlib import Path

import pytest

from shared import sealed

KEY = b"een-sleutel-van-ten-minste-32-tekens-lang"


@pytest.mark.parametrize("size", [0, 1, sealed.CHUNK - 1, sealed.CHUNK, sealed.CHUNK + 1, 3 * sealed.CHUNK])
def test_pieces_cannot_be_moved_repeated_or_left_out(size: int, tmp_path: Path) -> None:
    path, secret = tmp_path / "f", KEY
    data = os.urandom(size)
    with path.open("w+b") as target:
        sealed.seal(target, secret, {"a": "b"}, [data[:7], data[7:]])
    good = path.read_bytes()
    start = good.index(b"\n", good.index(b"\n") + 1) + 1
    whole = sealed.CHUNK + 16
    pieces = [good[start + at : start + at + whole] for at in range(0, len(good) - start, whole)]
    assert opened(path, secret) == data
    for wrong in (pieces[1:], pieces[:-1], [*pieces, pieces[-1]], pieces[::-1], [pieces[0], *pieces]):
        if wrong != pieces:
            path.write_bytes(good[:start] + b"".join(wrong))
            with pytest.raises(sealed.Unreadable):
                opened(path, secret)


def opened(path: Path, secret: bytes) -> bytes:
    with path.open("rb") as source:
        return b"".join(sealed.unseal(source, secret)[1])
