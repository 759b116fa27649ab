"""The product code of every message that names one, against the list that the parties use (level 4)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from shared.db import geldig, inkoop
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

CLASSES = ("ToegewezenProduct", "AangevraagdProduct", "NieuwProduct", "StartProduct", "StopProduct", "Prestatie")
REPEATS = {"status_aanlevering": "3", "ingediend_bedrag_debet_credit": "C"}
"""What marks a row that takes an earlier one back, and so has to repeat its product, right or wrong."""


@per_message("TR381", on=CLASSES)
def tr381(scope: Scope, table: Any) -> Select[Any]:
    """The contracts of the parties have this product code, and only in other categories.

    Which list is used is agreed between them (IV075); what their tariffs do not name is not known to be wrong. Each
    product is looked up once, however many rows name it.
    """
    own = (table.c.bericht == scope.bericht, table.c.product_categorie.is_not(None), *_own(table))
    named = (table.c.product_categorie, table.c.product_code)
    product = select(*named).where(*own).distinct().subquery("product")
    listed = _listed(scope).where(t.tarief.c.product_code == product.c.product_code)
    fitting = listed.where(t.tarief.c.product_categorie == product.c.product_categorie)
    wrong = select(product).where(geldig.looked_up(listed), ~geldig.looked_up(fitting))
    known = wrong.cte(f"onbekend_in_{table.name}").prefix_with("MATERIALIZED")  # else looked up again for each row
    return select(table.c.volgnummer).where(*own, tuple_(*named).in_(select(known)))


def _listed(scope: Scope) -> Select[Any]:
    """The tariffs of every contract of the two parties, of whatever day: an older code stays a code."""
    contract, tarief = t.contract, t.tarief
    return (
        select(1)
        .select_from(tarief.join(contract, inkoop.prices(tarief, contract)))
        .where(of_exchange(contract, scope))
    )


def _own(table: Any) -> list[ColumnElement[bool]]:
    """The conditions that a row tells something of its own."""
    return [table.c[name].is_distinct_from(value) for name, value in REPEATS.items() if name in table.c]
