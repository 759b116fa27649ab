"""The HTTP API of terms: what is due, what was raised of it, and days off."""

from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, Security
from sqlalchemy import Row

from services.allocation.termijnen import queries, signalen, vrij
from services.allocation.termijnen.models import (
    Feestdag,
    Signaal,
    Signalen,
    Soort,
    Status,
    Termijn,
    Termijnen,
    VrijeDag,
    VrijeDagen,
)
from shared.calendar import FEESTDAGEN, vandaag
from shared.contracts import Datum, Organisatiecode
from shared.db.session import transaction
from shared.db.vrij import own_days
from shared.security import Caller, caller
from shared.termen import TERMEN
from shared.web import following

router = APIRouter(tags=["termijnen"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Beheerder = Annotated[Caller, Security(caller, scopes=["beheren"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="Hoeveel")]


@router.get("/termijnen", summary="Wat wanneer moet gebeuren, en wat te laat is")
def get_termijnen(
    who: Reader,
    request: Request,
    soort: Annotated[Soort | None, Query(description="Code van de termijn")] = None,
    status: Annotated[Status | None, Query(description="te-laat, nadert of open")] = None,
    partij: Annotated[Organisatiecode | None, Query(description="Wie aan zet is, of de andere partij")] = None,
    gedaan: Annotated[
        bool, Query(description="Wat te laat is gedaan (starts en stops), in plaats van wat loopt")
    ] = False,
    na: Annotated[str | None, Query(pattern=r"^[0-9_a-z/-]{14,120}$", description="Verder na (zie volgende)")] = None,
    limit: Limit = 100,
) -> Termijnen:
    """What is open, or what was done too late in the last three years; what was done in time is not told any more."""
    wanted = queries.Filter(soort, status, partij, queries.place(na), limit, gedaan)
    with transaction(who) as session:
        dag = queries.today(session, who.organisatie, vandaag())
        rows = queries.listed(session, dag, wanted)
    more = following(request, rows, limit, queries.place_of)
    return Termijnen(termijnen=[_termijn(dag, row) for row in rows[:limit]], volgende=more)


def _termijn(dag: queries.Dag, row: Row[Any]) -> Termijn:
    term = TERMEN[row.code]
    return Termijn(
        termijn=term.code,
        grondslag=term.grondslag,
        omschrijving=term.omschrijving,
        standaard=row.standaard,
        tegenpartij=row.tegenpartij,
        wie=row.wie,
        sinds=row.sinds,
        uiterlijk=dag.last_day(term, row),
        status=row.status,
        gedaan_op=row.gedaan,
        werkdagen_te_laat=dag.late(term, row),
        bericht=row.bericht,
        toewijzing=row.object.partition("/")[0] if row.toewijzing_nummer is not None else None,
        volgnummer=row.volgnummer,
    )


@router.get("/signalen", summary="Termijnen die naderen of voorbij zijn")
def get_signalen(
    who: Reader,
    request: Request,
    gezien: Annotated[bool | None, Query(description="Alleen wat wel of niet gezien is")] = None,
    na: Annotated[UUID | None, Query(description="Verder na dit signaal (zie volgende)")] = None,
    limit: Limit = 100,
) -> Signalen:
    """As the periodic job raised them; a term that ended by now is told until it runs again."""
    with transaction(who) as session:
        rows = signalen.listed(session, who.organisatie, seen=gezien, na=na, limit=limit)
    more = following(request, rows, limit, attrgetter("id"))
    return Signalen(signalen=[_signaal(row) for row in rows[:limit]], volgende=more)


@router.post("/signalen/{id}/gezien", summary="Meld dat u een signaal heeft gezien")
def post_gezien(id: Annotated[UUID, Path(description="Kenmerk van het signaal")], who: Reader) -> Signaal:  # noqa: A002
    """Who saw it first stays; the term runs on."""
    with transaction(who) as session:
        return _signaal(signalen.see(session, who.organisatie, id, who.wie))


def _signaal(row: Row[Any]) -> Signaal:
    known = {name: getattr(row, name) for name in Signaal.model_fields if name != "omschrijving"}
    return Signaal(**known, omschrijving=TERMEN[row.termijn].omschrijving)


@router.get("/vrije-dagen", summary="Vrije dagen")
def get_vrije_dagen(who: Reader) -> VrijeDagen:
    """Public holidays, and what the organisation itself says of days."""
    with transaction(who) as session:
        rows = own_days(session, who.organisatie)
    public = [Feestdag(datum=day, naam=name) for day, name in FEESTDAGEN.items()]
    return VrijeDagen(vrije_dagen=[VrijeDag.of(row) for row in rows], feestdagen=public)


@router.put("/vrije-dagen", summary="Leg een vrije dag vast, of een feestdag waarop u werkt")
def put_vrije_dag(body: VrijeDag, who: Beheerder) -> VrijeDag:
    """No working day from now on, or one after all, in any term that runs."""
    with transaction(who) as session:
        vrij.keep_day(session, who.organisatie, body.datum, body.omschrijving, werkdag=body.werkdag)
    return body


@router.delete("/vrije-dagen/{datum}", status_code=204, summary="Trek een vrije dag in")
def delete_vrije_dag(datum: Annotated[Datum, Path(description="De dag")], who: Beheerder) -> Response:
    """What it is for everybody again."""
    with transaction(who) as session:
        vrij.end_day_off(session, who.organisatie, datum)
    return Response(status_code=204)
