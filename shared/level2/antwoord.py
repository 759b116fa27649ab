"""Rules on the answer to an invoice (325)."""

from shared.level2.declaratie import signed, sum_of_lines
from shared.rules import per_node
from shared.standard.node import Node

_GEEN_AFKEUR = {"0200", "8001"}


@per_node("TR342", on="DeclaratieAntwoord")
def tr342(node: Node) -> bool:
    """What is claimed but not granted is the sum of the rejected lines; rejected whole grants nothing (TR342)."""
    toegekend = signed(node, "totaal_toegekend_bedrag", "totaal_bedrag")
    if not _GEEN_AFKEUR.issuperset(node.retourcodes):
        return toegekend == 0
    return signed(node, "totaal_ingediend_bedrag", "totaal_bedrag") - toegekend == sum_of_lines(node)
