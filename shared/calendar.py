"""The calendar of care: months, ISO weeks, Sundays and Dutch working days. Every date comes from the caller."""

from collections.abc import Callable, Container, Mapping
from csv import DictReader
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

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


def last_closed_quarter(day: date) -> date:
    """The last day of the last quarter that is over.

    >>> last_closed_quarter(date(2026, 4, 1)), last_closed_quarter(date(2026, 3, 31))
    (datetime.date(2026, 3, 31), datetime.date(2025, 12, 31))
    """
    return date(day.year, day.month - (day.month - 1) % 3, 1) - timedelta(1)


def _feestdagen() -> dict[date, str]:
    with Path(__file__).with_name("feestdagen.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["datum"]): row["naam"] for row in DictReader(file)}


FEESTDAGEN: Mapping[date, str] = _feestdagen()
"""The public holidays, with their names; 5 May in lustrum years only. Of years that it lacks only weekends count."""


def is_working_day(day: date, vrij: Container[date] = FEESTDAGEN) -> bool:
    """Monday to Friday, and none of the days off `vrij`: the public holidays, or those of an organisation."""
    return day.weekday() < 5 and day not in vrij


def add_working_days(day: date, number: int, vrij: Container[date] = FEESTDAGEN) -> date:
    """The day that lies `number` working days after a day (OP090: 3, OP274: 5, declaration: 10).

    `vrij` are all days off beside weekends.

    >>> add_working_days(date(2026, 4, 24), 3)
    datetime.date(2026, 4, 30)
    >>> add_working_days(date(2026, 4, 24), 3, ())
    datetime.date(2026, 4, 29)
    """
    while number > 0:
        day += timedelta(1)
        number -= is_working_day(day, vrij)
    return day


def working_days(begin: date, eind: date, vrij: Container[date] = FEESTDAGEN) -> int:
    """How many working days lie after a day, up to and including another.

    >>> working_days(date(2026, 4, 30), date(2026, 5, 5))
    3
    """
    return sum(is_working_day(begin + timedelta(offset + 1), vrij) for offset in range((eind - begin).days))


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
