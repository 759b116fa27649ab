"""What a granted request for change makes of each allocation (IV093): a change of it, or an end and a successor."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.rules.wijziging import OMVANG, TOTAAL
from services.allocation.verzoeken.queries import Gevraagd

DOOR_AANBIEDER = "12"
"""The reden_wijziging of what a provider asked for."""
PRODUCT = ("product_categorie", "product_code")
SIZE = (*OMVANG, "budget")
Product = dict[str, Any]
"""A ToegewezenProduct by its leaves."""


def new(asked: Gevraagd, nummer: int) -> Product:
    """An allocation of what is asked for; without a reason, as it is new."""
    names = (*PRODUCT, "ingangsdatum", "einddatum", *SIZE)
    return {"toewijzing_nummer": nummer, **{name: getattr(asked, name) for name in names}}


def changed(asked: Gevraagd, standing: Mapping[str, Any], number: Callable[[], int]) -> list[Product]:
    """The one or two allocations that a change comes down to; `number` gives that of a new one.

    For a budget, for a total and for another end date alone, the allocation itself is changed. Another volume from a
    later day ends it on the day before, and a new one goes on from there; from the first day on nothing is left of it,
    so it is deleted (IV066). What the request does not say, neither volume nor budget, stays as it is.
    """
    asked = _sized(asked, standing)
    if _as_a_whole(asked, standing):
        told = {name: getattr(asked, name) for name in ("einddatum", *SIZE)}
        return [{**standing, **told, "reden_wijziging": DOOR_AANBIEDER}]
    begin = standing["ingangsdatum"]
    if _first(asked) <= begin:
        gone = {**standing, "einddatum": begin, "reden_wijziging": VERWIJDERD}
        return [gone, new(replace(asked, ingangsdatum=begin), number())]
    last = _first(asked) - timedelta(1)
    ended = {**standing, "einddatum": min(last, standing.get("einddatum") or last), "reden_wijziging": DOOR_AANBIEDER}
    return [ended, new(asked, number())]


def _sized(asked: Gevraagd, standing: Mapping[str, Any]) -> Gevraagd:
    """What is asked for, with the standing volume or budget where it asks for neither."""
    if any(getattr(asked, name) is not None for name in SIZE):
        return asked
    kept: dict[str, Any] = {name: standing.get(name) for name in SIZE}
    return replace(asked, **kept)


def _as_a_whole(asked: Gevraagd, standing: Mapping[str, Any]) -> bool:
    total = standing.get("budget") is not None or standing.get("omvang_frequentie") == TOTAAL
    return bool(total or all(getattr(asked, name) == standing.get(name) for name in SIZE))


def _first(asked: Gevraagd) -> date:
    """The first day that is asked for; only of a product that stays as it is there need be none."""
    assert asked.ingangsdatum is not None
    return asked.ingangsdatum


def is_late(asked: Gevraagd, standing: Mapping[str, Any] | None, vandaag: date) -> bool:
    """Whether a day on which the request would change something has passed, so that other days may be agreed on."""
    begins = standing is None or asked.ingangsdatum != standing["ingangsdatum"]
    ends = asked.einddatum if standing is not None else None
    return (begins and _first(asked) < vandaag) or (ends is not None and ends < vandaag)
