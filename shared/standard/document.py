"""One tree shape for all messages: a Document of Nodes."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache

from shared.errors import Fault, Refused
from shared.standard.catalogue import ClassType, MessageType, messages
from shared.standard.node import Node

Value = str | int | date | time
Tree = Mapping[str, "Value | Tree | Iterable[Tree] | None"]


@dataclass(slots=True)
class Document:
    """A decoded message: its kind and its root node."""

    type: MessageType = field(compare=False)
    root: Node

    @property
    def header(self) -> Node:
        """The Header."""
        return self.root.children[0]

    def nodes(self) -> Iterator[Node]:
        """Every node below the root, in document order."""
        nodes = self.root.walk()
        next(nodes)
        return nodes

    def by_class(self) -> dict[str, Sequence[Node]]:
        """The nodes below the root by the name of their class, in document order."""
        return self.root.by_class()

    def pad(self, node: Node) -> str:
        """The XPath of a node, with a position on every step below the root."""
        if node.parent is None:
            return f"/{self.type.prefix}:Bericht"
        order = list(routes(self.type, node.parent.name))
        first = bisect_left(node.parent.children, order.index(node.name), key=lambda child: order.index(child.name))
        position = node.volgnummer - node.parent.children[first].volgnummer + 1
        return self.pad(node.parent) + _step(self.type, node, position)

    def pads(self) -> Iterator[tuple[Node, str]]:
        """Every node below the root with its XPath; for many nodes this is quicker than `pad`."""
        waiting = [(self.root, self.pad(self.root))]
        while waiting:
            above, pad = waiting.pop()
            positions: dict[str, int] = {}
            for node in above.children:
                positions[node.name] = position = positions.get(node.name, 0) + 1
                found = node, pad + _step(self.type, node, position)
                yield found
                if node.children:
                    waiting.append(found)


def _step(message: MessageType, node: Node, position: int) -> str:
    container = routes(message, node.parent.name)[node.name] if node.parent else None
    within = f"/{message.prefix}:{container}[1]" if container else ""
    return f"{within}/{message.prefix}:{node.name}[{position}]"


@cache
def _routes(message: str, name: str) -> dict[str, str | None]:
    classes = messages()[message].classes
    found: dict[str, str | None] = {}
    for element in classes[name].elements:
        child = classes.get(element.type)
        if child is None or element.name == "RetourCodes":
            continue
        inner = child.elements[0].name
        found[inner if child.container else element.name] = element.name if child.container else None
    return found


def routes(message: MessageType, name: str) -> dict[str, str | None]:
    """The classes that may stand below a class, each with its container (Prestaties) or None."""
    return _routes(message.name, name)


def text(value: Value) -> str:
    """The XML text of a value: dates and times in ISO form without zone, whole numbers in decimals."""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def build(message: MessageType, tree: Tree) -> Document:
    """A Document from nested mappings: leaves by snake-case name, classes by their own name.

    `{"Header": {"afzender": "0193"}, "Client": {"bsn": …, "StartProduct": [{…}]}}`; None is left out.
    Raises Refused (500, our own fault) naming every leaf or class that the message does not have.
    """
    counts: dict[str, int] = {}
    faults: list[Fault] = []
    root = _build(message, "Root", tree, None, counts, faults)
    if faults:
        raise Refused(500, f"{message.name} kan niet worden opgebouwd", faults)
    return Document(message, root)


def _build(
    message: MessageType,
    name: str,
    tree: Tree,
    parent: Node | None,
    counts: dict[str, int],
    faults: list[Fault],
) -> Node:
    kind = message.classes[name]
    node = new_node(kind, parent, counts)
    below = routes(message, name)
    for key, value in tree.items():
        if key in kind.fields:
            if value is not None:
                node.values[key] = text(value)  # type: ignore[arg-type]
        elif key == "retourcodes":
            node.retourcodes = list(value)  # type: ignore[arg-type]
        elif key not in below:
            faults.append(Fault("OPBOUW", f"{name}/{key}", f"{key} bestaat niet in {name} van {message.name}."))
    node.children = children = list[Node]()
    for child in below:
        branches = tree.get(child) or ()
        for branch in [branches] if isinstance(branches, Mapping) else branches:  # type: ignore[union-attr]
            children.append(_build(message, child, branch, node, counts, faults))  # type: ignore[arg-type]
    return node


def new_node(kind: ClassType, parent: Node | None, counts: dict[str, int]) -> Node:
    """An empty node with the next number of its class; `counts` holds the numbers given out."""
    counts[kind.name] = volgnummer = counts.get(kind.name, 0) + 1
    return Node(kind.name, kind, parent, volgnummer)


def tree(node: Node) -> dict[str, Value | Tree | Iterable[Tree] | None]:
    """The inverse of `build` for one node, to copy a part of a message into another."""
    found: dict[str, Value | Tree | Iterable[Tree] | None] = dict(node.values)
    if node.retourcodes:
        found["retourcodes"] = list(node.retourcodes)  # type: ignore[arg-type]
    for child in node.children:
        found.setdefault(child.name, []).append(tree(child))  # type: ignore[union-attr]
    return found
