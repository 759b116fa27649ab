"""Rules on the start (305) and the stop (307) of delivery."""

from shared.level2.values import within
from shared.rules import per_node
from shared.standard.node import Node


@per_node("CS058", on=("StartProduct", "StopProduct"))
def cs058(node: Node) -> bool:
    """A start or stop is delivered for the first time or removed; 2 and 9 are for older releases (CS058)."""
    return node.get("status_aanlevering") in {"1", "3"}


@per_node("TR018", on="StopProduct")
def tr018(node: Node) -> bool:
    """Delivery does not stop before it started (TR018)."""
    return within(node.get("begindatum"), node.get("einddatum"))
