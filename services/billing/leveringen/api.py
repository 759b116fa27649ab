"""The HTTP API of deliveries and of declaring them."""

from hashlib import sha256
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security
from sqlalchemy import func

from services.billing.leveringen import declaring, recording, repairing, standing
from services.billing.leveringen.models import (
    MOST_ROWS,
    Bestand,
    Controle,
    Herstel,
    HerstelVerzoek,
    Levering,
    Leveringen,
    NieuweDeclaratie,
    Samengesteld,
    Vastgelegd,
    VastgelegdeLevering,
    Verrichting,
    Verrichtingen,
)
from shared import spreadsheet
from shared.calendar import vandaag
from shared.contracts import Gemeentecode, Maand, Standaard
from shared.db import tables as t
from shared.db.session import transaction
from shared.errors import Refused
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder
from shared.web import following

router = APIRouter(tags=["leveringen"])
Lezer = Annotated[Caller, Security(aanbieder, scopes=["lezen"])]
Leverancier = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]
Declarant = Annotated[Caller, Security(aanbieder, scopes=["declareren"])]
MOST_BYTES = 1_000_000


async def _csv_body(request: Request) -> bytes:
    """The body, read up to the limit. Raises Refused (413, 415)."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "text/csv":
        raise Refused(415, "Verkeerde inhoudssoort", detail="Verstuur het bestand als text/csv, in UTF-8.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(413, "Het bestand is groter dan 1 MB", detail="Verdeel de rijen over meer bestanden.")
    return bytes(body)


_CSV: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "toewijzing;kenmerk;datum;volume;eenheid\n0193-iwmo-12;A-1;2025-10-07;90;01\n",
            }
        },
    }
}


@router.post("/leveringen", status_code=201, summary="Leg vast wat er in een maand is geleverd")
def post_levering(body: Levering, who: Leverancier, sleutel: Sleutel = None) -> VastgelegdeLevering:
    """What was delivered on an allocation in a month; the same month again replaces it."""

    def make() -> VastgelegdeLevering:
        return recording.vastgelegd(recording.deliver(session, who.organisatie, body))

    with transaction(who) as session:
        return once(session, sleutel, ("leveringen", body), make, VastgelegdeLevering)


@router.post("/verrichtingen", status_code=201, summary="Leg verrichtingen vast")
def post_verrichtingen(body: Verrichtingen, who: Leverancier, sleutel: Sleutel = None) -> Vastgelegd:
    """All of them or none; a known `kenmerk` replaces what it was. The sum of a month's entries is its volume."""

    def make() -> Vastgelegd:
        places = [f"/body/verrichtingen/{number}" for number in range(len(body.verrichtingen))]
        rows = recording.enter(session, who.organisatie, body.verrichtingen, places)
        return _vastgelegd(len(places), rows)

    with transaction(who) as session:
        return once(session, sleutel, ("verrichtingen", body), make, Vastgelegd)


@router.post("/leveringen/import", status_code=201, openapi_extra=_CSV, summary="Leg verrichtingen vast uit een CSV")
def post_import(who: Leverancier, inhoud: Annotated[bytes, Depends(_csv_body)], sleutel: Sleutel = None) -> Vastgelegd:
    """A row an entry, by `;` or `,`, with a header. Columns: toewijzing, kenmerk, datum (jjjj-mm-dd), volume; and when
    they are needed eenheid, in_uren (true or false), product_categorie, product_code. At most 10,000 rows and 1 MB.

    All of it or nothing: faults name the row (the header is row 1) and the column.
    """
    found = spreadsheet.read(inhoud, Verrichting)
    if len(found) > MOST_ROWS:
        raise spreadsheet.refuse("TE_GROOT", f"Het bestand heeft meer dan {MOST_ROWS} rijen. Splits het.")

    def make() -> Vastgelegd:
        places = [f"/regel {number}" for number, _ in found]
        return _vastgelegd(len(found), recording.enter(session, who.organisatie, [item for _, item in found], places))

    asked = Bestand(vingerafdruk=sha256(inhoud).hexdigest())
    with transaction(who) as session:
        return once(session, sleutel, ("leveringen/import", asked), make, Vastgelegd)


def _vastgelegd(count: int, rows: list[Any]) -> Vastgelegd:
    return Vastgelegd(verrichtingen=count, leveringen=[recording.vastgelegd(row) for row in rows])


@router.get("/leveringen", summary="Leveringen, en wat ervan is geworden")
def get_leveringen(
    who: Lezer,
    request: Request,
    maand: Annotated[Maand | None, Query(description="Alleen deze maand")] = None,
    standaard: Annotated[Standaard | None, Query(description="Alleen deze wet: ijw of iwmo")] = None,
    gemeente: Annotated[Gemeentecode | None, Query(description="Alleen voor deze gemeente")] = None,
    na: Annotated[UUID | None, Query(description="Verder na deze levering (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Hoeveel leveringen")] = 50,
) -> Leveringen:
    """Each month of an allocation with its state, the newest month first."""
    row = t.levering.c
    where = row.eigenaar == who.organisatie
    where = where & (func.to_char(row.begindatum, "YYYY-MM") == maand) if maand else where
    where = where & (row.standaard == standaard) if standaard else where
    where = where & (row.tegenpartij == gemeente) if gemeente else where
    with transaction(who) as session:
        found = standing.listed(session, where, na, limit)
    return Leveringen(leveringen=found[:limit], volgende=following(request, found, limit, attrgetter("id")))


@router.post("/declaraties", status_code=202, summary="Verstuur de declaratie van een maand", tags=["declaraties"])
def post_declaratie(
    body: NieuweDeclaratie, who: Declarant, response: Response, sleutel: Sleutel = None
) -> Samengesteld:
    """Composes the 323 from the deliveries: new debits, and credit plus debit where something changed.

    A line that the municipality would refuse holds back all of it; each is named with its reason and next step.
    """

    def make() -> Samengesteld:
        return declaring.declare(session, who.organisatie, body, vandaag())

    with transaction(who) as session:
        made = once(session, sleutel, ("declaraties", body), make, Samengesteld)
    response.headers["Location"] = f"/v1/declaraties/{made.bericht}"
    return made


@router.post("/declaraties/controle", summary="Controleer de declaratie van een maand", tags=["declaraties"])
def post_controle(body: NieuweDeclaratie, who: Declarant) -> Controle:
    """What POST /v1/declaraties would send now, judged on all levels against your own ledger; nothing is sent."""
    with transaction(who) as session:
        return declaring.check(session, who.organisatie, body, vandaag())


@router.post("/declaraties/{id}/herstel", summary="Herstel wat van een declaratie is afgewezen", tags=["declaraties"])
def post_herstel(
    id: Annotated[UUID, Path(description="Kenmerk van het bericht")],  # noqa: A002
    body: HerstelVerzoek,
    who: Declarant,
    sleutel: Sleutel = None,
) -> Herstel:
    """The right repair of each line, from the data of now; with `versturen` the part that passes is sent as one 323."""

    def make() -> Herstel:
        return repairing.repair(session, who.organisatie, id, body, vandaag())

    with transaction(who) as session:
        return once(session, sleutel, (f"declaraties/{id}/herstel", body), make, Herstel)
