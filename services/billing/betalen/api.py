"""The HTTP API of paying: accounts, task-based sums, proposals, and what the bank says."""

from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, Security
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.billing.betalen import flows, importeren, queries, rekeningen, taken, uitslagen
from services.billing.betalen.bank import KINDS, KOLOMMEN, read
from services.billing.betalen.models import (
    Bankresultaat,
    Betaalregel,
    Betaaltermijn,
    Betaalvoorstel,
    Betaalvoorstellen,
    Betaling,
    Ingelezen,
    NieuwBetaalvoorstel,
    Rekening,
    Rekeningen,
    Taakbekostiging,
    Taakbekostigingen,
    Taakregel,
    Takenlijst,
    TeBetalen,
    Toegekend,
    VastgelegdeRekening,
    Vooruitzicht,
)
from services.billing.betalen.pain import end_to_end, payment_of
from shared import spreadsheet
from shared.calendar import vandaag
from shared.contracts import Volgnummer
from shared.db.session import transaction
from shared.errors import Refused
from shared.limits import MAX_XML
from shared.repeat import Sleutel, once
from shared.security import Caller, gemeente
from shared.web import following

router = APIRouter(tags=["betalen"])
Lezer = Annotated[Caller, Security(gemeente, scopes=["lezen"])]
Beheerder = Annotated[Caller, Security(gemeente, scopes=["beheren"])]
Betaler = Annotated[Caller, Security(gemeente, scopes=["betalen"])]
Goedkeurder = Annotated[Caller, Security(gemeente, scopes=["goedkeuren"])]
VoorstelId = Annotated[UUID, Path(description="Kenmerk van het voorstel")]
RekeningId = Annotated[UUID, Path(description="Kenmerk van de rekening")]


@router.put("/rekeningen", summary="Leg een rekening vast")
def put_rekening(body: Rekening, who: Beheerder) -> VastgelegdeRekening:
    """Of a provider, or the municipality's own. Nothing is paid to or from it until somebody else confirms it."""
    with transaction(who) as session:
        return VastgelegdeRekening.of(rekeningen.enter(session, who, body))


@router.get("/rekeningen", summary="Rekeningen")
def get_rekeningen(who: Lezer) -> Rekeningen:
    """All of them: which one holds on a day is the last that was confirmed and has begun."""
    with transaction(who) as session:
        rows = queries.accounts(session, who.organisatie)
    return Rekeningen(rekeningen=[VastgelegdeRekening.of(row) for row in rows])


@router.post("/rekeningen/{id}/bevestiging", summary="Bevestig een rekening die een ander heeft vastgelegd")
def post_bevestiging(id: RekeningId, who: Goedkeurder) -> VastgelegdeRekening:  # noqa: A002
    """Call the provider back on a number that you know already, and then confirm."""
    with transaction(who) as session:
        return VastgelegdeRekening.of(rekeningen.confirm(session, who, id))


@router.put("/taakbekostigingen", summary="Leg een taakbekostiging of subsidie vast")
def put_taakbekostiging(body: Taakbekostiging, who: Beheerder) -> Taakbekostiging:
    """With its plan; one with the same number is replaced, except for what is in a payment."""
    with transaction(who) as session:
        taken.keep(session, who.organisatie, body)
    return body


@router.post("/taakbekostigingen/import", summary="Lees taakbekostigingen in (JSON)")
def post_import(body: Takenlijst, who: Beheerder) -> Ingelezen:
    """All of them or nothing, with every fault by its place."""
    placed = [(f"/taakbekostigingen/{number}", row) for number, row in enumerate(body.taakbekostigingen)]
    with transaction(who) as session:
        return Ingelezen(aantal=taken.take_in(session, who.organisatie, placed))


@router.post("/taakbekostigingen/import-csv", summary="Lees taakbekostigingen in (CSV)")
def post_import_csv(
    who: Beheerder,
    content: Annotated[bytes, Body(media_type="text/csv", description="CSV (UTF-8) met de veldnamen als eerste regel")],
) -> Ingelezen:
    """A row per instalment (`termijn.vervaldatum`, `.bedrag`, `.soort`); those of one number go together."""
    rows, wrong = spreadsheet.gather(content, Taakregel)
    placed, faults = importeren.of_rows(rows)
    with transaction(who) as session:
        return Ingelezen(aantal=taken.take_in(session, who.organisatie, placed, wrong + faults))


