"""Terms as they run today: one query over the situations, with the last day and the status of each."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    Date,
    Integer,
    Row,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from services.allocation.termijnen.gedaan import GEDAAN
from services.allocation.termijnen.situaties import SITUATIES
from shared.calendar import add_working_days, is_working_day, working_days
from shared.db import audit
from shared.db.vrij import days_off
from shared.errors import Fault, Refused
from shared.termen import TE_LAAT, TERMEN, VERVALT, Term

JAREN = 3
"""Of what began longer ago the order in a list is as if it began then; the last day is shown as it is."""
LANGSTE = 2 * 520
"""Days that hold the working days of the longest term of delivery that a product can have."""
LIJST = ("code", "object", "bericht", "standaard", "tegenpartij", "volgnummer", "toewijzing_nummer", "bsn", "wie")


@dataclass(frozen=True)
class Dag:
    """A day on which the terms of an organisation are looked at, with all its days off."""

    eigenaar: str
    vandaag: date
    vrij: frozenset[date]

    @cached_property
    def eerste(self) -> date:
        """The first day of which the last days of terms are worked out beforehand."""
        return self.vandaag - timedelta(days=366 * JAREN)

    def near(self, term: Term) -> date:
        """The last last day that is near today."""
        return add_working_days(self.vandaag, term.waarschuwen, self.vrij)

    def last_day(self, term: Term, row: Row[Any]) -> date:
        """The last day of a term that a row of `terms` tells of."""
        if term.eenheid == "werkdagen" and term.aantal is not None and row.sinds < self.eerste:
            return term.last_day(row.sinds, self.vrij)
        return row.uiterlijk  # type: ignore[no-any-return]

    def late(self, term: Term, row: Row[Any]) -> int | None:
        """How many working days too late something was done; None while it runs."""
        return None if row.gedaan is None else working_days(self.last_day(term, row), row.gedaan, self.vrij)

    @cached_property
    def werkdagen(self) -> list[date]:
        """The working days from `eerste` to past the last day of every term that runs."""
        days = (self.vandaag - self.eerste).days + LANGSTE
        found = (self.eerste + timedelta(offset) for offset in range(days))
        return [day for day in found if is_working_day(day, self.vrij)]

    @cached_property
    def nummers(self) -> list[int]:
        """For each day from `eerste` to today how many of those working days lie on or before it."""
        days = (self.vandaag - self.eerste).days + 1
        return [bisect_right(self.werkdagen, self.eerste + timedelta(offset)) for offset in range(days)]

    @cached_property
    def kalender(self) -> CTE:
        """Those days and numbers for SQL, in one row."""
        days, numbers = literal(self.werkdagen, ARRAY(Date)), literal(self.nummers, ARRAY(Integer))
        return select(days.label("werkdagen"), numbers.label("nummers")).cte("kalender")


def today(session: Session, eigenaar: str, vandaag: date) -> Dag:
    """A day with the days off of an organisation."""
    return Dag(eigenaar, vandaag, days_off(session, eigenaar))


def terms(dag: Dag, codes: Iterable[str] = (), *, gedaan: bool = False) -> Subquery:
    """What runs on a day: of each open thing its terms, with `sinds`, `uiterlijk` and `status`.

    Or what was done too late, with the day of `gedaan`, of the terms of which that is told.
    """
    situations = GEDAAN if gedaan else SITUATIES
    chosen = [(TERMEN[code], TERMEN[code].gedaan if gedaan else TERMEN[code].situatie) for code in codes or TERMEN]
    names = dict.fromkeys(name for _, name in chosen if name)
    found = {name: situations[name](dag.eigenaar, dag.vandaag).cte(name) for name in names}
    parts = [(_done if gedaan else _running)(dag, term, found[name]) for term, name in chosen if name]
    return union_all(*parts).subquery("termijn")


def _running(dag: Dag, term: Term, found: CTE) -> Select[Any]:
    dated = _dated(dag, term, found, found.c[term.van], cast(null(), Date))
    late, near = dated.c.uiterlijk < dag.vandaag, dated.c.uiterlijk <= dag.near(term)
    after = "te-laat" if term.daarna == TE_LAAT else "nadert"
    running = select(dated, case((late, after), (near, "nadert"), else_="open").label("status"))
    return running.where(~late) if term.daarna == VERVALT else running


def _done(dag: Dag, term: Term, found: CTE) -> Select[Any]:
    dated = _dated(dag, term, found, found.c.sinds, found.c.gedaan)
    late = dated.c.gedaan > func.greatest(dated.c.uiterlijk, dag.eerste)
    return select(dated, literal("te-laat").label("status")).where(late)


def _dated(dag: Dag, term: Term, found: CTE, sinds: Any, gedaan: Any) -> Subquery:
    last = _last_day(dag, term, found, sinds)
    return (
        select(
            literal(term.code).label("code"),
            *(found.c[name] for name in LIJST if name in found.c),
            _actor(dag, term, found).label("wie"),
            sinds.label("sinds"),
            last.label("uiterlijk"),
            gedaan.label("gedaan"),
        )
        .select_from(found.join(dag.kalender, true()))
        .where(sinds <= dag.vandaag, found.c.standaard.in_(term.standaarden), last.is_not(None))
        .subquery()
    )


def _last_day(dag: Dag, term: Term, found: Any, sinds: Any) -> Any:
    """The last day in SQL: from the number of the working day of the event to the one so many further on."""
    if term.eenheid == "weken":
        return cast(sinds + 7 * literal(term.aantal), Date)
    number = found.c.werkdagen if term.aantal is None else literal(term.aantal)
    place = func.greatest(cast(sinds - dag.eerste, Integer), 0) + 1
    return dag.kalender.c.werkdagen[dag.kalender.c.nummers[place] + number]


def _actor(dag: Dag, term: Term, found: Any) -> Any:
    """The code of who has to act."""
    if term.wie == "ontvanger":
        return found.c.ontvanger
    mine = (term.wie == "gemeente") == (len(dag.eigenaar) == 4)
    return literal(dag.eigenaar) if mine else found.c.tegenpartij


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the terms is asked for; `na` is where the page before ended: last day, code and object."""

    soort: str | None = None
    status: str | None = None
    partij: str | None = None
    na: tuple[date, str, str] | None = None
    limit: int = 100
    gedaan: bool = False


