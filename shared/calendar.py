"""The calendar of care: months, ISO weeks, Sundays and Dutch working days. Every date comes from the caller."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

NEDERLAND = ZoneInfo("Europe/Amsterdam")
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, with zone: the only place where the product reads the time."""
    return datetime.now(UTC)


def vandaag(clock: Clock = system_clock) -> date:
    """The date in the Netherlands at this moment."""
    return clock().astimezone(NEDERLAND).date()


@dataclass(frozen=True, slots=True)
class Periode:
    """A closed period: both days belong to it.

    >>> Periode(date(2025, 10, 7), date(2025, 10, 31)).weeks
    4
    >>> Periode(date(2025, 7, 7), date(2025, 7, 31)).sundays
    3
    """

    begin: date
    eind: date

    def __post_init__(self) -> None:
        if self.eind < self.begin:
            raise ValueError("een periode eindigt niet voor zij begint")

    @property
    def weeks(self) -> int:
        """How many ISO weeks it touches, broken ones included (IV077, effort)."""
        return (_monday(self.eind) - _monday(self.begin)).days // 7 + 1

    @property
    def sundays(self) -> int:
        """How many Sundays lie in it (IV077, output)."""
        return (_monday(self.eind + timedelta(1)) - _monday(self.begin)).days // 7

    def intersect(self, other: "Periode") -> "Periode | None":
        """What two periods share, or None."""
        begin, eind = max(self.begin, other.begin), min(self.eind, other.eind)
        return Periode(begin, eind) if begin <= eind else None


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def month(year: int, number: int) -> Periode:
    """A calendar month.

    >>> month(2024, 2).eind
    datetime.date(2024, 2, 29)
    """
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return Periode(first, following - timedelta(1))


def month_of(day: date) -> Periode:
    """The calendar month of a day."""
    return month(day.year, day.month)


@cache
def _feestdagen(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))


def is_working_day(day: date, vrij: Container[date] = ()) -> bool:
    """Monday to Friday, no public holiday and none of the days off `vrij`; 5 May is a holiday in lustrum years only."""
    return day.weekday() < 5 and day not in _feestdagen(day.year) and day not in vrij


def add_working_days(day: date, number: int, vrij: Container[date] = ()) -> date:
    """The day that lies `number` working days after a day (OP090: 3, OP274: 5, declaration: 10).

    `vrij` are days off beside weekends and public holidays.

    >>> add_working_days(date(2026, 4, 30), 3)
    datetime.date(2026, 5, 5)
    >>> add_working_days(date(2026, 4, 30), 3, {date(2026, 5, 5)})
    datetime.date(2026, 5, 6)
    """
    while number > 0:
        day += timedelta(1)
        number -= is_working_day(day, vrij)
    return day


def last_day(begin: date, months: int | None) -> date | None:
    """The last day of a run of so many months; None when it is open.

    >>> last_day(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 27)
    >>> last_day(date(2026, 3, 1), 12)
    datetime.date(2027, 2, 28)
    """
    if months is None:
        return None
    years, month = divmod(begin.month - 1 + months, 12)
    first = date(begin.year + years, month + 1, 1)
    end_of_month = (first + timedelta(31)).replace(day=1) - timedelta(1)
    return min(first + timedelta(begin.day - 1), end_of_month) - timedelta(1)
