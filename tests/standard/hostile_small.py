"""Small nasty inputs: bytes that are no XML, pointers to elsewhere, names, namespaces, attributes, text, values."""

import bz2
import gzip
import io
import lzma
import random
import zipfile
import zlib
from pathlib import Path

from lxml import etree

from shared.standard.catalogue import messages
from tests.standard.edges import full, leaves
from tests.standard.hostile import ACCEPTED, BODY, BY_XSD, CANARY, GOOD, REFUSED, Corpus

XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
XINCLUDE = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="%s"/>'


def fill(corpus: Corpus, home: Path, port: int) -> None:
    """Add them all."""
    for part in (encodings, not_xml, cut, doctypes, names, namespaces, attributes, texts, values):
        part(corpus)
    pointers(corpus, home, port)


def encodings(corpus: Corpus) -> None:
    text = BODY.decode().replace("Wit", "Witt\u00e9")
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037", "cp500", "cp1252"):
        corpus.add(f"{name}, not declared", text.encode(name), REFUSED)
        corpus.add(f"{name}, declared", f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(name), REFUSED)
    for name in (
        "ISO-8859-1",
        "US-ASCII",
        "UTF-7",
        "UTF-16",
        "UCS-4",
        "EBCDIC-CP-NL",
        CANARY,
        "",
        "UTF-8 ",
        "x" * 9999,
    ):
        corpus.add(f"declared as {name[:12]!r}", f'<?xml version="1.0" encoding="{name}"?>'.encode() + BODY, REFUSED)
    for name in ("utf-8", "Utf-8", "UTF-8"):
        corpus.add(f"declared as {name}", f"<?xml version='1.0' encoding='{name}'?>".encode() + BODY, ACCEPTED)
    for mark in ("efbbbf", "fffe", "feff", "0000feff", "efbb", "efbbbfefbbbf", "2b2f7638"):
        corpus.add(f"byte order mark {mark}", bytes.fromhex(mark) + GOOD, REFUSED)
    for bad in ("c080", "e080af", "80", "eda080", "f5808080", "ff", "c3", "e282", "f09f98", "f888808080"):
        corpus.texted(f"no UTF-8: {bad}", bytes.fromhex(bad), REFUSED)
        corpus.add(f"no UTF-8 at the end: {bad}", GOOD + bytes.fromhex(bad), REFUSED)


def not_xml(corpus: Corpus) -> None:
    rng = random.Random(CANARY)
    declaration = GOOD[: -len(BODY)]
    for name, data in {
        "nothing": b"",
        "a space": b" ",
        "an x": b"x",
        "a bracket": b"<",
        "brackets": b"<" * 5000,
        "JSON": b'{"bsn": "999900006"}',
        "HTML": b"<!doctype html><p>999900006",
        "CSV": b"bsn;naam\n999900006;Wit",
        "PDF": b"%PDF-1.7 999900006",
        "only a declaration": declaration,
        "only a comment": b"<!-- 999900006 -->",
        "noise": rng.randbytes(100_000),
        "printable noise": bytes(rng.choices(range(32, 127), k=100_000)),
        "two documents": GOOD + GOOD,
        "text behind": GOOD + CANARY.encode(),
        "text before": CANARY.encode() + GOOD,
        "a space before the declaration": b" " + GOOD,
        "XML of version 2": GOOD.replace(b'"1.0"', b'"2.0"', 1),
        "gzip": gzip.compress(GOOD),
        "50 MB in gzip": gzip.compress(bytes(50 * 2**20)),
        "zlib": zlib.compress(GOOD),
        "bzip2": bz2.compress(GOOD),
        "xz": lzma.compress(GOOD),
        "zip": _zip(),
    }.items():
        corpus.add(name, data, REFUSED)


def _zip() -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("bericht.xml", GOOD)
        return file.getvalue()


