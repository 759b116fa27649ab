"""What a schema says of a message, for a person: the place, the line and, in Dutch, what to do.

Nothing of the content is repeated: a fault names elements of the standard only, never a value.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import cast

from lxml import etree

from shared.errors import Fault
from shared.standard.catalogue import (
    Element,
    MessageType,
    SimpleType,
    base_namespace,
    composites,
    simple_types,
)

MAX_FAULTS = 200

Located = tuple[etree._Element, etree._LogEntry]
"""An error of a schema and the element that it is about."""


def faults(message: MessageType | None, errors: Iterable[Located], cut: bool = False) -> list[Fault]:
    """The faults in what a schema says, at most MAX_FAULTS and then, or when `cut`, a word that there are more.

    A facet's error is followed by one on its type, with the same words at the same place: they are one fault.
    `message` is None for a message that the catalogue does not have.
    """
    found: dict[tuple[str, str], Fault] = {}
    numbers = _Numbers()
    for xml, error in errors:
        pad, element = _place(message, xml, numbers)
        melding = _explain(message, element, error)
        if len(found) == MAX_FAULTS and (pad, melding) not in found:
            cut = True
            break
        line = cast("int | None", xml.sourceline)
        found.setdefault((pad, melding), Fault(_code(error.type_name), pad, melding, line))
    more = [Fault("XSD", "", "Er zijn meer fouten; herstel eerst de genoemde.")] if cut else []
    return [*found.values(), *more]


def _code(type_name: str) -> str:
    if type_name == "SCHEMAV_ELEMENT_CONTENT":
        return "cvc-complex-type-2-4"
    return type_name.removeprefix("SCHEMAV_").lower().replace("_", "-")


_STEP = re.compile(r"(?:([^:\[\]@]+):)?([^:\[\]@]+)(?:\[(\d+)\])?")


def at(root: etree._Element, path: str) -> etree._Element:
    """The element at a path of libxml2, of steps like a:b[2], b or *[3]; an attribute at the end is left off."""
    xml = root
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        if match is None:
            break
        prefix, name, number = match[1], match[2], int(match[3] or 1)
        like = (c for c in xml.iterchildren(f"{{*}}{name}") if name == "*" or c.prefix == prefix)
        xml = next(islice(like, number - 1, None), xml)
    return xml


class _Numbers:
    """The numbers of elements among their like; of places asked in document order, each sibling is counted once."""

    def __init__(self) -> None:
        self._last: dict[tuple[etree._Element, str], tuple[etree._Element, int]] = {}

    def of(self, parent: etree._Element, xml: etree._Element, tag: str) -> int:
        """1 for the first child with that tag, or with any if it is `*`; 2 for the next."""
        last, number = self._last.get((parent, tag), (None, 0))
        if xml is not last:
            number += 1
            for sibling in xml.itersiblings(tag, preceding=True):
                if sibling is last:
                    break
                number += 1
            self._last[parent, tag] = (xml, number)
        return number


def _place(message: MessageType | None, xml: etree._Element, numbers: _Numbers) -> tuple[str, Element | None]:
    """The XPath of an element with a position on every step, and what the catalogue says of it.

    A name that the catalogue does not have is written as `*`: it is content, not standard.
    """
    *above, _ = around = [xml, *xml.iterancestors()]
    known = Element("Bericht", "Root", 1, 1) if message else None
    steps = [f"{message.prefix}:Bericht" if message else "*"]
    for parent, child in zip(reversed(around), reversed(above), strict=False):
        space, name = split(child.tag)
        prefix = _prefix(message, space)
        known = _below(message, known, name) if prefix else None
        tag, shown = (child.tag, f"{prefix}:{name}") if known else ("*", "*")
        steps.append(f"{shown}[{numbers.of(parent, child, tag)}]")
    return "/" + "/".join(steps), known


def split(tag: str) -> tuple[str, str]:
    """Namespace and name of an element; etree.QName refuses a namespace with a brace in it."""
    space, _, name = tag.rpartition("}")
    return space[1:], name


def _prefix(message: MessageType | None, space: str) -> str:
    if message is None:
        return ""
    return {message.namespace: message.prefix, base_namespace(message.standaard): message.standaard}.get(space, "")


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
