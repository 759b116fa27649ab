"""IV076 to IV078 at their edges, computed by hand: what fits in a product period (TR321), and in all (TR322).

Each is held against the judge in plain Python and against the SQL, at the most that is allowed and at one more.
"""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared.db import tables as t
from shared.judging import check_rows, found
from shared.rules import Scope
from tests.builders import AANBIEDER, GEMEENTE
from tests.rules.judge.edges import ALL, Edge
from tests.rules.judge.volume import Row, factor, times_in_all, times_in_period

assert catalogue
BEYOND = 99_999_999
"""The largest volume that a message can carry."""


EDGES = [pytest.param(standaard, edge, id=f"{standaard}-{edge.naam}") for edge in ALL for standaard in edge.standaarden]


def days(text: str) -> tuple[date, date | None]:
    """A period from its text; without an end it is open."""
    begin, eind = text.split("/")
    return date.fromisoformat(begin), date.fromisoformat(eind) if eind else None


def allocation(standaard: str, edge: Edge) -> dict[str, object]:
    """The allocation of an edge as a row."""
    volume, eenheid, frequentie = edge.omvang.split()
    categorie = "01" if edge.huishouden else {"ijw": "45", "iwmo": "02"}[standaard]
    omvang = {"omvang_volume": int(volume), "omvang_eenheid": eenheid, "omvang_frequentie": frequentie}
    begin, eind = days(edge.looptijd)
    return omvang | {"ingangsdatum": begin, "einddatum": eind, "product_categorie": categorie}


def claims(edge: Edge) -> list[tuple[str, str, int, bool]]:
    """Lines that are each alone on their allocation: the code that judges it, the period, the volume, is it refused."""
    period = next(iter(edge.perioden))
    at_once = [("TR321", text, most + more, bool(more)) for text, most in edge.perioden.items() for more in (0, 1)]
    if edge.totaal is None:
        return [*at_once, ("TR322", period, BEYOND, False)]
    return [*at_once, *(("TR322", period, edge.totaal + more, bool(more)) for more in (0, 1))]


@pytest.mark.parametrize(("standaard", "edge"), EDGES)
def test_the_judge_knows_the_edge(standaard: str, edge: Edge) -> None:
    granted: Row = allocation(standaard, edge)
    volume, per = int(edge.omvang.split()[0]), factor(granted, edge.eenheid or edge.omvang.split()[1])
    assert per is not None
    for text, most in edge.perioden.items():
        begin, eind = days(text)
        assert eind is not None
        assert volume * per * times_in_period(standaard, granted, begin, eind) == most
    times = times_in_all(granted)
    assert (None if times is None else volume * per * times) == edge.totaal


@pytest.mark.parametrize("standaard", ["ijw", "iwmo"])
def test_the_product_knows_the_edges(session: Session, standaard: str) -> None:
    asked = [(edge, *claim) for edge in ALL if standaard in edge.standaarden for claim in claims(edge)]
    scope = stored(session, standaard, [(edge, text, volume) for edge, _, text, volume, _ in asked])
    check_rows(session, [scope], header=False)
    refused = {(finding.code, finding.volgnummer) for finding in found(session, scope.bericht)}
    wrong = [
        (edge.naam, code, text, volume)
        for number, (edge, code, text, volume, expected) in enumerate(asked, 1)
        if ((code, number) in refused) != expected
    ]
    assert wrong == []


def stored(session: Session, standaard: str, lines: list[tuple[Edge, str, int]]) -> Scope:
    """A 301 with an allocation for each line and a 323 with those lines."""
    party = {"eigenaar": GEMEENTE, "tegenpartij": AANBIEDER, "standaard": standaard}
    session.execute(insert(t.organisatie).values(code=GEMEENTE, naam="G", hier=True, kanaal="lokaal"))
    berichten = {"301": uuid4(), "323": uuid4()}
    head = party | {"identificatie": "B1", "dagtekening": date(2040, 12, 31), "xml": b""}
    ways = {"301": ("uitgaand", "goedgekeurd"), "323": ("inkomend", "gecontroleerd")}
    for soort, (richting, status) in ways.items():
        row = head | {"id": berichten[soort], "soort": soort, "richting": richting, "status": status}
        session.execute(insert(t.bericht), row)
    for number, (edge, text, volume) in enumerate(lines, 1):
        place = party | {"volgnummer": number, "toewijzing_nummer": number, "bsn": "999900006"}
        session.execute(
            insert(t.toegewezen_product), place | allocation(standaard, edge) | {"bericht": berichten["301"]}
        )
        session.execute(insert(t.prestatie), place | line(edge, text, volume) | {"bericht": berichten["323"]})
    return Scope(berichten["323"], GEMEENTE, AANBIEDER, standaard, "323", date(2040, 12, 31))


def line(edge: Edge, text: str, volume: int) -> dict[str, object]:
    """A debit of a volume over a product period, under a reference of its own."""
    begin, eind = days(text)
    return {
        "product_referentie_referentie_nummer": f"{edge.naam} {text} {volume}",
        "product_periode_begindatum": begin,
        "product_periode_einddatum": eind,
        "eenheid": edge.eenheid or edge.omvang.split()[1],
        "geleverd_volume": volume,
        "ingediend_bedrag_debet_credit": "D",
        "ouder": 1,
    }
