"""The nodes that a document is made of.

A Node is an instance of a class (Header, Client, Prestatie); its leaves, also those inside composites,
lie flat in `values` under their snake-case names, as the text that the XML carries. Containers such as
Prestaties exist in the XML only. Lines, of which a message may have tens of thousands, are kept as no more
than their leaves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, compress
from operator import attrgetter, itemgetter
from typing import Any

from shared.standard.catalogue import ClassType


@dataclass(slots=True)
class Node:
    """An instance of a class; equal to another with the same content, wherever it stands.

    `volgnummer` counts the nodes of this class in the document from 1, in document order; with the
    class name it identifies the node in findings and in the database.
    """

    name: str
    type: ClassType = field(compare=False, repr=False)
    parent: "Node | None" = field(compare=False, repr=False)
    volgnummer: int = field(compare=False)
    values: dict[str, str] = field(default_factory=dict)
    children: Sequence["Node"] = field(default_factory=list)
    retourcodes: list[str] = field(default_factory=list)
    line: int | None = field(default=None, compare=False)

    def walk(self) -> Iterator["Node"]:
        """This node and every node below it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend(reversed(node.children))

    def all(self, name: str) -> Iterator["Node"]:
        """Every node of that class in and below this one, in document order."""
        return (node for node in self.walk() if node.name == name)

    def by_class(self) -> dict[str, Sequence["Node"]]:
        """The nodes below this one by the name of their class, in document order."""
        found: dict[str, list[Node]] = {}
        lines: dict[str, list[Lines]] = {}
        waiting = [*reversed(self.children)]
        while waiting:
            node = waiting.pop()
            found.setdefault(node.name, []).append(node)
            below = node.children
            if isinstance(below, Lines):
                lines.setdefault(below.kind.name, []).append(below)
            elif below:
                waiting.extend(reversed(below))
        of_lines = {name: joined(parts) for name, parts in lines.items()}
        mixed = {
            name: sorted([*found[name], *of_lines[name]], key=attrgetter("volgnummer"))
            for name in found.keys() & lines.keys()
        }
        return found | of_lines | mixed

    def above(self, name: str) -> "Node | None":
        """This node or the nearest above it that is of that class."""
        node: Node | None = self
        while node is not None and node.name != name:
            node = node.parent
        return node

    def get(self, name: str) -> str:
        """The text of a leaf, empty when it is absent."""
        return self.values.get(name, "")


Leaves = tuple[str | None, ...]
"""The texts of leaves; None where one is absent."""


def present(names: Iterable[str], leaves: Leaves) -> dict[str, str]:
    """The leaves that are there, by their names, as a node has them."""
    return {name: text for name, text in zip(names, leaves, strict=True) if text is not None}


@dataclass(frozen=True, slots=True)
class Run:
    """Lines below one node: the number of the first, the leaves of each in the order of `fields`, and where it begins.

    That is a line of the message, as an editor counts them.
    """

    parent: Node
    first: int
    leaves: list[Leaves]
    lines: list[int]

    def node(self, kind: ClassType, place: int) -> Node:
        """One of them, counted from 0."""
        values = present(kind.fields, self.leaves[place])
        return Node(kind.name, kind, self.parent, self.first + place, values, line=self.lines[place])


class Lines(Sequence[Node]):
    """Nodes of one class with nothing below them, kept as their leaves: one is made each time that it is asked for.

    A message may have tens of thousands, of which mostly nothing is asked but some leaves (`leaves_of`).
    """

    __slots__ = ("kind", "runs")

    def __init__(self, kind: ClassType, runs: Sequence[Run]) -> None:
        self.kind, self.runs = kind, runs

    def __len__(self) -> int:
        return sum(len(run.leaves) for run in self.runs)

    def __iter__(self) -> Iterator[Node]:
        return (run.node(self.kind, place) for run in self.runs for place in range(len(run.leaves)))

    def __reversed__(self) -> Iterator[Node]:
        yield from reversed([*self])

    def __getitem__(self, index: Any) -> Any:
        for run in self.runs:
            if 0 <= index < len(run.leaves):
                return run.node(self.kind, index)
            index -= len(run.leaves)
        raise IndexError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]


def joined(parts: Iterable[Sequence[Node]]) -> Sequence[Node]:
    """Some nodes of a class and then others."""
    parts = [*parts]
    lines = [part for part in parts if isinstance(part, Lines)]
    if lines and len(lines) == len(parts):
        return Lines(lines[0].kind, [run for part in lines for run in part.runs])
    return [*chain.from_iterable(parts)]


def leaves_of(nodes: Sequence[Node], *names: str) -> list[Leaves]:
    """Some leaves of each of some nodes, as texts."""
    if not isinstance(nodes, Lines):
        return [(*map(node.values.get, names),) for node in nodes]
    pick = _picker(nodes.kind, names)
    return [pick(leaves) for run in nodes.runs for leaves in run.leaves]


@cache
def _picker(kind: ClassType, names: tuple[str, ...]) -> Callable[[Leaves], Leaves]:
    places = [[*kind.fields].index(name) for name in names]
    return itemgetter(*places) if len(places) > 1 else lambda leaves: (leaves[places[0]],)


def those(nodes: Sequence[Node], wanted: Sequence[bool]) -> list[Node]:
    """The nodes for which something is wanted; of lines none is made where nothing is."""
    return [*compress(nodes, wanted)] if any(wanted) else []
