"""The product period of debits against the life of the allocation that they name (level 3; IV089)."""

from typing import Any

from sqlalchemy import Date, Select, cast, func, text

from services.billing.rules.lines import debits_with_allocation
from shared.rules import Scope, per_message

VERWIJDERD = "13"


@per_message("TR384", on="Prestatie")
def tr384(scope: Scope, line: Any) -> Select[Any]:
    """The municipality deleted the allocation; to credit stays right (IV085)."""
    lines, allocation = debits_with_allocation(scope, line)
    return lines.where(allocation.c.reden_wijziging == VERWIJDERD)


@per_message("TR387", on="Prestatie")
def tr387(scope: Scope, line: Any) -> Select[Any]:
    """The product period begins on another day than the first of its month or that on which the allocation begins.

    Before that day it may not begin either, but of that TR307 speaks.
    """
    lines, allocation = debits_with_allocation(scope, line)
    begin = line.c.product_periode_begindatum
    return lines.where(begin != _first(begin), begin != allocation.c.ingangsdatum)


@per_message("TR388", on="Prestatie")
def tr388(scope: Scope, line: Any) -> Select[Any]:
    """The product period ends on another day than the last of its month or that on which the allocation ends.

    After that day it may not end either, but of that TR308 speaks.
    """
    lines, allocation = debits_with_allocation(scope, line)
    eind = line.c.product_periode_einddatum
    last = cast(_first(eind) + text("interval '1 month -1 day'"), Date)
    return lines.where(eind != last, eind.is_distinct_from(allocation.c.einddatum))


def _first(day: Any) -> Any:
    return cast(func.date_trunc("month", day), Date)
