"""Steps over many allocations over HTTP: the end of a contract, a conversion, a redivision; each reviewed first."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, Security
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation.inkoop.models import Contractnummer
from services.allocation.levensloop import contracten, herindelen, omzetten, reeksen, uitvoeren
from services.allocation.levensloop.reeksmodellen import (
    Beeindiging,
    Contracteinde,
    Herindelingsexport,
    Lopend,
    NieuweHerindeling,
    NieuweOmzetting,
    Omzettingen,
    Overgedragen,
    VolledigeOmzetting,
)
from services.allocation.tonen import identity
from shared.calendar import system_clock, vandaag
from shared.contracts import Datum
from shared.db import audit, people
from shared.db.session import transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, gemeente

router = APIRouter(tags=["omzettingen"])
Reader = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Inziener = Annotated[Caller, Security(gemeente, scopes=["inzien"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Goedkeurder = Annotated[Caller, Security(gemeente, scopes=["goedkeuren"])]
Beheerder = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
Nummer = Annotated[Contractnummer, Path(description="Nummer van het contract")]
PlanId = Annotated[UUID, Path(description="Kenmerk van het plan")]
Na = Annotated[int, Query(ge=0, le=999_999, description="Verder na dit volgnummer")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Hoeveel")]


@router.post("/contracten/{nummer}/beeindiging", status_code=201, summary="Beëindig een contract")
def post_beeindiging(nummer: Nummer, body: Beeindiging, who: Beheerder, sleutel: Sleutel = None) -> Contracteinde:
    """No new care from a day on; what runs is finished, or ended after a colleague approved the plan."""

    def make() -> Contracteinde:
        made = contracten.finish(session, who, nummer, body)
        return _contracteinde(session, who, nummer, body.datum).model_copy(update={"omzetting": made})

    with transaction(who) as session:
        return once(session, sleutel, (f"contracten/{nummer}/beeindiging", body), make, Contracteinde)


@router.get("/contracten/{nummer}/beeindiging", summary="Wat er na een dag doorloopt")
def get_beeindiging(
    nummer: Nummer, who: Reader, na: Annotated[Datum | None, Query(description="De dag waarna; leeg: vandaag")] = None
) -> Contracteinde:
    """The allocations under a contract that run on after a day."""
    with transaction(who) as session:
        return _contracteinde(session, who, nummer, na or vandaag())


def _contracteinde(session: Session, who: Caller, nummer: str, na: date) -> Contracteinde:
    row = contracten.contract(session, who.organisatie, nummer)
    rows = contracten.running_on(session, row, na)
    audit.note(session, "lopende toewijzingen van contract ingezien", nummer, [found.bsn for found in rows])
    lopend = [_lopend(session, found, who) for found in rows]
    return Contracteinde(nummer=nummer, instroom_tot=row.instroom_tot, einddatum=row.einddatum, lopend=lopend)


def _lopend(session: Session, row: Row[Any], who: Caller) -> Lopend:
    bsn = people.bsn_of(session, row.eigenaar, row.bsn)
    same = ("product_categorie", "product_code", "einddatum", "waarde")
    return Lopend(
        **{name: getattr(row, name) for name in same},
        toewijzing=identity(row),
        bsn=bsn if "inzien" in who.rechten else "*" * 6 + bsn[-3:],
    )


@router.post("/omzettingen", status_code=201, summary="Plan een omzetting naar een nieuw model")
def post_omzetting(
    body: NieuweOmzetting, who: Toewijzer, response: Response, sleutel: Sleutel = None
) -> VolledigeOmzetting:
    """A line for each running allocation, with what is against it; nothing is sent before a colleague approves."""

    def make() -> VolledigeOmzetting:
        return reeksen.full(session, who, omzetten.plan(session, who, body))

    with transaction(who) as session:
        made = once(session, sleutel, ("omzettingen", body), make, VolledigeOmzetting)
    response.headers["Location"] = f"/v1/omzettingen/{made.id}"
    return made


@router.get("/omzettingen", summary="Plannen")
def get_omzettingen(who: Reader, limit: Limit = 100) -> Omzettingen:
    """Conversions, ends of contracts and redivisions, newest first."""
    with transaction(who) as session:
        return Omzettingen(omzettingen=reeksen.listed(session, who.organisatie, limit))


@router.get("/omzettingen/{id}", summary="Eén plan met zijn regels")
def get_omzetting(id: PlanId, who: Reader, na: Na = 0, limit: Limit = 1000) -> VolledigeOmzetting:  # noqa: A002
    """How far each allocation is: planned, sent, accepted, refused and why."""
    with transaction(who) as session:
        return reeksen.full(session, who, id, na, limit)


@router.post("/omzettingen/{id}/goedkeuring", summary="Keur een plan goed")
def post_goedkeuring(id: PlanId, who: Goedkeurder) -> VolledigeOmzetting:  # noqa: A002
    """Another than who made it; from then on a job for each client sends the 301."""
    with transaction(who) as session:
        uitvoeren.approve(session, who, id, system_clock())
        return reeksen.full(session, who, id)


@router.post("/herindelingen", status_code=201, summary="Plan een gemeentelijke herindeling")
def post_herindeling(body: NieuweHerindeling, who: Toewijzer, sleutel: Sleutel = None) -> VolledigeOmzetting:
    """Asked for by the new municipality and approved by the old one; or, when the new one is elsewhere, by the old."""

    def make() -> VolledigeOmzetting:
        return reeksen.full(session, who, herindelen.plan(session, who, body))

    with transaction(who) as session:
        return once(session, sleutel, ("herindelingen", body), make, VolledigeOmzetting)


@router.get("/herindelingen/{id}/export", summary="Wat de nieuwe gemeente elders vaststelt")
def get_export(id: PlanId, who: Inziener) -> Herindelingsexport:  # noqa: A002
    """Of each allocation the client, the provider and what goes on."""
    with transaction(who) as session:
        rows = herindelen.export(session, who.organisatie, id)
    return Herindelingsexport(toewijzingen=[Overgedragen(**row) for row in rows])
