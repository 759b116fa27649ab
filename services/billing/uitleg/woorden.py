"""How the explanation says numbers and days, in Dutch."""

from collections.abc import Mapping
from datetime import date, datetime

from services.billing.rules.lines import MINUUT, UUR
from shared.calendar import NEDERLAND

EENHEDEN: Mapping[str, tuple[str, str]] = {
    "01": ("minuut", "minuten"),
    "04": ("uur", "uur"),
    "14": ("etmaal", "etmalen"),
    "16": ("dagdeel", "dagdelen"),
    "82": ("stuk", "stuks"),
    "83": ("euro", "eurocenten"),
    "84": ("stuk", "stuks"),
}
"""The units of the standard; an amount in euros is told in cents."""
FREQUENTIES: Mapping[str, str] = {
    "1": "per dag",
    "2": "per week",
    "4": "per maand",
    "6": "in totaal over de hele looptijd",
}


def euro(cents: int) -> str:
    """An amount in eurocents as people write it.

    >>> euro(123456)
    '€ 1.234,56'
    >>> euro(-5)
    '€ -0,05'
    """
    sign, (whole, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"€ {sign}{whole:,}".replace(",", ".") + f",{rest:02}"


def amount(number: int, eenheid: str) -> str:
    """A number of units; of euros the amount.

    >>> amount(1, "14"), amount(3, "04"), amount(250, "83")
    ('1 etmaal', '3 uur', '€ 2,50')
    """
    if eenheid == "83":
        return euro(number)
    return f"{number} {EENHEDEN[eenheid][number != 1] if eenheid in EENHEDEN else eenheid}"


def measure(number: int, eenheid: str) -> str:
    """A number in the measure of a whole run: hours are counted there in minutes.

    >>> measure(90, "04")
    '90 minuten (1,5 uur)'
    """
    if eenheid != UUR:
        return amount(number, eenheid)
    return f"{amount(number, MINUUT)} ({number / 60:g} uur)".replace(".", ",")


def per_unit(eenheid: str) -> str:
    """What a tariff is for."""
    return EENHEDEN[eenheid][0] if eenheid in EENHEDEN else f"eenheid {eenheid}"


def day(value: date) -> str:
    """A day.

    >>> day(date(2025, 10, 7))
    '7-10-2025'
    """
    return f"{value.day}-{value.month}-{value.year}"


def units(eenheid: str) -> str:
    """What numbers of a unit are of."""
    return EENHEDEN[eenheid][1] if eenheid in EENHEDEN else f"eenheid {eenheid}"


def period(begin: date, eind: date | None) -> str:
    """A period, which may be open."""
    return f"van {day(begin)} tot en met {day(eind)}" if eind else f"vanaf {day(begin)} zonder einddatum"


def moment(value: datetime) -> str:
    """A moment, as clocks in the Netherlands had it."""
    local = value.astimezone(NEDERLAND)
    return f"{day(local.date())} om {local:%H:%M} uur"


def times(number: int, one: str, more: str) -> str:
    """A number of something.

    >>> times(1, "week", "weken")
    '1 week'
    """
    return f"{number} {one if number == 1 else more}"
