"""The HTTP API of requests."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Security
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.verzoeken import besluiten, flows, queries, tonen
from services.allocation.verzoeken.models import (
    Afwijzing,
    Inwilliging,
    Onderzoek,
    Status,
    VerstuurdVerzoek,
    Verzoeken,
    VerzoekId,
    VerzoekOmToewijzing,
    VerzoekOmWijziging,
    VolledigVerzoek,
)
from shared.calendar import system_clock, vandaag
from shared.contracts import Organisatiecode, Standaard, Volgnummer
from shared.db.session import transaction
from shared.db.vrij import days_off
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder, caller, gemeente
from shared.web import following

router = APIRouter(tags=["verzoeken"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Aanvrager = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]
Beslisser = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]


@router.post("/verzoeken/toewijzing", status_code=202, summary="Verzoek om toewijzing")
def post_toewijzing(body: VerzoekOmToewijzing, who: Aanvrager, sleutel: Sleutel = None) -> VerstuurdVerzoek:
    """Sends the 315; while it waits for a decision no other request for the client is taken (TR374)."""

    def make() -> VerstuurdVerzoek:
        return _sent(session, flows.ask_allocation(session, who.organisatie, body, vandaag()), who)

    with transaction(who) as session:
        return once(session, sleutel, ("verzoeken/toewijzing", body), make, VerstuurdVerzoek)


@router.post("/verzoeken/wijziging", status_code=202, summary="Verzoek om wijziging")
def post_wijziging(body: VerzoekOmWijziging, who: Aanvrager, sleutel: Sleutel = None) -> VerstuurdVerzoek:
    """Sends the 317, which names all current allocations of the client and what must change."""

    def make() -> VerstuurdVerzoek:
        return _sent(session, flows.ask_change(session, who.organisatie, body, vandaag()), who)

    with transaction(who) as session:
        return once(session, sleutel, ("verzoeken/wijziging", body), make, VerstuurdVerzoek)


@router.get("/verzoeken", summary="Verzoeken en hoe het ervoor staat")
def get_verzoeken(
    who: Reader,
    request: Request,
    status: Annotated[Status | None, Query(description="Alleen met deze status")] = None,
    standaard: Annotated[Standaard | None, Query(description="ijw of iwmo")] = None,
    organisatie: Annotated[Organisatiecode | None, Query(description="Code van de andere organisatie")] = None,
    na: Annotated[Volgnummer | None, Query(description="Verder na deze plaats (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Hoeveel verzoeken")] = 50,
) -> Verzoeken:
    """The requests of the caller's own side, oldest first: those of a provider, or those that a municipality got."""
    wanted = queries.Filter(status, standaard, organisatie, na, limit)
    with transaction(who) as session:
        rows, vrij = queries.many(session, who.organisatie, wanted), days_off(session, who.organisatie)
    more = following(request, rows, limit, queries.plaats)
    return Verzoeken(verzoeken=[tonen.kort(row, who, vandaag(), vrij) for row in rows[:limit]], volgende=more)


@router.get("/verzoeken/{id}", summary="Eén verzoek")
def get_verzoek(id: VerzoekId, who: Reader) -> VolledigVerzoek:  # noqa: A002
    """All that was asked, the answers, and when the decision is due."""
    with transaction(who) as session:
        return tonen.volledig(session, queries.one(session, who.organisatie, id), who, vandaag())


@router.post("/verzoeken/{id}/inwilliging", status_code=201, summary="Willig een verzoek in")
def post_inwilliging(
    id: VerzoekId,  # noqa: A002
    body: Inwilliging,
    who: Beslisser,
    sleutel: Sleutel = None,
) -> VolledigVerzoek:
    """Sends the 301 with the reference of the request: one new allocation, or all changes at once."""

    def make() -> VolledigVerzoek:
        done = besluiten.grant(session, who, id, body, system_clock())
        seen = tonen.volledig(session, queries.one(session, who.organisatie, id), who, vandaag())
        return seen.model_copy(update={"waarschuwingen": done.waarschuwingen})

    with transaction(who) as session:
        return once(session, sleutel, (f"verzoeken/{id}/inwilliging", body), make, VolledigVerzoek)


@router.post("/verzoeken/{id}/afwijzing", status_code=201, summary="Wijs een verzoek af")
def post_afwijzing(
    id: VerzoekId,  # noqa: A002
    body: Afwijzing,
    who: Beslisser,
    sleutel: Sleutel = None,
) -> VolledigVerzoek:
    """Sends the 319 that ends the request."""

    def make() -> VolledigVerzoek:
        besluiten.reject(session, who.organisatie, id, body, vandaag())
        return tonen.volledig(session, queries.one(session, who.organisatie, id), who, vandaag())

    with transaction(who) as session:
        return once(session, sleutel, (f"verzoeken/{id}/afwijzing", body), make, VolledigVerzoek)


@router.post("/verzoeken/{id}/onderzoek", status_code=201, summary="Neem een verzoek in onderzoek")
def post_onderzoek(id: VerzoekId, who: Beslisser, sleutel: Sleutel = None) -> VolledigVerzoek:  # noqa: A002
    """Sends the 319 that gives eight weeks for the decision; once."""

    def make() -> VolledigVerzoek:
        besluiten.investigate(session, who.organisatie, id, vandaag())
        return tonen.volledig(session, queries.one(session, who.organisatie, id), who, vandaag())

    with transaction(who) as session:
        return once(session, sleutel, (f"verzoeken/{id}/onderzoek", Onderzoek()), make, VolledigVerzoek)


def _sent(session: Session, bericht: Any, who: Caller) -> VerstuurdVerzoek:
    rows: list[Row[Any]] = queries.of_message(session, who.organisatie, bericht)
    today, vrij = vandaag(), days_off(session, who.organisatie)
    return VerstuurdVerzoek(bericht=bericht, verzoeken=[tonen.kort(row, who, today, vrij) for row in rows])
