"""Rules that hold for many kinds of message: versions, periods, repeated keys, the Dagtekening."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter

from shared.level2.values import PERIODE, dagtekening, day, number, within
from shared.rules import per_node
from shared.standard.catalogue import ClassType
from shared.standard.node import Node, leaves_of

_BEGIN = {
    "Client": "geboortedatum_datum",
    "Relatie": "geboortedatum_datum",
    "Declaratie": "declaratie_periode_begindatum",
    "Prestatie": "product_periode_begindatum",
}
_EIND = {name: _BEGIN[name].replace("begindatum", "einddatum") for name in ("Declaratie", "Prestatie")}


@per_node("CS003", on=tuple(PERIODE))
def cs003(node: Node) -> bool:
    """A period that has an end does not end before it starts (CS003)."""
    begin, end = PERIODE[node.name]
    return within(node.get(begin), node.get(end))


@per_node("CS015", on="Header")
def cs015(node: Node) -> bool:
    """The subversion of the message is that of release 3.2 (CS015; the XSD already fixes it)."""
    return number(node.get("bericht_subversie")) == 2


@per_node("CS025", on="Header")
def cs025(node: Node) -> bool:
    """The version of the message is that of release 3.2 (CS025; the XSD already fixes it)."""
    return number(node.get("bericht_versie")) == 3


@per_node("TR101", on=("Client", "Declaratie", "DeclaratieAntwoord"))
def tr101(node: Node) -> bool | Iterable[Node]:
    """No class repeats the logical key of another, taken with the keys of the classes above (TR101; keys.csv).

    Judged once, from the class directly below the root; the first of equals is not found, the others are.
    """
    if node.parent is None or node.parent.parent is not None:
        return True
    return all(map(_all_differ, node.by_class().values())) or _doubles(node)


def _all_differ(nodes: Sequence[Node]) -> bool:
    """Whether the keys of all nodes of a class differ, wherever these stand: mostly they do, and it is seen at once."""
    kind = nodes[0].type
    if _has_numbers(kind):
        return False
    return not kind.key or len({*leaves_of(nodes, *kind.key)}) == len(nodes)


def _doubles(top: Node) -> Iterator[Node]:
    numbers: dict[tuple[int, str, Hashable], int] = {}
    keys: dict[str, Callable[[Node], Hashable]] = {}

    def found(nodes: Iterable[Node], above: int) -> Iterator[Node]:
        for node in nodes:
            name, known = node.name, len(numbers)
            if name not in keys:
                keys[name] = _key(node.type)
            own = numbers.setdefault((above, name, keys[name](node)), known + 1)
            if own <= known:
                yield node
            if node.children:
                yield from found(node.children, own)

    return found([top], 0)


def _key(kind: ClassType) -> Callable[[Node], Hashable]:
    """What tells the nodes of a class apart: the leaves of its key, whole numbers as such, or else their number."""
    if not kind.key:
        return attrgetter("volgnummer")
    if _has_numbers(kind):
        return lambda node: tuple(_part(node, name) for name in kind.key)
    return lambda node: (*map(node.get, kind.key),)


def _has_numbers(kind: ClassType) -> bool:
    """Whether a part of the key is a whole number, which may be written in several ways."""
    return any(kind.fields[name].type.base == "integer" for name in kind.key)


def _part(node: Node, name: str) -> int | str:
    text = node.get(name)
    return number(text) if text and node.type.fields[name].type.base == "integer" else text


@per_node("TR134", on=tuple(_BEGIN), reads=tuple(_BEGIN.values()))
def tr134(node: Node) -> bool:
    """A birth date or the start of a closed period is not later than the Dagtekening (TR134)."""
    return within(node.get(_BEGIN[node.name]), dagtekening(node))


@per_node("TR137", on=("Declaratie", "Prestatie"), reads=(*_BEGIN.values(), *_EIND.values()))
def tr137(node: Node) -> bool:
    """A closed period ends on or after its start and not later than the Dagtekening (TR137)."""
    begin, end = (day(node.get(dates[node.name])) for dates in (_BEGIN, _EIND))
    return begin <= end <= day(dagtekening(node))
