"""What one person prepares and another approves, over HTTP: allocations, what is done with them, granted requests."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, Security
from sqlalchemy import Row

from services.allocation.voorstellen import flows, queries
from services.allocation.voorstellen.models import NieuwVoorstel, Voorstel, Voorstellen
from shared.calendar import system_clock
from shared.db import people
from shared.db.session import transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, gemeente

router = APIRouter(tags=["toewijzen"])
Reader = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Inziener = Annotated[Caller, Security(gemeente, scopes=["inzien"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Goedkeurder = Annotated[Caller, Security(gemeente, scopes=["goedkeuren"])]
VoorstelId = Annotated[UUID, Path(description="Kenmerk van het voorstel")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Hoeveel")]


@router.post("/toewijzingsvoorstellen", status_code=201, summary="Zet klaar wat een tweede persoon goedkeurt")
def post_voorstel(body: NieuwVoorstel, who: Toewijzer, response: Response, sleutel: Sleutel = None) -> Voorstel:
    """Checked now, kept sealed, and sent when another person approves it."""

    def make() -> Voorstel:
        key, warnings = flows.prepare(session, who, body, system_clock())
        return _voorstel(queries.proposal(session, who.organisatie, key), who, warnings)

    with transaction(who) as session:
        made = once(session, sleutel, ("toewijzingsvoorstellen", body), make, Voorstel)
    response.headers["Location"] = f"/v1/toewijzingsvoorstellen/{made.id}"
    return made


@router.get("/toewijzingsvoorstellen", summary="Voorstellen")
def get_voorstellen(
    who: Reader,
    limit: Limit = 100,
    wacht: Annotated[bool, Query(description="Alleen wat nog wacht")] = False,
) -> Voorstellen:
    """Newest first."""
    with transaction(who) as session:
        rows = queries.proposals(session, who.organisatie, wacht=wacht, limiet=limit)
    return Voorstellen(toewijzingsvoorstellen=[_voorstel(row, who) for row in rows])


@router.get("/toewijzingsvoorstellen/{id}", summary="Eén voorstel met zijn inhoud")
def get_voorstel(id: VoorstelId, who: Inziener) -> Voorstel:  # noqa: A002
    """All that is asked, as long as it waits."""
    with transaction(who) as session:
        row = queries.proposal(session, who.organisatie, id)
    return _voorstel(row, who).model_copy(update={"inhoud": flows.content(row)})


@router.post("/toewijzingsvoorstellen/{id}/goedkeuring", summary="Keur een voorstel goed")
def post_goedkeuring(id: VoorstelId, who: Goedkeurder) -> Voorstel:  # noqa: A002
    """Another than who prepared it; it is checked again and sent."""
    with transaction(who) as session:
        warnings = flows.approve(session, who, id, system_clock())
        return _voorstel(queries.proposal(session, who.organisatie, id), who, warnings)


@router.post("/toewijzingsvoorstellen/{id}/afwijzing", summary="Wijs een voorstel af")
def post_afwijzing(id: VoorstelId, who: Toewijzer) -> Voorstel:  # noqa: A002
    """Also by who prepared it: then it is withdrawn."""
    with transaction(who) as session:
        flows.reject(session, who, id, system_clock())
        return _voorstel(queries.proposal(session, who.organisatie, id), who)


def _voorstel(row: Row[Any], who: Caller, warnings: Sequence[str] = ()) -> Voorstel:
    own = Voorstel.model_fields.keys() - {"inhoud", "waarschuwingen"}
    told = {name: getattr(row, name) for name in own} | {"waarschuwingen": list(warnings)}
    return Voorstel(**told | {"bsn": people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten)})
