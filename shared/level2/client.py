"""Rules on a person: the Client and, in a 301, the Relatie."""

from shared.level2.values import dagtekening, day, filled, years_before
from shared.rules import per_node
from shared.standard.identifiers import is_valid_bsn
from shared.standard.node import Node

_ONBEKEND = "1900-01-01"
_UNKNOWN_END = {"1": "-01", "2": "-01-01"}
"""How a birth date ends of which the day (1) or also the month (2) is unknown."""


@per_node("CD007", on="Client")
def cd007(node: Node) -> bool:
    """The language is given for an interpreter of a language, form 1, and only then (CD007)."""
    return filled(node, "communicatie_taal") == (node.get("communicatie_vorm") == "1")


@per_node("CS002", on="Client")
def cs002(node: Node) -> bool:
    """The BSN passes the elfproef and is not all zeros (CS002)."""
    return is_valid_bsn(node.get("bsn"))


@per_node("CS050", on=("Client", "Relatie"))
def cs050(node: Node) -> bool:
    """How the name is used fits: 1 to 4 with a partner's name, 1 or 6 without (CS050; so 5 never fits)."""
    return node.get("naam_naam_gebruik") in ("1234" if filled(node, "naam_partnernaam_achternaam") else "16")


@per_node("CS139", on=("Client", "Relatie"))
def cs139(node: Node) -> bool:
    """The parts of a birth date that are called unknown carry 01, or 1900 for the year (CS139, IV009)."""
    birth, use = node.get("geboortedatum_datum"), node.get("geboortedatum_datum_gebruik")
    return birth == _ONBEKEND if use == "3" else birth.endswith(_UNKNOWN_END.get(use, ""))


@per_node("CS318", on="Client")
def cs318(node: Node) -> bool:
    """A client is a natural person: name use 6 is for a Relatie only (CS318)."""
    return node.get("naam_naam_gebruik") != "6"


@per_node("TR002", on=("Client", "Relatie"))
def tr002(node: Node) -> bool:
    """Nobody is more than 120 years old on the Dagtekening, unless the birth date is wholly unknown (TR002)."""
    birth = node.get("geboortedatum_datum")
    if not birth or (birth == _ONBEKEND and node.get("geboortedatum_datum_gebruik") == "3"):
        return True
    return day(birth) >= years_before(dagtekening(node), 120)
