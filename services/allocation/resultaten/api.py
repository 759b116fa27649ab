"""The HTTP API of outcomes: recording, passing on to the municipality, and figures without small counts."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response, Security
from sqlalchemy import Row

from services.allocation.resultaten import cijfers, flows, queries
from services.allocation.resultaten.models import (
    Ingelezen,
    Inlezen,
    NieuwResultaat,
    Overzicht,
    Resultaat,
    Resultaten,
)
from services.allocation.resultaten.redenen import EINDE
from shared import spreadsheet
from shared.calendar import last_closed_quarter, vandaag
from shared.contracts import Gemeentecode, Standaard
from shared.db.session import transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder, caller, gemeente
from shared.tabel import written

router = APIRouter(tags=["resultaten"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Leverancier = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]
Beheerder = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
Gemeente = Annotated[Gemeentecode | None, Query(description="Alleen voor deze gemeente")]
Wet = Annotated[Standaard | None, Query(description="ijw of iwmo")]
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "Een regel per resultaat"}
}


@router.post("/resultaten", status_code=201, summary="Leg vast wat er van een traject is geworden")
def post_resultaat(body: NieuwResultaat, who: Leverancier, sleutel: Sleutel = None) -> Resultaat:
    """Of an allocation with a final stop; once more replaces it."""

    def make() -> Resultaat:
        stop = flows.record(session, who.organisatie, body)
        return _with_stop(body.model_dump(), stop)

    with transaction(who) as session:
        return once(session, sleutel, ("resultaten", body), make, Resultaat)


@router.get("/resultaten", summary="Resultaten per aanbieder, product, profiel en gemeente")
def get_resultaten(
    who: Reader,
    jaar: Annotated[
        int | None, Query(ge=2015, le=2999, description="Jaar; leeg is dat van het laatste kwartaal")
    ] = None,
) -> Overzicht:
    """Of the quarters of a year that are over, and without small counts (ADR 0014)."""
    closed = last_closed_quarter(vandaag())
    begin = date(jaar or closed.year, 1, 1)
    eind = min(closed, date(begin.year, 12, 31))
    with transaction(who) as session:
        found = cijfers.tables(session, who.organisatie, begin, eind)
    return Overzicht(jaar=begin.year, tot_en_met=eind if begin <= eind else None, tabellen=found)


@router.get("/resultaten/export", summary="Vastgelegde resultaten (JSON)")
def get_export(who: Leverancier, gemeente: Gemeente = None, standaard: Wet = None) -> Resultaten:
    """For the municipality, which takes them in: the standard has no message for them."""
    return Resultaten(resultaten=_recorded(who, gemeente, standaard))


@router.get("/resultaten/export-csv", response_class=Response, responses=_CSV, summary="Vastgelegde resultaten (CSV)")
def get_export_csv(who: Leverancier, gemeente: Gemeente = None, standaard: Wet = None) -> Response:
    """The same as a spreadsheet."""
    return Response(written(NieuwResultaat, _recorded(who, gemeente, standaard)), media_type="text/csv")


@router.post("/resultaten/import", summary="Lees resultaten van een aanbieder in (JSON)")
def post_import(body: Inlezen, who: Beheerder) -> Ingelezen:
    """All of them or nothing, with every fault by its row."""
    placed = [(f"/resultaten/{number}", row) for number, row in enumerate(body.resultaten)]
    with transaction(who) as session:
        return Ingelezen(aantal=flows.take_in(session, who.organisatie, placed))


@router.post("/resultaten/import-csv", summary="Lees resultaten van een aanbieder in (CSV)")
def post_import_csv(
    who: Beheerder,
    content: Annotated[bytes, Body(media_type="text/csv", description="CSV (UTF-8) met de veldnamen als eerste regel")],
) -> Ingelezen:
    """All of them or nothing, with every fault by its row (the first row of the file is 1)."""
    placed = [(f"/regel {number}", row) for number, row in spreadsheet.read(content, NieuwResultaat)]
    with transaction(who) as session:
        return Ingelezen(aantal=flows.take_in(session, who.organisatie, placed))


def _recorded(who: Caller, tegenpartij: str | None, standaard: str | None) -> list[Resultaat]:
    with transaction(who) as session:
        rows = queries.recorded(session, who.organisatie, tegenpartij=tegenpartij, standaard=standaard)
    return [_resultaat(row) for row in rows]


def _resultaat(row: Row[Any]) -> Resultaat:
    known = {name: getattr(row, name) for name in queries.VASTGELEGD}
    return _with_stop({"toewijzing": f"{row.tegenpartij}-{row.standaard}-{row.toewijzing_nummer}", **known}, row)


def _with_stop(known: dict[str, Any], stop: Row[Any]) -> Resultaat:
    reden = stop.reden_beeindiging
    return Resultaat(
        **known, einddatum=stop.einddatum, reden_beeindiging=reden, einde=EINDE.get((stop.standaard, reden), "geen")
    )
