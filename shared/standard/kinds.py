"""What a message is, told by its root, and how its bytes are read safely."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, cast

from lxml import etree

from shared.errors import Fault, Refused
from shared.standard.catalogue import MessageType, by_namespace
from shared.standard.codec import PART, Unread, decode_reading, without_lines
from shared.standard.document import Document
from shared.standard.faults import split
from shared.standard.lines import OtherForm, decode_around, decode_growing, decode_lines
from shared.standard.node import Node
from shared.standard.published import Published, published
from shared.standard.published import compiled as compile_published
from shared.standard.xsd import compiled

SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""How lxml parses: no entities, DTD or network."""
TITLE = "Het bericht voldoet niet aan het berichtformaat (controleniveau 1)"
DOCTYPE = ("OP192", "Het bericht bevat een DOCTYPE. Verstuur het zonder DOCTYPE.")
_COMPILING = Lock()
"""With its first schema libxml2 makes the built-in types, unguarded."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the start of a message tells: the tag of its root, what it is, and the schema that decides."""

    root: str
    type: MessageType | Published
    schema: etree.XMLSchema

    @property
    def message(self) -> MessageType | None:
        """Its type in the catalogue; None when only its schema is known."""
        return None if isinstance(self.type, Published) else self.type

    @property
    def name(self) -> str:
        """Such as JW301; of a published schema as its folder calls it."""
        return self.type.bericht if isinstance(self.type, Published) else self.type.name


def refused(code: str, melding: str, regel: int | None = None) -> Refused:
    """The refusal (422) of a whole message for one reason."""
    return Refused(422, TITLE, [Fault(code, "", melding, regel)])


def parse_trusted(data: bytes) -> etree._Element:
    """The tree of a message that was checked before it was stored."""
    return etree.fromstring(data, etree.XMLParser(**SAFE))


def decode_trusted(message: MessageType, data: bytes, unread: Unread | None = None) -> Document:
    """The Document of a message that was checked before it was stored, without the lines that are `unread`."""
    if document := decode_lines(message, data, parse_trusted, unread):
        return document
    parser = etree.XMLPullParser(["end"], tag=f"{{{message.namespace}}}{PART}", **SAFE)

    def parts() -> Iterator[etree._Element]:
        for start in range(0, len(data), _PIECE):
            parser.feed(data[start : start + _PIECE])
            for _, xml in parser.read_events():
                yield cast("etree._Element", xml)

    return decode_reading(message, parts(), parser.close, unread)


def decode_growing_trusted(message: MessageType, data: bytes) -> Iterator[Document]:
    """As `decode_trusted`: the Document with its first clients, then each time the next of them as a Document.

    These stand in the first as well, which so is whole in the end.
    """
    first, known = None, list[Node]()
    try:
        for first, more in decode_growing(message, data, parse_trusted):
            yield _with(first, more) if known else first
            known += more
    except OtherForm:
        whole = decode_trusted(message, data)
        if first is None:
            yield whole
        else:
            yield _with(first, _added(known[0].parent, [*whole.root.all(PART)][len(known) :]))


def _with(document: Document, clients: list[Node]) -> Document:
    """A Document of some of the clients of another."""
    return Document(document.type, replace(document.root, children=clients))


def _added(holder: Node | None, clients: list[Node]) -> list[Node]:
    """Clients that were read in another way, put where the others of them stand."""
    for client in clients:
        client.parent = holder
    if holder:
        holder.children = [*holder.children, *clients]
    return clients


def decode_around_trusted(message: MessageType, data: bytes) -> Document:
    """As `decode_trusted`, without lines and, where that is quicker, without their clients too."""
    return decode_around(message, data, parse_trusted) or decode_trusted(message, data, without_lines)


_PIECE = 64 * 1024
"""How many bytes are read at a time."""


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


def recognise(data: bytes, xsd_dir: Path | None) -> Kind:
    """What a message is, from no more than its start. Raises Refused."""
    begin = _Start()
    parser = etree.XMLParser(target=cast("Any", begin), **SAFE)
    for start in range(0, len(data), 1024):
        try:
            parser.feed(data[start : start + 1024])
        except etree.XMLSyntaxError:
            if not begin.declared:
                raise
        if begin.declared or begin.root:
            break
    with suppress(etree.XMLSyntaxError):
        parser.close()
    if begin.declared:
        raise refused(*DOCTYPE)
    return kind_of(begin.root, xsd_dir)


def kind_of(root: str, xsd_dir: Path | None) -> Kind:
    """What a message with this tag as its root is. Raises Refused when nothing has its namespace."""
    space, _ = split(root)
    message, own = by_namespace().get(space), published(xsd_dir).get(space) if xsd_dir else None
    with _COMPILING:
        if own:
            return Kind(root, message or own, compile_published(own.path))
        if message:
            return Kind(root, message, compiled(message.name))
    raise refused(
        "BERICHTSOORT",
        "De namespace is die van geen enkel bericht dat hier bekend is. "
        "Controleer de standaard, de release en de berichtsoort.",
    )
