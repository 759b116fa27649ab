"""Level 1 in use: bytes checked, parsed without entities, DTD or network, and validated.

Who sends a message decides how many faults there are and where, so every step is bounded in time and memory.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, cast

from lxml import etree

from shared.errors import Fault, Refused
from shared.standard.catalogue import MessageType
from shared.standard.codec import Unread, bsn_tags, date_tags, decode, decode_around
from shared.standard.document import Document
from shared.standard.faults import MAX_FAULTS, at, faults
from shared.standard.kinds import DOCTYPE, TITLE, Kind, kind_of, parse_trusted, recognise, refused
from shared.standard.published import Published
from shared.standard.reader import CHUNK, Reader, reread

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
_VALIDATING = Lock()
"""lxml keeps one error log per schema, which all threads share."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message that is valid at level 1: of the catalogue, or only known by a published schema."""

    type: MessageType | Published
    root: etree._Element

    def document(self, unread: Unread | None = None) -> Document:
        """The message as a tree of Nodes, without the lines that are `unread`.

        Raises Refused (422) when only its schema is known.
        """
        return decode(self._known(), self.root, unread)

    def around(self) -> tuple[Document, set[str]]:
        """The message without its clients, and the BSNs in it. Raises Refused (422) when only its schema is known."""
        known = self._known()
        bsns = {bsn.text or "" for bsn in self.root.iter(*bsn_tags(known.name))}
        return decode_around(known, self.root), bsns

    def _known(self) -> MessageType:
        if isinstance(self.type, Published):
            text = f"Van {self.type.bericht} {self.type.release} is alleen het schema bekend, voor niveau 1."
            raise refused("ALLEEN_NIVEAU_1", text)
        return self.type

    def has_odd_dates(self) -> bool:
        """Whether a date is written in more or less than the usual ten characters; False without a catalogue."""
        if isinstance(self.type, Published):
            return False
        return any(len((date.text or "").strip()) != 10 for date in self.root.iter(*date_tags(self.type.name)))


_Read = tuple[Kind, etree._Element | None, list[Fault]]
"""What a message is, its tree if it was read to the end, and what is wrong with it."""


def check(data: bytes, xsd_dir: Path | None = None) -> Parsed:
    """Parse and validate a message, by the schemas in `xsd_dir` where it has them, else by those of the catalogue.

    Raises Refused: 413 when too large, else 422 with every fault; `detail` names the message.
    """
    parts, malformed = _check_bytes(data), []
    try:
        kind, root, found = _validate_reading(data, xsd_dir) if parts > MANY else _validate_tree(data, xsd_dir)
    except etree.XMLSyntaxError as error:
        malformed.append(error.lineno or None)
    if malformed:  # not raised above, where it would take along the words of the error: they are the sender's
        raise refused("XML", "Het bericht is geen welgevormde XML. Herstel de opmaak.", *malformed)
    if root is not None and not _UTF8.match(data) and _encoding(root) not in {"UTF-8", "UTF8"}:
        raise refused("OP192", "De XML-declaratie noemt een andere codering dan UTF-8.")
    if found or root is None:
        raise Refused(422, TITLE, found, kind.name)
    return Parsed(kind.type, root)


def impossible_dates(document: Document) -> list[Fault]:
    """The years beyond 9999 or before our era: valid in an XSD, but no date that anybody can act on (ADR 0004)."""
    return [
        Fault("DATUM", document.pad(node), "Een datum valt buiten de jaren 0001 tot en met 9999.", node.line)
        for node in document.nodes()
        for name in node.type.dates
        if len(node.values.get(name, "0001-01-01")) != 10
    ]


def _check_bytes(data: bytes) -> int:
    """How many tags and quotes there are, those in a text included. Raises Refused."""
    if len(data) > MAX_BYTES:
        raise Refused(413, "Het bericht is groter dan 25 MB", detail="Verdeel de inhoud over meer berichten.")
    if data.startswith(b"\xef\xbb\xbf"):
        raise refused("OP192", "Het bericht begint met een byte order mark. Verstuur UTF-8 zonder BOM.")
    if b"\x00" in data or not _is_utf8(data):
        raise refused("OP192", "Het bericht is geen UTF-8. Verstuur UTF-8 zonder BOM.")
    tags, quotes = data.count(b"<"), data.count(b'"') + data.count(b"'")
    parts = (tags if tags <= MAX_PARTS else tags - data.count(b"</")) + quotes
    if parts > MAX_PARTS:
        raise refused("OMVANG", "Het bericht heeft te veel elementen. Verdeel het over meer berichten.")
    return parts


_UTF8 = re.compile(rb"""<\?xml version=["']1.0["'] encoding=["']UTF-8["']""")
"""How nearly every message begins; it saves asking the tree."""


def _encoding(root: etree._Element) -> str:
    return (root.getroottree().docinfo.encoding or "UTF-8").upper()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _validate_tree(data: bytes, xsd_dir: Path | None) -> _Read:
    """Validate a message as a tree.

    libxml2 counts, for every error, the siblings before it: this is for messages of few parts.
    """
    root = parse_trusted(data)
    if len(data) > MAX_TEXT and any(len(text) > MAX_TEXT for text in root.itertext()):
        raise refused("OMVANG", "Een tekst in het bericht is langer dan 4 MB. Kort die in.")
    if b"<!DOCTYPE" in data and root.getroottree().docinfo.internalDTD is not None:
        raise refused(*DOCTYPE)
    kind = kind_of(root.tag, xsd_dir)
    with _VALIDATING:
        log = [] if kind.schema.validate(root) else list(cast("Any", kind.schema.error_log))
    return kind, root, faults(kind.message, ((at(root, error.path or ""), error) for error in log))


def _validate_reading(data: bytes, xsd_dir: Path | None) -> _Read:
    """Validate a message while it is read.

    Reading ends soon after too many errors. They have no place yet, see `reread`. A text in pieces takes
    libxml2 quadratic time here, and a tag can hold an error per attribute: both are limited.
    """
    kind, bad = recognise(data, xsd_dir), []
    with Reader(kind) as reader:
        for start in range(0, len(data), CHUNK):
            if reader.feed(data[start : start + CHUNK]):
                bad.append(start)
            if cut := len(bad) > MAX_FAULTS or reader.errors > 10 * MAX_FAULTS:
                break
            unbroken = start + MAX_RUN <= len(data) and data.find(b"<", start, start + MAX_RUN) < 0
            if unbroken or reader.longest() > MAX_RUN:
                raise refused("OMVANG", "In een bericht met zoveel elementen is een tekst of tag te lang. Kort die in.")
        if not bad:
            return kind, reader.close(), []
    with Reader(kind) as reader:
        return kind, None, faults(kind.message, reread(reader, data, bad), cut)
