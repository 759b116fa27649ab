"""The HTTP API of allocation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Row

from services.allocation import flows, queries
from services.allocation.models import (
    NieuweToewijzing,
    Omvang,
    Start,
    Stop,
    Toewijzing,
    Toewijzingen,
    ToewijzingId,
    Verstuurd,
    Wijziging,
)
from shared.calendar import system_clock, vandaag
from shared.contracts import Beoordeling, BeoordelingVerzoek, Organisatiecode, Standaard
from shared.db.session import transaction
from shared.security import Caller, aanbieder, caller, gemeente, service

router = APIRouter(tags=["toewijzingen"])
Who = Annotated[Caller, Depends(caller)]
Gemeente = Annotated[Caller, Depends(gemeente)]
Aanbieder = Annotated[Caller, Depends(aanbieder)]


@router.post("/toewijzingen", status_code=201, summary="Stel een toewijzing vast")
def post_toewijzing(body: NieuweToewijzing, who: Gemeente, response: Response) -> Toewijzing:
    """Stores the allocation and sends the 301 with the client's full set (OP087)."""
    with transaction() as session:
        nummer, _ = flows.allocate(session, who.organisatie, body, system_clock())
        row = queries.one(session, who.organisatie, f"{who.organisatie}-{body.standaard}-{nummer}")
    found = _toewijzing(row)
    response.headers["Location"] = f"/v1/toewijzingen/{found.id}"
    return found


@router.get("/toewijzingen", summary="Toewijzingen zoals zij nu gelden")
def get_toewijzingen(
    who: Who,
    standaard: Annotated[Standaard | None, Query(description="ijw of iwmo")] = None,
    organisatie: Annotated[Organisatiecode | None, Query(description="Code van de andere organisatie")] = None,
    na: Annotated[int, Query(ge=0, le=999_999_999, description="Verder na dit ToewijzingNummer")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Hoeveel toewijzingen")] = 100,
) -> Toewijzingen:
    """Of each number the most recent version (IV013), seen from the caller's own side."""
    filters = {"standaard": standaard, "tegenpartij": organisatie}
    with transaction() as session:
        rows = queries.many(session, who.organisatie, filters, na, limit)
    return Toewijzingen(toewijzingen=[_toewijzing(row) for row in rows])


@router.get("/toewijzingen/{id}", summary="Eén toewijzing")
def get_toewijzing(id: ToewijzingId, who: Who) -> Toewijzing:  # noqa: A002
    """The most recent version of one allocation."""
    with transaction() as session:
        return _toewijzing(queries.one(session, who.organisatie, id))


@router.post("/toewijzingen/{id}/wijzigingen", status_code=201, summary="Wijzig een toewijzing")
def post_wijziging(id: ToewijzingId, body: Wijziging, who: Gemeente) -> Toewijzing:  # noqa: A002
    """End date, volume or budget under the same number, with its reason; sends the 301."""
    with transaction() as session:
        flows.change(session, who.organisatie, id, body, system_clock())
        return _toewijzing(queries.one(session, who.organisatie, id))


@router.post("/starts", status_code=202, summary="Meld een start")
def post_start(body: Start, who: Aanbieder) -> Verstuurd:
    """Sends the 305."""
    with transaction() as session:
        return Verstuurd(bericht=flows.report_start(session, who.organisatie, body, vandaag()))


@router.post("/stops", status_code=202, summary="Meld een stop")
def post_stop(body: Stop, who: Aanbieder) -> Verstuurd:
    """Sends the 307."""
    with transaction() as session:
        return Verstuurd(bericht=flows.report_stop(session, who.organisatie, body, vandaag()))


@router.post("/beoordelingen", dependencies=[Depends(service("allocation"))], summary="Beoordeel een bericht (intern)")
def post_beoordeling(body: BeoordelingVerzoek) -> Beoordeling:
    """Levels 3 and 4; only for messaging, and the same answer the second time."""
    with transaction() as session:
        return flows.assess(session, body.bericht, vandaag())


def _toewijzing(row: Row[Any]) -> Toewijzing:
    gemeente_code, aanbieder_code = sorted((row.eigenaar, row.tegenpartij), key=len)
    omvang = None
    if row.omvang_volume is not None:
        omvang = Omvang(volume=row.omvang_volume, eenheid=row.omvang_eenheid, frequentie=row.omvang_frequentie)
    return Toewijzing(
        id=f"{gemeente_code}-{row.standaard}-{row.toewijzing_nummer}",
        standaard=row.standaard,
        gemeente=gemeente_code,
        aanbieder=aanbieder_code,
        toewijzing_nummer=row.toewijzing_nummer,
        bsn=row.bsn,
        product_categorie=row.product_categorie,
        product_code=row.product_code,
        ingangsdatum=row.ingangsdatum,
        einddatum=row.einddatum,
        reden_wijziging=row.reden_wijziging,
        omvang=omvang,
        budget=row.budget,
        bericht=row.bericht,
    )
