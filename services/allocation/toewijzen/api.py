"""Allocating by two persons, from which amount, and personal budgets, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Security
from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert

from services.allocation.toewijzen import pgb as budgets
from services.allocation.toewijzen import queries
from services.allocation.toewijzen.models import (
    NieuwPgb,
    Pgb,
    Pgbeinde,
    Pgbs,
    Toewijsgrens,
    Toewijsgrenzen,
)
from shared.db import people
from shared.db import toewijzen as tt
from shared.db.session import transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, gemeente

router = APIRouter(tags=["toewijzen"])
Reader = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Inziener = Annotated[Caller, Security(gemeente, scopes=["inzien"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Goedkeurder = Annotated[Caller, Security(gemeente, scopes=["goedkeuren"])]
Beheerder = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
PgbId = Annotated[UUID, Path(description="Kenmerk van het pgb")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Hoeveel")]


@router.put("/toewijsgrenzen", summary="Vanaf welk bedrag twee personen toewijzen")
def put_toewijsgrens(body: Toewijsgrens, who: Beheerder) -> Toewijsgrens:
    """Per law; what commits this amount or more waits for a second person."""
    with transaction(who) as session:
        values = {"eigenaar": who.organisatie, "standaard": body.standaard, "bedrag": body.bedrag}
        statement = insert(tt.toewijsgrens).values(values)
        key = ["eigenaar", "standaard"]
        session.execute(statement.on_conflict_do_update(index_elements=key, set_={"bedrag": body.bedrag}))
    return body


@router.get("/toewijsgrenzen", summary="De grenzen")
def get_toewijsgrenzen(who: Reader) -> Toewijsgrenzen:
    """Per law; without one no second person is asked."""
    with transaction(who) as session:
        rows = queries.limits(session, who.organisatie)
    return Toewijsgrenzen(toewijsgrenzen=[Toewijsgrens.of(row) for row in rows])


@router.post("/pgbs", status_code=201, summary="Leg een pgb vast")
def post_pgb(body: NieuwPgb, who: Toewijzer, sleutel: Sleutel = None) -> Pgb:
    """From then on there is no allocation of the same product (OP043)."""

    def make() -> Pgb:
        row = budgets.keep(session, who.organisatie, body)
        return Pgb(**{**_own(row), "bsn": body.bsn if "inzien" in who.rechten else "*" * 6 + body.bsn[-3:]})

    with transaction(who) as session:
        return once(session, sleutel, ("pgbs", body), make, Pgb)


@router.post("/pgbs/{id}/beeindiging", summary="Beëindig een pgb, of neem het terug")
def post_beeindiging(id: PgbId, body: Pgbeinde, who: Toewijzer, sleutel: Sleutel = None) -> Pgb:  # noqa: A002
    """An earlier last day; one before the first day takes it back altogether."""

    def make() -> Pgb:
        row, gone = budgets.end(session, who.organisatie, id, body.einddatum)
        told = {"bsn": _shown(row, who), "einddatum": body.einddatum, "vervallen": gone}
        return Pgb(**_own(row) | told)

    with transaction(who) as session:
        return once(session, sleutel, (f"pgbs/{id}/beeindiging", body), make, Pgb)


@router.get("/pgbs", summary="Persoonsgebonden budgetten")
def get_pgbs(who: Reader, limit: Limit = 100) -> Pgbs:
    """Latest first."""
    with transaction(who) as session:
        rows = queries.pgbs(session, who.organisatie, limit)
    return Pgbs(pgbs=[Pgb(**{**_own(row), "bsn": _shown(row, who)}) for row in rows])


def _own(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Pgb.model_fields if name != "vervallen"}


def _shown(row: Row[Any], who: Caller) -> str:
    return people.shown(row.verzegeld, row.eigenaar, whole="inzien" in who.rechten)
