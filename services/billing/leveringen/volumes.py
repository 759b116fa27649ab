"""The volume of a month from its entries (IV076, IV079): the day of each decides in which month it counts."""

from collections.abc import Iterable

MINUUT, UUR = "01", "04"


def month_volume(eenheid: str, entries: Iterable[tuple[int, str]]) -> int:
    """The sum of entries, each a volume with its unit, in the unit of the month.

    Minutes in a month of hours are added up first; only their sum is rounded to whole hours, half an hour up, and
    what is delivered is never less than one (IV079).

    >>> month_volume("04", [(95, "01")] * 4)
    6
    >>> month_volume("04", [(10, "01")])
    1
    >>> month_volume("04", [(2, "04"), (30, "01")])
    3
    >>> month_volume("16", [(2, "16"), (1, "16")])
    3
    """
    kept = list(entries)
    if eenheid != UUR:
        return sum(volume for volume, _ in kept)
    minutes = sum(volume * (60 if unit == UUR else 1) for volume, unit in kept)
    return max(1, (minutes + 30) // 60) if minutes else 0
