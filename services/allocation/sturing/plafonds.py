"""Which ceiling a row of commitments is held against: one that is about just what the row adds up."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row

from services.allocation.sturing.verdelingen import Vraag
from shared.calendar import month_of

Scope = tuple[Any, ...]
"""A law, provider, lot, category, code, first and last day (None: all); or the name and first day of a ceiling."""


def scopes(ceilings: Iterable[Row[Any]]) -> dict[Scope | None, Row[Any]]:
    """Ceilings by what they are about, and by their own name; of several about the same the lowest."""
    found: dict[Scope | None, Row[Any]] = {}
    for row in sorted(ceilings, key=lambda row: -row.bedrag):
        about = (row.aanbieder, row.perceel, row.product_categorie, row.product_code)
        found[row.standaard, *about, row.begin, row.eind] = found[row.naam, row.begin] = row
    return found


def ceiling_of(vraag: Vraag, key: tuple[Any, ...]) -> Scope | None:
    """What a ceiling must be about to hold a row against; None when there can be none.

    There is none by model, nor for what belongs to no lot, or to a category as a whole: then the row is less than
    what the ceiling is about.
    """
    keys = dict(zip(vraag.per, key[1:], strict=True))
    if "plafond" in keys:
        return tuple(keys["plafond"])
    category, slash, code = keys.get("product", "/").partition("/")
    if "model" in keys or not slash or keys.get("perceel") == "":
        return None
    first = keys.get("maand", date(vraag.jaar, 1, 1))
    last = month_of(first).eind if "maand" in keys else date(vraag.jaar, 12, 31)
    return (
        key[0],
        keys.get("aanbieder", vraag.aanbieder),
        keys.get("perceel"),
        category or None,
        code or None,
        first,
        last,
    )


def standing(ceiling: Row[Any], sums: Counter[str]) -> dict[str, Any]:
    """How a ceiling stands with what is committed and forecast under it."""
    share = sums["vastgelegd"] * 100 // ceiling.bedrag
    return {
        "plafond": ceiling.bedrag,
        "resterend": ceiling.bedrag - sums["vastgelegd"],
        "percentage": share,
        "waarschuwing": share >= ceiling.waarschuw_bij,
        "overschrijding_verwacht": sums["prognose"] > ceiling.bedrag,
    }
