"""One codec for all messages: XML to Document and back, driven by the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from lxml import etree

from shared.standard.catalogue import (
    ClassType,
    Element,
    MessageType,
    base_namespace,
    composites,
    messages,
    simple_types,
    snake,
)
from shared.standard.document import Document, Node, new_node

_COLLAPSED = {"integer", "date", "time"}


@dataclass(frozen=True, slots=True)
class _Slot:
    """What an element below a class is: a leaf, a composite of slots (`below`), a class or a container."""

    kind: str
    name: str
    leaf: bool = False
    collapse: bool = False
    below: Mapping[str, "_Slot"] | None = None


@cache
def _slots(message: str, name: str) -> Mapping[str, _Slot]:
    kind = messages()[message]
    return {f"{{{kind.namespace}}}{element.name}": _slot(kind, element) for element in kind.classes[name].elements}


def _slot(message: MessageType, element: Element) -> _Slot:
    if element.name == "RetourCodes":
        return _Slot("retourcodes", element.name)
    if element.type in message.classes:
        inner = message.classes[element.type]
        if inner.container:
            return _Slot("container", inner.elements[0].type)
        return _Slot("class", element.type)
    return _leaf_slot(message.standaard, element, "")


def _leaf_slot(standaard: str, element: Element, prefix: str) -> _Slot:
    name = prefix + snake(element.name)
    if element.type.startswith("LDT_"):
        return _Slot("leaf", name, leaf=True, collapse=simple_types(standaard)[element.type].base in _COLLAPSED)
    space = base_namespace(standaard)
    parts = composites(standaard)[element.type]
    return _Slot(
        "composite",
        name,
        below={f"{{{space}}}{part.name}": _leaf_slot(standaard, part, name + "_") for part in parts},
    )


def decode(message: MessageType, root: etree._Element) -> Document:
    """The Document of an XML tree that is valid against its XSD (level 1)."""
    return Document(message, _decode(message, message.classes["Root"], root, None, {}))


def _decode(
    message: MessageType, kind: ClassType, xml: etree._Element, parent: Node | None, counts: dict[str, int]
) -> Node:
    node = new_node(kind, parent, counts)
    node.line = cast("int | None", xml.sourceline)
    for slot, child in _fill(node.values, xml, _slots(message.name, kind.name)):
        if slot.kind == "retourcodes":
            node.retourcodes = [code.text or "" for code in child]
        else:
            branches = child if slot.kind == "container" else (child,)
            below = message.classes[slot.name]
            node.children.extend(_decode(message, below, branch, node, counts) for branch in branches)
    return node


def _fill(
    values: dict[str, str], xml: etree._Element, slots: Mapping[str, _Slot]
) -> list[tuple[_Slot, etree._Element]]:
    """Take in the leaves of a class or composite; what is left are classes and containers."""
    rest = []
    for child in xml:
        slot = slots[child.tag]
        if slot.leaf:
            text = child.text or ""
            values[slot.name] = text.strip(" \t\r\n") if slot.collapse else text
        elif slot.below is not None:
            _fill(values, child, slot.below)
        else:
            rest.append((slot, child))
    return rest


def encode(document: Document) -> bytes:
    """The XML of a Document: UTF-8 without BOM, CR/LF, prefixes as published, the same bytes each time.

    Leaves that are absent give no element, so a Document that lacks something gives XML that level 1
    refuses: check it with `xsd.check` before it leaves.
    """
    message = document.type
    spaces = {message.standaard: base_namespace(message.standaard), message.prefix: message.namespace}
    root = etree.Element(f"{{{message.namespace}}}Bericht", nsmap=spaces)
    _encode(message, document.root, root)
    etree.indent(root, "\t")
    body = etree.tostring(root, encoding="UTF-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + body.replace(b"\n", b"\r\n") + b"\r\n"


def _encode(message: MessageType, node: Node, xml: etree._Element) -> None:
    for element in node.type.elements:
        below = message.classes.get(element.type)
        if below is None:
            _encode_leaf(message, element, message.namespace, node.values, "", xml)
        elif element.name == "RetourCodes":
            _encode_codes(message, node, xml)
        else:
            inner = below.elements[0].name if below.container else element.name
            branches = [child for child in node.children if child.name == inner]
            target = etree.SubElement(xml, _tag(message, element.name)) if below.container and branches else xml
            for branch in branches:
                _encode(message, branch, etree.SubElement(target, _tag(message, inner)))


def _encode_leaf(
    message: MessageType,
    element: Element,
    space: str,
    values: dict[str, str],
    prefix: str,
    xml: etree._Element,
) -> None:
    name = prefix + snake(element.name)
    if element.type.startswith("LDT_"):
        if name in values:
            etree.SubElement(xml, f"{{{space}}}{element.name}").text = values[name]
    elif any(key.startswith(name + "_") for key in values):
        target = etree.SubElement(xml, f"{{{space}}}{element.name}")
        for part in composites(message.standaard)[element.type]:
            _encode_leaf(message, part, base_namespace(message.standaard), values, name + "_", target)


def _encode_codes(message: MessageType, node: Node, xml: etree._Element) -> None:
    if node.retourcodes:
        codes = etree.SubElement(xml, _tag(message, "RetourCodes"))
        for code in node.retourcodes:
            etree.SubElement(codes, _tag(message, "RetourCode")).text = code


def _tag(message: MessageType, name: str) -> str:
    return f"{{{message.namespace}}}{name}"
