"""One codec for all messages: XML to Document and back, driven by the catalogue."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from shared.standard.document import Document, new_node
from shared.standard.node import Node

COLLAPSED = {"integer", "date", "time"}
"""The base types in whose text the white space around it does not count."""


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
        return _Slot("leaf", name, leaf=True, collapse=simple_types(standaard)[element.type].base in COLLAPSED)
    space = base_namespace(standaard)
    parts = composites(standaard)[element.type]
    return _Slot(
        "composite",
        name,
        below={f"{{{space}}}{part.name}": _leaf_slot(standaard, part, name + "_") for part in parts},
    )


LINES = "Prestatie"
"""The class of which a message can have tens of thousands."""
Unread = Callable[[Node, range], bool]
"""Given a class with lines and their numbers: whether they can be left out."""


PART = "Client"
"""The class in which a message is read and decoded, one at a time."""


@dataclass(frozen=True, slots=True)
class _SoFar:
    """What decoding has come to: the numbers given out, and the parts that were decoded before what is `around` them.

    That may also be all that is decoded.
    """

    counts: dict[str, int]
    unread: Unread | None = None
    parts: Iterator[Node] | None = None
    around: bool = False


def decode(message: MessageType, root: etree._Element, unread: Unread | None = None) -> Document:
    """The Document of an XML tree that is valid against its XSD (level 1), without the lines that are `unread`."""
    with uncollected():
        return Document(message, _decode(message, message.classes["Root"], root, None, _SoFar({}, unread)))


def decode_around(message: MessageType, root: etree._Element) -> Document:
    """As `decode`, but without any client."""
    return Document(message, _decode(message, message.classes["Root"], root, None, _SoFar({}, around=True)))


def decode_reading(
    message: MessageType,
    parts: Iterable[etree._Element],
    root: Callable[[], etree._Element],
    unread: Unread | None = None,
) -> Document:
    """As `decode`, of a tree that is still read: each of its `parts` is emptied once it is decoded.

    So the tree never stands there as a whole, which takes three times the memory of the Document. `root` gives the
    rest of it, once there are no more parts.
    """
    so_far = _SoFar({}, unread)
    with uncollected():
        ready = [_emptied(message, part, so_far) for part in parts]
        around = _SoFar(so_far.counts, unread, iter(ready))
        return Document(message, _decode(message, message.classes["Root"], root(), None, around))


def _emptied(message: MessageType, part: etree._Element, so_far: _SoFar) -> Node:
    node = _decode(message, message.classes[PART], part, None, so_far)
    part.clear()
    return node


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for garbage: while only nodes are made there is none, and they may be a hundred thousand."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def without_lines(_: Node, __: range) -> bool:
    """Leave out every line."""
    return True


def _decode(
    message: MessageType,
    kind: ClassType,
    xml: etree._Element,
    parent: Node | None,
    so_far: _SoFar,
) -> Node:
    counts, unread = so_far.counts, so_far.unread
    node = new_node(kind, parent, counts)
    node.line = cast("int | None", xml.sourceline)
    for slot, child in _fill(node.values, xml, _slots(message.name, kind.name)):
        if so_far.around and slot.name == PART:
            continue
        if slot.kind == "retourcodes":
            node.retourcodes = [code.text or "" for code in child]
        elif unread and slot.name == LINES and unread(node, _numbers(counts, child)):
            counts[LINES] = counts.get(LINES, 0) + len(child)
        else:
            branches = child if slot.kind == "container" else (child,)
            below = message.classes[slot.name]
            node.children = [*node.children, *(_branch(message, below, branch, node, so_far) for branch in branches)]
    return node


def _branch(message: MessageType, kind: ClassType, xml: etree._Element, parent: Node, so_far: _SoFar) -> Node:
    if so_far.parts is None or kind.name != PART:
        return _decode(message, kind, xml, parent, so_far)
    node = next(so_far.parts)
    node.parent = parent
    return node


def _numbers(counts: Mapping[str, int], container: etree._Element) -> range:
    first = counts.get(LINES, 0) + 1
    return range(first, first + len(container))


@cache
def bsn_tags(message: str) -> tuple[str, ...]:
    """The elements of a message that hold a BSN."""
    kind = messages()[message]
    named = {leaf.path[-1] for inner in kind.classes.values() for name, leaf in inner.fields.items() if name == "bsn"}
    return tuple(f"{{{kind.namespace}}}{name}" for name in named)


@cache
def date_tags(message: str) -> tuple[str, ...]:
    """The elements of a message that hold a date."""
    kind = messages()[message]
    base = base_namespace(kind.standaard)
    types = simple_types(kind.standaard)
    found = {
        f"{{{kind.namespace}}}{e.name}"
        for c in kind.classes.values()
        for e in c.elements
        if e.type in types and types[e.type].base == "date"
    }
    parts = (part for elements in composites(kind.standaard).values() for part in elements)
    return (*found, *{f"{{{base}}}{p.name}" for p in parts if p.type in types and types[p.type].base == "date"})


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
