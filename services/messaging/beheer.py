"""Who has access, what was done with whose data, and work that got stuck: for managers and auditors."""

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Path, Query, Request, Security
from pydantic import Field

from services.messaging import storingen
from shared.calendar import system_clock
from shared.contracts import CARRIED, NO_BSN, Id, Model, Volgnummer
from shared.db import audit
from shared.db.session import transaction
from shared.errors import Fault, Refused
from shared.roles import RECHTEN, ROLLEN
from shared.security import (
    YEAR,
    Caller,
    Toegang,
    accesses,
    caller,
    end_access,
    grant_access,
    new_key,
    proof_of_certificate,
    proof_of_key,
    proof_of_person,
)
from shared.web import following

router = APIRouter(tags=["beheer"])
Beheerder = Annotated[Caller, Security(caller, scopes=["beheren"])]
Controleur = Annotated[Caller, Security(caller, scopes=["controleren"])]
StoringId = Annotated[int, Path(ge=1, le=2**62, description="Kenmerk van het werk")]
Naam = Annotated[
    str, Field(min_length=1, max_length=100, description="Naam van de medewerker of het systeem"), CARRIED, NO_BSN
]
Rol = Literal["raadpleger", "toewijzer", "goedkeurder", "declarant", "beoordelaar", "betaler", "beheerder", "auditor"]
Recht = Literal["lezen", "inzien", "uitwisselen", "leveren", "controleren"]
assert {*get_args(Rol)} == {*ROLLEN}
assert {*get_args(Recht)} <= {*RECHTEN}


class NieuweToegang(Model):
    """Toegang voor een medewerker (uitgever en sub) of een systeem: met een certificaat, of met een nieuwe sleutel."""

    naam: Naam
    rollen: list[Rol | Recht] = Field(min_length=1, description="Rollen, of losse rechten voor een systeem")
    uitgever: str | None = Field(None, max_length=500, description="Adres van de aanmelddienst (iss) van de medewerker")
    sub: str | None = Field(None, max_length=255, description="Kenmerk van de medewerker bij die aanmelddienst (sub)")
    certificaat: str | None = Field(None, max_length=20_000, description="Clientcertificaat (PEM)")


class GegevenToegang(Model):
    """Wie voor deze organisatie kan werken."""

    kenmerk: str = Field(description="Kenmerk van deze toegang")
    soort: str = Field(description="sleutel, certificaat of persoon")
    naam: str = Field(description="Naam")
    rollen: list[str] = Field(description="Rollen en losse rechten")
    vervalt: datetime = Field(description="Tot wanneer")
    sleutel: str | None = Field(None, description="De nieuwe API-sleutel; wordt alleen nu getoond")


class Toegangen(Model):
    """Alle toegang, ook die is vervallen."""

    toegangen: list[GegevenToegang] = Field(description="Op naam")


class Verwerking(Model):
    """Eén regel van het logboek: wie deed wat met de gegevens van wie."""

    volgnummer: int = Field(description="Nummer in het logboek van deze organisatie")
    tijdstip: datetime = Field(description="Wanneer")
    wie: str = Field(description="Medewerker, sleutel of dienst")
    handeling: str = Field(description="Welke verwerking")
    betrokkenen: list[str] = Field(description="Pseudoniemen van de personen")
    onderwerp: str = Field(description="Waarin de gegevens staan")


class Verwerkingen(Model):
    """Een bladzijde van het logboek, de nieuwste regels eerst."""

    verwerkingen: list[Verwerking] = Field(description="De regels")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")


class Storing(Model):
    """Werk aan een bericht dat na herhaalde pogingen is weggezet."""

    id: int = Field(description="Kenmerk van het werk")
    bericht: Id = Field(description="Kenmerk van het bericht")
    taak: str = Field(description="process, assess of deliver")
    reden: str = Field(description="Soort fout en waar die ontstond")
    pogingen: int = Field(description="Hoe vaak het is geprobeerd")
    moment: datetime = Field(description="De laatste poging")


