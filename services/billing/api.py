"""The HTTP API of billing."""

from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Security
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.billing import flows, queries
from services.billing.models import (
    Declaratie,
    Declaraties,
    Reden,
    Regel,
)
from services.billing.opvallend import told
from shared.calendar import vandaag
from shared.contracts import Beoordelingen, BeoordelingVerzoek, Volgnummer
from shared.db.session import Namens, transaction
from shared.rules import meaning_of
from shared.security import Caller, caller, service
from shared.web import following

router = APIRouter(tags=["declaraties"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
BerichtId = Annotated[UUID, Path(description="Kenmerk van het bericht")]


@router.get("/declaraties", summary="Declaraties met hun uitkomst")
def get_declaraties(
    who: Reader,
    request: Request,
    na: Annotated[Volgnummer | None, Query(description="Verder na dit volgnummer (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Hoeveel declaraties")] = 20,
) -> Declaraties:
    """Claimed, granted and refused, line by line, with the reason and the next step."""
    with transaction(who) as session:
        rows = queries.declaraties(session, who.organisatie, na, limit)
        found = _declaraties(session, rows[:limit])
    return Declaraties(declaraties=found, volgende=following(request, rows, limit, attrgetter("volgorde")))


@router.get("/declaraties/{id}", summary="Eén declaratie met haar uitkomst")
def get_declaratie(id: BerichtId, who: Reader) -> Declaratie:  # noqa: A002
    """The declaratie of a message of the caller's own organisation."""
    with transaction(who) as session:
        [found] = _declaraties(session, [queries.declaratie(session, who.organisatie, id)])
    return found


@router.post("/beoordelingen", dependencies=[Depends(service("billing"))], summary="Beoordeel berichten (intern)")
def post_beoordeling(body: BeoordelingVerzoek) -> Beoordelingen:
    """Levels 3 and 4; only for messaging, and the same answers the second time."""
    with transaction(Namens(body.organisatie, "dienst billing")) as session:
        return Beoordelingen(beoordelingen=flows.assess(session, body.berichten, vandaag()))


def _declaraties(session: Session, rows: list[Row[Any]]) -> list[Declaratie]:
    keys = [row.bericht for row in rows]
    lines, findings = queries.lines(session, keys), queries.findings(session, keys)
    return [_declaratie(row, lines, findings) for row in rows]


def _declaratie(row: Row[Any], lines: list[Row[Any]], findings: list[Row[Any]]) -> Declaratie:
    own = [line for line in lines if line.bericht == row.bericht]
    answered = row.status in ("goedgekeurd", "afgekeurd") and not any(line.wacht for line in own)
    found = [finding for finding in findings if finding.bericht == row.bericht]
    granted = sum(line.bedrag for line in own if row.status == "goedgekeurd" and not line.afgewezen)
    sign = -1 if row.totaal_ingediend_bedrag_debet_credit == "C" else 1
    return Declaratie(
        bericht=row.bericht,
        richting=row.richting,
        standaard=row.standaard,
        tegenpartij=row.tegenpartij,
        declaratie_nummer=row.declaratie_nummer,
        begindatum=row.declaratie_periode_begindatum,
        status=row.status,
        ingediend_bedrag=sign * row.totaal_ingediend_bedrag_totaal_bedrag,
        toegekend_bedrag=granted if answered else None,
        redenen=[_reden(finding) for finding in found if finding.klasse in ("Header", "Declaratie")],
        regels=[_regel(row.status, line, found) for line in own],
    )


def _regel(status: str, line: Row[Any], findings: list[Row[Any]]) -> Regel:
    places = {("Prestatie", line.volgnummer), ("Client", line.ouder)}
    return Regel(
        id=queries.identity(line.bericht, line.volgnummer),
        referentie=line.product_referentie_referentie_nummer,
        vorige_referentie=line.product_referentie_vorig_referentie_nummer,
        toewijzing_nummer=line.toewijzing_nummer,
        product_code=line.product_code,
        begindatum=line.product_periode_begindatum,
        einddatum=line.product_periode_einddatum,
        volume=line.geleverd_volume,
        eenheid=line.eenheid,
        tarief=line.product_tarief,
        bedrag=line.bedrag,
        opvallend="" if line.bedrag < 0 else told(line.product_tarief, line.eenheid),
        uitkomst=queries.outcome(line, status),
        betaling=line.betaling,
        betaald_op=line.betaald_op,
        redenen=[_reden(finding) for finding in findings if (finding.klasse, finding.volgnummer) in places],
    )


def _reden(finding: Row[Any]) -> Reden:
    meaning = meaning_of(finding.code, finding.retourcode)
    return Reden(
        retourcode=finding.retourcode,
        regel=finding.code,
        betekenis=meaning.betekenis,
        vervolgstap=meaning.vervolgstap,
    )
