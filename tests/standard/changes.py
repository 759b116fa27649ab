"""The changes that the mutants of tests.standard.mutate are made with: of the tree, and of the bytes."""

import random
from collections.abc import Callable

from lxml import etree

from shared.standard.catalogue import MessageType, base_namespace
from tests.standard.edges import edges, leaves

XSI = "http://www.w3.org/2001/XMLSchema-instance"

# Changes of the tree: each takes a random source, the message and its root

Change = Callable[[random.Random, MessageType, etree._Element], None]
CHANGES: dict[str, Change] = {}
UNKNOWN = ["http://example.nl/x", "urn:999900006", ""]


def _change(function: Change) -> Change:
    CHANGES[function.__name__] = function
    return function


def _any(rng: random.Random, root: etree._Element) -> etree._Element:
    below = list(root.iterdescendants("*"))
    return rng.choice(below) if below else root


def _retag(xml: etree._Element, space: str, name: str) -> None:
    xml.tag = f"{{{space}}}{name}" if space else name


def _drop(kind: MessageType, xml: etree._Element) -> None:
    parent = xml.getparent()
    if parent is not None:
        parent.remove(xml)


def _double(kind: MessageType, xml: etree._Element) -> None:
    if xml.getparent() is not None:
        xml.addnext(etree.fromstring(etree.tostring(xml, with_tail=False)))


def _swap(kind: MessageType, xml: etree._Element) -> None:
    after = xml.getnext()
    if after is not None:
        after.addnext(xml)


def _empty(kind: MessageType, xml: etree._Element) -> None:
    for child in list(xml):
        xml.remove(child)
    xml.text = None


def _elsewhere(kind: MessageType, xml: etree._Element) -> None:
    own, base = kind.namespace, base_namespace(kind.standaard)
    xml.tag = xml.tag.replace(own, base) if own in xml.tag else xml.tag.replace(base, own)


def _one_too_many(kind: MessageType, xml: etree._Element) -> None:
    xml.append(etree.Element(xml.tag))


EVERYWHERE: dict[str, Callable[[MessageType, etree._Element], None]] = {
    "drop": _drop,
    "double": _double,
    "swap": _swap,
    "empty": _empty,
    "elsewhere": _elsewhere,
    "one too many": _one_too_many,
}
"""The changes that are also made to every element of every message in turn."""


