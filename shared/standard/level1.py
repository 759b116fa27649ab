"""Level 1 in use: bytes checked, parsed without entities, DTD or network, and validated."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lxml import etree

from shared.errors import Fault, Refused
from shared.standard.catalogue import MessageType, by_namespace
from shared.standard.codec import decode
from shared.standard.document import Document
from shared.standard.faults import faults
from shared.standard.published import Published, published
from shared.standard.published import compiled as compile_published
from shared.standard.xsd import compiled

MAX_BYTES = 25 * 1024 * 1024
"""The largest message that VECOZO and GGk carry (IB003, IB012)."""
_TITLE = "Het bericht voldoet niet aan het berichtformaat (controleniveau 1)"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message that is valid at level 1: of the catalogue, or only known by a published schema."""

    type: MessageType | Published
    root: etree._Element

    def document(self) -> Document:
        """The message as a tree of Nodes. Raises Refused (422) when only its schema is known."""
        if isinstance(self.type, Published):
            text = (
                f"Van {self.type.bericht} {self.type.release} is alleen het schema bekend, voor niveau 1."
            )
            raise _refused("ALLEEN_NIVEAU_1", text)
        return decode(self.type, self.root)


def check(data: bytes, xsd_dir: Path | None = None) -> Parsed:
    """Parse and validate a message, by the schemas in `xsd_dir` where it has them, else by those of the catalogue.

    Raises Refused: 413 when too large, else 422 with every fault; `detail` names the message.
    """
    root = _parse(data)
    space = etree.QName(root).namespace or ""
    message, own = by_namespace().get(space), published(xsd_dir).get(space) if xsd_dir else None
    if message is None and own is None:
        raise _refused(
            "BERICHTSOORT",
            "De namespace is die van geen enkel bericht dat hier bekend is. "
            "Controleer de standaard, de release en de berichtsoort.",
        )
    schema = compile_published(own.path) if own else compiled(message.name) if message else None
    if schema is not None and not schema.validate(root):
        name = message.name if message else own.bericht if own else ""
        raise Refused(422, _TITLE, faults(message, root, schema.error_log), name)
    return Parsed(message or cast("Published", own), root)


def _refused(code: str, melding: str, regel: int | None = None) -> Refused:
    return Refused(422, _TITLE, [Fault(code, "", melding, regel)])


def _check_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Refused(413, "Het bericht is groter dan 25 MB", detail="Verdeel de inhoud over meer berichten.")
    if data.startswith(b"\xef\xbb\xbf"):
        raise _refused("OP192", "Het bericht begint met een byte order mark. Verstuur UTF-8 zonder BOM.")
    if b"\x00" in data or not _is_utf8(data):
        raise _refused("OP192", "Het bericht is geen UTF-8. Verstuur UTF-8 zonder BOM.")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def parse_trusted(data: bytes) -> etree._Element:
    """The tree of a message that was checked before it was stored."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def _parse(data: bytes) -> etree._Element:
    _check_bytes(data)
    try:
        root = parse_trusted(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise _refused("XML", "Het bericht is geen welgevormde XML. Herstel de opmaak.", line) from None
    info = root.getroottree().docinfo
    if info.internalDTD is not None:
        raise _refused("OP192", "Het bericht bevat een DOCTYPE. Verstuur het zonder DOCTYPE.")
    if (info.encoding or "UTF-8").upper() not in {"UTF-8", "UTF8"}:
        raise _refused("OP192", "De XML-declaratie noemt een andere codering dan UTF-8.")
    return root
