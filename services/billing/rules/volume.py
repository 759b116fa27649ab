"""How much may be invoiced in one product period (level 3; IV076, IV077, IV078)."""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal

from services.billing.rules.lines import MINUUT, UUR, debits_with_allocation, fits
from shared.db.spans import OUTPUT, days, sundays, weeks
from shared.rules import Scope, per_message

HUISHOUDELIJKE_HULP = "01"


@per_message("TR321", on="Prestatie")
def tr321(scope: Scope, line: Any) -> Select[Any]:
    """The volume is more than the allocation allows in this product period; in another unit only TR341 speaks."""
    lines, allocation = debits_with_allocation(scope, line)
    same = fits(allocation.c.omvang_eenheid, line.c.eenheid)
    return lines.where(same, line.c.geleverd_volume > most(scope, line, allocation))


def most(scope: Scope, line: Any, allocation: Any) -> Any:
    """The volume that the allocation allows in the product period of a line, in the unit of that line."""
    in_minutes = and_(allocation.c.omvang_eenheid == UUR, line.c.eenheid == MINUUT)
    return allocation.c.omvang_volume * times(scope, line, allocation) * case((in_minutes, 60), else_=1)


def times(scope: Scope, line: Any, allocation: Any) -> Any:
    """How often the volume of the allocation fits in the part of the product period that it covers."""
    begin, einde = covered(line, allocation)
    run = (allocation.c.ingangsdatum, allocation.c.einddatum)
    help_at_home = and_(literal(scope.standaard) == "iwmo", allocation.c.product_categorie == HUISHOUDELIJKE_HULP)
    weekly = case(
        (help_at_home, 6),
        (allocation.c.omvang_eenheid.in_(OUTPUT), sundays(begin, einde, *run)),
        else_=weeks(begin, einde),
    )
    return case(
        (begin > einde, 0),
        (allocation.c.omvang_frequentie == "1", days(begin, einde) + 1),
        (allocation.c.omvang_frequentie == "2", weekly),
        else_=1,  # per month, also a broken one (IV078), and in total
    )


def covered(line: Any, allocation: Any) -> tuple[Any, Any]:
    """The first and last day of the part of a product period that the allocation covers; there may be none."""
    begin = func.greatest(line.c.product_periode_begindatum, allocation.c.ingangsdatum)
    return begin, func.least(line.c.product_periode_einddatum, allocation.c.einddatum)  # ignores an open end
