"""The product category of debits against the allocation that they name (level 3; for the code see toewijzing)."""

from typing import Any

from sqlalchemy import Select

from services.billing.rules.lines import debits_with_allocation
from shared.rules import Scope, per_message


@per_message("TR339", on="Prestatie")
def tr339(scope: Scope, line: Any) -> Select[Any]:
    """The allocation names a product category, and the line another."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(allocation.c.product_categorie != line.c.product_categorie)
