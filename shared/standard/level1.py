"""Level 1 in use: bytes checked, parsed without entities, DTD or network, and validated.

Who sends a message decides how many faults there are and where, so every step is bounded in time and memory.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self, cast

from lxml import etree

from shared.errors import Fault, Refused
from shared.standard.catalogue import MessageType, by_namespace
from shared.standard.codec import decode
from shared.standard.document import Document
from shared.standard.faults import MAX_FAULTS, Located, at, faults, split
from shared.standard.published import Published, published
from shared.standard.published import compiled as compile_published
from shared.standard.xsd import compiled

MAX_BYTES = 25 * 1024 * 1024
"""The largest message that VECOZO and GGk carry (IB003, IB012)."""
MAX_PARTS = 1_200_000
"""Elements, and twice the attributes; of elements with a value fewer fit in 25 MB."""
MANY = 10_000
"""A message with more parts, counting end tags too, is validated while it is read."""
MAX_TEXT = 4 * 1024 * 1024
"""How long a text may be: for the patterns on it libxml2 takes thirty times its memory."""
MAX_RUN = 32 * 1024
"""How long a text or a tag may be in such a message; a little more passes."""
_CHUNK = 16 * 1024
_TITLE = "Het bericht voldoet niet aan het berichtformaat (controleniveau 1)"
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DOCTYPE = ("OP192", "Het bericht bevat een DOCTYPE. Verstuur het zonder DOCTYPE.")
_OF_PARENT = {"SCHEMAV_CVC_TYPE_3_1_2", "SCHEMAV_CVC_COMPLEX_TYPE_2_3"}
"""When they come with the start of an element, these errors are about the one above it."""
_VALIDATING = Lock()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message that is valid at level 1: of the catalogue, or only known by a published schema."""

    type: MessageType | Published
    root: etree._Element

    def document(self) -> Document:
        """The message as a tree of Nodes. Raises Refused (422) when only its schema is known."""
        if isinstance(self.type, Published):
            text = f"Van {self.type.bericht} {self.type.release} is alleen het schema bekend, voor niveau 1."
            raise _refused("ALLEEN_NIVEAU_1", text)
        return decode(self.type, self.root)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the start of a message tells: the tag of its root, what it is, and the schema that decides."""

    root: str
    type: MessageType | Published
    schema: etree.XMLSchema

    @property
    def name(self) -> str:
        return self.type.bericht if isinstance(self.type, Published) else self.type.name


def check(data: bytes, xsd_dir: Path | None = None) -> Parsed:
    """Parse and validate a message, by the schemas in `xsd_dir` where it has them, else by those of the catalogue.

    Raises Refused: 413 when too large, else 422 with every fault; `detail` names the message.
    """
    parts, malformed = _check_bytes(data), []
    try:
        kind, root, errors = _validate_reading(data, xsd_dir) if parts > MANY else _validate_tree(data, xsd_dir)
        found = faults(None if isinstance(kind.type, Published) else kind.type, errors)
    except etree.XMLSyntaxError as error:
        malformed.append(error.lineno or None)
    if malformed:  # not raised above, where it would take along the words of the error: they are the sender's
        raise _refused("XML", "Het bericht is geen welgevormde XML. Herstel de opmaak.", *malformed)
    if root is not None and (root.getroottree().docinfo.encoding or "UTF-8").upper() not in {"UTF-8", "UTF8"}:
        raise _refused("OP192", "De XML-declaratie noemt een andere codering dan UTF-8.")
    if found or root is None:
        raise Refused(422, _TITLE, found, kind.name)
    return Parsed(kind.type, root)


def _refused(code: str, melding: str, regel: int | None = None) -> Refused:
    return Refused(422, _TITLE, [Fault(code, "", melding, regel)])


def _check_bytes(data: bytes) -> int:
    """How many tags and quotes there are, those in a text included. Raises Refused."""
    if len(data) > MAX_BYTES:
        raise Refused(413, "Het bericht is groter dan 25 MB", detail="Verdeel de inhoud over meer berichten.")
    if data.startswith(b"\xef\xbb\xbf"):
        raise _refused("OP192", "Het bericht begint met een byte order mark. Verstuur UTF-8 zonder BOM.")
    if b"\x00" in data or not _is_utf8(data):
        raise _refused("OP192", "Het bericht is geen UTF-8. Verstuur UTF-8 zonder BOM.")
    tags, quotes = data.count(b"<"), data.count(b'"') + data.count(b"'")
    parts = (tags if tags <= MAX_PARTS else tags - data.count(b"</")) + quotes
    if parts > MAX_PARTS:
        raise _refused("OMVANG", "Het bericht heeft te veel elementen. Verdeel het over meer berichten.")
    return parts


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parse_trusted(data: bytes) -> etree._Element:
    """The tree of a message that was checked before it was stored."""
    return etree.fromstring(data, etree.XMLParser(**_SAFE))


def _entries(log: Any) -> list[etree._LogEntry]:
    return list(log)


class _Start:
    """A target of a parser that notes the root, and the DOCTYPE that may stand before it."""

    def __init__(self) -> None:
        self.root = ""
        self.declared = False

    def start(self, tag: str, _: object) -> None:
        """An element begins."""
        self.root = self.root or tag

    def doctype(self, *_: object) -> None:
        """A DOCTYPE begins."""
        self.declared = True

    def close(self) -> None:
        """The document ends."""


def _recognise(data: bytes, xsd_dir: Path | None) -> _Kind:
    """What a message is, from no more than its start. Raises Refused."""
    begin = _Start()
    parser = etree.XMLParser(target=cast("Any", begin), **_SAFE)
    for start in range(0, len(data), 1024):
        try:
            parser.feed(data[start : start + 1024])
        except etree.XMLSyntaxError:
            if not begin.declared:
                raise
        if begin.declared:
            raise _refused(*_DOCTYPE)
        if begin.root:
            return _kind(begin.root, xsd_dir)
    raise _refused("XML", "Het bericht heeft geen elementen. Verstuur een volledig bericht.")


def _kind(root: str, xsd_dir: Path | None) -> _Kind:
    space, _ = split(root)
    message, own = by_namespace().get(space), published(xsd_dir).get(space) if xsd_dir else None
    if own:
        return _Kind(root, message or own, compile_published(own.path))
    if message:
        return _Kind(root, message, compiled(message.name))
    raise _refused(
        "BERICHTSOORT",
        "De namespace is die van geen enkel bericht dat hier bekend is. "
        "Controleer de standaard, de release en de berichtsoort.",
    )


def _validate_tree(data: bytes, xsd_dir: Path | None) -> tuple[_Kind, etree._Element, Iterable[Located]]:
    """What a message is, its tree, and what is wrong with it.

    lxml keeps the log of a validation in the schema, which all threads share. And libxml2 counts, for every
    error, the siblings before it: this is for messages of few parts.
    """
    root = parse_trusted(data)
    if len(data) > MAX_TEXT and any(len(text) > MAX_TEXT for text in root.itertext()):
        raise _refused("OMVANG", "Een tekst in het bericht is langer dan 4 MB. Kort die in.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(*_DOCTYPE)
    kind = _kind(root.tag, xsd_dir)
    with _VALIDATING:
        log = [] if kind.schema.validate(root) else _entries(kind.schema.error_log)
    return kind, root, ((at(root, error.path or ""), error) for error in log)


def _validate_reading(data: bytes, xsd_dir: Path | None) -> tuple[_Kind, etree._Element | None, Iterable[Located]]:
    """What a message is and its tree, validated while it is read; or no tree but what is wrong with it.

    Reading ends soon after too many errors. They have no place yet, see `_reread`. A text in pieces takes
    libxml2 quadratic time here, and a tag can hold an error per attribute: both are limited.
    """
    kind = _recognise(data, xsd_dir)
    bad = []
    with _Reader(kind) as reader:
        for start in range(0, len(data), _CHUNK):
            if reader.feed(data[start : start + _CHUNK]):
                bad.append(start)
            if len(bad) > MAX_FAULTS:
                break
            unbroken = start + MAX_RUN <= len(data) and data.find(b"<", start, start + MAX_RUN) < 0
            if unbroken or reader.longest() > MAX_RUN:
                raise _refused(
                    "OMVANG", "In een bericht met zoveel elementen is een tekst of tag te lang. Kort die in."
                )
        if not bad:
            return kind, reader.close(), ()
    return kind, None, _reread(kind, data, bad)


def _reread(kind: _Kind, data: bytes, bad: list[int]) -> Iterator[Located]:
    """The errors of the chunks that have some, in order; there every tag is read by itself, to see whose they are."""
    with _Reader(kind) as reader:
        for start in range(0, bad[-1] + 1, _CHUNK):
            chunk = data[start : start + _CHUNK]
            for piece in re.split(b"(?<=>)", chunk) if start in bad else [chunk]:
                opening = piece.rpartition(b"<")[2][:1] not in b"/?!"
                for error in reader.feed(piece):
                    yield reader.place(error, opening), error


class _Reader:
    """A parser that validates what it is fed, and the tree that it has made so far.

    It takes entities as text (there are none, without a DOCTYPE): with a schema and without that, lxml does not
    notice when a document is no XML. Parser and tree hold each other, which a next, small document ends.
    """

    def __init__(self, kind: _Kind) -> None:
        how = _SAFE | {"resolve_entities": True}
        self._parser = etree.XMLPullParser(["start"], tag=kind.root, schema=kind.schema, **how)
        self._root: etree._Element | None = None
        self._known = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for rest in (b"", b"<x/>"):
            with suppress(etree.XMLSyntaxError):
                self._parser.feed(rest)
                self._parser.close()

    def feed(self, data: bytes) -> list[etree._LogEntry]:
        """Read on; the errors that come to light. Raises XMLSyntaxError when it is no XML."""
        self._parser.feed(data)
        for _, xml in self._parser.read_events():
            self._root = cast("etree._Element", xml) if self._root is None else self._root
        log = self._parser.feed_error_log
        new = _entries(log)[self._known :] if len(log) > self._known else []
        self._known += len(new)
        return new

    def close(self) -> etree._Element:
        """The whole tree. Raises XMLSyntaxError when it is no XML or not valid."""
        return self._parser.close()

    def longest(self) -> int:
        """The length of the longest text at the point that was reached."""
        return max((len(part) for xml in self._newest() for part in (xml.text, xml.tail) if part), default=0)

    def place(self, error: etree._LogEntry, opening: bool) -> etree._Element:
        """The element of an error at the last tag: around that the innermost with the name in the message."""
        around = list(self._newest())
        if opening and error.type_name in _OF_PARENT:
            around.pop()
        name = error.message.split("'", 2)[1]
        return next((xml for xml in reversed(around) if xml.tag == name), around[-1])

    def _newest(self) -> Iterator[etree._Element]:
        xml = self._root
        while xml is not None:
            yield xml
            xml = next(xml.iterchildren(reversed=True), None)
