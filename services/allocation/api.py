"""The HTTP API of allocation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, Security
from sqlalchemy.orm import Session

from services.allocation import flows, queries
from services.allocation.models import (
    Besluit,
    Start,
    Stop,
    Toewijzing,
    Toewijzingen,
    ToewijzingId,
    Verstuurd,
    Wijziging,
)
from services.allocation.toewijzen import flows as toewijzen
from services.allocation.toewijzen.models import Toegewezen
from services.allocation.tonen import toewijzing
from shared.calendar import system_clock, vandaag
from shared.contracts import Beoordelingen, BeoordelingVerzoek, Organisatiecode, Standaard
from shared.db.session import Namens, transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder, caller, gemeente, service

router = APIRouter(tags=["toewijzingen"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Leverancier = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]


@router.post("/toewijzingen", status_code=201, summary="Stel een toewijzing vast")
def post_toewijzing(body: Toegewezen, who: Toewijzer, response: Response, sleutel: Sleutel = None) -> Toewijzing:
    """Checked against what was bought, stored, and sent as a 301 with the client's full set (OP087)."""

    def make() -> Toewijzing:
        made = toewijzen.determine(session, who, body, system_clock())
        identity = f"{who.organisatie}-{body.standaard}-{made.nummers[0]}"
        return _shown(session, who, identity, made.waarschuwingen)

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
    return Toewijzingen(toewijzingen=[toewijzing(row, who) for row in rows])


@router.get("/toewijzingen/{id}", summary="Eén toewijzing")
def get_toewijzing(id: ToewijzingId, who: Reader) -> Toewijzing:  # noqa: A002
    """The most recent version of one allocation, and who let its client in."""
    with transaction(who) as session:
        return _shown(session, who, id, [])


def _shown(session: Session, who: Caller, id: str, warnings: list[str]) -> Toewijzing:  # noqa: A002
    row = queries.one(session, who.organisatie, id)
    kept = queries.decision(session, row)
    more = {"besluit": Besluit.of(kept) if kept else None, "waarschuwingen": warnings}
    return toewijzing(row, who).model_copy(update=more)


@router.post("/toewijzingen/{id}/wijzigingen", status_code=201, summary="Wijzig een toewijzing")
def post_wijziging(id: ToewijzingId, body: Wijziging, who: Toewijzer, sleutel: Sleutel = None) -> Toewijzing:  # noqa: A002
    """End date, volume or budget under the same number, with its reason; sends the 301."""

    def make() -> Toewijzing:
        made = toewijzen.change(session, who, id, body, system_clock())
        return _shown(session, who, id, made.waarschuwingen)

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


@router.post("/beoordelingen", dependencies=[Depends(service("allocation"))], summary="Beoordeel berichten (intern)")
def post_beoordeling(body: BeoordelingVerzoek) -> Beoordelingen:
    """Levels 3 and 4; only for messaging, and the same answers the second time."""
    with transaction(Namens(body.organisatie, "dienst allocation")) as session:
        return Beoordelingen(beoordelingen=flows.assess(session, body.berichten, vandaag()))
