"""Which table of arrangements an allocation belongs to: as was decided, or else by its product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, distinct, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.db import inkoop
from shared.db import tables as t

Cel = tuple[str, Mapping[str, str]]
"""The name of a table of arrangements, and a value for each of its axes."""
GEEN: Cel = ("", {})
INTENSITEIT, GEBIEDEN = "intensiteit", "resultaatgebieden"
"""The axes of a table of arrangements that say how heavy care is; their values stand from light to heavy."""


@dataclass(frozen=True, slots=True)
class Modellen:
    """The cells of allocations by law and number, and of products by law, category and code."""

    gekozen: Mapping[tuple[str, int], Cel]
    ingekocht: Mapping[tuple[str, str, str], Cel]

    def of(self, row: Any) -> Cel:
        """The cell of an allocation; GEEN when it belongs to no table."""
        product = (row.standaard, row.product_categorie or "", row.product_code or "")
        return self.gekozen.get((row.standaard, row.toewijzing_nummer)) or self.ingekocht.get(product, GEEN)


def profile(cel: Cel) -> str:
    """What a cell is whatever its weight: its table, and its values on the other axes; empty of GEEN.

    >>> profile(("jeugdprofielen", {"profiel": "4", "intensiteit": "zwaar"})), profile(GEEN)
    ('jeugdprofielen/4', '')
    """
    model, axes = cel
    return "/".join([model, *(axes[name] for name in sorted(axes.keys() - {INTENSITEIT, GEBIEDEN}))])


def models(session: Session, eigenaar: str) -> Modellen:
    """All that an organisation has of them."""
    chosen = {
        (row.standaard, row.toewijzing_nummer): (row.model, row.assen) for row in session.execute(_chosen(eigenaar))
    }
    bought = session.execute(_bought(eigenaar))
    cells = {(row.standaard, row.product_categorie, row.code): (row.model, row.assen) for row in bought}
    return Modellen(chosen, cells)


def _chosen(eigenaar: str) -> Any:
    """The cell that was last chosen for each number; a change of volume or end date does not choose one."""
    row, message = t.besluit, t.bericht
    key = (message.c.standaard, row.c.toewijzing_nummer)
    return (
        select(*key, row.c.model, row.c.assen)
        .join(message, and_(message.c.eigenaar == row.c.eigenaar, message.c.id == row.c.bericht))
        .where(row.c.eigenaar == eigenaar, row.c.model.is_not(None), t.geldig(message.c.status))
        .ext(distinct_on(*key))
        .order_by(*key, message.c.volgorde.desc())
    )


def _bought(eigenaar: str) -> Any:
    """The cell of each product that stands in one cell only."""
    row, table = inkoop.arrangement, inkoop.arrangementmodel
    code = func.coalesce(row.c.product_code, "")
    return (
        select(
            table.c.standaard,
            row.c.product_categorie,
            code.label("code"),
            func.min(row.c.model).label("model"),
            func.array_agg(row.c.assen)[1].label("assen"),
        )
        .join(table, and_(table.c.eigenaar == row.c.eigenaar, table.c.model == row.c.model))
        .where(row.c.eigenaar == eigenaar, row.c.product_categorie.is_not(None))
        .group_by(table.c.standaard, row.c.product_categorie, code)
        .having(func.count(distinct(func.concat(row.c.model, row.c.assen))) == 1)
    )
