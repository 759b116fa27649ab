"""Debits against the allocation that they name (level 3)."""

from typing import Any

from sqlalchemy import Select, and_, or_

from services.billing.rules.lines import debits_with_allocation, fits
from shared.rules import Scope, per_message


@per_message("TR338", on="Prestatie")
def tr338(scope: Scope, line: Any) -> Select[Any]:
    """The ToewijzingNummer is not that of an allocation of this client with this provider."""
    lines, allocation = debits_with_allocation(scope, line, isouter=True)
    return lines.where(allocation.c.toewijzing_nummer.is_(None))


@per_message("TR339", on="Prestatie")
def tr339(scope: Scope, line: Any) -> Select[Any]:
    """The allocation names a product category, and the line another."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(allocation.c.product_categorie != line.c.product_categorie)


@per_message("TR340", on="Prestatie")
def tr340(scope: Scope, line: Any) -> Select[Any]:
    """The allocation names a product code, and the line another."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(allocation.c.product_code != line.c.product_code)


@per_message("TR341", on="Prestatie")
def tr341(scope: Scope, line: Any) -> Select[Any]:
    """The unit is not that of the allocation, or of the contract where the allocation has no volume.

    Hours may be invoiced in minutes in both cases; without any tariff TR418 speaks.
    """
    lines, allocation = debits_with_allocation(scope, line)
    unit = allocation.c.omvang_eenheid
    by_contract = and_(unit.is_(None), line.c.geprijsd, line.c.afgesproken_tarief.is_(None))
    return lines.where(or_(~fits(unit, line.c.eenheid), by_contract))


@per_message("TR307", on="Prestatie")
def tr307(scope: Scope, line: Any) -> Select[Any]:
    """The product period begins before the allocation."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(line.c.product_periode_begindatum < allocation.c.ingangsdatum)


@per_message("TR308", on="Prestatie")
def tr308(scope: Scope, line: Any) -> Select[Any]:
    """The product period ends after the allocation."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(line.c.product_periode_einddatum > allocation.c.einddatum)
