"""What a forecast lets go on: nothing twice, and nothing that is known to end."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from services.allocation.sturing.prognose import EINDE, runs_on
from shared import waarde
from shared.db import tables as t
from tests.services.sturing import GEMEENTE, JEUGD, WMO, allocation, decided, message

VANDAAG, EIND, MORGEN = date(2025, 11, 15), date(2025, 12, 31), date(2026, 1, 1)
RUN = {"ingangsdatum": date(2025, 1, 1), "einddatum": EIND}
NEXT = {"ingangsdatum": MORGEN, "einddatum": date(2026, 12, 31)}


@pytest.fixture
def world(session: Session) -> Iterator[Session]:
    """One allocation of three hours a week, until the end of the year."""
    allocation(session, 1, **RUN)
    yield session


def going_on(session: Session) -> set[int]:
    """The numbers that a forecast lets go on."""
    current = waarde.allocations(GEMEENTE)
    rows = session.execute(select(current.c.toewijzing_nummer, runs_on(current, VANDAAG).label("loopt_door")))
    return {row.toewijzing_nummer for row in rows if row.loopt_door}


def changed(session: Session, nummer: int, **changes: Any) -> None:
    """A later version of it."""
    allocation(session, nummer, **RUN | {"toewijzingsdatum": date(2025, 11, 1)} | changes)


def reported(session: Session, soort: str, begin: date = date(2025, 1, 1), **told: Any) -> None:
    """A start (305) or a stop (307) of it."""
    key = {"eigenaar": GEMEENTE, "volgnummer": 1, "standaard": "iwmo", "tegenpartij": WMO, "toewijzing_nummer": 1}
    product = {"product_categorie": "02", "product_code": "02A03", "toewijzing_ingangsdatum": date(2025, 1, 1)}
    row = key | product | {"begindatum": begin, "status_aanlevering": "1", "bericht": message(session, soort=soort)}
    session.execute(insert(t.start_product if soort == "305" else t.stop_product).values(row | told))


class TestWhatRuns:
    def test_it_goes_on(self, world: Session) -> None:
        assert going_on(world) == {1}

    def test_what_ended_begins_later_or_is_a_total_does_not(self, session: Session) -> None:
        allocation(session, 1, **RUN | {"einddatum": date(2025, 11, 14)}, bsn="a")
        allocation(session, 2, **RUN | {"ingangsdatum": date(2025, 11, 16)}, bsn="b")
        allocation(session, 3, **RUN, omvang_frequentie="6", bsn="c")
        assert going_on(session) == set()


class TestWhatTakesItsPlace:
    def test_another_volume_under_a_new_number(self, world: Session) -> None:
        allocation(world, 2, **NEXT, omvang_volume=2)
        assert going_on(world) == set()

    def test_another_provider_and_another_product_of_the_category(self, world: Session) -> None:
        allocation(world, 2, **NEXT, tegenpartij=JEUGD, product_code="02A05")
        assert going_on(world) == set()

    def test_the_same_product_elsewhere_that_overlaps(self, world: Session) -> None:
        allocation(world, 2, **NEXT | {"ingangsdatum": date(2025, 12, 1)}, tegenpartij=JEUGD)
        assert going_on(world) == set()

    def test_what_runs_beside_it_is_no_successor(self, world: Session) -> None:
        allocation(world, 2, **NEXT | {"ingangsdatum": date(2025, 6, 1)}, product_code="02A05")
        allocation(world, 3, **RUN, tegenpartij=JEUGD)
        assert going_on(world) == {1, 2, 3}

    @pytest.mark.parametrize("other", [{"bsn": "ander"}, {"product_categorie": "10"}, {"standaard": "ijw"}])
    def test_nor_is_that_of_another_client_category_or_law(self, world: Session, other: dict[str, str]) -> None:
        allocation(world, 2, **NEXT | other)
        assert going_on(world) == {1}

    def test_nor_what_was_deleted_or_refused(self, world: Session) -> None:
        allocation(world, 2, **NEXT)
        changed(world, 2, **NEXT | {"einddatum": MORGEN}, reden_wijziging="13")
        allocation(world, 3, **NEXT, status="afgekeurd")
        assert going_on(world) == {1}


def following(session: Session, nummer: int, voorganger: int, **changes: Any) -> None:
    """An allocation that says whose place it took."""
    bericht = allocation(session, nummer, **{**NEXT, "product_categorie": "10", "product_code": "10A01"} | changes)
    decided(session, bericht, nummer, voorganger=voorganger)


class TestWhatSaysWhosePlaceItTook:
    @pytest.mark.parametrize("reden", ["04", "12", "14", None])
    @pytest.mark.parametrize("other", [{}, {"tegenpartij": JEUGD}], ids=["same provider", "another"])
    def test_in_another_category_whatever_the_reason(
        self, world: Session, reden: str | None, other: dict[str, str]
    ) -> None:
        following(world, 2, 1, **other)
        changed(world, 1, reden_wijziging=reden)
        assert going_on(world) == set()

    def test_with_a_handover_that_overlaps(self, world: Session) -> None:
        following(world, 2, 1, ingangsdatum=date(2025, 12, 1), einddatum=EIND)
        assert going_on(world) == set()

    def test_it_is_the_successor_of_no_other(self, world: Session) -> None:
        """Of two products of a category, and of one at two providers, the one is followed; the others go on."""
        allocation(world, 2, **RUN, product_code="02A05")
        allocation(world, 3, **RUN, tegenpartij=JEUGD)
        following(world, 4, 1, product_categorie="02", product_code="02A03")
        assert going_on(world) == {2, 3}

    def test_nothing_follows_by_what_was_deleted_refused_or_is_of_the_other_law(self, world: Session) -> None:
        following(world, 2, 1)
        begun = {**NEXT, "einddatum": MORGEN, "product_categorie": "10", "product_code": "10A01"}
        allocation(world, 2, **begun, reden_wijziging="13", toewijzingsdatum=date(2025, 11, 2))
        following(world, 3, 1, status="afgekeurd")
        following(world, 4, 1, standaard="ijw")
        assert going_on(world) == {1}

    def test_what_follows_a_deleted_successor_follows(self, world: Session) -> None:
        """A request changes the successor from its first day on: that is deleted, and another begins in its place."""
        own = {"product_categorie": "02", "product_code": "02A05"}
        following(world, 2, 1, **own)
        gone = {**NEXT, **own, "einddatum": MORGEN, "reden_wijziging": "13", "toewijzingsdatum": date(2025, 11, 2)}
        allocation(world, 2, **gone)
        following(world, 3, 2, **own)
        assert going_on(world) == set()


class TestWhatWasEnded:
    @pytest.mark.parametrize("reden", EINDE)
    def test_on_purpose(self, world: Session, reden: str) -> None:
        changed(world, 1, einddatum=date(2025, 12, 10), reden_wijziging=reden)
        assert going_on(world) == set()

    @pytest.mark.parametrize("reden", ["04", "12", "14", None])
    def test_a_change_that_may_have_stretched_it_lets_it_go_on(self, world: Session, reden: str | None) -> None:
        changed(world, 1, reden_wijziging=reden)
        assert going_on(world) == {1}

    def test_earlier_because_the_provider_asked(self, world: Session) -> None:
        changed(world, 1, einddatum=date(2025, 12, 10), reden_wijziging="12")
        assert going_on(world) == set()

    def test_a_request_that_stretches_what_one_shortened_lets_it_go_on(self, world: Session) -> None:
        changed(world, 1, einddatum=date(2025, 12, 10), reden_wijziging="12")
        changed(world, 1, toewijzingsdatum=date(2025, 11, 2), einddatum=date(2025, 12, 20), reden_wijziging="12")
        assert going_on(world) == {1}

    def test_a_correction_of_its_end_lets_it_go_on(self, world: Session) -> None:
        changed(world, 1, einddatum=date(2025, 12, 10), reden_wijziging="14")
        assert going_on(world) == {1}

    def test_the_last_change_counts(self, world: Session) -> None:
        changed(world, 1, einddatum=date(2025, 12, 10), reden_wijziging="05")
        changed(world, 1, toewijzingsdatum=date(2025, 11, 2), reden_wijziging="04")
        assert going_on(world) == {1}


class TestWhatWasStopped:
    def test_for_good(self, world: Session) -> None:
        reported(world, "305")
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="19")
        assert going_on(world) == set()

    def test_for_good_without_a_start(self, world: Session) -> None:
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="19")
        assert going_on(world) == set()

    def test_for_a_time(self, world: Session) -> None:
        reported(world, "305")
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="20")
        assert going_on(world) == {1}

    def test_and_started_again(self, world: Session) -> None:
        reported(world, "305")
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="19")
        reported(world, "305", begin=date(2025, 3, 1))
        assert going_on(world) == {1}

    def test_a_stop_that_was_taken_back(self, world: Session) -> None:
        reported(world, "305")
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="19")
        reported(world, "307", einddatum=date(2025, 1, 31), reden_beeindiging="19", status_aanlevering="3")
        assert going_on(world) == {1}

    def test_stops_are_looked_up_by_index(self, world: Session) -> None:
        current = waarde.allocations(GEMEENTE)
        query = select(current.c.toewijzing_nummer, runs_on(current, VANDAAG))
        sql = str(query.compile(world.connection(), compile_kwargs={"literal_binds": True}))
        world.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(world.scalars(text(f"EXPLAIN {sql}")))
        assert "toewijzing_nummer" in plan
        assert "voorganger" in plan
        assert "Seq Scan" not in plan


def test_a_year_is_forecast_without_counting_care_twice(world: Session) -> None:
    """Three hours a week until the end of the year, two from then on: January forecasts two."""
    allocation(world, 2, **NEXT, omvang_eenheid="83", omvang_volume=200)
    current = waarde.allocations(GEMEENTE)
    year = waarde.window(MORGEN, date(2026, 1, 31))
    found = waarde.monthly(current, year, runs_on=runs_on(current, VANDAAG))
    assert [row.toewijzing_nummer for row in world.execute(select(found))] == [2]
