"""Steering over HTTP: commitments against ceilings, movements, waiting times and scenario sums."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, Security
from pydantic import Field

from services.allocation.sturing import budgetten, doorstroom, scenarios, wachttijden
from services.allocation.sturing.models import (
    Beweging,
    Budgetregel,
    Budgetten,
    Doorstroom,
    Scenariojaar,
    Scenarios,
    Scenariovraag,
    Wachttijd,
    Wachttijden,
)
from services.allocation.sturing.verdelingen import KOLOMMEN, Vraag
from shared.calendar import Periode, last_closed_quarter, month, vandaag
from shared.contracts import AgbCode, Standaard
from shared.db.session import transaction
from shared.security import Caller, gemeente
from shared.tabel import CSV, AlsCsv, table

router = APIRouter(tags=["sturing"])
Reader = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Jaar = Annotated[int | None, Query(ge=2015, le=2999, description="Kalenderjaar; leeg is dit jaar")]
Afgesloten = Annotated[
    int | None, Query(ge=2015, le=2999, description="Kalenderjaar; leeg is dat van het laatste kwartaal dat voorbij is")
]
Wet = Annotated[Standaard | None, Query(description="ijw of iwmo")]
Sleutel = Annotated[str, Field(pattern=f"^({'|'.join(KOLOMMEN)})$")]
Verdeling = Annotated[
    list[Sleutel],
    Query(
        default_factory=lambda: ["plafond"],
        max_length=len(KOLOMMEN),
        description="Waarnaar er wordt opgeteld; herhaal dit voor meer tegelijk",
    ),
]
Aanbieder = Annotated[AgbCode | None, Query(description="Alleen wat bij deze aanbieder is")]
Kwartaal = Annotated[int | None, Query(ge=1, le=4, description="Kwartaal van het jaar; leeg is het hele jaar")]


@router.get("/budgetten", response_model=Budgetten, responses=CSV, summary="Vastgelegde bedragen en plafonds")
def get_budgetten(
    who: Reader, als_csv: AlsCsv, per: Verdeling, jaar: Jaar = None, standaard: Wet = None, aanbieder: Aanbieder = None
) -> Budgetten | Response:
    """From the allocations as they stand, by the weeks of IV077, and the instalments of what is paid for a task."""
    today = vandaag()
    year, keys = jaar or today.year, tuple(dict.fromkeys(per))
    with transaction(who) as session:
        asked = Vraag(who.organisatie, year, keys, today, standaard, aanbieder)
        rows = budgetten.budgets(session, asked)
    whole = Budgetten(jaar=year, peildatum=today, per=",".join(keys), budgetten=rows)
    return table(whole, Budgetregel, rows, als_csv=als_csv)


@router.get("/doorstroom", response_model=Doorstroom, responses=CSV, summary="Beweging van zwaar naar licht")
def get_doorstroom(
    who: Reader, als_csv: AlsCsv, jaar: Afgesloten = None, kwartaal: Kwartaal = None
) -> Doorstroom | Response:
    """Clients before a period and on its last day, of quarters that are over and in steps of ten (ADR 0014)."""
    closed = last_closed_quarter(vandaag())
    begin, eind = _period(jaar or closed.year, kwartaal)
    last = min(eind, closed)
    with transaction(who) as session:
        rows = doorstroom.movements(session, who.organisatie, Periode(begin, last)) if begin <= last else []
    whole = Doorstroom(begin=begin, eind=last if begin <= last else None, doorstroom=rows)
    return table(whole, Beweging, rows, als_csv=als_csv)


def _period(jaar: int, kwartaal: int | None) -> tuple[date, date]:
    first, last = (1, 12) if kwartaal is None else (3 * kwartaal - 2, 3 * kwartaal)
    return date(jaar, first, 1), month(jaar, last).eind


@router.get("/wachttijden", response_model=Wachttijden, responses=CSV, summary="Wachttijd van toewijzing tot start")
def get_wachttijden(who: Reader, als_csv: AlsCsv, jaar: Afgesloten = None) -> Wachttijden | Response:
    """Of the allocations on which the waiting began in a year, as it stood after the last quarter (ADR 0014)."""
    closed = last_closed_quarter(vandaag())
    year = jaar or closed.year
    with transaction(who) as session:
        rows = wachttijden.waiting(session, who.organisatie, year, closed)
    return table(Wachttijden(jaar=year, peildatum=closed, wachttijden=rows), Wachttijd, rows, als_csv=als_csv)


@router.post("/scenarios", response_model=Scenarios, responses=CSV, summary="Reken een omzetting naar een model door")
def post_scenarios(body: Scenariovraag, who: Reader, als_csv: AlsCsv) -> Any:
    """Nothing changes; the assumptions stand in the answer."""
    with transaction(who) as session:
        found = scenarios.calculate(session, who.organisatie, body)
    return table(found, Scenariojaar, found.scenarios, als_csv=als_csv)
