"""Spans of days in SQL, both days included: how the standard counts days, ISO weeks and calendar months (IV077)."""

from typing import Any

from sqlalchemy import Date, Integer, and_, case, cast, extract, func, literal

OUTPUT = ("82", "83")
"""Units of output: pieces and euros; all others count effort."""


def days(first: Any, last: Any) -> Any:
    """How many days the last one is after the first."""
    return cast(last, Date).op("-", return_type=Integer)(cast(first, Date))


def monday(day: Any) -> Any:
    """The Monday of the ISO week of a day."""
    return cast(func.date_trunc("week", day), Date)


def weeks(first: Any, last: Any) -> Any:
    """The ISO weeks that a period touches, broken ones included."""
    return days(monday(first), monday(last)) / 7 + 1


def sundays(begin: Any, einde: Any, first: Any, last: Any) -> Any:
    """The Sundays in a part of a run, plus one where the last Sunday of a run lies that goes on after it (IV077).

    `first` and `last` are the days of the run: one without a Sunday counts its broken week where it ends, one without
    an end has none.
    """
    sunday = _shifted(monday(_shifted(last, 1)), -1)
    holder = case((sunday < first, last), else_=sunday)
    rest = case((and_(sunday != last, holder >= begin, holder <= einde), 1), else_=0)
    return days(monday(begin), monday(_shifted(einde, 1))) / 7 + rest


def _shifted(day: Any, by: int) -> Any:
    return cast(day, Date).op("+", return_type=Date)(literal(by))


def months(first: Any, last: Any) -> Any:
    """The calendar months that a period touches."""
    return _month(last) - _month(first) + 1


def _month(day: Any) -> Any:
    return extract("year", day) * 12 + extract("month", day)
