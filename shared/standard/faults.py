"""What a schema says of a message, for a person: the place, the line and, in Dutch, what to do.

Nothing of the content is repeated: a fault names elements of the standard only, never a value.
"""

import re
from itertools import islice

from lxml import etree

from shared.errors import Fault
from shared.standard.catalogue import Element, MessageType, SimpleType, composites, simple_types

MAX_FAULTS = 200


def faults(message: MessageType | None, root: etree._Element, log: etree._ListErrorLog) -> list[Fault]:
    """The faults in the error log of a schema, one per place, at most MAX_FAULTS and a word that there are more.

    `message` is None for a message that the catalogue does not have.
    """
    found: dict[str, Fault] = {}
    for error in islice(log, 5 * MAX_FAULTS):
        pad, element = _place(message, root, error.path or "")
        if pad not in found:  # a facet's error is followed by one on its type, at the same place
            found[pad] = Fault(_code(error.type_name), pad, _explain(message, element, error), error.line)
    first = list(found.values())[:MAX_FAULTS]
    if len(log) > 2 * MAX_FAULTS:
        first.append(Fault("XSD", "", "Er zijn meer fouten; herstel eerst de genoemde."))
    return first


def _code(type_name: str) -> str:
    if type_name == "SCHEMAV_ELEMENT_CONTENT":
        return "cvc-complex-type-2-4"
    return type_name.removeprefix("SCHEMAV_").lower().replace("_", "-")


def _place(message: MessageType | None, root: etree._Element, path: str) -> tuple[str, Element | None]:
    """The path in our own form, and the element of the catalogue where it ends, if it is known.

    A name that the catalogue does not have is written as `*`: it is content, not standard.
    """
    xml, steps = root, [f"{message.prefix}:Bericht" if message else "*"]
    known = Element("Bericht", "Root", 1, 1) if message else None
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
        prefix = _prefix(message, xml) if message else ""
        anonymous = f"*[{1 + sum(1 for _ in xml.itersiblings(preceding=True))}]"
        steps.append(f"{prefix}:{name}[{position}]" if known and prefix else anonymous)
    return "/" + "/".join(steps), known


def _prefix(message: MessageType, xml: etree._Element) -> str:
    space = etree.QName(xml).namespace
    if space == message.namespace:
        return message.prefix
    return message.standaard if space and space.endswith("/basisschema/schema") else ""


def _below(message: MessageType | None, element: Element | None, name: str) -> Element | None:
    if element is None or message is None:
        return None
    if element.type in message.classes:
        elements = message.classes[element.type].elements
    else:
        elements = composites(message.standaard).get(element.type, ())
    return next((below for below in elements if below.name == name), None)


def _explain(message: MessageType | None, element: Element | None, error: etree._LogEntry) -> str:
    text = error.message
    if "Expected is" in text:
        names = re.findall(r"\}(\w+)", text.rpartition("Expected is")[2])
        start = "Er ontbreekt een element." if "Missing child" in text else "Dit element hoort hier niet."
        return f"{start} Verwacht: {' of '.join(names)}."
    if error.type_name in _TEXTS:
        return _TEXTS[error.type_name]
    if message and element and element.type.startswith("LDT_"):
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
