"""The HTTP API of allocation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response, Security
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
from shared.db import people
from shared.db.session import Namens, transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder, caller, gemeente, service

router = APIRouter(tags=["toewijzingen"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Leverancier = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]


@router.post("/toewijzingen", status_code=201, summary="Stel een toewijzing vast")
def post_toewijzing(body: NieuweToewijzing, who: Toewijzer, response: Response, sleutel: Sleutel = None) -> Toewijzing:
    """Stores the allocation and sends the 301 with the client's full set (OP087)."""

    def make() -> Toewijzing:
        nummer, _ = flows.allocate(session, who.organisatie, body, system_clock())
        return _toewijzing(queries.one(session, who.organisatie, f"{who.organisatie}-{body.standaard}-{nummer}"), who)

    with transaction(who) as session:
        found = once(session, sleutel, ("toewijzingen", body), make, Toewijzing)
    response.headers["Location"] = f"/v1/toewijzingen/{found.id}"
    return found


@router.get("/toewijzingen", summary="Toewijzingen zoals zij nu gelden")
def get_toewijzingen(
    who: Reader,
    standaard: Annotated[Standaard | None, Query(description="ijw of iwmo")] = None,
    organisatie: Annotated[Organisatiecode | None, Query(description="Code van de andere organisatie")] = None,
    na: Annotated[int, Query(ge=0, le=999_999_999, description="Verder na dit ToewijzingNummer")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Hoeveel toewijzingen")] = 100,
) -> Toewijzingen:
    """Of each number the most recent version (IV013), seen from the caller's own side."""
    filters = {"standaard": standaard, "tegenpartij": organisatie}
    with transaction(who) as session:
        rows = queries.many(session, who.organisatie, filters, na, limit)
    return Toewijzingen(toewijzingen=[_toewijzing(row, who) for row in rows])


@router.get("/toewijzingen/{id}", summary="Eén toewijzing")
def get_toewijzing(id: ToewijzingId, who: Reader) -> Toewijzing:  # noqa: A002
    """The most recent version of one allocation."""
    with transaction(who) as session:
        return _toewijzing(queries.one(session, who.organisatie, id), who)


@router.post("/toewijzingen/{id}/wijzigingen", status_code=201, summary="Wijzig een toewijzing")
def post_wijziging(id: ToewijzingId, body: Wijziging, who: Toewijzer, sleutel: Sleutel = None) -> Toewijzing:  # noqa: A002
    """End date, volume or budget under the same number, with its reason; sends the 301."""

    def make() -> Toewijzing:
        flows.change(session, who.organisatie, id, body, system_clock())
        return _toewijzing(queries.one(session, who.organisatie, id), who)

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/wijzigingen", body), make, Toewijzing)


@router.post("/starts", status_code=202, summary="Meld een start")
def post_start(body: Start, who: Leverancier, sleutel: Sleutel = None) -> Verstuurd:
    """Sends the 305."""

    def make() -> Verstuurd:
        return Verstuurd(bericht=flows.report_start(session, who.organisatie, body, vandaag()))

    with transaction(who) as session:
        return once(session, sleutel, ("starts", body), make, Verstuurd)


@router.post("/stops", status_code=202, summary="Meld een stop")
def post_stop(body: Stop, who: Leverancier, sleutel: Sleutel = None) -> Verstuurd:
    """Sends the 307."""

    def make() -> Verstuurd:
        return Verstuurd(bericht=flows.report_stop(session, who.organisatie, body, vandaag()))

    with transaction(who) as session:
        return once(session, sleutel, ("stops", body), make, Verstuurd)


@router.post("/beoordelingen", dependencies=[Depends(service("allocation"))], summary="Beoordeel een bericht (intern)")
def post_beoordeling(body: BeoordelingVerzoek) -> Beoordeling:
    """Levels 3 and 4; only for messaging, and the same answer the second time."""
    with transaction(Namens(body.organisatie, "dienst allocation")) as session:
        return flows.assess(session, body.bericht, vandaag())


def _toewijzing(row: Row[Any], who: Caller) -> Toewijzing:
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
        bsn=people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten),
        product_categorie=row.product_categorie,
        product_code=row.product_code,
        ingangsdatum=row.ingangsdatum,
        einddatum=row.einddatum,
        reden_wijziging=row.reden_wijziging,
        omvang=omvang,
        budget=row.budget,
        bericht=row.bericht,
    )