@router.get("/taakbekostigingen", summary="Taakbekostigingen en subsidies")
def get_taakbekostigingen(who: Lezer) -> Taakbekostigingen:
    """With their plans, in eurocents."""
    with transaction(who) as session:
        found = queries.plans(session, who.organisatie)
    return Taakbekostigingen(taakbekostigingen=[_taak(task, plan) for task, plan in found])


@router.get("/te-betalen", summary="Wat er nog te betalen is")
def get_te_betalen(who: Lezer) -> TeBetalen:
    """Granted lines in no live payment, per law and provider; and what a proposal of today would pay to whom."""
    with transaction(who) as session:
        sums = queries.open_sums(session, who.organisatie)
        found = flows.foreseen(session, who.organisatie, vandaag(), sums)
    return TeBetalen(te_betalen=[_toegekend(row) for row in sums], aanbieders=[_vooruitzicht(each) for each in found])


@router.post("/betaalvoorstellen", status_code=201, summary="Zet klaar wat betaald kan worden")
def post_betaalvoorstel(
    body: NieuwBetaalvoorstel, who: Betaler, response: Response, sleutel: Sleutel = None
) -> Betaalvoorstel:
    """Granted lines, instalments and advances that are due, netted per provider; somebody else has to approve."""

    def make() -> Betaalvoorstel:
        made = flows.propose(session, who, body, vandaag())
        return _whole(session, who.organisatie, made)

    with transaction(who) as session:
        found = once(session, sleutel, ("betaalvoorstellen", body), make, Betaalvoorstel)
    response.headers["Location"] = f"/v1/betaalvoorstellen/{found.id}"
    return found


@router.get("/betaalvoorstellen", summary="Betaalvoorstellen")
def get_betaalvoorstellen(
    who: Lezer,
    request: Request,
    na: Annotated[Volgnummer | None, Query(description="Verder na dit volgnummer (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Hoeveel voorstellen")] = 20,
) -> Betaalvoorstellen:
    """With their payments, without the lines of these."""
    with transaction(who) as session:
        rows = queries.proposals(session, who.organisatie, na, limit)
        paid = queries.payments(session, who.organisatie, [row.id for row in rows[:limit]])
    found = [_voorstel(row, [each for each in paid if each.betaalvoorstel == row.id], []) for row in rows[:limit]]
    return Betaalvoorstellen(betaalvoorstellen=found, volgende=following(request, rows, limit, attrgetter("volgorde")))


@router.get("/betaalvoorstellen/{id}", summary="Eén betaalvoorstel met zijn regels")
def get_betaalvoorstel(id: VoorstelId, who: Lezer) -> Betaalvoorstel:  # noqa: A002
    """What each payment is for."""
    with transaction(who) as session:
        return _whole(session, who.organisatie, id)


@router.post("/betaalvoorstellen/{id}/goedkeuring", summary="Keur een voorstel van een ander goed")
def post_goedkeuring(id: VoorstelId, who: Goedkeurder) -> Betaalvoorstel:  # noqa: A002
    """From then on its file for the bank can be fetched."""
    with transaction(who) as session:
        flows.approve(session, who, id, vandaag())
        return _whole(session, who.organisatie, id)


@router.post("/betaalvoorstellen/{id}/intrekking", summary="Trek een voorstel in")
def post_intrekking(id: VoorstelId, who: Betaler) -> Betaalvoorstel:  # noqa: A002
    """Its lines are free for the next; only while nobody has approved it."""
    with transaction(who) as session:
        flows.withdraw(session, who, id, vandaag())
        return _whole(session, who.organisatie, id)


_PAIN: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/xml": {"schema": {"type": "string"}}}, "description": "pain.001.001.09"}
}


