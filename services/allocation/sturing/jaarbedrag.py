"""What an allocation costs per year at one price, as SQL, to compare allocations by; not what it commits."""

from typing import Any

from sqlalchemy import Date, Integer, Numeric, case, cast, func, literal

from shared import waarde

PER_JAAR = {waarde.DAG: 365, waarde.WEEK: 52, waarde.MAAND: 12}
"""How often a volume counts in a year, by frequency."""


def yearly(allocation: Any, price: Any) -> Any:
    """Eurocents a year; a total or a budget counts over the days of its run, and without an end as one year."""
    run = cast(allocation.c.einddatum, Date).op("-", return_type=Integer)(allocation.c.ingangsdatum) + literal(1)
    times = case(
        PER_JAAR,
        value=func.coalesce(allocation.c.omvang_frequentie, waarde.TOTAAL),
        else_=cast(365, Numeric) / func.coalesce(run, 365),
    )
    return func.round(waarde.each(allocation, price) * times)