def cut(corpus: Corpus) -> None:
    for at in (0, len(GOOD) // 2, len(GOOD)):
        corpus.add(f"a NUL at {at}", GOOD[:at] + b"\x00" + GOOD[at:], REFUSED)
    for part in range(1, 25):
        corpus.add(f"{part} of 25 parts", GOOD[: len(GOOD) * part // 25], REFUSED)
    for byte in (*range(1, 9), 11, 12, 14, 31, 127):
        corpus.texted(f"control character {byte}", bytes([byte]), ACCEPTED if byte == 127 else REFUSED)


def pointers(corpus: Corpus, home: Path, port: int) -> None:
    served = {s: f"{s}://127.0.0.1:{port}/{CANARY}" for s in ("http", "https", "ftp", "gopher", "ldap", "jar:http")}
    files = {"a file": f"{home}/secret", "a FIFO": f"{home}/fifo", "a file's URL": f"file://{home}/secret"}
    others = {"passwd": "/etc/passwd", "zero": "file:///dev/zero", "UNC": "\\\\127.0.0.1\\x", "php": "php://filter/x"}
    for name, url in (served | files | others).items():
        target = url.encode()
        for kind, subset in {
            "an entity": b'[<!ENTITY x SYSTEM "%s">]',
            "a parameter entity": b'[<!ENTITY %% x SYSTEM "%s"> %%x;]',
            "an external subset": b'SYSTEM "%s"',
            "a public subset": b'PUBLIC "-//x" "%s"',
        }.items():
            doctype = b"<!DOCTYPE Bericht " + subset % target + b">"
            corpus.add(f"{kind} at {name}", doctype + BODY.replace(b"Bel ", b"Bel &x;"), REFUSED)
        corpus.attributed(f"schemaLocation at {name}", XSI + b' xsi:schemaLocation="urn:x %s"' % target, ACCEPTED)
        corpus.within(f"a stylesheet at {name}", b'<?xml-stylesheet href="%s"?>' % target, ACCEPTED)
        corpus.within(f"XInclude of {name}", XINCLUDE % target, REFUSED)


def doctypes(corpus: Corpus) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    for name, subset in {
        "alone": b"",
        "with nothing in it": b" []",
        "with a public name": b' PUBLIC "-//999900006" "x"',
        "with a default attribute": b' [<!ATTLIST jw301:Bericht a CDATA "999900006">]',
        "with a notation": b' [<!NOTATION n SYSTEM "x"><!ENTITY e SYSTEM "y" NDATA n>]',
        "that is not closed": b" [<!ENTITY x 'y'",
        "with billion laughs": b' [<!ENTITY l0 "lol">' + laughs + b"]",
        "with an entity of itself": b' [<!ENTITY l11 "&l11;">]',
        "with a large entity": b' [<!ENTITY l11 "' + b"x" * 99999 + b'">]',
        "with 20,000 entities": b" [" + b"".join(b"<!ENTITY e%d 'x'>" % n for n in range(20_000)) + b"]",
        "with an ID": b" [<!ATTLIST jw301:Client id ID #REQUIRED>]",
        "with a tag in an entity": b' [<!ENTITY l11 "&#60;x&#62;">]',
        "and another": b"><!DOCTYPE x",
    }.items():
        corpus.add(f"a DOCTYPE {name}", b"<!DOCTYPE x" + subset + b">" + BODY.replace(b"Bel ", b"&l11;" * 500), REFUSED)
    corpus.add("a DOCTYPE behind a comment", b"<!-- " + b"x" * 5000 + b" --><!DOCTYPE x>" + BODY, REFUSED)
    corpus.within("a DOCTYPE inside", b"<!DOCTYPE x>", REFUSED)
    corpus.within("a DOCTYPE in a comment", b"<!-- <!DOCTYPE x> -->", ACCEPTED)
    corpus.texted("a DOCTYPE in CDATA", b"<![CDATA[<!DOCTYPE x>]]>", ACCEPTED)


def names(corpus: Corpus) -> None:
    for name, piece in {
        "an element": b"<jw301:b999900006/>",
        "an element of no namespace": b"<b999900006/>",
        "a namespace": b'<a xmlns="urn:999900006"/>',
        "a namespace with a brace": b'<a xmlns="urn:}999900006"/>',
        "a namespace like the basisschema's": b'<a xmlns="urn:999900006/basisschema/schema"/>',
        "a prefix": b'<b999900006:a xmlns:b999900006="urn:x"/>',
        "an undeclared prefix": b"<b999900006:a/>",
        "a parent": b"<jw301:b999900006><jw301:Bsn>999900006</jw301:Bsn></jw301:b999900006>",
        "text": b"999900006",
        "CDATA": b"<![CDATA[999900006]]>",
        "a name of digits": b"<999900006/>",
        "an entity": b"&b999900006;",
        "an open tag": b"<b999900006",
        "a wrong end": b"<a></b999900006>",
        "a target of digits": b"<?999900006 x?>",
        "a reserved target": b"<?xml 999900006?>",
        "a target with a colon": b"<?b:999900006?>",
    }.items():
        corpus.within(f"the canary as {name}", piece, REFUSED)
    corpus.within("the canary as a target", b"<?b999900006 999900006?>", ACCEPTED)
    corpus.within("the canary as a comment", b"<!--999900006-->", ACCEPTED)
    for size in (1_000, 49_000, 51_000, 1_000_000):
        long = b"b" * size
        corpus.within(f"a name of {size} characters", b"<" + long + b"/>", REFUSED)
        corpus.attributed(f"an attribute's name of {size} characters", long + b'=""', REFUSED)
        corpus.attributed(f"a namespace of {size} characters", b'xmlns:q="urn:' + long + b'"', ACCEPTED)
        corpus.add(f"a root of {size} characters", b"<" + long + b"/>", REFUSED)


def namespaces(corpus: Corpus) -> None:
    own = b"http://www.istandaarden.nl/ijw/3_2/jw301/schema"
    for name, other in {
        "in upper case": own.upper(),
        "with a slash": own + b"/",
        "with https": b"https" + own[4:],
        "of 323": own.replace(b"301", b"323"),
        "of iWmo": own.replace(b"ijw", b"iwmo").replace(b"jw301", b"wmo301"),
        "of release 3.1": own.replace(b"3_2", b"3_1"),
        "of the basisschema": own.replace(b"jw301", b"basisschema"),
        "that is empty": b"",
        "with spaces": b" " + own + b" ",
        "of the canary": b"urn:999900006",
        "with a brace": b"urn:}x{999900006",
        "of XML": b"http://www.w3.org/XML/1998/namespace",
        "of xmlns": b"http://www.w3.org/2000/xmlns/",
        "that is relative": b"x/../y",
        "that is escaped": own.replace(b"j", b"%6A"),
        "with another reference": own.replace(b"301", b"30&#50;"),
    }.items():
        corpus.add(f"a namespace {name}", BODY.replace(own, other), REFUSED)
    corpus.add("its namespace by a reference", BODY.replace(b"jw301/schema", b"jw30&#x31;/schema"), ACCEPTED)
    for attribute in (
        b'xmlns:xml="urn:x"',
        b'xmlns:xmlns="urn:x"',
        b'xmlns:q=""',
        b'xmlns:jw301="urn:999900006"',
        b'xmlns:q="urn:x" xmlns:q="urn:x"',
        b'xmlns:9="urn:x"',
        b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(100_000)),
    ):
        corpus.attributed(f"namespaces: {attribute[:40].decode()}", attribute, REFUSED)
    corpus.attributed("a default namespace that nobody uses", b'xmlns="urn:999900006"', ACCEPTED)
    corpus.attributed("its namespace bound again", b'xmlns:jw301="' + own + b'"', ACCEPTED)
    corpus.attributed("1,000 namespaces", b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(1_000)), ACCEPTED)


def attributes(corpus: Corpus) -> None:
    for attribute in (
        b'b999900006="999900006"',
        b"a=1",
        b"a",
        b'a="1" a="2"',
        b'a="<"',
        b'a="&x;"',
        b'xml:id="a"',
        b'xml:base="http://127.0.0.1/"',
        b'xml:space="preserve"',
        b'a="',
        b'xmlns:p="u" xmlns:q="u" p:a="" q:a=""',
        b'a="\r\n"',
        b'a="&#0;"',
        XSI + b' xsi:nil="true"',
        XSI + b' xsi:nil="false"',
        XSI + b' xsi:type="b999900006"',
        XSI + b' xsi:type="jw301:b999900006"',
        XSI + b' xsi:b999900006=""',
    ):
        corpus.attributed(f"an attribute: {attribute[-30:].decode()!r}", attribute, REFUSED)
    corpus.attributed("its own xsi:type", XSI + b' xsi:type="jw301:Relaties"', ACCEPTED)
    corpus.attributed("a schemaLocation of none", XSI + b' xsi:noNamespaceSchemaLocation="/etc/passwd"', ACCEPTED)


def texts(corpus: Corpus) -> None:
    for text in (
        "\u202e\u2066999\u2069",
        "\u200b\u200d\ufeff",
        "e" + "\u0301" * 5000,
        "\U0001f468\u200d\U0001f469",
        "\ue000\U0010ffff",
        "\ufffd",
        "\u0085\u009f",
        "\u2028\u2029",
        "'; DROP TABLE x;--",
        "=cmd|' /C calc'!A0",
        "../../etc/passwd",
        "{{7*7}}${jndi:ldap://127.0.0.1/}",
        "%s%n%x",
    ):
        corpus.texted(f"text: {text[:20]!a}", text.encode(), ACCEPTED)
    for text in (
        "\ufffe",
        "&#0;",
        "&#xD800;",
        "&#x110000;",
        "&#9999999999;",
        "&#;",
        "&b999900006;",
        "&",
        "]]>",
        "<![CDATA[<![CDATA[]]>]]>",
        "<![CDATA[999900006",
        "<!-- 999900006",
        "<!-- -- -->",
        "<!--->",
        "<",
        "<?x ",
    ):
        corpus.texted(f"text that is no XML: {text!a}", text.encode(), REFUSED)


def values(corpus: Corpus) -> None:
    root = etree.fromstring(full("JW301"))
    for number, (xml, simple, _) in enumerate(leaves(messages()["JW301"], root)):
        before = xml.text
        for value in (f"x{CANARY}", CANARY):
            xml.text = value
            corpus.add(f"{value} as leaf {number}, {simple.name}", etree.tostring(root), BY_XSD)
        xml.text = before