@router.get("/betaalvoorstellen/{id}/pain", response_class=Response, responses=_PAIN, summary="Bestand voor de bank")
def get_pain(id: VoorstelId, who: Betaler) -> Response:  # noqa: A002
    """The same bytes each time, so that a bank recognises what it gets twice."""
    with transaction(who) as session:
        return Response(flows.bank_file(session, who.organisatie, id), media_type="application/xml")


async def bank_file(request: Request) -> tuple[bytes, str]:
    """The body and its kind. Raises Refused (413, 415)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in KINDS:
        raise Refused(415, "Verkeerde inhoudssoort", detail="Verstuur camt.053 als application/xml, of een text/csv.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_XML:
            raise Refused(413, "Het bestand is groter dan 25 MB", detail="Vraag uw bank om kortere perioden.")
    return bytes(body), kind


Bestand = Annotated[tuple[bytes, str], Depends(bank_file)]
_TEXT = {"schema": {"type": "string"}}
_BANK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"camt.053, of een CSV met de kolommen {'; '.join(f'{k} ({v})' for k, v in KOLOMMEN.items())}",
        "content": {"application/xml": _TEXT, "text/csv": _TEXT},
    }
}


@router.post("/bankresultaten", openapi_extra=_BANK, summary="Verwerk wat de bank met de betalingen deed")
def post_bankresultaat(who: Betaler, bestand: Bestand) -> Bankresultaat:
    """Payments become paid or failed; what failed can be paid again. The same file again changes nothing."""
    data, kind = bestand
    said = read(data, kind, lambda kenmerk: payment_of(kenmerk) is not None)
    with transaction(who) as session:
        return uitslagen.take_in(session, who, data, said, vandaag())


def _taak(task: Row[Any], plan: list[Row[Any]]) -> Taakbekostiging:
    fields = {name: getattr(task, name) for name in Taakbekostiging.model_fields if name != "termijnen"}
    return Taakbekostiging(**fields, termijnen=[Betaaltermijn.of(row) for row in plan])


def _toegekend(row: Row[Any]) -> Toegekend:
    debet, credit = int(row.debet), int(row.credit)
    return Toegekend(
        standaard=row.standaard,
        aanbieder=row.aanbieder,
        debet=debet,
        credit=credit,
        te_betalen=debet - credit,
        regels=row.regels,
    )


def _vooruitzicht(found: flows.Kandidaat) -> Vooruitzicht:
    sums = found.afrekening
    return Vooruitzicht(
        aanbieder=found.aanbieder,
        regels=sums.regels,
        termijnen=sums.termijnen,
        verrekening=sums.verrekend,
        bedrag=0 if found.belemmering else sums.bedrag,
        belemmering=found.belemmering,
    )


def _whole(session: Session, eigenaar: str, voorstel: UUID) -> Betaalvoorstel:
    row = queries.proposal(session, eigenaar, voorstel)
    lines = queries.payment_lines(session, eigenaar, voorstel)
    return _voorstel(row, queries.payments(session, eigenaar, [voorstel]), lines)


def _voorstel(row: Row[Any], paid: list[Row[Any]], lines: list[Row[Any]]) -> Betaalvoorstel:
    status = "ingetrokken" if row.ingetrokken_op else "goedgekeurd" if row.goedgekeurd_op else "voorgesteld"
    return Betaalvoorstel(
        id=row.id,
        status=status,
        gemaakt_op=row.gemaakt_op,
        goedgekeurd_op=row.goedgekeurd_op,
        uitvoerdatum=row.uitvoerdatum,
        bedrag=sum(each.bedrag for each in paid),
        betalingen=[_betaling(status, each, [line for line in lines if line.betaling == each.id]) for each in paid],
    )


def _betaling(status: str, row: Row[Any], lines: list[Row[Any]]) -> Betaling:
    done = "betaald" if row.levend and row.uitgevoerd_op else status
    return Betaling(
        id=row.id,
        kenmerk=end_to_end(row.id),
        aanbieder=row.aanbieder,
        naam=row.naam,
        iban=row.iban,
        bedrag=row.bedrag,
        status=done if row.levend or status == "ingetrokken" else "mislukt",
        betaald_op=row.uitgevoerd_op if row.levend else None,
        reden=row.reden or None,
        regels=[Betaalregel.of(line) for line in lines],
    )
