"""Large nasty inputs: deep, long, or of many elements, most of them wrong."""

from functools import lru_cache, partial

from shared.standard.catalogue import messages
from shared.standard.codec import encode
from shared.standard.document import build
from shared.standard.level1 import MAX_BYTES
from tests.builders import example
from tests.standard.edges import full
from tests.standard.hostile import ACCEPTED, BY_XSD, CANARY, GOOD, REFUSED, ROOT, Corpus


def fill(corpus: Corpus) -> None:
    """Add them all."""
    for part in (sizes, attributes, nesting, texts, lines, codes, elements):
        part(corpus)


def sizes(corpus: Corpus) -> None:
    corpus.add("26 MB of spaces", lambda: b" " * 26 * 2**20, REFUSED)
    corpus.add("25 MB and a byte", lambda: GOOD.ljust(MAX_BYTES + 1), REFUSED)
    corpus.add("25 MB that end in spaces", lambda: GOOD.ljust(MAX_BYTES), BY_XSD)
    corpus.add("25 MB to the byte", _to_the_byte, ACCEPTED)
    corpus.add("25 MB of comments before it", lambda: b"<!-- 999900006 -->" * 1_400_000 + GOOD, REFUSED)
    corpus.within("9 MB of comment", lambda: b"<!--" + b"9" * 9_000_000 + b"-->", ACCEPTED)
    corpus.within("11 MB of instruction", lambda: b"<?x " + b"9" * 11_000_000 + b"?>", BY_XSD)


