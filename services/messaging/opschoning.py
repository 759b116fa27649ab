"""The HTTP API of retention: terms, a proposal by one person, the approval of another."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Security
from pydantic import Field
from sqlalchemy import Row

from services.messaging import bewaren
from shared.calendar import vandaag
from shared.contracts import CARRIED, Id, Model, Standaard
from shared.db.session import transaction
from shared.security import Caller, caller

router = APIRouter(tags=["bewaren"])
Beheerder = Annotated[Caller, Security(caller, scopes=["beheren"])]
Goedkeurder = Annotated[Caller, Security(caller, scopes=["goedkeuren"])]
ZaakId = Annotated[UUID, Path(description="Kenmerk van het voorstel")]


class Bewaartermijn(Model):
    """Hoe lang berichten onder een wet bewaard blijven na de laatste gebeurtenis rond de personen erin."""

    standaard: Standaard = Field(description="ijw of iwmo")
    jaren: int = Field(ge=1, le=100, description="Jaren")
    grondslag: Annotated[str, Field(min_length=1, max_length=300, description="Waarom zo lang"), CARRIED]


class Bewaartermijnen(Model):
    """De termijnen die gelden."""

    bewaartermijnen: list[Bewaartermijn] = Field(description="Per wet")


class Opschoning(Model):
    """Een voorstel om berichten te verwijderen, en wat ervan werd."""

    id: Id = Field(description="Kenmerk")
    berichten: int = Field(description="Hoeveel berichten")
    tot_ijw: date = Field(description="Niets van na deze dag gaat weg (Jeugdwet)")
    tot_iwmo: date = Field(description="Niets van na deze dag gaat weg (Wmo)")
    voorgesteld_op: datetime = Field(description="Moment van het voorstel")
    uitgevoerd_op: datetime | None = Field(description="Moment van verwijderen; leeg zolang niemand het goedkeurde")


@router.get("/bewaartermijnen", summary="Bewaartermijnen")
def get_bewaartermijnen(who: Beheerder) -> Bewaartermijnen:
    """Of the organisation itself, or the defaults."""
    with transaction(who) as session:
        found = bewaren.terms(session, who.organisatie)
    return Bewaartermijnen(
        bewaartermijnen=[
            Bewaartermijn.model_validate({"standaard": law, "jaren": years, "grondslag": ground})
            for law, (years, ground) in found.items()
        ]
    )


@router.put("/bewaartermijnen", summary="Stel een bewaartermijn in")
def put_bewaartermijn(body: Bewaartermijn, who: Beheerder) -> Bewaartermijn:
    """In place of the default of that law."""
    with transaction(who) as session:
        bewaren.keep_term(session, who.organisatie, body.standaard, body.jaren, body.grondslag)
    return body


@router.post("/opschoningen", status_code=201, summary="Stel voor om te verwijderen wat lang genoeg is bewaard")
def post_opschoning(who: Beheerder) -> Opschoning:
    """Deletes nothing yet: somebody else has to approve."""
    with transaction(who) as session:
        return _opschoning(bewaren.propose(session, who.organisatie, who.kenmerk, vandaag()))


@router.get("/opschoningen/{id}", summary="Eén voorstel")
def get_opschoning(id: ZaakId, who: Beheerder) -> Opschoning:  # noqa: A002
    """What it would delete, or deleted."""
    with transaction(who) as session:
        return _opschoning(bewaren.get(session, who.organisatie, id))


@router.post("/opschoningen/{id}/goedkeuring", summary="Keur een voorstel goed en verwijder")
def post_goedkeuring(id: ZaakId, who: Goedkeurder) -> Opschoning:  # noqa: A002
    """By somebody else than who proposed it; deletes at once, all of it or nothing."""
    with transaction(who) as session:
        return _opschoning(bewaren.carry_out(session, who.organisatie, id, who.kenmerk))


def _opschoning(row: Row[Any]) -> Opschoning:
    return Opschoning(
        id=row.id,
        berichten=len(row.berichten),
        tot_ijw=row.tot_ijw,
        tot_iwmo=row.tot_iwmo,
        voorgesteld_op=row.voorgesteld_op,
        uitgevoerd_op=row.uitgevoerd_op,
    )
