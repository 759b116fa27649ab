"""Figures of outcomes: as far as they may be told, of quarters that are over."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.allocation.resultaten.afscherming import shown
from services.demo import people
from services.demo.stage import Party
from shared.calendar import last_closed_quarter, vandaag
from shared.db import inkoop
from shared.db import tables as t
from shared.db.session import owner
from tests.chain import Chain
from tests.services import sturing as w
from tests.services.resultaten import RESULTAAT, Json, record, stopped


def figures(party: Party, jaar: int = 2025) -> dict[tuple[str, str], Json]:
    found = party.get("allocation", f"/resultaten?jaar={jaar}")["tabellen"]
    return {(table["standaard"], table["per"]): table for table in found}


class TestFigures:
    def test_few_trajectories_show_nothing(self, chain: Chain) -> None:
        record(chain.jeugdhulp, stopped(chain), **RESULTAAT)
        for party in (chain.gemeente, chain.jeugdhulp):
            tables = figures(party)
            assert tables.keys() == {("ijw", per) for per in ("aanbieder", "product", "profiel", "gemeente")}
            for table in tables.values():
                assert (table["groepen"], {*table["totaal"].values()}) == ([], {None})

    def test_enough_of_them_show_their_shares(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shown, "__defaults__", (2,))
        clients = (people.SAM, people.NOOR, people.ANNIE, people.WILLEM)
        made = [stopped(chain, reden, client=who) for who, reden in zip(clients, ("31", "32", "38", "02"), strict=True)]
        for toewijzing, cijfer in zip(made[:2], (6, 9), strict=True):
            record(chain.jeugdhulp, toewijzing, rapportcijfer=cijfer, zelf_verder=cijfer > 6, geholpen="deels")
        record(chain.jeugdhulp, made[2], doel_bereikt=True)
        tables = figures(chain.jeugdhulp)
        [group] = tables["ijw", "product"]["groepen"]
        goals = {"zelf_verder": 0.5, "geen_nieuwe_start": None, "problemen_verminderd": None, "doel_bereikt": None}
        assert group["cijfers"] == {"beeindigd": 2, "uitval": 0.35, "rapportcijfer": 7.5, "geholpen": 0.1, **goals}
        assert tables["ijw", "product"]["totaal"] == group["cijfers"]
        keys = {per: [group["sleutel"] for group in table["groepen"]] for (_, per), table in tables.items()}
        places = {"aanbieder": ["65656055"], "gemeente": ["0193"]}
        assert keys == {"product": ["50/50P4M"], "profiel": ["50/50P4M"], **places}
        assert figures(chain.gemeente)["ijw", "product"]["totaal"]["uitval"] == 0.35
        assert figures(chain.jeugdhulp, vandaag().year + 1) == {}

    def test_one_person_more_or_less_is_not_told(self, chain: Chain) -> None:
        with owner() as session:
            ends(session, range(10), aanbieder="65656100")
            session.commit()
        before = figures(chain.gemeente)["iwmo", "product"]["totaal"]
        with owner() as session:
            ends(session, [10], reden="21")
            session.commit()
        assert figures(chain.gemeente)["iwmo", "product"]["totaal"] == before
        assert (before["beeindigd"], before["uitval"]) == (10, 0.1)

    def test_the_total_of_one_way_of_dividing_is_that_of_all(self, chain: Chain) -> None:
        with owner() as session:
            for number in range(10):
                ends(session, [number], aanbieder=f"6565610{number}")
            session.commit()
        tables = figures(chain.gemeente)
        assert {table["totaal"]["beeindigd"] for table in tables.values()} == {10}
        assert tables["iwmo", "aanbieder"]["groepen"] == []
        assert [group["cijfers"]["beeindigd"] for group in tables["iwmo", "product"]["groepen"]] == [10]

    def test_only_quarters_that_are_over_count(self, chain: Chain) -> None:
        closed = last_closed_quarter(vandaag())
        with owner() as session:
            ends(session, range(10), einddatum=closed)
            ends(session, range(10, 30), einddatum=closed + timedelta(1))
            session.commit()
        found = chain.gemeente.get("allocation", "/resultaten")
        assert (found["jaar"], found["tot_en_met"]) == (closed.year, closed.isoformat())
        assert found["tabellen"][0]["totaal"]["beeindigd"] == 10
        later = chain.gemeente.get("allocation", f"/resultaten?jaar={closed.year + 1}")
        assert (later["tot_en_met"], later["tabellen"]) == (None, [])

    def test_a_profile_is_its_products_of_every_intensity_and_the_rest_goes_by_product(self, chain: Chain) -> None:
        cells = {"504L": "licht", "504M": "midden", "504Z": "zwaar"}
        with owner() as session:
            table = {"eigenaar": w.GEMEENTE, "model": "jeugdprofielen"}
            axes = {"profiel": ["4"], "intensiteit": [*cells.values()]}
            made = insert(inkoop.arrangementmodel).values(**table, standaard="iwmo", naam="x", assen=axes)
            session.execute(made)
            for code, intensiteit in cells.items():
                cell = {"assen": {"profiel": "4", "intensiteit": intensiteit}, "product_categorie": "50"}
                bought = {"product_code": code, "volume": 1, "eenheid": "82", "frequentie": "6"}
                values = table | cell | bought | {"begindatum": date(2024, 1, 1)}
                session.execute(insert(inkoop.arrangement).values(values))
            for place, code in enumerate(cells):
                ends(session, range(8 * place, 8 * place + 8), product_code=code)
            ends(session, range(24, 44), product_code="999XX")
            session.commit()
        tables = figures(chain.gemeente)
        groups = {group["sleutel"]: group["cijfers"]["beeindigd"] for group in tables["iwmo", "profiel"]["groepen"]}
        assert groups == {"jeugdprofielen/4": 20, "50/999XX": 20}
        assert [group["sleutel"] for group in tables["iwmo", "product"]["groepen"]] == ["50/999XX"]


def ends(session: Session, numbers: Iterable[int], reden: str = "19", aanbieder: str = w.WMO, **changes: Any) -> None:
    """Final stops of allocations with these numbers, in the ledger of the municipality."""
    row = {
        "eigenaar": w.GEMEENTE,
        "volgnummer": 1,
        "standaard": "iwmo",
        "tegenpartij": aanbieder,
        "status_aanlevering": "1",
    }
    row |= {"product_categorie": "50", "product_code": "504L", "reden_beeindiging": reden}
    row |= {name: date(2025, 1, 1) for name in ("toewijzing_ingangsdatum", "begindatum")}
    for number in numbers:
        values = row | {"toewijzing_nummer": number, "bsn": f"p{number}", "einddatum": date(2025, 10, 1)} | changes
        bericht = w.message(session, soort="307", tegenpartij=aanbieder)
        session.execute(insert(t.stop_product).values(values | {"bericht": bericht}))
