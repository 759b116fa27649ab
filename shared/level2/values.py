"""Reading the texts that a Node carries, odd but XSD-valid ones included.

Dates stay text: `day` makes texts that sort as the dates do, so no rule has to parse one.
"""

from collections.abc import Hashable, Iterable

from shared.standard.node import Node

PERIODE = {
    "ToegewezenProduct": ("ingangsdatum", "einddatum"),
    "AangevraagdProduct": ("toewijzing_ingangsdatum", "toewijzing_einddatum"),
    "NieuwProduct": ("gewenste_ingangsdatum", "einddatum"),
    "TeWijzigenProduct": ("gewenste_ingangsdatum", "einddatum"),
    "Contact": ("periode_begindatum", "periode_einddatum"),
}
"""The start and the end of the period of each class whose period may be open."""
_PLAIN = len("jjjj-mm-dd")
_YEARS = 10**19
"""More than the years that libxml2 accepts, which fit in 64 bits."""


def filled(node: Node, *names: str) -> bool:
    """Whether at least one of the leaves is there; a composite is known by a part that it must have."""
    return any(name in node.values for name in names)


def number(value: str) -> int:
    """A whole number that may carry a sign and thousands of zeros; no type of the standard goes below zero.

    >>> number("+5"), number("-0"), number("0" * 5000 + "7")
    (5, 0, 7)
    """
    return int(value) if len(value) < 20 else int(value.lstrip("+-0") or "0")


def day(value: str) -> str:
    """A text that sorts as the date does: the date itself, unless its year has a sign or over four digits.

    >>> day("-0002-01-01") < day("-0001-01-01") < day("0001-01-01") < day("9999-12-31") < day("10000-01-01")
    True
    """
    if len(value) == _PLAIN:
        return value
    year, rest = int(value[:-6]), value[-6:]
    return f":{year:020}{rest}" if year > 0 else f"-{_YEARS + year:020}{rest}"


def years_before(value: str, years: int) -> str:
    """The `day` that lies a number of years before a date; 29 February may stay where no such day exists.

    >>> years_before("2026-05-06", 5), day("-0001-05-06") == years_before("0004-05-06", 5)
    ('2021-05-06', True)
    """
    year = int(value[:-6]) - years
    return day(f"{year:04}{value[-6:]}" if year >= 0 else f"-{-year:04}{value[-6:]}")


def within(begin: str, end: str) -> bool:
    """Whether an end date, when both dates are there, lies on or after the begin date."""
    return not begin or not end or day(begin) <= day(end)


def dagtekening(node: Node) -> str:
    """The date that the Header gives to the message in which a node stands."""
    while node.parent is not None:
        node = node.parent
    return node.children[0].get("bericht_identificatie_dagtekening")


def repeats(keys: Iterable[Hashable | None]) -> list[bool]:
    """Of each key whether an earlier one was the same; None is no key.

    >>> repeats(["a", None, "b", "a", None])
    [False, False, False, True, False]
    """
    seen, found = set[Hashable](), list[bool]()
    for key in keys:
        found.append(key in seen)
        if key is not None:
            seen.add(key)
    return found
