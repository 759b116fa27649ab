"""What commitments are added up by: the columns that each key comes from, the key of a row, and how it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.allocation.modellen import Modellen, models
from shared.db import inkoop

_PRODUCT = ("product_categorie", "product_code")
KOLOMMEN: Mapping[str, tuple[str, ...]] = {
    "plafond": ("naam", "begin"),
    "aanbieder": ("tegenpartij",),
    "product": _PRODUCT,
    "perceel": _PRODUCT,
    "model": ("toewijzing_nummer", *_PRODUCT),
    "maand": ("maand",),
}
TAAK = "taak"
"""The model of what has no law: a sum for a task or a subsidy (model D)."""


@dataclass(frozen=True, slots=True)
class Vraag:
    """What is asked of a year: what it is added up by, and of which law and provider only."""

    gemeente: str
    jaar: int
    per: tuple[str, ...]
    vandaag: date
    standaard: str | None = None
    aanbieder: str | None = None


@dataclass(frozen=True, slots=True)
class Inkoop:
    """What the purchase data of a municipality say: models, lots by law, category and code, names by law and key."""

    modellen: Modellen
    percelen: Mapping[tuple[str, str, str], str]
    namen: Mapping[tuple[str, str, str], str]

    def key(self, per: str, row: Any) -> Any:
        """Where a row with the columns of `per` belongs; a text, of a ceiling with its first day, or a month's first.

        A model is the table of arrangements, without one the lot of the product, without one its category.
        """
        if per == "plafond":
            return row.naam, row.begin
        if per in ("aanbieder", "maand"):
            return row.tegenpartij if per == "aanbieder" else row.maand
        category, code = row.product_categorie or "", row.product_code or ""
        lot = self.percelen.get((row.standaard, category, code), "")
        if per == "model":
            return (self.modellen.of(row)[0] or lot or category) if row.standaard else TAAK
        return lot if per == "perceel" else "/".join(part for part in (category, code) if part)

    def name(self, per: str, standaard: str, key: Any) -> str | None:
        """The name of a key: a provider has one under every law."""
        if per == "plafond":
            return f"vanaf {key[1]}"
        return self.namen.get((per, "" if per == "aanbieder" else standaard, shown(key)))


def shown(key: Any) -> str:
    """A key as text: of a ceiling its name, a month as 2025-10."""
    if isinstance(key, tuple):
        return str(key[0])
    return f"{key:%Y-%m}" if isinstance(key, date) else str(key)


def known(session: Session, gemeente: str) -> Inkoop:
    """All that a municipality keeps of them; of a product the last row that has a lot or a name."""
    product, table, provider = inkoop.product.c, inkoop.arrangementmodel.c, inkoop.aanbieder.c
    bought = session.execute(select(inkoop.product).where(product.eigenaar == gemeente).order_by(product.begindatum))
    lots, names = {}, {}
    for row in bought:
        key = (row.standaard, row.product_categorie, row.product_code)
        lots[key] = row.perceel
        names["product", row.standaard, "/".join(part for part in key[1:] if part)] = row.naam
    for row in session.execute(select(table.standaard, table.model, table.naam).where(table.eigenaar == gemeente)):
        names["model", row.standaard, row.model] = row.naam
    for row in session.execute(select(provider.agb, provider.naam).where(provider.eigenaar == gemeente)):
        names["aanbieder", "", row.agb] = row.naam
    return Inkoop(models(session, gemeente), lots, names)