def _to_the_byte() -> bytes:
    data = of_lines(32_000, {})
    return (data + b"<!-- -->" * ((MAX_BYTES - len(data)) // 8)).ljust(MAX_BYTES)


def attributes(corpus: Corpus) -> None:
    for count in (300, 4_000, 100_000, 1_000_000, 2_000_000):
        corpus.attributed(f"{count} attributes", partial(_attributes, count), REFUSED)
    for size in (1_000_000, 9_900_000, 10_500_000):
        corpus.attributed(f"an attribute of {size} characters", b'a="' + b"9" * size + b'"', REFUSED)
    for count in (10, 400, 4_000):
        tag = b"<jw301:b " + _attributes(count) + b"/>"
        corpus.add(f"tags of {count} attributes", partial(_repeated, tag, 7_000_000), REFUSED)


def _attributes(count: int) -> bytes:
    return b" ".join(b'b%x=""' % number for number in range(count))


def nesting(corpus: Corpus) -> None:
    for depth in (100, 200, 250, 300, 5_000, 100_000, 1_000_000):
        for name in (b"jw301:b", b"jw301:Client", b"b"):
            corpus.within(f"{name.decode()} {depth} deep", partial(_nested, name, depth), REFUSED)
        corpus.add(f"{depth} deep and never closed", partial(_repeated, b"<jw301:Client>", depth * 14), REFUSED)
        corpus.texted(f"elements {depth} deep in a leaf", partial(_nested, b"b", depth), REFUSED)


def _nested(name: bytes, depth: int) -> bytes:
    return b"<%s>" % name * depth + b"</%s>" % name * depth


def _repeated(piece: bytes, size: int) -> bytes:
    return ROOT + piece * (size // len(piece)) + b"</jw301:Bericht>"


PIECES = {
    "a": b"a",
    "e acute": "é".encode(),
    "&amp;": b"&amp;",
    "&#13;": b"&#13;",
    "a and a line end": b"a\r\n",
    ". ": b". ",
    "CDATA": b"<![CDATA[x]]>",
    "comments": b"a<!---->",
    "instructions": b"a<?x?>",
    "]": b"]",
    "bidi": "\u202e".encode(),
    "line ends": b"\r\n",
    "emoji": "\U0001f600".encode(),
    "quotes": b"\"'",
}


def texts(corpus: Corpus) -> None:
    for name, piece in PIECES.items():
        tags = piece.startswith((b"<", b"a<"))
        for size, outcome in {40_000: ACCEPTED, 3_900_000: REFUSED if tags or piece == b"\"'" else BY_XSD}.items():
            corpus.texted(f"{size} bytes of {name}", piece * (size // len(piece)), outcome)
        long = ACCEPTED if name in {"&amp;", "&#13;", "bidi", "emoji"} else REFUSED
        corpus.texted(f"9.9 MB of {name}", partial(piece.__mul__, 9_900_000 // len(piece)), long)
        many = partial(
            of_codes, b"<jw302:RetourCode>0200</jw302:RetourCode>" * 30_000, piece * (5_000_000 // len(piece))
        )
        corpus.add(f"many codes and 5 MB of {name}", many, REFUSED)
    for name in ("Bsn", "Geslacht", "Postcode", "ToewijzingNummer", "Ingangsdatum", "Toewijzingstijd", "Volume"):
        for value in (b"0" * 3_000_000 + b"1", b" " * 3_000_000 + b"1", b"9" * 9_000_000):
            corpus.add(f"{name}: {len(value)} bytes, {value[:1]!r}", partial(_leaf, name.encode(), value), BY_XSD)


def _leaf(name: bytes, value: bytes) -> bytes:
    before, end, after = full("JW301").partition(b":" + name + b">")
    return before + end + value + after[after.index(b"</") :]


def of_lines(count: int, changes: dict[str, str | None], start: int = 0) -> bytes:
    """A 323 with that many lines, of which those from `start` on have the changes."""
    tree = example("JW323")
    client = tree["Declaratie"][0]["Client"][0]
    line = client["Prestatie"][0]
    own = [
        line | {"product_referentie_referentie_nummer": f"P{n}"} | (changes if n >= start else {}) for n in range(count)
    ]
    client["Prestatie"] = own
    return encode(build(messages()["JW323"], tree))


@lru_cache(2)
def _right(count: int) -> bytes:
    return of_lines(count, {})


def _replaced(count: int, old: bytes, new: bytes) -> bytes:
    return _right(count).replace(old, new)


def lines(corpus: Corpus) -> None:
    wrong: dict[str, str | None] = {"geleverd_volume": f"x{CANARY}", "eenheid": CANARY}
    without = dict.fromkeys(("product_categorie", "product_code", "eenheid"))
    against = {"toewijzing_nummer": "0", "product_periode_einddatum": "2026-03-01", "ingediend_bedrag_bedrag": "1"}
    unit = b"<jw323:Eenheid>"
    for count in (400, 27_000):
        for name, changes, start, outcome in (
            ("right", {}, 0, ACCEPTED),
            ("wrong", wrong, 0, REFUSED),
            ("without required elements", without, 0, REFUSED),
            ("of which the last 150 are wrong", wrong, count - 150, REFUSED),
            ("of which the last is wrong", wrong, count - 1, REFUSED),
            ("against level 2", against, 0, ACCEPTED),
            ("with one reference", {"product_referentie_referentie_nummer": "P"}, 0, ACCEPTED),
        ):
            corpus.add(f"{count} lines {name}", partial(of_lines, count, changes, start), outcome)
        for name, old, new, outcome in (
            ("with an unknown element", unit, b"<jw323:b999900006/>" + unit, REFUSED),
            ("with an attribute", unit, unit[:-1] + b' b999900006="">', REFUSED),
            ("with text between", unit, b"999900006" + unit, REFUSED),
            ("with a comment", unit, b"<!-- > 999900006 -->" + unit, ACCEPTED),
            ("without an end", b"</jw323:Bericht>", b"", REFUSED),
            ("with a wrong end tag", b"</jw323:Prestaties>", b"</jw323:Prestatie>", REFUSED),
            ("in UTF-7", b"UTF-8", b"UTF-7", REFUSED),
            ("with a DOCTYPE", b"?>", b"?><!DOCTYPE x [<!ENTITY x 'y'>]>", REFUSED),
            ("with an entity", b">P17<", b">&b999900006;<", REFUSED),
            ("in an unknown root", b"jw323:Bericht", b"jw323:b999900006", REFUSED),
        ):
            corpus.add(f"{count} lines {name}", partial(_replaced, count, old, new), outcome)


def of_codes(codes: bytes, commentaar: bytes = b"") -> bytes:
    """A 302 with other return codes in its Header, and something in its Commentaar."""
    plain = full("JW302").replace(b"<jw302:RetourCode>0200</jw302:RetourCode>", codes, 1)
    return plain.replace(b"<jw302:Commentaar>", b"<jw302:Commentaar>" + commentaar, 1)


def codes(corpus: Corpus) -> None:
    right, wrong = b"<jw302:RetourCode>0200</jw302:RetourCode>", b"<jw302:RetourCode/>"
    last = b"<jw302:RetourCode " + _attributes(3_000) + b">0200</jw302:RetourCode>"
    for count in (10_000, 400_000):
        for name, code in {"right": right, "wrong": wrong}.items():
            outcome = ACCEPTED if code == right else REFUSED
            corpus.add(f"{count} {name} codes", lambda code=code, count=count: of_codes(code * count), outcome)
            for end, tail in {"wrong ones": wrong * 9_000, "attributes": last}.items():
                make = lambda code=code, count=count, tail=tail: of_codes(code * count + tail)  # noqa: E731
                corpus.add(f"{count} {name} codes, then {end}", make, REFUSED)


def elements(corpus: Corpus) -> None:
    for piece in (
        b"<a/>",
        b"<a>",
        b"<!---->",
        b"<?a?>",
        b"a<a/>",
        b"<![CDATA[]]>",
        b"<jw301:Header/>",
        b"<Client></Client>",
    ):
        for size in (4_000_000, 20_000_000):
            corpus.add(f"{size} bytes of {piece.decode()}", partial(_repeated, piece, size), REFUSED)
