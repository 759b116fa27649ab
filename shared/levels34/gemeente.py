"""The municipality of every message, and those that a 319 names (level 4, by the classification of CBS)."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, and_, literal, select

from shared.rules import Scope, per_message
from shared.standard.catalogue import read_csv
from shared.standard.codelists import codelijst

NOW = "CBS_gemeentecodes"
CHANGES = "gemeentecodes.csv"
"""Every code that was given out or ended since both laws began (1 January 2015); a bound that is empty lies outside."""
WITH_CARE = ("ToegewezenProduct", "AangevraagdProduct", "StartProduct", "StopProduct")
UNKNOWN = (date.max, None)
INGANGSDATUM = ("ingangsdatum", "toewijzing_ingangsdatum")


@cache
def gemeentecodes() -> Mapping[str, tuple[date | None, date | None]]:
    """The first and the last day of every municipality code that held under these laws."""
    known: dict[str, tuple[date | None, date | None]] = {code.code: (None, None) for code in codelijst(NOW).codes}
    return known | {row["code"]: (_day(row["begindatum"]), _day(row["einddatum"])) for row in read_csv(CHANGES)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def newer(code: str) -> bool:
    """Whether CBS, which numbers on, may have given out a code after our list was made: not known to be wrong."""
    return code > max(gemeentecodes())


def municipality(scope: Scope) -> str:
    """The party of an exchange that is a municipality."""
    return scope.eigenaar if scope.by_municipality else scope.tegenpartij


def first_day(scope: Scope) -> date | None:
    """The first day of the code of the municipality; None when it may be any."""
    code = municipality(scope)
    return None if newer(code) else gemeentecodes().get(code, UNKNOWN)[0]


def last_day(scope: Scope) -> date | None:
    """The last day of the code of the municipality; None when it has none."""
    return gemeentecodes().get(municipality(scope), UNKNOWN)[1]


@per_message("TR378", on=("Header", *WITH_CARE, "Woonplaatsbeginsel"))
def tr378(scope: Scope, table: Any) -> Select[Any]:
    """The municipality code does not exist, not yet on the day of the message, or no more when the care begins.

    After a redivision both codes are right: the old one for care that began before it, the new one for all.
    """
    if "dagtekening" in table.c:
        early = table.c.dagtekening < scope.value(first_day, Date())
        return select(literal(1)).where(table.c.id == scope.bericht, early)
    if "gemeente" in table.c:
        never = and_(table.c.gemeente.not_in(sorted(gemeentecodes())), table.c.gemeente <= max(gemeentecodes()))
        return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, never)
    start = next(table.c[name] for name in INGANGSDATUM if name in table.c)
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, start > scope.value(last_day, Date()))
