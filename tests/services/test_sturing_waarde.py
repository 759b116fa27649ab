"""What allocations commit per month, against figures worked out by hand and against a calendar walked day by day."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from services.allocation.sturing.prognose import runs_on
from shared import waarde
from tests.services.sturing import GEMEENTE, JEUGD, UURTARIEF, WMO, allocation, contract, tariff

WEEK = 3 * UURTARIEF
PRIJS = {"04": UURTARIEF, "83": 1}
"""Eurocents of a unit: hours at their tariff, euros are theirs already."""
JAARBUDGET = {"product_code": None, "omvang_volume": None, "omvang_eenheid": None, "omvang_frequentie": None}


@pytest.fixture
def priced(session: Session) -> Session:
    """A ledger with a contract and one tariff."""
    contract(session)
    tariff(session)
    return session


def amounts(session: Session, jaar: int, vandaag: date | None = None) -> Iterator[Any]:
    year, current = waarde.window(date(jaar, 1, 1), date(jaar, 12, 31)), waarde.allocations(GEMEENTE)
    going_on = None if vandaag is None else runs_on(current, vandaag)
    return iter(session.execute(select(waarde.monthly(current, year, runs_on=going_on))))


def months(session: Session, jaar: int = 2025, vandaag: date | None = None) -> dict[int, int]:
    """What all allocations commit in the months of a year, or are forecast to on a day; without months of nothing."""
    found: Counter[int] = Counter()
    for row in amounts(session, jaar, vandaag):
        found[row.maand.month] += row.bedrag if vandaag is None else row.prognose
    return {month: total for month, total in found.items() if total}


class TestPerWeek:
    def test_the_months_of_the_standards_example_add_up_to_its_whole(self, priced: Session) -> None:
        """13 weeks: 41 to 44 begin in October, 45 to 48 in November, 49 to 1 in December."""
        allocation(priced, 1)
        assert months(priced) == {10: 4 * WEEK, 11: 4 * WEEK, 12: 5 * WEEK}

    def test_a_week_in_two_years_counts_once(self, priced: Session) -> None:
        """29 December 2025 to 11 January 2026 are weeks 1 and 2: the first is touched in December."""
        allocation(priced, 1, ingangsdatum=date(2025, 12, 29), einddatum=date(2026, 1, 11))
        assert (months(priced), months(priced, 2026)) == ({12: WEEK}, {1: WEEK})

    def test_a_run_that_begins_in_the_middle_of_a_week_counts_that_week_where_it_begins(self, priced: Session) -> None:
        """1 January 2026 is a Thursday."""
        allocation(priced, 1, ingangsdatum=date(2026, 1, 1), einddatum=date(2026, 1, 5))
        assert months(priced, 2026) == {1: 2 * WEEK}

    def test_without_an_end_it_goes_on(self, priced: Session) -> None:
        """2026 has 52 Mondays, of which 4 lie in January; its first days belong to a week of 2025."""
        allocation(priced, 1, einddatum=None)
        assert months(priced) == {10: 4 * WEEK, 11: 4 * WEEK, 12: 5 * WEEK}
        assert (months(priced, 2026)[1], sum(months(priced, 2026).values())) == (4 * WEEK, 52 * WEEK)

    def test_a_day_of_the_run_is_a_week(self, priced: Session) -> None:
        allocation(priced, 1, ingangsdatum=date(2025, 8, 31), einddatum=date(2025, 8, 31))
        assert months(priced) == {8: WEEK}


class TestOutputPerWeek:
    """€ 300 a week counts by its Sundays (IV077)."""

    EUROS: ClassVar = {"omvang_eenheid": "83", "omvang_volume": 30_000}

    def test_the_standards_example(self, session: Session) -> None:
        """July has the Sundays 13, 20 and 27; August five, and the broken week after the last of them."""
        days = {"ingangsdatum": date(2025, 7, 7), "einddatum": date(2025, 9, 5)}
        allocation(session, 1, **self.EUROS, **days)
        assert months(session) == {7: 90_000, 8: 180_000}

    def test_pieces_count_alike(self, session: Session) -> None:
        contract(session)
        tariff(session, 30_000, eenheid="82")
        days = {"ingangsdatum": date(2025, 7, 7), "einddatum": date(2025, 9, 5)}
        allocation(session, 1, omvang_eenheid="82", omvang_volume=1, **days)
        assert months(session) == {7: 90_000, 8: 180_000}

    def test_the_year_of_the_sunday_is_the_year_of_the_week(self, session: Session) -> None:
        """The week of Monday 29 December 2025 has its Sunday in 2026."""
        allocation(session, 1, **self.EUROS, ingangsdatum=date(2025, 12, 29), einddatum=date(2026, 1, 11))
        assert (months(session), months(session, 2026)) == ({}, {1: 60_000})

    def test_without_a_sunday_its_one_week_counts_where_it_ends(self, session: Session) -> None:
        allocation(session, 1, **self.EUROS, ingangsdatum=date(2025, 9, 29), einddatum=date(2025, 10, 2))
        assert months(session) == {10: 30_000}

    def test_what_is_forecast_to_go_on_has_no_broken_week(self, session: Session) -> None:
        """Of August five Sundays, and four of September."""
        days = {"ingangsdatum": date(2025, 8, 1), "einddatum": date(2025, 9, 5)}
        allocation(session, 1, **self.EUROS, **days)
        assert months(session) == {8: 6 * 30_000}
        found = months(session, vandaag=date(2025, 8, 15))
        assert (found[8], found[9]) == (5 * 30_000, 4 * 30_000)

    def test_over_a_whole_run_it_is_the_weeks(self, session: Session) -> None:
        days = {"ingangsdatum": date(2025, 7, 7), "einddatum": date(2025, 9, 5)}
        allocation(session, 1, **self.EUROS, **days)
        row = waarde.allocations(GEMEENTE)
        price = waarde.price_of(row, row.c.ingangsdatum)
        for eind, weeks in ((date(2025, 9, 5), 9), (date(2025, 7, 31), 3)):
            amount = waarde.worth(row, price, date(2025, 7, 7), eind)
            assert session.scalar(select(amount).select_from(row.outerjoin(price, true()))) == weeks * 30_000


class TestOtherFrequencies:
    def test_a_broken_month_counts_whole(self, priced: Session) -> None:
        days = {"ingangsdatum": date(2025, 1, 15), "einddatum": date(2025, 3, 10)}
        allocation(priced, 1, omvang_frequentie="4", **days)
        assert months(priced) == dict.fromkeys((1, 2, 3), WEEK)

    def test_days_count_one_by_one(self, priced: Session) -> None:
        days = {"ingangsdatum": date(2025, 1, 30), "einddatum": date(2025, 2, 3)}
        allocation(priced, 1, omvang_frequentie="1", **days)
        assert months(priced) == {1: 2 * WEEK, 2: 3 * WEEK}

    def test_a_budget_is_spread_over_the_days_of_its_run_to_the_cent(self, session: Session) -> None:
        """30 days, 15 in each year: € 10.01 is € 5.01 (rounded up) and the rest."""
        days = {"ingangsdatum": date(2025, 12, 17), "einddatum": date(2026, 1, 15)}
        allocation(session, 1, **JAARBUDGET, budget=1_001, **days)
        assert (months(session), months(session, 2026)) == ({12: 501}, {1: 500})

    def test_a_total_without_an_end_counts_on_its_first_day(self, priced: Session) -> None:
        allocation(priced, 1, omvang_frequentie="6", einddatum=None)
        assert (months(priced), months(priced, 2026)) == ({10: WEEK}, {})

    def test_euros_need_no_tariff_and_what_has_none_counts_as_nothing(self, session: Session) -> None:
        euros = {"omvang_eenheid": "83", "omvang_volume": 52_000, "omvang_frequentie": "4"}
        allocation(session, 1, **euros)
        allocation(session, 2)
        assert months(session) == dict.fromkeys((10, 11, 12), 52_000)


class TestWhatHolds:
    def test_indexation_in_the_middle_of_the_year(self, session: Session) -> None:
        """Five weeks begin in June from the 2nd on, four in July after the first six days."""
        contract(session)
        tariff(session, 6_150, einddatum=date(2025, 6, 30))
        tariff(session, 6_400, begindatum=date(2025, 7, 1))
        allocation(session, 1, ingangsdatum=date(2025, 6, 2), einddatum=date(2025, 7, 31))
        assert months(session) == {6: 5 * 3 * 6_150, 7: 4 * 3 * 6_400}

    def test_a_contract_that_begins_with_the_allocation_in_the_middle_of_a_month(self, session: Session) -> None:
        contract(session, begindatum=date(2025, 10, 7))
        tariff(session, begindatum=date(2025, 10, 7))
        allocation(session, 1, einddatum=date(2025, 10, 12))
        assert months(session) == {10: WEEK}

    def test_a_withdrawal_shortens_and_a_deletion_takes_all(self, priced: Session) -> None:
        allocation(priced, 1)
        later = {"toewijzingsdatum": date(2025, 10, 20)}
        allocation(priced, 1, einddatum=date(2025, 10, 19), reden_wijziging="10", **later)
        assert months(priced) == {10: 2 * WEEK}
        gone = {"einddatum": date(2025, 10, 7), "reden_wijziging": "13", "toewijzingsdatum": date(2025, 10, 21)}
        allocation(priced, 1, **gone)
        assert months(priced) == {}

    def test_a_version_that_was_refused_does_not_count(self, priced: Session) -> None:
        allocation(priced, 1)
        allocation(priced, 1, status="afgekeurd", omvang_volume=30, toewijzingsdatum=date(2025, 9, 2))
        assert sum(months(priced).values()) == 13 * WEEK

    def test_what_runs_today_is_forecast_to_go_on_but_totals_are_not(self, priced: Session) -> None:
        """November has 4 Mondays from the 3rd on, December 5."""
        until = {"ingangsdatum": date(2025, 11, 3), "einddatum": date(2025, 11, 30)}
        allocation(priced, 1, **until)
        allocation(priced, 2, **until, omvang_frequentie="6")
        ended = {"ingangsdatum": date(2025, 11, 3), "einddatum": date(2025, 11, 9)}
        allocation(priced, 3, **ended)
        assert months(priced) == {11: (4 + 1 + 1) * WEEK}
        assert months(priced, vandaag=date(2025, 11, 15)) == {11: (4 + 1 + 1) * WEEK, 12: 5 * WEEK}
        assert months(priced, 2026, date(2025, 11, 15))[1] == 4 * WEEK


def counting(run: list[date], row: dict[str, Any]) -> list[date]:
    """The days of a run on which its volume counts.

    Of effort each first day, or first of a week or month; of output per week each Sunday, and for a broken last week
    the last Sunday once more.
    """
    if row["omvang_eenheid"] == "83" and row["omvang_frequentie"] == "2":
        sundays = [day for day in run if day.isoweekday() == 7]
        return sundays + ([] if row["einddatum"] in (None, *sundays) else (sundays or run)[-1:])
    units = {}
    for day in run:
        unit = {"1": day, "2": day.isocalendar()[:2], "4": (day.year, day.month)}[row["omvang_frequentie"]]
        units.setdefault(unit, day)
    return list(units.values())


def by_hand(row: dict[str, Any], jaar: int) -> Counter[tuple[int, str]]:
    """What an allocation commits per month of a year, walking through the days of its run one at a time."""
    found: Counter[tuple[int, str]] = Counter()
    end = row["einddatum"] or date(jaar + 1, 12, 31)
    run = [row["ingangsdatum"] + timedelta(day) for day in range((end - row["ingangsdatum"]).days + 1)]
    for day in counting(run, row):
        if day.year == jaar:
            found[day.month, row["tegenpartij"]] += row["omvang_volume"] * PRIJS[row["omvang_eenheid"]]
    return found


DAYS = st.dates(date(2024, 6, 1), date(2026, 6, 30))
ALLOCATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "tegenpartij": st.sampled_from((WMO, JEUGD)),
            "omvang_eenheid": st.sampled_from(("04", "83")),
            "omvang_frequentie": st.sampled_from("124"),
            "omvang_volume": st.integers(1, 50),
            "days": st.tuples(DAYS, DAYS).map(sorted),
            "open": st.booleans(),
        }
    ),
    max_size=6,
)


@given(worlds=ALLOCATIONS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_month_and_provider_is_what_walking_the_days_gives(
    session: Session, worlds: list[dict[str, Any]]
) -> None:
    undo = session.begin_nested()
    expected: Counter[tuple[int, str]] = Counter()
    for aanbieder in (WMO, JEUGD):
        contract(session, aanbieder)
        tariff(session, aanbieder=aanbieder)
    for number, told in enumerate(worlds, 1):
        begin, end = told.pop("days")
        row = {k: v for k, v in told.items() if k != "open"} | {"ingangsdatum": begin}
        row |= {"einddatum": None if told["open"] else end}
        allocation(session, number, **row)
        expected += by_hand(row, 2025)
    found: Counter[tuple[int, str]] = Counter()
    for part in amounts(session, 2025):
        found[part.maand.month, part.tegenpartij] += part.bedrag
    undo.rollback()
    assert +found == expected


@given(begin=DAYS, days=st.integers(0, 800), budget=st.integers(0, 10_000_000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_months_of_a_budget_add_up_to_it(session: Session, begin: date, days: int, budget: int) -> None:
    undo = session.begin_nested()
    end = begin + timedelta(days)
    allocation(session, 1, **JAARBUDGET, budget=budget, ingangsdatum=begin, einddatum=end)
    found = waarde.monthly(waarde.allocations(GEMEENTE), waarde.window(begin, end))
    total = session.scalar(select(func.coalesce(func.sum(found.c.bedrag), 0)))
    undo.rollback()
    assert total == budget
