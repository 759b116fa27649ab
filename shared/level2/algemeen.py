"""Rules that hold for many kinds of message: versions, periods, repeated keys, the Dagtekening."""

from collections.abc import Iterable, Iterator, Mapping

from shared.level2.values import PERIODE, dagtekening, day, number, within
from shared.rules import per_node
from shared.standard.document import Node

_BEGIN = {
    "Client": "geboortedatum_datum",
    "Relatie": "geboortedatum_datum",
    "Declaratie": "declaratie_periode_begindatum",
    "Prestatie": "product_periode_begindatum",
}


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
    return _doubles(node)


def _doubles(top: Node) -> Iterator[Node]:
    numbers: dict[tuple[int | str, ...], int] = {}
    integers: dict[str, dict[str, bool]] = {}
    stack = [(top, 0)]
    while stack:
        node, above = stack.pop()
        if node.name not in integers:
            fields = node.type.fields
            integers[node.name] = {name: fields[name].type.base == "integer" for name in node.type.key}
        key = (above, node.name, *_key(node, integers[node.name]))
        if key in numbers:
            yield node
        own = numbers.setdefault(key, len(numbers) + 1)
        if node.children:
            stack.extend([(child, own) for child in reversed(node.children)])


def _key(node: Node, integers: Mapping[str, bool]) -> tuple[int | str, ...]:
    values = node.values
    own = [number(values[name]) if integers[name] and name in values else values.get(name, "") for name in integers]
    return (*own,) or (node.volgnummer,)


@per_node("TR134", on=tuple(_BEGIN))
def tr134(node: Node) -> bool:
    """A birth date or the start of a closed period is not later than the Dagtekening (TR134)."""
    return within(node.get(_BEGIN[node.name]), dagtekening(node))


@per_node("TR137", on=("Declaratie", "Prestatie"))
def tr137(node: Node) -> bool:
    """A closed period ends on or after its start and not later than the Dagtekening (TR137)."""
    begin = _BEGIN[node.name]
    end = day(node.get(begin.replace("begindatum", "einddatum")))
    return day(node.get(begin)) <= end <= day(dagtekening(node))
