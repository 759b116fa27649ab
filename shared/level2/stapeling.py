"""No stacking: the same product twice in a message only when the periods do not overlap."""

from collections.abc import Iterable, Iterator

from shared.level2.values import PERIODE, day
from shared.rules import per_node
from shared.standard.node import Node

HULPMIDDELEN = ("11", "12", "13", "14")
"""Categories of iWmo that may overlap with everything; iJw has no such numbers."""
_OPEN = "~"
"""Sorts after every day."""


def _deleted(node: Node) -> bool:
    return node.get("reden_wijziging") in {"01", "13"} and node.get("ingangsdatum") == node.get("einddatum")


def _period(node: Node) -> tuple[str, str]:
    begin, end = PERIODE[node.name]
    return day(node.get(begin)), day(node.get(end)) if node.get(end) else _OPEN


def _scopes(node: Node) -> list[tuple[str, ...]]:
    """What a product covers, from everything to itself: all, its category, its category and code."""
    named = tuple(value for value in (node.get("product_categorie"), node.get("product_code")) if value)
    return [named[:length] for length in range(len(named) + 1)]


def _overlapping(products: Iterable[Node]) -> Iterator[Node]:
    """The products that start on or before the last day of one that covers them or that they cover.

    In order of start it is enough to know, per scope, the last end of the products that are exactly that
    (`exact`) and of those that are that or part of it (`part`).
    """
    exact: dict[tuple[str, ...], str] = {}
    part: dict[tuple[str, ...], str] = {}
    counted = [(*_period(node), node) for node in products if node.get("product_categorie") not in HULPMIDDELEN]
    for begin, end, node in sorted((item for item in counted if item[0] <= item[1]), key=lambda item: item[0]):
        scopes = _scopes(node)
        own = scopes[-1]
        if begin <= max(part.get(own, ""), *(exact.get(scope, "") for scope in scopes)):
            yield node
        exact[own] = max(end, exact.get(own, ""))
        part.update({scope: max(end, part.get(scope, "")) for scope in scopes})


@per_node("TR302", on="Client")
def tr302(node: Node) -> Iterable[Node]:
    """Allocations of one product, category or of anything do not overlap; deleted ones do not count (TR302)."""
    return _overlapping(child for child in node.all("ToegewezenProduct") if not _deleted(child))


@per_node("TR386", on="Client")
def tr386(node: Node) -> Iterable[Node]:
    """Products asked for in one request do not overlap, as allocations may not (TR386; TR302 in a 315)."""
    return _overlapping(node.all("AangevraagdProduct"))


@per_node("TR410", on="Verzoek")
def tr410(node: Node) -> Iterable[Node]:
    """New products in one request do not overlap, as allocations may not (TR410; TR302 in a 317)."""
    return _overlapping(node.all("NieuwProduct"))
