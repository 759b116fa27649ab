"""Tariffs that look like a mistake: those of another unit, or with a digit too many or too few."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

USUAL: Mapping[str, tuple[int, int]] = {"01": (20, 500), "04": (1_000, 30_000)}
"""By unit the tariffs in eurocents that care has: per minute € 0,20 to € 5, per hour € 10 to € 300."""
FACTOREN = (10, 60, 100)
"""A digit, an hour for a minute, and euros for eurocents."""
MINST = 8
"""Below this ratio nothing is a mistake of this kind; `factor` says from where on it is."""
_SPELING = Fraction(5, 4)
"""How far a ratio may be from a factor: prices differ between contracts and years."""


def unusual(tarief: int | None, eenheid: str) -> bool:
    """Whether a tariff in eurocents per unit looks like that of another unit: an hour's per minute, say.

    >>> unusual(4_000, "01"), unusual(67, "01"), unusual(6_150, "04")
    (True, False, False)
    """
    if tarief is None or eenheid not in USUAL:
        return False
    low, high = USUAL[eenheid]
    return not low <= tarief <= high


def outside(tarief: Any, eenheid: Any) -> ColumnElement[bool]:
    """The condition that `unusual` says yes of a tariff and a unit in the database."""
    return or_(*(and_(eenheid == unit, not_(tarief.between(*band))) for unit, band in USUAL.items()))


def told(tarief: int | None, eenheid: str) -> str:
    """What a person reads of such a tariff; empty when nothing is unusual.

    >>> told(4_000, "01")
    '40.00 euro per minuut is ongebruikelijk. Is dit een uurtarief?'
    >>> told(67, "01")
    ''
    """
    if tarief is None or not unusual(tarief, eenheid):
        return ""
    unit, other = ("minuut", "een uurtarief") if eenheid == "01" else ("uur", "een tarief per minuut")
    return f"{tarief / 100:.2f} euro per {unit} is ongebruikelijk. Is dit {other}?"


def factor(tarief: int, gebruikelijk: int | Fraction) -> int | None:
    """By about which of FACTOREN a tariff is higher than the usual one; negative when lower, None when by none.

    Both in eurocents for the same unit.

    >>> factor(6_150, Fraction(6_150, 60)), factor(103, 6_150), factor(62, 6_150), factor(6_500, 6_150)
    (60, -60, -100, None)
    """
    if tarief <= 0 or gebruikelijk <= 0:
        return None
    ratio = Fraction(tarief) / gebruikelijk
    size = max(ratio, 1 / ratio)
    for known in FACTOREN:
        if known / _SPELING <= size <= known * _SPELING:
            return known if ratio > 1 else -known
    return None
