"""An allocation as the API shows it."""

from typing import Any

from sqlalchemy import Row

from services.allocation.models import Omvang, Toewijzing
from shared.db import people
from shared.security import Caller


def identity(row: Any) -> str:
    """The id of an allocation: `0193-ijw-10001`, the same for both sides."""
    return f"{min(row.eigenaar, row.tegenpartij, key=len)}-{row.standaard}-{row.toewijzing_nummer}"


def size(row: Any) -> Omvang | None:
    """The volume of an allocation; None when it has a budget, or neither."""
    if row.omvang_volume is None:
        return None
    return Omvang(volume=row.omvang_volume, eenheid=row.omvang_eenheid, frequentie=row.omvang_frequentie)


def toewijzing(row: Row[Any], who: Caller) -> Toewijzing:
    """A version of an allocation, with its BSN as this caller may see it."""
    gemeente, aanbieder = sorted((row.eigenaar, row.tegenpartij), key=len)
    return Toewijzing(
        id=identity(row),
        standaard=row.standaard,
        gemeente=gemeente,
        aanbieder=aanbieder,
        toewijzing_nummer=row.toewijzing_nummer,
        bsn=people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten),
        product_categorie=row.product_categorie,
        product_code=row.product_code,
        ingangsdatum=row.ingangsdatum,
        einddatum=row.einddatum,
        reden_wijziging=row.reden_wijziging,
        omvang=size(row),
        budget=row.budget,
        bericht=row.bericht,
    )
