"""Spans of days in SQL, both days included: how the standard counts days, ISO weeks and calendar months (IV077)."""

from typing import Any

from sqlalchemy import Date, Integer, cast, extract, func


def days(first: Any, last: Any) -> Any:
    """How many days the last one is after the first."""
    return cast(last, Date).op("-", return_type=Integer)(cast(first, Date))


def monday(day: Any) -> Any:
    """The Monday of the ISO week of a day."""
    return cast(func.date_trunc("week", day), Date)


def weeks(first: Any, last: Any) -> Any:
    """The ISO weeks that a period touches, broken ones included."""
    return days(monday(first), monday(last)) / 7 + 1


def months(first: Any, last: Any) -> Any:
    """The calendar months that a period touches."""
    return _month(last) - _month(first) + 1


def _month(day: Any) -> Any:
    return extract("year", day) * 12 + extract("month", day)
