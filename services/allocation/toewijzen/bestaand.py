"""What the standard asks of allocations that are there already: when they are stretched, when they may be lowered."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import tonen
from services.allocation.models import NieuweToewijzing, Product, Wijziging
from services.allocation.rules.toewijzing import VERWIJDERD
from services.allocation.toewijzen import checks
from shared.errors import Fault

DAG = timedelta(1)
TOTAAL = "6"
"""Frequentie of a volume for the whole of an allocation."""
CORRECTIE = "14"
"""RedenWijziging of what was entered wrongly."""


def faults(session: Session, row: Row[Any], wanted: Wijziging) -> list[Fault]:
    """All that is against a change of an allocation, beside what its message would be refused for."""
    last = wanted.einddatum or row.einddatum
    if not checks.longer(row.einddatum, last):
        return lowered(row, wanted)
    more = as_wanted(row, ingangsdatum=row.einddatum + DAG, einddatum=last)
    current = checks.of_client(session, row.eigenaar, more, row.bsn)
    found = checks.faults(session, row.eigenaar, more, row.bsn, current, [row.toewijzing_nummer])
    return lowered(row, wanted) + found


def as_wanted(row: Any, **changes: Any) -> NieuweToewijzing:
    """An allocation as a new one with its product and size, and what is to be otherwise (fields of the model).

    Its client is not repeated: what uses it has the client as they were told.
    """
    product = None if row.product_categorie is None else Product(categorie=row.product_categorie, code=row.product_code)
    told = {
        "standaard": row.standaard,
        "aanbieder": max(row.eigenaar, row.tegenpartij, key=len),
        "client": None,
        "product": product,
        "ingangsdatum": row.ingangsdatum,
        "einddatum": row.einddatum,
        "omvang": tonen.size(row),
        "budget": row.budget,
        "commentaar": None,
    }
    return NieuweToewijzing.model_construct(**told | changes)


def lowered(row: Row[Any], wanted: Wijziging) -> list[Fault]:
    """What keeps a total (OP298) or a budget (OP299) from being lowered: its provider did not agree."""
    if wanted.instemming_aanbieder:
        return []
    how = "Overleg met de aanbieder en geef instemming_aanbieder mee, of willig zijn verzoek in."
    found = []
    if row.omvang_frequentie == TOTAAL and wanted.volume is not None and wanted.volume < row.omvang_volume:
        found.append(Fault("OP298", "/volume", f"Een lager totaal kan alleen als de aanbieder instemt. {how}"))
    if row.budget is not None and wanted.budget is not None and wanted.budget < row.budget:
        found.append(Fault("OP299", "/budget", f"Een lager budget kan alleen als de aanbieder instemt. {how}"))
    return found


def not_to_stretch(row: Row[Any], vandaag: date) -> str:
    """Why an allocation is not lengthened by a later end date, in Dutch; empty when it is (OP380)."""
    if row.einddatum is None:
        return "Deze toewijzing heeft geen einddatum, dus er valt niets te verlengen."
    if row.reden_wijziging == VERWIJDERD:
        return "Deze toewijzing is verwijderd. Stel een nieuwe vast."
    if row.omvang_frequentie == TOTAAL:
        return "Een totaal over de looptijd wordt niet opgerekt. Stel een nieuwe toewijzing vast voor de periode erna."
    if row.einddatum < vandaag:
        return "De einddatum is al voorbij. Stel een nieuwe toewijzing vast."
    return ""


def too_late(row: Row[Any], wanted: Wijziging, vandaag: date) -> list[Fault]:
    """What keeps a change from moving the last day later (OP380); that of a deleted one its message tells (TR384).

    Whoever mends a day that was entered wrongly does not lengthen what was decided.
    """
    if row.reden_wijziging == VERWIJDERD or wanted.einddatum is None or wanted.reden_wijziging == CORRECTIE:
        return []
    why = not_to_stretch(row, vandaag) if checks.longer(row.einddatum, wanted.einddatum) else ""
    return [Fault("OP380", "/einddatum", why)] if why else []


def stretched(wanted: NieuweToewijzing, current: Iterable[Row[Any]], vandaag: date) -> list[Fault]:
    """What keeps a new allocation from going on where an equal one ends that is to be stretched instead (OP380).

    `current` is what the client has from this provider (see `checks.of_client`).
    """
    return [_stretch(row) for row in current if _goes_on(wanted, row) and not not_to_stretch(row, vandaag)]


def _goes_on(wanted: NieuweToewijzing, row: Row[Any]) -> bool:
    """Whether a new allocation begins where one with its product and size ends."""
    same = (row.product_categorie, row.product_code) == (
        (wanted.product.categorie, wanted.product.code) if wanted.product else (None, None)
    )
    return same and tonen.size(row) == wanted.omvang and row.einddatum == wanted.ingangsdatum - DAG


def _stretch(row: Row[Any]) -> Fault:
    identity = f"{row.eigenaar}-{row.standaard}-{row.toewijzing_nummer}"
    how = f"Verleng haar met POST /v1/toewijzingen/{identity}/verlenging."
    return Fault("OP380", "/ingangsdatum", f"Toewijzing {identity} loopt nog en is verder gelijk. {how}")
