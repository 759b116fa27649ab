"""What must become of a message, by judges that share no code with the services.

The bytes rule (OP192), libxml2 with the official XSDs where they are published, and the year rule of ADR 0004.
"""

import re
from dataclasses import dataclass
from functools import cache

from lxml import etree

from shared.standard.catalogue import messages
from shared.standard.xsd import basisschema, compiled, message_schema
from tests.standard.mutate import UNPUBLISHED, XSD, official

_XS = "{http://www.w3.org/2001/XMLSchema}"
_KINDS = {f"{{{kind.namespace}}}Bericht": name for name, kind in messages().items()}
_SWAPPED = {name for name, kind in messages().items() if kind.is_return and kind.soort != "325"}
"""A return message keeps the Header of what it answers, so its sender stands there as Ontvanger; a 325 does not."""
MAX_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a message is valid at level 1 and has only dates that exist here; who sends it and who receives it."""

    valid: bool
    datable: bool = True
    sender: str = ""
    receiver: str = ""
    large: bool = False

    def statuses(self, caller: str) -> set[int]:
        """What `POST /v1/berichten` may answer to somebody."""
        if self.large:
            return {413}
        if not self.valid or not self.datable:
            return {422}
        if caller == self.receiver:
            return {202}
        return {202, 409, 422} if caller == self.sender else {403}


def truth(data: bytes) -> Truth:
    """What is true of a message."""
    if len(data) > MAX_BYTES:
        return Truth(False, large=True)
    root = _parsed(data)
    name = _KINDS.get(root.tag) if root is not None else None
    if root is None or name is None or not _schema(name).validate(root):
        return Truth(False)
    pair = tuple(str(root.xpath(f"string(*[1]/*[local-name()='{party}'])")) for party in ("Afzender", "Ontvanger"))
    sender, receiver = reversed(pair) if name in _SWAPPED else pair
    return Truth(True, _datable(name, root), sender, receiver)


def _parsed(data: bytes) -> etree._Element | None:
    """The tree of what is well-formed UTF-8 without a byte order mark, a NUL or a DOCTYPE (OP192)."""
    if data[:3] == b"\xef\xbb\xbf" or b"\0" in data:
        return None
    try:
        data.decode("utf-8", "strict")
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except (UnicodeDecodeError, etree.XMLSyntaxError):
        return None
    told = root.getroottree().docinfo
    return root if not told.doctype and (told.encoding or "UTF-8").upper() in ("UTF-8", "UTF8") else None


def _schema(name: str) -> etree.XMLSchema:
    return compiled(name) if name in UNPUBLISHED or not XSD.is_dir() else official(name)


def _datable(name: str, root: etree._Element) -> bool:
    """Whether every date has a year of four digits: the elements that the schema types as xs:date."""
    dates = (xml for xml in root.iter("*") if etree.QName(xml).localname in _dates(name))
    return all(re.fullmatch(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*", str(xml.xpath("string()"))) for xml in dates)


@cache
def _dates(name: str) -> frozenset[str]:
    """The local names of the elements of a message that are dates, read from its schemas."""
    kind = messages()[name]
    schemas = (basisschema(kind.standaard), message_schema(kind))
    simple = {
        found.get("name")
        for schema in schemas
        for found in schema.iter(f"{_XS}simpleType")
        if (below := found.find(f"{_XS}restriction")) is not None and below.get("base") == "xs:date"
    }
    elements = [xml for schema in schemas for xml in schema.iter(f"{_XS}element")]
    return frozenset(str(xml.get("name")) for xml in elements if (xml.get("type") or "").partition(":")[2] in simple)
