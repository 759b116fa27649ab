"""What each role may do. A right is a scope in the OpenAPI documents; an access holds roles, or single rights."""

from collections.abc import Iterable, Mapping

RECHTEN: Mapping[str, str] = {
    "lezen": "zien wat er is, met gemaskeerde BSN's",
    "inzien": "BSN's en de inhoud van berichten zien",
    "uitwisselen": "berichten aanleveren",
    "toewijzen": "toewijzingen vaststellen en wijzigen",
    "goedkeuren": "goedkeuren wat een ander heeft klaargezet",
    "leveren": "starts, stops en leveringen melden",
    "declareren": "declaraties versturen",
    "beoordelen": "declaraties beoordelen",
    "betalen": "betalingen klaarzetten",
    "beheren": "contracten, tarieven, toegang en vastgelopen werk beheren",
    "controleren": "het logboek van verwerkingen zien",
}
"""Every right, and what it allows."""
ROLLEN: Mapping[str, frozenset[str]] = {
    "raadpleger": frozenset({"lezen"}),
    "toewijzer": frozenset({"lezen", "inzien", "toewijzen"}),
    "goedkeurder": frozenset({"lezen", "inzien", "goedkeuren"}),
    "declarant": frozenset({"lezen", "inzien", "leveren", "declareren"}),
    "beoordelaar": frozenset({"lezen", "inzien", "beoordelen"}),
    "betaler": frozenset({"lezen", "betalen"}),
    "beheerder": frozenset({"lezen", "beheren"}),
    "auditor": frozenset({"controleren"}),
}
"""The rights of each role."""
ALLES = (*ROLLEN, "uitwisselen")
"""Every role, and the right of systems: what an organisation's first key has."""


def rights(names: Iterable[str]) -> frozenset[str]:
    """The rights that roles and single rights give together; an unknown name gives none."""
    return frozenset().union(*(ROLLEN.get(name, {name} & RECHTEN.keys()) for name in names))
