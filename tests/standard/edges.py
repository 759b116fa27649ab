"""Complete valid messages, and the values on both sides of every bound of every simple type."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from lxml import etree

from shared.standard.catalogue import Element, MessageType, SimpleType, composites, messages, simple_types
from shared.standard.codec import encode
from shared.standard.document import build, routes
from tests.builders import BSN, GEMEENTE, example

_SAMPLES = {"[0-9]{9}": BSN, "[0-9]{8}": "65656055", "[0-9]{4}": GEMEENTE, "[0-9]*": "0201234567"}
_BASES = {"integer": "7", "date": "2026-04-01", "time": "12:34:56"}


def sample(kind: SimpleType, pattern: str = "") -> str:
    """A value that the type allows, or that the pattern of an element does, which is mostly one fixed value."""
    if kind.enumeration or pattern.isdecimal():
        return pattern or kind.enumeration[0]
    version = "1.0.0" if kind.name == "LDT_Versie" else ""
    return version or _BASES.get(kind.base) or _SAMPLES.get(dict(kind.facets).get("pattern", ""), "A")


@cache
def full(name: str) -> bytes:
    """The example of a message, with every optional class and leaf filled in."""
    kind = messages()[name]
    return encode(build(kind, _completed(kind, "Root", example(name))))


def _completed(kind: MessageType, name: str, tree: dict[str, Any]) -> dict[str, Any]:
    leaves = {field.name: sample(field.type) for field in kind.classes[name].fields.values()}
    codes = {"retourcodes": ["0200"]} if any(e.name == "RetourCodes" for e in kind.classes[name].elements) else {}
    below = {child: [_completed(kind, child, t) for t in tree.get(child) or [{}]] for child in routes(kind, name)}
    return leaves | codes | tree | below


Leaf = tuple[etree._Element, SimpleType, str]


def leaves(kind: MessageType, root: etree._Element) -> list[Leaf]:
    """Every leaf that the catalogue knows, with its type and the pattern of its own."""

    def walk(xml: etree._Element, elements: Sequence[Element]) -> Iterator[Leaf]:
        known = {element.name: element for element in elements}
        for child in xml.iterchildren("*"):
            element = known.get(etree.QName(child).localname)
            if element is None:
                continue
            if element.type in kind.classes:
                yield from walk(child, kind.classes[element.type].elements)
            elif element.type.startswith("CDT_"):
                yield from walk(child, composites(kind.standaard)[element.type])
            else:
                yield child, simple_types(kind.standaard)[element.type], element.pattern

    return list(walk(root, kind.classes["Root"].elements))


_DATES = """
    2026-02-28 2026-02-29 2026-02-30 2024-02-29 1900-02-29 2000-02-29 2026-13-01 2026-00-10 2026-01-00 2026-01-32
    2026-06-31 2026-12-31 0001-01-01 0000-01-01 -0001-01-01 -0000-01-01 12026-01-01 -12026-01-01 99999-12-31
    012026-01-01 026-01-01 26-01-01 2026-1-1 2026-01 2026 20260101 01-01-2026 +2026-01-01 2026/01/01 --01-01
    2026-01-01Z 2026-01-01+01:00 2026-01-01-14:00 2026-01-01+15:00 2026-01-01+01 2026-01-01T00:00:00
    2026-01-0١ ２０２６-01-01 999999999999999999999-01-01
"""
_TIMES = """
    00:00:00 23:59:59 24:00:00 24:00:00.0 24:00:01 24:01:00 25:00:00 12:60:00 12:00:60 12:00 1:00:00 120000 T12:00:00
    12:00:00.5 12:00:00. 12:00:00.123456789012345678901234567890 12.00.00 -12:00:00 ١٢:00:00
    12:00:00Z 12:00:00+01:00 12:00:00-00:00 12:00:00+14:01
"""
_ROUND = ["", " ", "\t", "\n", "\r", " \r\n ", "\u00a0", "\u3000"]
_TEXTS = [
    "A",
    " A ",
    "A B",
    "A\nB",
    "A\rB",
    "A\tB",
    "A\u2028B",
    "A\u0085B",
    ".",
    ". .",
    "&<>\"'",
    "]]>",
    "\u202eAB",
    "\ufffd",
]
_DIGITS = ["٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９"]


def edges(kind: SimpleType, pattern: str = "") -> list[str]:
    """Values of a type on both sides of its bounds: some are allowed, some are not."""
    good = sample(kind, pattern)
    padded = [space + good + space for space in _ROUND] + [good + space for space in _ROUND] + _ROUND
    if pattern.isdecimal() or kind.enumeration:
        return [*_near(kind.enumeration or (pattern,)), *padded]
    if kind.base == "integer":
        return [*_integers(kind), *padded]
    if kind.base in {"date", "time"}:
        return [*(_DATES if kind.base == "date" else _TIMES).split(), *padded, good[:4] + " " + good[4:]]
    return [*_strings(kind), *_TEXTS, *padded]


def _near(allowed: tuple[str, ...]) -> list[str]:
    some = allowed[:3] + allowed[-2:]
    forms = [form for good in some for form in (good.lower(), good + "0", "0" + good, good[:-1], good.lstrip("0"))]
    pairs = [pair for good in some for pair in (good * 2, f"{good} {good}", "+" + good)]
    next_to = [str(int(good) + step).zfill(len(good)) for good in allowed if good.isdecimal() for step in (-1, 1)]
    return [*allowed, *forms, *pairs, *next_to, "A", "0", "x" * 500]


def _integers(kind: SimpleType) -> list[str]:
    low, high = (int(dict(kind.facets)[name]) for name in ("minInclusive", "maxInclusive"))
    exact = [str(value) for value in (low - 1, low, low + 1, high - 1, high, high + 1, high * 10)]
    zeros = ["00" + value for value in exact] + ["0" * 60 + "5", "5" + "0" * 60, "-" + "0" * 30, "9" * 400]
    forms = [
        "-0",
        "+0",
        "+5",
        "-5",
        "+-5",
        "--5",
        "+",
        "-",
        "5.0",
        "5,0",
        "5.",
        "1e3",
        "0x5",
        "5 5",
        "1_000",
        "NaN",
        "५",
        "A",
    ]
    return [*exact, *zeros, *forms, *_DIGITS, "+" + exact[4], "-00", "+00"]


def _strings(kind: SimpleType) -> list[str]:
    facets = dict(kind.facets)
    longest = int(facets.get("maxLength", 3000))
    sizes = {size for size in (1, 3, 4, 5, 7, 8, 9, 10, longest - 1, longest, longest + 1) if 0 < size <= longest + 1}
    runs = [filler * size for size in sorted(sizes) for filler in ("A", "7", "é", "𝄞", "e\u0301", "Ỳ", "×", "-")]
    words = [
        "1.0.0",
        "01.0.0",
        "1.0",
        "1.0.0.0",
        "1.-0.0",
        "10.20.30",
        "1.0.٣",
        "a.b.c",
        "-1",
        "0" * 9,
        "999900006",
        "T.W.",
        "ÀỳŸž",
        "ab c",
    ]
    return [*runs, *words, *_DIGITS, *(digits[:4] for digits in _DIGITS)]