class Storingen(Model):
    """Het werk dat is weggezet, het oudste eerst."""

    storingen: list[Storing] = Field(description="Het werk")


@router.post("/toegang", status_code=201, summary="Geef toegang")
def post_toegang(body: NieuweToegang, who: Beheerder) -> GegevenToegang:
    """For a year; the same person or certificate again replaces the roles. A key is shown once."""
    bewijs, soort, sleutel = _proof(body)
    toegang = Toegang(bewijs, soort, body.naam, sorted(set(body.rollen)), system_clock() + YEAR)
    with transaction(who) as session:
        grant_access(session, who.organisatie, toegang)
    return GegevenToegang(
        kenmerk=bewijs.hex(),
        soort=soort,
        naam=body.naam,
        rollen=list(toegang.rollen),
        vervalt=toegang.vervalt,
        sleutel=sleutel,
    )


def _proof(body: NieuweToegang) -> tuple[bytes, str, str | None]:
    person = (body.uitgever, body.sub)
    if any(person) and (not all(person) or body.certificaat):
        fault = Fault("TOEGANG", "/sub", "Geef uitgever én sub voor een medewerker, en dan geen certificaat.")
        raise Refused(422, "De toegang is niet duidelijk", [fault])
    if body.uitgever and body.sub:
        return proof_of_person(body.uitgever, body.sub), "persoon", None
    if body.certificaat:
        return proof_of_certificate(_der(body.certificaat)), "certificaat", None
    key = new_key()
    return proof_of_key(key), "sleutel", key


def _der(pem: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    except ValueError:
        fault = Fault("CERTIFICAAT", "/certificaat", "Dit is geen certificaat. Plak het als PEM, met de kopregels.")
        raise Refused(422, "De toegang is niet duidelijk", [fault]) from None


@router.get("/toegang", summary="Wie toegang heeft")
def get_toegang(who: Beheerder) -> Toegangen:
    """Persons, certificates and keys, with their roles."""
    with transaction(who) as session:
        rows = accesses(session, who.organisatie)
    return Toegangen(
        toegangen=[
            GegevenToegang(
                kenmerk=row.bewijs.hex(), soort=row.soort, naam=row.naam, rollen=row.rollen, vervalt=row.vervalt
            )
            for row in rows
        ]
    )


@router.delete("/toegang/{kenmerk}", status_code=204, summary="Trek toegang in")
def delete_toegang(
    kenmerk: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Kenmerk van de toegang")], who: Beheerder
) -> None:
    """From now on it opens nothing; it stays visible."""
    with transaction(who) as session:
        end_access(session, who.organisatie, bytes.fromhex(kenmerk))


@router.get("/verwerkingen", summary="Logboek van verwerkingen")
def get_verwerkingen(
    who: Controleur,
    request: Request,
    na: Annotated[Volgnummer | None, Query(description="Verder na dit volgnummer (zie volgende)")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Hoeveel regels")] = 100,
) -> Verwerkingen:
    """Who did what with whose data, newest first; `zorgketen audit verify` proves that nothing was changed."""
    with transaction(who) as session:
        rows = audit.listed(session, who.organisatie, na, limit)
    more = following(request, rows, limit, attrgetter("volgnummer"))
    return Verwerkingen(verwerkingen=[Verwerking.of(row) for row in rows[:limit]], volgende=more)


@router.get("/storingen", summary="Werk dat is vastgelopen")
def get_storingen(who: Beheerder) -> Storingen:
    """Jobs that were tried twelve times in two hours and then put aside, with the reason of the last failure."""
    with transaction(who) as session:
        rows = storingen.parked(session, who.organisatie)
    return Storingen(storingen=[Storing.of(row) for row in rows])


@router.post("/storingen/{id}/hervatting", status_code=202, summary="Probeer vastgelopen werk opnieuw")
def post_hervatting(id: StoringId, who: Beheerder) -> Storing:  # noqa: A002
    """Puts the job back in the queue, once its cause is mended."""
    with transaction(who) as session:
        row = storingen.release(session, who.organisatie, id)
    return Storing.of(row)
