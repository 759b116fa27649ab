"""Flow from heavy to light: the five movements of clients, told in steps of ten, of closed quarters."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.allocation.sturing.bewegingen import Zorg, movements
from shared.calendar import last_closed_quarter, vandaag
from shared.db import inkoop
from shared.db.session import owner
from tests.chain import Chain
from tests.services import sturing as w

Key = tuple[str, str, str, str]


def care(bedrag: int = 100, *, model: str = "thuis", bsn: str = "een", aanbieder: str = w.WMO, **more: Any) -> Zorg:
    """Care of a client; `intensiteit` and `gebieden` are places on their axes."""
    levels = {
        axis: more[name]
        for name, axis in (("intensiteit", "intensiteit"), ("plaats", "resultaatgebieden"))
        if name in more
    }
    assen = {"soort": more["soort"]} if "soort" in more else {}
    return Zorg(bsn, "iwmo", model, aanbieder, bedrag, assen, levels, frozenset(more.get("gebieden", ())))


def names(before: list[Zorg], after: list[Zorg]) -> set[str]:
    """The movements of the one client and group that there is."""
    [found] = movements(before, after).values()
    return set(found)


class TestMovements:
    def test_who_comes_starts_and_who_leaves_stops_and_flows_out(self) -> None:
        assert names([], [care()]) == {"gestart"}
        assert names([care()], []) == {"gestopt", "uitgestroomd"}

    def test_less_intense(self) -> None:
        assert names([care(intensiteit=2)], [care(intensiteit=1)]) == {"lichter", "minder_intensief"}
        assert names([care(intensiteit=0)], [care(intensiteit=2)]) == {"zwaarder"}
        assert names([care(200, intensiteit=1)], [care(100, intensiteit=1)]) == {"gelijk"}

    def test_fewer_areas_by_name_and_by_the_cell(self) -> None:
        assert names([care(gebieden="ab")], [care(gebieden="a")]) == {"lichter", "minder_gebieden"}
        assert names([care(plaats=2)], [care(plaats=0)]) == {"lichter", "minder_gebieden"}

    def test_one_way_and_the_other_is_what_the_amount_says(self) -> None:
        before, after = care(100, intensiteit=2, plaats=0), care(90, intensiteit=1, plaats=1)
        assert names([before], [after]) == {"lichter", "minder_intensief"}
        assert names([after], [before]) == {"zwaarder", "minder_gebieden"}

    def test_without_a_model_the_amount_tells(self) -> None:
        assert names([care(100, model="")], [care(80, model="")]) == {"lichter"}
        assert names([care(100, model="")], [care(60, model=""), care(60, model="")]) == {"zwaarder"}

    def test_fewer_bespoke_exceptions(self) -> None:
        before = [care(50, model=""), care(50, model="")]
        assert names(before, [care(100, model="")]) == {"gelijk", "minder_maatwerk"}
        found = movements([care(model="")], [care()])
        assert found["een", "iwmo", "", w.WMO] == {"gestopt", "minder_maatwerk"}

    def test_from_activating_to_supporting(self) -> None:
        before, after = care(soort="activerend"), care(soort="ondersteunend")
        assert "naar_ondersteunend" in names([before], [after])
        assert "naar_ondersteunend" not in names([before], [before, after])

    def test_another_provider_is_a_stop_and_a_start_but_no_outflow(self) -> None:
        found = movements([care()], [care(aanbieder=w.JEUGD)])
        assert {key[3]: set(told) for key, told in found.items()} == {w.WMO: {"gestopt"}, w.JEUGD: {"gestart"}}


@pytest.fixture
def ledger(chain: Chain) -> Iterator[Session]:
    """A municipality with a table of arrangements of three intensities, each a product of euros a month."""
    with owner() as session:
        w.organisation(session, w.GEMEENTE)
        own = {"eigenaar": w.GEMEENTE, "model": "thuis"}
        axes = {"intensiteit": ["gemiddeld", "plus", "hoog"]}
        told = {"standaard": "iwmo", "naam": "Thuis", "assen": axes}
        session.execute(insert(inkoop.arrangementmodel).values(own | told))
        for number, value in enumerate(axes["intensiteit"], 1):
            cell = {"assen": {"intensiteit": value}, "volume": 100 * number, "eenheid": "83", "frequentie": "4"}
            product = {"product_categorie": "10", "product_code": f"10O1{number}", "begindatum": date(2024, 1, 1)}
            session.execute(insert(inkoop.arrangement).values(own | cell | product))
        yield session


def under(session: Session, nummer: int, cell: int, begin: date, eind: date | None, **changes: Any) -> None:
    """An allocation of a client, in a cell of that table."""
    size = {"omvang_volume": 100 * cell, "omvang_eenheid": "83", "omvang_frequentie": "4"}
    product = {"product_categorie": "10", "product_code": f"10O1{cell}"}
    w.allocation(session, nummer, **{**size, **product, "ingangsdatum": begin, "einddatum": eind} | changes)


def told(chain: Chain, per: str, asked: str = "jaar=2025") -> dict[str | None, dict[str, Any]]:
    rows = chain.gemeente.get("allocation", f"/doorstroom?{asked}")["doorstroom"]
    return {row["sleutel"]: row for row in rows if row["per"] == per}


class TestOverHttp:
    def test_clients_who_went_to_a_lighter_cell(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(12):
            under(ledger, nummer, 3, date(2024, 7, 1), date(2025, 5, 31), bsn=f"p{nummer}")
            under(ledger, 100 + nummer, 2, date(2025, 6, 1), None, bsn=f"p{nummer}")
        for nummer in range(200, 215):
            under(ledger, nummer, 1, date(2025, 2, 1), None, bsn=f"p{nummer}")
        ledger.commit()
        row = told(chain, "model")["thuis"]
        shown = {name: row[name] for name in ("gestart", "lichter", "minder_intensief", "gelijk", "gestopt")}
        assert shown == {"gestart": 10, "lichter": 10, "minder_intensief": 10, "gelijk": None, "gestopt": None}
        assert told(chain, "aanbieder")[w.WMO]["lichter"] == 10
        assert told(chain, "model", "jaar=2025&kwartaal=1")["thuis"]["lichter"] is None
        assert told(chain, "model", "jaar=2025&kwartaal=2")["thuis"]["lichter"] == 10

    def test_a_change_of_volume_under_the_same_number(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(10):
            size = {"product_code": "10X", "bsn": f"p{nummer}"}
            under(ledger, nummer, 3, date(2024, 7, 1), None, **size, toewijzingsdatum=date(2024, 6, 1))
            later = {"omvang_volume": 100, "toewijzingsdatum": date(2025, 6, 1)}
            under(ledger, nummer, 3, date(2024, 7, 1), None, **size, **later)
        ledger.commit()
        assert told(chain, "model")[""]["lichter"] == 10

    def test_who_starts_on_the_first_day_starts_in_that_period(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(10):
            under(ledger, nummer, 1, date(2025, 1, 1), date(2025, 12, 31), bsn=f"p{nummer}")
        ledger.commit()
        assert told(chain, "model")["thuis"]["gestart"] == 10
        assert told(chain, "model", "jaar=2024") == {}

    def test_of_fewer_than_ten_nothing_is_told_nor_that_they_are_there(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(9):
            under(ledger, nummer, 1, date(2025, 2, 1), None, bsn=f"p{nummer}")
        ledger.commit()
        assert told(chain, "model") == told(chain, "aanbieder") == {}

    def test_a_small_group_cannot_be_worked_out_from_the_total(self, chain: Chain, ledger: Session) -> None:
        for nummer in range(44):
            own = {"tegenpartij": w.JEUGD} if nummer < 4 else {}
            under(ledger, nummer, 1, date(2025, 2, 1), None, bsn=f"p{nummer}", **own)
        ledger.commit()
        counts = {key: row["gestart"] for key, row in told(chain, "aanbieder").items()}
        assert counts == {w.WMO: 40, None: 40}

    def test_a_total_that_tells_every_hidden_group_is_not_told(self, chain: Chain, ledger: Session) -> None:
        """Ten providers of nine clients each: 90 in one model leaves each of them no other number than nine."""
        for nummer in range(90):
            own = {"bsn": f"p{nummer}", "tegenpartij": f"6565610{nummer % 10}"}
            under(ledger, nummer, 1, date(2025, 2, 1), None, **own)
        ledger.commit()
        assert told(chain, "model") == told(chain, "aanbieder") == {}

    def test_who_asks_again_does_not_see_one_client_more(self, chain: Chain, ledger: Session) -> None:
        """The same year, its quarters and the days on which they are asked for leave ten or nothing."""
        for nummer in range(12):
            under(ledger, nummer, 1, date(2025, 2, 1), None, bsn=f"p{nummer}")
        ledger.commit()
        before = {asked: told(chain, "model", asked) for asked in ("jaar=2025", "jaar=2025&kwartaal=1")}
        with owner() as later:
            under(later, 12, 1, date(2025, 3, 1), None, bsn="p12")
            later.commit()
        assert {asked: told(chain, "model", asked) for asked in before} == before
        assert before["jaar=2025"]["thuis"]["gestart"] == 10

    def test_only_quarters_that_are_over_count(self, chain: Chain, ledger: Session) -> None:
        closed = last_closed_quarter(vandaag())
        for nummer in range(30):
            begin = closed if nummer < 10 else closed + timedelta(1)
            under(ledger, nummer, 1, begin, None, bsn=f"p{nummer}")
        ledger.commit()
        found = chain.gemeente.get("allocation", "/doorstroom")
        assert (found["begin"], found["eind"]) == (f"{closed.year}-01-01", closed.isoformat())
        assert {row["gestart"] for row in found["doorstroom"]} == {10}
        after = closed + timedelta(1)
        running = f"/doorstroom?jaar={after.year}&kwartaal={after.month // 3 + 1}"
        later = chain.gemeente.get("allocation", running)
        assert (later["begin"], later["eind"], later["doorstroom"]) == (after.isoformat(), None, [])
