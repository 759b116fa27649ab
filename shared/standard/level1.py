"""Level 1 in use: bytes checked, parsed and validated; each fault with its place and, in Dutch, what to do.

Nothing of the content is repeated: a fault names elements of the standard only, never a value.
"""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from shared.errors import Fault, Refused
from shared.standard.catalogue import (
    Element,
    MessageType,
    SimpleType,
    by_namespace,
    composites,
    simple_types,
)
from shared.standard.codec import decode
from shared.standard.document import Document
from shared.standard.xsd import compiled

MAX_BYTES = 25 * 1024 * 1024
"""The largest message that VECOZO and GGk carry (IB003, IB012)."""
MAX_FAULTS = 200
_TITLE = "Het bericht voldoet niet aan het berichtformaat (controleniveau 1)"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message that is valid at level 1."""

    type: MessageType
    root: etree._Element

    def document(self) -> Document:
        """The message as a tree of Nodes."""
        return decode(self.type, self.root)


def check(data: bytes) -> Parsed:
    """Parse and validate a message. Raises Refused: 413 when too large, else 422 with every fault."""
    root = _parse(data)
    message = by_namespace().get(etree.QName(root).namespace or "")
    if message is None:
        raise _refused(
            "BERICHTSOORT",
            "De namespace is die van geen enkel bericht van iWmo of iJw 3.2. "
            "Controleer de standaard, de release en de berichtsoort.",
        )
    schema = compiled(message.name)
    if not schema.validate(root):
        raise Refused(422, _TITLE, _faults(message, root, schema.error_log), message.name)
    return Parsed(message, root)


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


def _faults(message: MessageType, root: etree._Element, log: etree._ListErrorLog) -> list[Fault]:
    found: dict[str, Fault] = {}
    for error in islice(log, 5 * MAX_FAULTS):
        pad, element = _place(message, root, error.path or "")
        if pad not in found:  # a facet's error is followed by one on its type, at the same place
            found[pad] = Fault(_code(error.type_name), pad, _explain(message, element, error), error.line)
    faults = list(found.values())[:MAX_FAULTS]
    if len(log) > 2 * MAX_FAULTS:
        faults.append(Fault("XSD", "", "Er zijn meer fouten; herstel eerst de genoemde."))
    return faults


def _code(type_name: str) -> str:
    if type_name == "SCHEMAV_ELEMENT_CONTENT":
        return "cvc-complex-type-2-4"
    return type_name.removeprefix("SCHEMAV_").lower().replace("_", "-")


def _place(message: MessageType, root: etree._Element, path: str) -> tuple[str, Element | None]:
    """The path in our own form, and the element of the catalogue where it ends, if it is known.

    A name that the catalogue does not have is written as `*`: it is content, not standard.
    """
    xml, element, steps = root, Element("Bericht", "Root", 1, 1), [f"{message.prefix}:Bericht"]
    known: Element | None = element
    for step in path.split("/")[2:]:
        match = re.fullmatch(r"(?:[^\[\]]*:)?([^\[\]:]+)(?:\[(\d+)\])?", step)
        if match is None:
            break
        name, position = match[1], int(match[2] or 1)
        children = [c for c in xml if name == "*" or etree.QName(c).localname == name]
        if len(children) < position:
            break
        xml = children[position - 1]
        name = etree.QName(xml).localname
        if match[1] == "*":
            position = sum(etree.QName(c).localname == name for c in children[:position])
        known = _below(message, known, name)
        prefix = _prefix(message, xml)
        anonymous = f"*[{1 + sum(1 for _ in xml.itersiblings(preceding=True))}]"
        steps.append(f"{prefix}:{name}[{position}]" if known and prefix else anonymous)
    return "/" + "/".join(steps), known


def _prefix(message: MessageType, xml: etree._Element) -> str:
    space = etree.QName(xml).namespace
    if space == message.namespace:
        return message.prefix
    return message.standaard if space and space.endswith("/basisschema/schema") else ""


def _below(message: MessageType, element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    if element.type in message.classes:
        elements = message.classes[element.type].elements
    else:
        elements = composites(message.standaard).get(element.type, ())
    return next((below for below in elements if below.name == name), None)


def _explain(message: MessageType, element: Element | None, error: etree._LogEntry) -> str:
    text = error.message
    if "Expected is" in text:
        names = re.findall(r"\}(\w+)", text.rpartition("Expected is")[2])
        start = "Er ontbreekt een element." if "Missing child" in text else "Dit element hoort hier niet."
        return f"{start} Verwacht: {' of '.join(names)}."
    if error.type_name in _TEXTS:
        return _TEXTS[error.type_name]
    if element and element.type.startswith("LDT_"):
        pattern = f", vast patroon {element.pattern}" if element.pattern else ""
        kind = describe(simple_types(message.standaard)[element.type])
        return f"De waarde is niet toegestaan. Verwacht: {kind}{pattern}."
    return "De inhoud past niet bij het berichtformaat. Vergelijk dit element met het XSD."


_TEXTS = {
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "Dit element heeft een attribuut dat het bericht niet kent. Haal het weg.",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "Tussen de elementen staat tekst die er niet hoort. Haal die weg.",
    "SCHEMAV_CVC_TYPE_3_1_2": "Dit element bevat andere elementen; alleen een waarde is toegestaan.",
    "SCHEMAV_CVC_ELT_1": "Het hoofdelement moet Bericht zijn.",
    "SCHEMAV_ELEMENT_CONTENT": "Dit element hoort hier niet: op deze plaats mag niets meer volgen. Haal het weg.",
}

_BASES = {
    "integer": "een geheel getal",
    "date": "een datum (jjjj-mm-dd, zonder tijdzone)",
    "time": "een tijd",
}


def describe(kind: SimpleType) -> str:
    """A simple type in Dutch: `een geheel getal, minimaal 0, maximaal 99999999`."""
    if kind.enumeration:
        return "een van " + ", ".join(kind.enumeration)
    words = {
        "minInclusive": "minimaal {}",
        "maxInclusive": "maximaal {}",
        "minLength": "ten minste {} teken(s)",
        "maxLength": "ten hoogste {} tekens",
        "pattern": "patroon {}",
    }
    parts = [words[name].format(value) for name, value in kind.facets if (name, kind.base) != ("pattern", "date")]
    return ", ".join([_BASES.get(kind.base, "tekst"), *parts])
