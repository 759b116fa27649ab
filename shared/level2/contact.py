"""Rules on the Contact of a Client or Relatie, in a 301."""

import re

from shared.level2.values import filled
from shared.rules import per_node
from shared.standard.node import Node

_NEDERLANDSE_POSTCODE = re.compile("[1-9][0-9]{3}[A-Za-z]{2}")
_HUIS, _POSTCODE, _LAND = "adres_huis_huisnummer", "adres_postcode", "adres_land_code"
_ADRES = (_HUIS, _POSTCODE, _LAND, "adres_straatnaam", "adres_plaatsnaam")


@per_node("CD005", on="Contact")
def cd005(node: Node) -> bool:
    """A postcode and a country come together or not at all (CD005)."""
    return filled(node, _LAND) == filled(node, _POSTCODE)


@per_node("CD009", on="Contact")
def cd009(node: Node) -> bool:
    """Only a temporary address, kind 04, has a period (CD009)."""
    return node.get("soort") == "04" or not filled(node, "periode_begindatum", "periode_einddatum")


@per_node("CD025", on="Contact")
def cd025(node: Node) -> bool:
    """An address in the Netherlands has a house number (CD025)."""
    return node.get(_LAND) != "NL" or filled(node, _HUIS)


@per_node("CD034", on="Contact")
def cd034(node: Node) -> bool:
    """The address, if any, of a BRP or residence contact, kinds 01 and 03, has a postcode (CD034)."""
    return node.get("soort") not in {"01", "03"} or filled(node, _POSTCODE) or not filled(node, *_ADRES)


@per_node("CS089", on="Contact")
def cs089(node: Node) -> bool:
    """A Dutch postcode is four digits, no leading zero, and two letters, without a space (CS089)."""
    if node.get(_LAND) != "NL" or not filled(node, _POSTCODE):
        return True
    return _NEDERLANDSE_POSTCODE.fullmatch(node.get(_POSTCODE)) is not None


@per_node("TR006", on="Contact")
def tr006(node: Node) -> bool:
    """A contact can be reached: by telephone, or at a house number with a postcode (TR006)."""
    reachable = filled(node, _HUIS) and filled(node, _POSTCODE)
    return reachable or filled(node, "telefoon_telefoon01_telefoonnummer")


@per_node("TR061", on="Client")
def tr061(node: Node) -> bool:
    """A client has a contact of his own of kind 01, 02 or 03; those of a Relatie do not count (TR061)."""
    return any(child.name == "Contact" and child.get("soort") in {"01", "02", "03"} for child in node.children)
