"""Messages whose form is good and whose content is meant to hurt: amounts, dates, BSNs, formulas, bidi."""

import random
from collections.abc import Iterator

from lxml import etree

from shared.standard.catalogue import messages
from tests.standard.edges import full, leaves
from tests.standard.mutate import NAMES, Mutant

TEXTS = [
    "'; DROP TABLE bericht; --",
    '" OR 1=1 --',
    "$$); SELECT pg_sleep(9); --",
    "%s %(x)s %n {0} ${x} {{7*7}}",
    "${jndi:ldap://127.0.0.1/x}",
    '=HYPERLINK("http://127.0.0.1/";"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+31;-1;\t=1",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\u202e999\u2066 evil \u2069\u200f",
    "\u200b\u200d\ufeff\u00ad",
    "Zoë 𝄞 Ỳ e\u0301\u0301 \U0001f469\u200d\U0001f467",
    "\u0000".replace("\0", "\ufffd") + "\u0085\u2028\u2029",
    "NULL",
    "\\N",
    "\\x00\\'",
    "A" * 20,
    "e" * 199 + "\u0301",
]
DATES = [
    "0001-01-01",
    "0099-12-31",
    "1582-10-15",
    "1899-12-31",
    "1900-02-28",
    "2000-02-29",
    "2024-02-29",
    "2025-02-28",
    "2026-01-31",
    "2026-02-28",
    "2026-03-29",
    "2026-03-31",
    "2026-04-30",
    "2026-10-25",
    "2026-11-30",
    "2026-12-31",
    "2027-01-01",
    "2099-12-31",
    "9998-12-31",
    "9999-12-31",
    "10000-01-01",
    "-0001-12-31",
    "-4712-01-01",
    "99999-12-31",
    "2025-02-29",
    "2026-04-31",
    "0000-12-31",
    "2026-06-30Z",
    "2026-06-30+02:00",
]
TIMES = [
    "00:00:00",
    "23:59:59",
    "24:00:00",
    "12:00:00.999999999",
    "23:59:60",
    "02:30:00",
    "12:00:00Z",
    "00:00:00+14:00",
]
NUMBERS = [
    "0",
    "-0",
    "+0",
    "1",
    "-1",
    "+1",
    "0000000001",
    "99999999",
    "100000000",
    "999999999",
    "1000000000",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "5,00",
    "5.00",
    "1e3",
    "0x10",
]
BSNS = [
    "999900006",
    "000000000",
    "999999990",
    "111222333",
    "123456782",
    "99990000",
    "9999000060",
    "999900007",
    "999.900.006",
    "٩٩٩٩٠٠٠٠٦",
]


def semantic(seed: int) -> Iterator[Mutant]:
    """Without end: the messages in turn, with one to four leaves that hold something nasty of their own kind."""
    rng = random.Random(f"semantic {seed}")
    while True:
        for name in NAMES:
            root = etree.fromstring(full(name))
            found = leaves(messages()[name], root)
            what = []
            for xml, simple, pattern in rng.sample(found, min(len(found), rng.choice([1, 1, 2, 4]))):
                if pattern or simple.enumeration:
                    continue
                values = {"date": DATES, "time": TIMES, "integer": NUMBERS}.get(simple.base, TEXTS + BSNS)
                xml.text = rng.choice(BSNS if "Bsn" in simple.name.title() else values)
                what.append(f"{simple.name}={xml.text[:20]!a}")
            yield Mutant(name, "semantic " + " ".join(what), etree.tostring(root, encoding="UTF-8"))


def bytewise(seed: int) -> Iterator[Mutant]:
    """Without end: valid messages of which some bytes were changed, dropped, doubled or moved."""
    rng = random.Random(f"bytes {seed}")
    while True:
        for name in NAMES:
            data = bytearray(full(name))
            for _ in range(rng.choice([1, 1, 1, 2, 5])):
                at, size = rng.randrange(len(data)), rng.choice([1, 1, 2, 8, 100])
                piece = bytes(data[at : at + size])
                data[at : at + size] = rng.choice(
                    [rng.randbytes(len(piece)), b"", piece * 2, piece.upper(), piece[::-1], bytes([rng.randrange(128)])]
                )
            yield Mutant(name, "bytes", bytes(data))