def listed(session: Session, dag: Dag, wanted: Filter) -> list[Row[Any]]:
    """The terms that run or were done too late, the first last day first; one more than the limit if there are more."""
    found = terms(dag, (wanted.soort,) if wanted.soort and not wanted.gedaan else (), gedaan=wanted.gedaan)
    order = (found.c.uiterlijk, found.c.code, found.c.object)
    query = select(found).order_by(*order).limit(wanted.limit + 1)
    if wanted.soort is not None:
        query = query.where(found.c.code == wanted.soort)
    if wanted.status is not None:
        query = query.where(found.c.status == wanted.status)
    if wanted.partij is not None:
        query = query.where((found.c.tegenpartij == wanted.partij) | (found.c.wie == wanted.partij))
    if wanted.na is not None:
        query = query.where(tuple_(*order) > tuple_(*(literal(value) for value in wanted.na)))
    rows = list(session.execute(query))
    audit.note(session, "termijnen ingezien", "lijst", {row.bsn: "" for row in rows if row.bsn})
    return rows


def place_of(row: Row[Any]) -> str:
    """Where a list goes on after a row."""
    return f"{row.uiterlijk.isoformat()}_{row.code}_{row.object}"


def place(na: str | None) -> tuple[date, str, str] | None:
    """What `place_of` made. Raises Refused (422)."""
    try:
        day, code, rest = (na or "").split("_")
        return date.fromisoformat(day), code, rest
    except ValueError:
        if na is None:
            return None
        fault = Fault("na", "na", "Dit is geen plaats in de lijst. Neem het adres over uit 'volgende'.")
        raise Refused(422, "De lijst kan hier niet verdergaan", [fault]) from None
