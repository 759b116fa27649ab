"""Rules on a product that is allocated (301), asked for (315) or asked to be changed (317)."""

from shared.level2.values import PERIODE, day, filled
from shared.rules import per_node
from shared.standard.node import Node

_PRODUCT = ("ToegewezenProduct", "AangevraagdProduct", "NieuwProduct")
_GEWENST = (*_PRODUCT, "TeWijzigenProduct")
_OMVANG = "omvang_volume"


def _ends(node: Node) -> bool:
    return filled(node, PERIODE[node.name][1])


def _after_2020(node: Node) -> bool:
    end = node.get(PERIODE[node.name][1])
    return not end or day(end) > "2020-12-31"


def _no_omvang_without_code(node: Node) -> bool:
    return filled(node, "product_code") or not _after_2020(node) or not filled(node, _OMVANG)


def _frequentie_fits(node: Node) -> bool:
    concerned = node.get("omvang_eenheid") in {"14", "16", "83", "84"} and _after_2020(node)
    return not concerned or node.get("omvang_frequentie") in {"2", "4", "6"}


@per_node("CD041", on=_PRODUCT)
def cd041(node: Node) -> bool:
    """A product with a code has an Omvang (CD041)."""
    return not filled(node, "product_code") or filled(node, _OMVANG)


@per_node("CD075", on=_GEWENST)
def cd075(node: Node) -> bool:
    """A budget, also one of 0, has an end date (CD075)."""
    return not filled(node, "budget") or _ends(node)


@per_node("CD076", on=_GEWENST)
def cd076(node: Node) -> bool:
    """A weekly volume, frequency 2, has an end date (CD076)."""
    return node.get("omvang_frequentie") != "2" or _ends(node)


@per_node("CD077", on=_GEWENST)
def cd077(node: Node) -> bool:
    """Where there is a Budget there is no Omvang; said of the Omvang (CD077)."""
    return not (filled(node, "budget") and filled(node, _OMVANG))


@per_node("CD078", on=_GEWENST)
def cd078(node: Node) -> bool:
    """Where there is an Omvang there is no Budget; said of the Budget (CD078)."""
    return not (filled(node, _OMVANG) and filled(node, "budget"))


@per_node("CD079", on=_PRODUCT)
def cd079(node: Node) -> bool:
    """Only a generic allocation, which has a Budget, may leave the product out (CD079)."""
    return filled(node, "budget") or filled(node, "product_categorie")


@per_node("CD080", on="ToegewezenProduct")
def cd080(node: Node) -> bool:
    """Without a product code there is no Omvang, but for allocations that ended by 2020 (CD080)."""
    return _no_omvang_without_code(node)


@per_node("CD095", on="AangevraagdProduct")
def cd095(node: Node) -> bool:
    """Without a product code there is no Omvang, but for requests that end by 2020 (CD095; CD080 in a 315)."""
    return _no_omvang_without_code(node)


@per_node("CD096", on="NieuwProduct")
def cd096(node: Node) -> bool:
    """Without a product code there is no Omvang, but for products that end by 2020 (CD096; CD080 in a 317)."""
    return _no_omvang_without_code(node)


@per_node("CS335", on="ToegewezenProduct")
def cs335(node: Node) -> bool:
    """A deleted allocation, reason 13, ends on the day on which it starts (CS335)."""
    return node.get("reden_wijziging") != "13" or node.get("ingangsdatum") == node.get("einddatum")


@per_node("CS336", on="ToegewezenProduct")
def cs336(node: Node) -> bool:
    """Reason 01 is no longer given, though the XSD still has it (CS336)."""
    return node.get("reden_wijziging") != "01"


@per_node("CS338", on=("ToegewezenProduct", "NieuwProduct", "TeWijzigenProduct"))
def cs338(node: Node) -> bool:
    """Etmalen, dagdelen, euros and pieces of effort go per week, per month or in total after 2020 (CS338)."""
    return _frequentie_fits(node)


@per_node("CS343", on="AangevraagdProduct")
def cs343(node: Node) -> bool:
    """Etmalen, dagdelen, euros and pieces of effort go per week, per month or in total (CS343; CS338 in a 315)."""
    return _frequentie_fits(node)
