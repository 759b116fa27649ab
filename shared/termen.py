"""The terms as data: who has to do what, how long after which event, and how many days before it is a warning.

termijnen.csv says per term the rule that it comes from, the standards, the situation in which it runs (a SELECT in
`situaties`), the column of that SELECT that holds the day that it is counted from, what ends it, who has to act,
its number and unit, for how many working days before its last day it counts as near, and what it is after that day:
late, no more than a reminder, or over. `gedaan` is the situation of what was done under it, in time or not; empty
where that is not told.
"""

from collections.abc import Container
from csv import DictReader
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from shared.calendar import add_working_days

PARTIJEN = ("gemeente", "aanbieder", "ontvanger")
EENHEDEN = ("werkdagen", "weken")
TE_LAAT, HERINNERING, VERVALT = DAARNA = ("te-laat", "herinnering", "vervalt")
_DATA = Path(__file__).with_name("termijnen.csv")


@dataclass(frozen=True, slots=True)
class Term:
    """A row of termijnen.csv; `aantal` is None for one that an organisation keeps per product."""

    code: str
    grondslag: str
    standaarden: tuple[str, ...]
    situatie: str
    van: str
    tot: str
    wie: str
    aantal: int | None
    eenheid: str
    waarschuwen: int
    daarna: str
    gedaan: str
    omschrijving: str

    def last_day(self, sinds: date, vrij: Container[date]) -> date:
        """The last day of a term that runs from an event on `sinds`; `vrij` are the days off of who sees it."""
        if self.eenheid == "werkdagen":
            return add_working_days(sinds, self.aantal or 0, vrij)
        return sinds + timedelta(weeks=self.aantal or 0)


def _term(row: dict[str, str]) -> Term:
    """Raises ValueError for a row that says something unknown."""
    term = Term(
        code=row["code"],
        grondslag=row["grondslag"],
        standaarden=tuple(row["standaarden"].split()),
        situatie=row["situatie"],
        van=row["van"],
        tot=row["tot"],
        wie=row["wie"],
        aantal=int(row["aantal"]) if row["aantal"] else None,
        eenheid=row["eenheid"],
        waarschuwen=int(row["waarschuwen"]),
        daarna=row["daarna"],
        gedaan=row["gedaan"],
        omschrijving=row["omschrijving"],
    )
    known = (
        term.wie in PARTIJEN
        and term.eenheid in EENHEDEN
        and term.daarna in DAARNA
        and {*term.standaarden} <= {"ijw", "iwmo"}
    )
    counted = term.waarschuwen >= 0 and (term.eenheid == "werkdagen" if term.aantal is None else term.aantal > 0)
    if not (term.standaarden and known and counted):
        raise ValueError(f"termijnen.csv: {term.code} klopt niet")
    return term


def load(path: Path = _DATA) -> dict[str, Term]:
    """The terms of a file, by code. Raises ValueError when one is wrong or stands there twice."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(map(_term, DictReader(file)))
    terms = {term.code: term for term in rows}
    if len(terms) != len(rows):
        raise ValueError("termijnen.csv: een code staat er twee keer")
    return terms


TERMEN = load()
"""Every term, by code, in the order of the file."""
