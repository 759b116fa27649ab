"""The HTTP API of messaging."""

from dataclasses import asdict
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security
from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.messaging import flows, queries
from services.messaging.inspection import inspect
from shared.config import settings
from shared.contracts import Bevinding, Id, Model, Organisatiecode, Volgnummer
from shared.db import audit, ledger, people
from shared.db.session import transaction
from shared.errors import Refused, not_found
from shared.judging import found
from shared.repeat import Sleutel
from shared.rules import explain
from shared.security import Caller, caller
from shared.standard.catalogue import message_of
from shared.standard.level1 import MAX_BYTES
from shared.web import following

router = APIRouter(tags=["berichten"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Insider = Annotated[Caller, Security(caller, scopes=["inzien"])]
Sender = Annotated[Caller, Security(caller, scopes=["uitwisselen"])]
BerichtId = Annotated[UUID, Path(description="Kenmerk van het bericht")]


class Bericht(Model):
    """Een bericht dat is ontvangen of verstuurd."""

    id: Id = Field(description="Kenmerk van het bericht in deze installatie")
    richting: str = Field(description="inkomend of uitgaand")
    standaard: str = Field(description="ijw of iwmo")
    berichtsoort: str = Field(description="Naam van het bericht, bijvoorbeeld JW323")
    omschrijving: str = Field(description="Wat voor bericht het is")
    tegenpartij: str = Field(description="Code van de andere organisatie")
    identificatie: str = Field(description="Identificatie in de Header")
    dagtekening: date = Field(description="Dagtekening in de Header")
    status: str = Field(
        description="ontvangen, gecontroleerd, klaar, afgeleverd, goedgekeurd, afgekeurd of mislukt (niet bezorgd)"
    )
    aangemaakt: datetime = Field(description="Moment van opslaan")
    antwoord_op: Id | None = Field(description="Het bericht waarop dit het antwoord is")
    bevindingen: list[Bevinding] = Field(description="Wat er mis is; leeg in een lijst")


class Berichten(Model):
    """Een bladzijde berichten, de nieuwste eerst."""

    berichten: list[Bericht] = Field(description="De berichten")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")


class Ontvangst(Model):
    """Bevestiging dat een bericht is aangenomen; de beoordeling volgt."""

    id: Id = Field(description="Kenmerk van het bericht in deze installatie")


class Controle(Model):
    """Uitkomst van een controle zonder bewaren."""

    berichtsoort: str = Field(description="Naam van het bericht; leeg als het niet herkend is")
    geldig: bool = Field(description="Waar als er op niveau 1 en 2 niets mis is")
    bevindingen: list[Bevinding] = Field(description="Alles wat er mis is")


async def xml_body(request: Request) -> bytes:
    """The body, read up to the limit. Raises Refused (413, 415)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in ("application/xml", "text/xml"):
        raise Refused(415, "Verkeerde inhoudssoort", detail="Verstuur het bericht als application/xml.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(413, "Het bericht is groter dan 25 MB", detail="Verdeel de inhoud over meer berichten.")
    return bytes(body)


Xml = Annotated[bytes, Depends(xml_body)]
_XML_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}
}
_XML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/xml": {"schema": {"type": "string"}}}, "description": "De XML"}
}


@router.post("/berichten", status_code=202, openapi_extra=_XML_BODY, summary="Lever een bericht aan")
def post_bericht(
    who: Sender,
    body: Xml,
    response: Response,
    sleutel: Sleutel = None,
) -> Ontvangst:
    """Level 1 at once (422 with every finding), everything else afterwards: see `status` and `/antwoord`."""
    with transaction(who) as session:
        bericht = flows.bring(session, body, sleutel, who.organisatie)
    response.headers["Location"] = f"/v1/berichten/{bericht}"
    return Ontvangst(id=bericht)


@router.get("/berichten", summary="Lijst van berichten")
def get_berichten(
    who: Reader,
    request: Request,
    richting: Annotated[str | None, Query(pattern="^(inkomend|uitgaand)$", description="Richting")] = None,
    berichtsoort: Annotated[str | None, Query(pattern="^3[0-9]{2}$", description="Nummer, zoals 323")] = None,
    status: Annotated[str | None, Query(pattern="^[a-z]+$", description="Status")] = None,
    organisatie: Annotated[Organisatiecode | None, Query(description="Code van de andere organisatie")] = None,
    na: Annotated[Volgnummer | None, Query(description="Verder na dit volgnummer (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Hoeveel berichten")] = 50,
) -> Berichten:
    """The messages of the caller's own organisation, newest first."""
    wanted = queries.Filter(richting, berichtsoort, status, organisatie, na, limit)
    with transaction(who) as session:
        rows = queries.listed(session, who.organisatie, wanted)
    more = following(request, rows, limit, attrgetter("volgorde"))
    return Berichten(berichten=[_bericht(row, []) for row in rows[:limit]], volgende=more)


@router.get("/berichten/{id}", summary="Eén bericht met zijn bevindingen")
def get_bericht(id: BerichtId, who: Reader) -> Bericht:  # noqa: A002
    """A message of the caller's own organisation, with everything that was found in it."""
    with transaction(who) as session:
        row = queries.own(session, who.organisatie, id)
        findings = found(session, id)
    explained = explain(ledger.document_of(row), findings) if findings else []
    return _bericht(row, [Bevinding(**asdict(finding)) for finding in explained])


@router.get("/berichten/{id}/xml", response_class=Response, responses=_XML, summary="De XML van een bericht")
def get_xml(id: BerichtId, who: Insider) -> Response:  # noqa: A002
    """The exact bytes."""
    with transaction(who) as session:
        return _xml(session, queries.own(session, who.organisatie, id))


@router.get("/berichten/{id}/antwoord", response_class=Response, responses=_XML, summary="Het antwoord")
def get_antwoord(id: BerichtId, who: Insider) -> Response:  # noqa: A002
    """The exact bytes of the return message; 404 as long as there is none."""
    with transaction(who) as session:
        queries.own(session, who.organisatie, id)
        row = queries.answer_of(session, id)
        if row is None:
            raise not_found("Antwoord")
        return _xml(session, row)


def _xml(session: Session, row: Row[Any]) -> Response:
    document = ledger.document_of(row)
    audit.note(session, "bericht ingezien", row.id, people.pseudonyms(row.eigenaar, document).values())
    return Response(ledger.xml_of(row, row.eigenaar), media_type="application/xml")


@router.post("/controles", openapi_extra=_XML_BODY, summary="Controleer een bericht zonder het te bewaren")
def post_controle(who: Reader, body: Xml) -> Controle:
    """All findings of level 1 and, when that holds, of level 2."""
    verdict = inspect(body, settings().xsd_dir)
    bevindingen = [Bevinding(**asdict(finding)) for finding in verdict.bevindingen]
    return Controle(berichtsoort=verdict.berichtsoort, geldig=not bevindingen, bevindingen=bevindingen)


def _bericht(row: Row[Any], findings: list[Bevinding]) -> Bericht:
    message = message_of(row.standaard, row.soort)
    return Bericht(
        id=row.id,
        richting=row.richting,
        standaard=row.standaard,
        berichtsoort=message.name,
        omschrijving=message.omschrijving,
        tegenpartij=row.tegenpartij,
        identificatie=row.identificatie,
        dagtekening=row.dagtekening,
        status=row.status,
        aangemaakt=row.aangemaakt,
        antwoord_op=row.antwoord_op,
        bevindingen=findings,
    )
