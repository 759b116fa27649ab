"""Rules on the requests of a provider (315, 317) and the answer to them (319)."""

from collections.abc import Iterable

from shared.level2.values import dagtekening, day, filled, repeats
from shared.rules import per_node
from shared.standard.node import Node, those

_WOONPLAATSBEGINSEL = "8"


def _known_referrer(node: Node) -> bool:
    """Whether the referrer is a professional with an AGB code: doctor, specialist or certified institution."""
    return node.get("verwijzer_type") in {"02", "03", "04", "05"}


def _has(node: Node, *names: str) -> bool:
    return any(child.name in names for child in node.children)


@per_node("CD043", on="AangevraagdProduct")
def cd043(node: Node) -> bool:
    """A BeschikkingNummer and its start date come together or not at all (CD043)."""
    return filled(node, "beschikking_ingangsdatum") == filled(node, "beschikking_nummer")


@per_node("CD066", on="AangevraagdProduct")
def cd066(node: Node) -> bool:
    """A professional referrer that is known by AGB code is not named too (CD066)."""
    coded = _known_referrer(node) and filled(node, "verwijzer_zorgverlener_code")
    return not coded or not filled(node, "verwijzer_naam")


@per_node("CD067", on="AangevraagdProduct")
def cd067(node: Node) -> bool:
    """A professional referrer without an AGB code is named (CD067)."""
    nameless = _known_referrer(node) and not filled(node, "verwijzer_zorgverlener_code")
    return not nameless or filled(node, "verwijzer_naam")


@per_node("CD068", on="AangevraagdProduct")
def cd068(node: Node) -> bool:
    """Any other referrer (01, 06, 08) has no AGB code (CD068)."""
    return _known_referrer(node) or not filled(node, "verwijzer_zorgverlener_code")


@per_node("CD085", on="Antwoord")
def cd085(node: Node) -> bool:
    """A rejection gives its reason (CD085)."""
    return node.get("verzoek_antwoord") != "1" or filled(node, "reden_afwijzing_verzoek")


@per_node("CD086", on="Antwoord")
def cd086(node: Node) -> bool:
    """A request that is under investigation has no reason of rejection (CD086)."""
    return node.get("verzoek_antwoord") != "2" or not filled(node, "reden_afwijzing_verzoek")


@per_node("TR352", on="Verzoek")
def tr352(node: Node) -> bool:
    """A change starts from a current allocation: one that stays or one that changes (TR352)."""
    return _has(node, "OngewijzigdProduct", "TeWijzigenProduct")


@per_node("TR353", on="Verzoek")
def tr353(node: Node) -> bool:
    """A change asks for something: a product that changes or a new one (TR353)."""
    return _has(node, "TeWijzigenProduct", "NieuwProduct")


@per_node("TR377", on="Antwoord")
def tr377(node: Node) -> bool:
    """A rejection for the woonplaatsbeginsel names the right municipality (TR377; iJw only)."""
    return node.get("reden_afwijzing_verzoek") != _WOONPLAATSBEGINSEL or _has(node, "Woonplaatsbeginsel")


@per_node("TR380", on="NieuwProduct")
def tr380(node: Node) -> bool:
    """A new product is wished for from a day after the Dagtekening (TR380)."""
    return day(node.get("gewenste_ingangsdatum")) > day(dagtekening(node))


@per_node("TR383", on="Client")
def tr383(node: Node) -> Iterable[Node]:
    """Each product asked for has a reference of its own (TR383)."""
    products = [*node.all("AangevraagdProduct")]
    return those(products, repeats(product.get("referentie_aanbieder") for product in products))


@per_node("TR409", on="Antwoord")
def tr409(node: Node) -> bool:
    """No other answer than that of TR377 names a municipality, nor one without a reason (TR409; iJw only)."""
    return node.get("reden_afwijzing_verzoek") == _WOONPLAATSBEGINSEL or not _has(node, "Woonplaatsbeginsel")
