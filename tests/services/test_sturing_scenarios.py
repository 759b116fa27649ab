"""Scenario sums: what a conversion and the movements after it cost, worked out by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.db import inkoop
from shared.db.session import owner
from tests.chain import Chain
from tests.services import sturing as w

OUD = 3 * w.UURTARIEF * 52
"""Eurocents a year of the old product, per client."""
ASSEN = {"resultaatgebieden": ["1-2", "3-4"], "intensiteit": ["gemiddeld", "hoog"]}
VRAAG = {
    "standaard": "iwmo",
    "model": "thuis",
    "per": "2026-01-01",
    "jaren": 2,
    "omzetting": [
        {
            "product_categorie": "02",
            "product_code": "02A03",
            "assen": {"resultaatgebieden": "3-4", "intensiteit": "hoog"},
        }
    ],
}


@pytest.fixture
def ledger(chain: Chain) -> Iterator[Session]:
    """Ten clients with the old product and one with bespoke care; cells of € 100 to € 400 a month."""
    with owner() as session:
        w.contract(session)
        w.tariff(session)
        own = {"eigenaar": w.GEMEENTE, "model": "thuis"}
        told = {"standaard": "iwmo", "naam": "Thuis", "assen": ASSEN}
        session.execute(insert(inkoop.arrangementmodel).values(own | told))
        cells = [(areas, level) for areas in ASSEN["resultaatgebieden"] for level in ASSEN["intensiteit"]]
        for number, (areas, level) in enumerate(cells, 1):
            cell = {"assen": {"resultaatgebieden": areas, "intensiteit": level}, "volume": 10_000 * number}
            unit = {"eenheid": "83", "frequentie": "4", "begindatum": date(2024, 1, 1)}
            product = {"product_categorie": "10", "product_code": f"10O{number}"}
            session.execute(insert(inkoop.arrangement).values(own | cell | unit | product))
        for nummer in range(10):
            w.allocation(session, nummer, einddatum=None, bsn=f"p{nummer}")
        bespoke = {"omvang_eenheid": "83", "omvang_frequentie": "4", "omvang_volume": 50_000, "product_code": "02X"}
        w.allocation(session, 11, einddatum=None, **bespoke)
        w.allocation(session, 12, einddatum=date(2025, 12, 31))
        yield session


def asked(chain: Chain, **changes: Any) -> Any:
    return chain.gemeente.apis["allocation"].call("POST", "/v1/scenarios", json=VRAAG | changes)


def test_before_and_straight_after_the_conversion(chain: Chain, ledger: Session) -> None:
    ledger.commit()
    found = asked(chain).json()
    assert (found["toewijzingen"], found["omgezet"]) == (11, 10)
    assert found["huidig_bedrag"] == 10 * OUD + 600_000
    assert found["omgezet_bedrag"] == 10 * 40_000 * 12 + 600_000
    amounts = {row["bedrag"] for row in found["scenarios"]}
    assert amounts == {found["omgezet_bedrag"]}, "nobody moves"
    assert [(row["scenario"], row["jaar"]) for row in found["scenarios"]][:3] == [
        ("conservatief", 1),
        ("conservatief", 2),
        ("gemiddeld", 1),
    ]
    assert len(found["uitgangspunten"]) == 6


def test_each_year_a_share_moves_one_step_along_each_axis(chain: Chain, ledger: Session) -> None:
    """Of 10 in the heaviest cell 2 go to fewer areas and 1 to less intense; then of the 7 again, and of the 2 and 1."""
    ledger.commit()
    shares = {"minder_gebieden": 0.2, "minder_intensief": 0.1}
    rows = [row for row in asked(chain, gemiddeld=shares).json()["scenarios"] if row["scenario"] == "gemiddeld"]
    first = 7 * 400 + 2 * 200 + 1 * 300
    # (3-4, hoog) 4.9; (1-2, hoog) 2 × 0.9 + 7 × 0.2; (3-4, gemiddeld) 1 × 0.8 + 7 × 0.1; lightest 2 × 0.1 + 1 × 0.2
    second = 4.9 * 400 + 3.2 * 200 + 1.5 * 300 + 0.4 * 100
    assert [row["bedrag"] - 600_000 for row in rows] == [first * 1_200, round(second * 1_200)]
    assert [row["in_zorg"] for row in rows] == [10, 10]


def test_who_leaves_costs_nothing_and_bespoke_care_gets_less(chain: Chain, ledger: Session) -> None:
    ledger.commit()
    shares = {"naar_vrij_toegankelijk": 0.5, "minder_maatwerk": 0.1}
    rows = [row for row in asked(chain, optimaal=shares).json()["scenarios"] if row["scenario"] == "optimaal"]
    assert [row["bedrag"] for row in rows] == [5 * 480_000 + 540_000, round(2.5 * 480_000) + 486_000]
    assert [row["in_zorg"] for row in rows] == [5, 2.5]
    assert rows[0]["verschil"] == rows[0]["bedrag"] - 10 * OUD - 600_000


def test_what_is_wrong_is_told_at_once(chain: Chain, ledger: Session) -> None:
    ledger.commit()

    def codes(**changes: Any) -> list[str]:
        answer = asked(chain, **changes)
        assert answer.status_code == 422
        return [fault["pad"] for fault in answer.json()["bevindingen"]]

    wrong = [{"product_categorie": "02", "assen": assen} for assen in ({"x": "y"}, {"intensiteit": "hoog"})]
    assert codes(omzetting=wrong) == ["/omzetting/0/assen", "/omzetting/1/assen"]
    assert codes(model="onbekend") == ["/model"]
    assert codes(optimaal={"minder_gebieden": 0.6, "minder_intensief": 0.6})
