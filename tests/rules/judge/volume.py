"""How much an allocation allows (IV076, IV077, IV078), counted day by day.

Effort: the weekly volume for every calendar week that a product period touches. Output: for every Sunday in it, and
once more where the last Sunday of an allocation lies that does not end on one. Household help of the Wmo: six times
per period, and over all periods no more than the weeks of the allocation. A month counts whole, also when it is broken.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

DAY = timedelta(1)
PER_DAG, PER_WEEK, PER_MAAND, IN_TOTAAL = "1246"
OUTPUT = ("82", "83")
HUISHOUDELIJK = "01"
SUNDAY = 6

Row = Mapping[str, Any]


def factor(toewijzing: Row, eenheid: str) -> int | None:
    """How many of the unit of a line go into one of the allocation: hours may be told in minutes; None when neither."""
    assigned = toewijzing["omvang_eenheid"]
    if (assigned, eenheid) == ("04", "01"):
        return 60
    return 1 if assigned == eenheid else None


def times_in_period(standaard: str, toewijzing: Row, begin: date, eind: date) -> int:
    """How often the volume may be invoiced for the days of a product period that lie in the allocation."""
    days = _days(max(begin, toewijzing["ingangsdatum"]), min(eind, toewijzing["einddatum"] or eind))
    if days and _is_household_help(standaard, toewijzing):
        return 6
    return _times(toewijzing, days)


def times_in_all(toewijzing: Row) -> int | None:
    """How often the volume may be invoiced in all periods together; None when that has no end."""
    if toewijzing["omvang_frequentie"] == IN_TOTAAL:
        return 1
    if toewijzing["einddatum"] is None:
        return None
    return _times(toewijzing, _days(toewijzing["ingangsdatum"], toewijzing["einddatum"]))


def _is_household_help(standaard: str, toewijzing: Row) -> bool:
    return (standaard, toewijzing["product_categorie"], toewijzing["omvang_frequentie"]) == (
        "iwmo",
        HUISHOUDELIJK,
        PER_WEEK,
    )


def _times(toewijzing: Row, days: list[date]) -> int:
    frequentie = toewijzing["omvang_frequentie"]
    if not days:
        return 0
    if frequentie == PER_DAG:
        return len(days)
    if frequentie == PER_MAAND:
        return len({(day.year, day.month) for day in days})
    if frequentie == IN_TOTAAL:
        return 1
    if toewijzing["omvang_eenheid"] not in OUTPUT:
        return len({day.isocalendar()[:2] for day in days})
    sundays = sum(day.weekday() == SUNDAY for day in days)
    return sundays + (day_of_the_broken_week(toewijzing) in days)


def day_of_the_broken_week(toewijzing: Row) -> date | None:
    """The last Sunday of an allocation that does not end on one; its last day when it has no Sunday at all."""
    last: date | None = toewijzing["einddatum"]
    if last is None or last.weekday() == SUNDAY:
        return None
    sunday = last - (last.weekday() + 1) * DAY
    return sunday if sunday >= toewijzing["ingangsdatum"] else last


def _days(begin: date, eind: date) -> list[date]:
    return [begin + number * DAY for number in range((eind - begin).days + 1)]
