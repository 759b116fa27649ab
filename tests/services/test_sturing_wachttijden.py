"""Waiting from allocation to start: against the term of delivery, and told in steps of ten, of closed quarters."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.calendar import add_working_days, last_closed_quarter, vandaag
from shared.db import inkoop
from shared.db import tables as t
from shared.db.session import owner
from tests.chain import Chain
from tests.services import sturing as w

BEGIN = w.WEKELIJKS["ingangsdatum"]


@pytest.fixture
def ledger(chain: Chain) -> Iterator[Session]:
    with owner() as session:
        yield session


def started(session: Session, nummer: int, begin: date, status: str = "1") -> None:
    """The start of an allocation as its provider told it."""
    bericht = w.message(session, soort="305", tegenpartij=w.WMO)
    key = {"eigenaar": w.GEMEENTE, "bericht": bericht, "volgnummer": 1, "standaard": "iwmo", "tegenpartij": w.WMO}
    told = {"toewijzing_nummer": nummer, "begindatum": begin, "status_aanlevering": status}
    product = {"product_categorie": "02", "product_code": "02A03", "toewijzing_ingangsdatum": BEGIN}
    session.execute(insert(t.start_product).values(key | told | product))


def told(chain: Chain, asked: str = "?jaar=2025") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chain.gemeente.get("allocation", f"/wachttijden{asked}")["wachttijden"]
    return found


class TestFigures:
    def test_from_allocation_to_start_against_the_term(self, chain: Chain, ledger: Session) -> None:
        """Waiting begins on 7 October (Tuesday); five working days later is the 14th. Eleven wait each as long."""
        term = {"eigenaar": w.GEMEENTE, "standaard": "iwmo", "product_categorie": "02", "product_code": "02A03"}
        term |= {"naam": "x", "bekostiging": "inspanning", "levertermijn": 5, "begindatum": date(2024, 1, 1)}
        w.organisation(ledger, w.GEMEENTE)
        ledger.execute(insert(inkoop.product).values(term))
        assert add_working_days(BEGIN, 5) == date(2025, 10, 14)
        for place in range(33):
            w.allocation(ledger, place, einddatum=None)
            started(ledger, place, BEGIN + timedelta((7, 8, 25)[place % 3]))
        for place in range(40, 51):
            w.allocation(ledger, place, einddatum=None)
            started(ledger, place, date(2025, 10, 8))
            started(ledger, place, date(2025, 10, 8), "3")
        w.allocation(ledger, 60)  # ended without a start: it waits no longer
        ledger.commit()
        [row] = told(chain)
        assert (row["aanbieder"], row["product"], row["gestart"]) == (w.WMO, "02/02A03", 30)
        assert (row["gemiddeld"], row["mediaan"], row["p90"]) == (14, 7, 28)
        waits = (last_closed_quarter(vandaag()) - BEGIN).days
        assert (row["wachtend"], row["gemiddeld_wachtend"]) == (10, min(364, round(waits / 7) * 7))
        assert (row["levertermijn"], row["te_laat"]) == (5, 30)

    def test_a_later_version_does_not_begin_the_waiting_anew(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(10):
            w.allocation(ledger, nummer)
            w.allocation(ledger, nummer, omvang_volume=4, toewijzingsdatum=date(2025, 11, 1))
            started(ledger, nummer, BEGIN + timedelta(21))
        ledger.commit()
        [row] = told(chain)
        assert (row["gestart"], row["mediaan"], row["levertermijn"], row["te_laat"]) == (10, 21, None, None)


class TestTelling:
    def test_of_fewer_than_ten_nothing_is_told_nor_that_they_are_there(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(9):
            w.allocation(ledger, nummer)
            started(ledger, nummer, BEGIN + timedelta(7))
        ledger.commit()
        assert told(chain) == []

    def test_the_averages_of_a_count_that_is_not_told_are_not_told(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(19):
            w.allocation(ledger, nummer, einddatum=None)
            if nummer < 10:
                started(ledger, nummer, BEGIN)
        ledger.commit()
        [row] = told(chain)
        assert (row["gestart"], row["gemiddeld"], row["mediaan"], row["p90"]) == (10, 7, 7, 7)
        assert (row["wachtend"], row["gemiddeld_wachtend"]) == (None, None)

    def test_one_client_more_or_less_is_not_told(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(12):
            w.allocation(ledger, nummer)
            started(ledger, nummer, BEGIN + timedelta(14))
        ledger.commit()
        before = told(chain)
        with owner() as session:
            w.allocation(session, 12)
            started(session, 12, BEGIN + timedelta(20))
            session.commit()
        assert told(chain) == before != []

    def test_what_came_after_the_last_quarter_that_is_over_does_not_count(self, chain: Chain, ledger: Session) -> None:
        closed = last_closed_quarter(vandaag())
        for nummer in range(10):
            w.allocation(ledger, nummer, ingangsdatum=closed - timedelta(14), einddatum=None)
            started(ledger, nummer, closed + timedelta(1))
        for nummer in range(10, 20):
            w.allocation(ledger, nummer, ingangsdatum=closed + timedelta(1), einddatum=None)
        ledger.commit()
        found = chain.gemeente.get("allocation", "/wachttijden")
        assert (found["jaar"], found["peildatum"]) == (closed.year, closed.isoformat())
        [row] = found["wachttijden"]
        assert (row["gestart"], row["wachtend"], row["gemiddeld_wachtend"]) == (None, 10, 14)