@_change
def everywhere(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    rng.choice(list(EVERYWHERE.values()))(kind, _any(rng, root))


@_change
def move(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml, target = _any(rng, root), _any(rng, root)
    if xml not in target.iterancestors() and xml is not target:
        target.append(xml)


@_change
def rename(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml, name = _any(rng, root), etree.QName(_any(rng, root)).localname
    own = etree.QName(xml)
    _retag(
        xml,
        own.namespace or "",
        rng.choice([name, own.localname.lower(), own.localname + "x", "Bericht", own.localname[:-1] or "x"]),
    )


@_change
def foreign(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml = rng.choice([root, _any(rng, root), _any(rng, root), _any(rng, root)])
    spaces = [kind.namespace, *(space for space in root.nsmap.values() if space), *UNKNOWN, kind.namespace.upper()]
    _retag(xml, rng.choice(spaces), etree.QName(xml).localname)


@_change
def stranger(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml = _any(rng, root)
    space = rng.choice([kind.namespace, *UNKNOWN])
    xml.addnext(etree.Element(f"{{{space}}}Vreemd" if space else "Vreemd"))


@_change
def value(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    found = leaves(kind, root)
    if found:
        xml, simple, pattern = rng.choice(found)
        xml.text = rng.choice(edges(simple, pattern))


@_change
def other_value(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    found = leaves(kind, root)
    if found:
        rng.choice(found)[0].text = rng.choice(found)[0].text


@_change
def attribute(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml, xsi = _any(rng, root), f"{{{XSI}}}"
    types = [f"{kind.prefix}:Client", f"{kind.standaard}:LDT_Datum", "Client", "x:y", ":", ""]
    name, text = rng.choice(
        [
            *((f"{xsi}nil", word) for word in ("true", "false", "1", "nee")),
            *((f"{xsi}type", word) for word in types),
            (f"{xsi}schemaLocation", f"{kind.namespace} http://127.0.0.1:9/x.xsd"),
            (f"{xsi}noNamespaceSchemaLocation", "file:///etc/hostname"),
            (f"{xsi}other", "x"),
            ("id", "999900006"),
            ("{http://www.w3.org/XML/1998/namespace}lang", "nl"),
            (f"{{{kind.namespace}}}Bsn", "1"),
        ]
    )
    xml.set(name, text)


@_change
def own_type(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    found = leaves(kind, root)
    if found:
        xml, simple, _ = rng.choice(found)
        xml.set(f"{{{XSI}}}type", f"{kind.standaard}:{simple.name}")


@_change
def text_between(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    _any(rng, root).tail = rng.choice(["x", " x ", "\u00a0", "0", "\u200b", "\ufeff", "\n\n"])


@_change
def comment(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml, found = _any(rng, root), etree.Comment(" 999900006 ")
    found.tail, xml.text = xml.text, xml.text and xml.text[:1]
    found.tail = found.tail and found.tail[1:]
    xml.insert(0, found)


@_change
def instruction(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    _any(rng, root).addprevious(etree.ProcessingInstruction("xml-stylesheet", "href='x'"))


@_change
def cdata(rng: random.Random, kind: MessageType, root: etree._Element) -> None:
    xml = _any(rng, root)
    xml.text = etree.CDATA(xml.text or rng.choice(["", " ", "x"]))


# Changes of the bytes

Rewrite = Callable[[random.Random, MessageType, bytes], bytes]


def _default_namespace(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    prefix = rng.choice([kind.prefix, kind.standaard]).encode()
    return data.replace(prefix + b":", b"").replace(b"xmlns:" + prefix + b"=", b"xmlns=")


def _other_prefix(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    prefix, other = (
        kind.prefix.encode(),
        rng.choice([b"a", b"_.-", "é".encode(), b"xsi", kind.standaard.encode(), b"xml"]),
    )
    return data.replace(prefix + b":", other + b":").replace(b"xmlns:" + prefix + b"=", b"xmlns:" + other + b"=")


def _references(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    old = rng.choice([b">4", b">1", b">2", b"-", b"\n"])
    new = rng.choice([b"&#%d;" % old[-1], b"&#x%x;" % old[-1], b"&amp;", b"&foo;", b"&#0;", b"&#xFFFE;", b"&"])
    return data.replace(old, old[:-1] + new, rng.choice([1, 2, 9]))


def _cut(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    at = rng.randrange(40, len(data))
    return data[:at] + bytes([rng.randrange(1, 128)]) + data[at + 1 :]


def _spaced(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    return data.replace(b"\r\n", rng.choice([b"", b"\n", b"\r", b"\t ", b"\r\n\r\n"]))


def _prolog(rng: random.Random, kind: MessageType, data: bytes) -> bytes:
    body = data.partition(b"?>")[2]
    declared = [
        b"",
        b'<?xml version="1.0"?>',
        b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        b"<!-- x -->",
        b"<?x y?>",
    ]
    return (
        rng.choice(declared)
        + rng.choice([b"", b"<!-- -->", b"\n"])
        + body.strip()
        + rng.choice([b"", b"<!-- -->", b"\n"])
    )


REWRITES: tuple[Rewrite, ...] = (_default_namespace, _other_prefix, _references, _cut, _flip, _spaced, _prolog)


def break_a_bytes_rule(rng: random.Random, data: bytes) -> bytes:
    """What OP192 forbids: a byte order mark, another encoding, a DOCTYPE, a NUL."""
    body = data.partition(b"?>")[2]
    return rng.choice(
        [
            b"\xef\xbb\xbf" + data,
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body,
            b'<?xml version="1.0" encoding="UTF-7"?>' + body,
            data.partition(b"?>")[2].decode().encode("utf-16"),
            b"<!DOCTYPE Bericht>" + body,
            b'<!DOCTYPE Bericht [<!ENTITY x "y">]>' + body,
            data.replace(b"</", b"\xff</", 1),
            data + b"\x00",
        ]
    )
