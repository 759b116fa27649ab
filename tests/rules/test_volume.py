"""TR321 against a second opinion: the volume of a product period counted day by day, in plain Python.

Written from IV076 to IV078, not from the SQL. Each line is judged at its limit and at one more.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.billing import rules  # importing it registers the rules
from shared.db import tables as t
from shared.judging import rows_of
from shared.rules import Scope, registered
from tests.builders import AANBIEDER, GEMEENTE

assert rules
DAY = timedelta(1)
SUNDAY = 6
INSPANNING, OUTPUT = ("01", "04", "14", "16", "84"), ("82", "83")


@dataclass(frozen=True)
class Toegewezen:
    """An allocation: its volume per frequency, its product category and its days; `eind` None is open."""

    volume: int
    eenheid: str
    frequentie: str
    categorie: str
    begin: date
    eind: date | None


@dataclass(frozen=True)
class Regel:
    """A line of an invoice against it: the unit and the product period."""

    eenheid: str
    begin: date
    eind: date


def allowed(standaard: str, toegewezen: Toegewezen, regel: Regel) -> int:
    """The most that may be invoiced, in the unit of the line."""
    days = [day for day in every_day(regel.begin, regel.eind) if holds(toegewezen, day)]
    hour_in_minutes = (toegewezen.eenheid, regel.eenheid) == ("04", "01")
    return toegewezen.volume * (60 if hour_in_minutes else 1) * times(standaard, toegewezen, days)


def times(standaard: str, toegewezen: Toegewezen, days: list[date]) -> int:
    """How often the volume counts for these days."""
    if not days:
        return 0
    if toegewezen.frequentie == "1":
        return len(days)
    if toegewezen.frequentie == "4":
        return len({(day.year, day.month) for day in days})
    if toegewezen.frequentie == "6":
        return 1
    if standaard == "iwmo" and toegewezen.categorie == "01":
        return 6
    if toegewezen.eenheid in INSPANNING:
        return len({day.isocalendar()[:2] for day in days})
    sundays = sum(day.weekday() == SUNDAY for day in days)
    return sundays + (holder_of_broken_week(toegewezen) in days)


def holder_of_broken_week(toegewezen: Toegewezen) -> date | None:
    """The day that decides in which period the broken last week is invoiced, or None when there is none.

    That is the last Sunday; where an allocation has none, we say its last day.
    """
    last = toegewezen.eind
    if last is None or last.weekday() == SUNDAY:
        return None
    sundays = [last - number * DAY for number in range(1, 7) if (last - number * DAY).weekday() == SUNDAY]
    return sundays[0] if sundays[0] >= toegewezen.begin else last


def every_day(begin: date, eind: date) -> list[date]:
    return [begin + number * DAY for number in range((eind - begin).days + 1)]


def holds(toegewezen: Toegewezen, day: date) -> bool:
    return toegewezen.begin <= day and (toegewezen.eind is None or day <= toegewezen.eind)


@pytest.mark.parametrize(
    ("toegewezen", "regel", "most"),
    [
        ((3, "04", "2", "02", "2025-10-07", "2025-12-30"), ("04", "2025-10-07", "2025-10-31"), 12),
        ((3, "04", "2", "02", "2025-10-07", "2025-12-30"), ("04", "2025-11-01", "2025-11-30"), 15),
        ((3, "04", "2", "02", "2025-10-07", "2025-12-30"), ("04", "2025-12-01", "2025-12-30"), 15),
        ((3, "04", "2", "02", "2025-10-07", "2025-12-30"), ("04", "2025-10-07", "2025-12-30"), 39),
        ((300, "83", "2", "02", "2025-07-07", "2025-09-05"), ("83", "2025-07-07", "2025-07-31"), 900),
        ((300, "83", "2", "02", "2025-07-07", "2025-09-05"), ("83", "2025-08-01", "2025-08-31"), 1800),
        ((300, "83", "2", "02", "2025-07-07", "2025-09-05"), ("83", "2025-09-01", "2025-09-05"), 0),
        ((15, "04", "4", "02", "2026-10-14", "2026-12-13"), ("01", "2026-10-14", "2026-10-31"), 900),
        ((3, "04", "2", "01", "2025-10-07", "2025-12-30"), ("04", "2025-10-07", "2025-10-31"), 18),
    ],
)
def test_the_second_opinion_knows_the_examples_of_the_domain(
    toegewezen: tuple[int, str, str, str, str, str], regel: tuple[str, str, str], most: int
) -> None:
    *size, begin, eind = toegewezen
    grant = Toegewezen(*size, date.fromisoformat(begin), date.fromisoformat(eind))
    line = Regel(regel[0], date.fromisoformat(regel[1]), date.fromisoformat(regel[2]))
    assert allowed("iwmo", grant, line) == most


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Toegewezen, Regel]:
    """An allocation of some days or up to four months, and a part of a month at its edges, in it or beside it."""
    begin = date(2021, 1, 1) + draw(st.integers(0, 4000)) * DAY
    length = draw(st.integers(0, 9) | st.integers(0, 130))
    eenheid = draw(st.sampled_from((*INSPANNING, *OUTPUT)))
    toegewezen = Toegewezen(
        draw(st.integers(0, 40)),
        eenheid,
        draw(st.sampled_from("22146")),
        draw(st.sampled_from(("01", "02"))),
        begin,
        None if draw(st.integers(0, 7)) == 0 else begin + length * DAY,
    )
    somewhere = begin + draw(st.sampled_from((0, length)) | st.integers(-20, length + 20)) * DAY
    month = [day for day in every_day(somewhere - 31 * DAY, somewhere + 31 * DAY) if same_month(day, somewhere)]
    inside = [day for day in month if holds(toegewezen, day)]
    days = inside if inside and draw(st.booleans()) else month  # as IV089 wants it, or the whole month
    first = days[0] if draw(st.booleans()) else min(days[-1], somewhere)
    in_minutes = eenheid == "04" and draw(st.booleans())
    return toegewezen, Regel("01" if in_minutes else eenheid, first, days[-1])


def same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def store(session: Session, standaard: str, cases: list[tuple[Toegewezen, Regel]]) -> UUID:
    """A 301 with the allocations and a 323 with two lines for each: at the limit, and one more."""
    berichten = {soort: uuid4() for soort in ("301", "323")}
    party = {"eigenaar": GEMEENTE, "tegenpartij": AANBIEDER, "standaard": standaard}
    message = {"richting": "uitgaand", "identificatie": "B1", "dagtekening": date(2030, 1, 1), "xml": b""}
    status = {"301": "goedgekeurd", "323": "gecontroleerd"}
    headers = [party | message | {"id": berichten[soort], "soort": soort, "status": status[soort]} for soort in status]
    session.execute(insert(t.bericht), headers)
    allocations, lines = [], []
    for nummer, (toegewezen, regel) in enumerate(cases, 1):
        product = party | {"toewijzing_nummer": nummer, "product_categorie": toegewezen.categorie, "bsn": "999900006"}
        allocation = {
            "ingangsdatum": toegewezen.begin,
            "einddatum": toegewezen.eind,
            "omvang_volume": toegewezen.volume,
            "omvang_eenheid": toegewezen.eenheid,
            "omvang_frequentie": toegewezen.frequentie,
        }
        allocations.append(product | allocation | {"bericht": berichten["301"], "volgnummer": nummer})
        line = {
            "product_periode_begindatum": regel.begin,
            "product_periode_einddatum": regel.eind,
            "eenheid": regel.eenheid,
            "ingediend_bedrag_debet_credit": "D",
            "ouder": 1,
        }
        for more in (0, 1):
            volume = allowed(standaard, toegewezen, regel) + more
            place = {"bericht": berichten["323"], "volgnummer": 2 * nummer + more, "geleverd_volume": volume}
            lines.append(product | line | place)
    session.execute(insert(t.toegewezen_product), allocations)
    session.execute(insert(t.prestatie), lines)
    return berichten["323"]


def refused(session: Session, standaard: str, cases: list[tuple[Toegewezen, Regel]]) -> set[int]:
    """The numbers of the lines that TR321 refuses."""
    scope = Scope(store(session, standaard, cases), GEMEENTE, AANBIEDER, standaard, "323", date(2030, 1, 1))
    return set(session.scalars(registered()["TR321"].function(scope, rows_of(scope, "Prestatie"))))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pairs(), min_size=100, max_size=200), st.sampled_from(("ijw", "iwmo")))
def test_tr321_agrees_with_the_second_opinion(
    session: Session, cases: list[tuple[Toegewezen, Regel]], standaard: str
) -> None:
    with session.begin_nested() as savepoint:
        session.execute(insert(t.organisatie).values(code=GEMEENTE, naam="G", hier=True, kanaal="lokaal"))
        found = refused(session, standaard, cases)
        savepoint.rollback()
    for nummer, case in enumerate(cases, 1):
        at_the_limit, one_more = 2 * nummer in found, 2 * nummer + 1 in found
        assert (at_the_limit, one_more) == (False, True), (case, allowed(standaard, *case))
