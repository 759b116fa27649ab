"""Local rules and the lines that wait for a person, over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, Security
from sqlalchemy import Row

from services.billing.lokaal import flows, judging, queries
from services.billing.lokaal.models import (
    Antwoord,
    Einde,
    NieuweRegel,
    Proef,
    Regel,
    Regels,
    Uitslag,
    Vraag,
    Vragen,
)
from shared.calendar import add_working_days, system_clock, vandaag
from shared.db.session import transaction
from shared.db.vrij import days_off
from shared.repeat import Sleutel, once
from shared.security import Caller, gemeente

router = APIRouter(tags=["lokale regels"])
Reader = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Beheerder = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
Goedkeurder = Annotated[Caller, Security(gemeente, scopes=["goedkeuren"])]
Beoordelaar = Annotated[Caller, Security(gemeente, scopes=["beoordelen"])]
RegelId = Annotated[UUID, Path(description="Kenmerk van de regel")]
NEAR = 3
"""Working days before the last one from which a question is marked as urgent."""


@router.post("/lokale-regels", status_code=201, summary="Leg een eigen regel vast")
def post_regel(body: NieuweRegel, who: Beheerder, response: Response, sleutel: Sleutel = None) -> Regel:
    """Not used until it is switched on; refused when it goes against the standard."""

    def make() -> Regel:
        key = flows.keep(session, who, body)
        return Regel.of(queries.rule(session, who.organisatie, key))

    with transaction(who) as session:
        made = once(session, sleutel, ("lokale-regels", body), make, Regel)
    response.headers["Location"] = f"/v1/lokale-regels/{made.id}"
    return made


@router.get("/lokale-regels", summary="Eigen regels")
def get_regels(who: Reader) -> Regels:
    """All of them, in use or not."""
    with transaction(who) as session:
        return Regels(lokale_regels=[Regel.of(row) for row in queries.rules(session, who.organisatie)])


@router.post("/lokale-regels/{id}/proef", summary="Beproef een regel op eerdere declaraties")
def post_proef(id: RegelId, body: Proef, who: Beheerder) -> Uitslag:  # noqa: A002
    """What it would have found; nothing changes."""
    with transaction(who) as session:
        return flows.replay(session, who, id, body)


@router.post("/lokale-regels/{id}/aanzetten", summary="Gebruik een regel van nu af aan")
def post_aan(id: RegelId, who: Goedkeurder) -> Regel:  # noqa: A002
    """For the declaraties that are judged from now on."""
    with transaction(who) as session:
        flows.switch_on(session, who, id, system_clock(), vandaag())
        return Regel.of(queries.rule(session, who.organisatie, id))


@router.post("/lokale-regels/{id}/einde", summary="Beëindig een regel")
def post_einde(id: RegelId, body: Einde, who: Beheerder) -> Regel:  # noqa: A002
    """The last day of the product periods that it looks at: today or later, and no later than it was."""
    with transaction(who) as session:
        flows.end(session, who, id, body.einddatum, vandaag())
        return Regel.of(queries.rule(session, who.organisatie, id))


@router.get("/vragen", summary="Regels die op een persoon wachten")
def get_vragen(
    who: Reader,
    wacht: Annotated[bool, Query(description="Alleen wat nog wacht")] = True,
    limit: Annotated[int, Query(ge=1, le=1000, description="Hoeveel")] = 100,
) -> Vragen:
    """The most urgent first; after the last day a line is granted and the answer goes out."""
    with transaction(who) as session:
        rows = queries.questions(session, who.organisatie, wacht=wacht, limit=limit)
        near = add_working_days(vandaag(), NEAR, days_off(session, who.organisatie))
    return Vragen(vragen=[_vraag(row, near) for row in rows])


@router.post("/vragen/antwoorden", summary="Beslis over een regel")
def post_antwoord(body: Antwoord, who: Beoordelaar) -> Antwoord:
    """With the last decision on a declaratie its answer goes out."""
    with transaction(who) as session:
        flows.decide(session, who, body, system_clock())
    return body


def _vraag(row: Row[Any], near: date) -> Vraag:
    told = {
        "regel": row.volgnummer,
        "lokale_regel": row.naam,
        "grens": judging.limit(row),
        "aanbieder": row.tegenpartij,
        "nadert": row.uitkomst is None and row.uiterlijk <= near,
    }
    same = {name: getattr(row, name) for name in Vraag.model_fields if name not in told}
    return Vraag(**same | told)
