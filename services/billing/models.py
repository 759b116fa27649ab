"""What the billing API takes and gives."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts import Id, Model

PrestatieId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[1-9][0-9]{0,8}$",
        description="Kenmerk van het bericht en het volgnummer van de prestatie daarin",
        examples=["00000000-0000-4000-8000-000000000000-1"],
    ),
]


class Regel(Model):
    """Een prestatie met wat ervan is geworden."""

    id: PrestatieId
    referentie: str = Field(description="ReferentieNummer")
    vorige_referentie: str | None = Field(description="ReferentieNummer van de debetregel die wordt gecrediteerd")
    toewijzing_nummer: int = Field(description="ToewijzingNummer")
    product_code: str = Field(description="Productcode")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    einddatum: date = Field(description="Laatste dag van de productperiode")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid")
    tarief: int | None = Field(description="Tarief in eurocenten")
    bedrag: int = Field(description="Bedrag in eurocenten, credits negatief")
    opvallend: str = Field(description="Wat er aan het tarief opvalt; leeg als er niets opvalt")
    uitkomst: str = Field(description="in behandeling, wacht op oordeel, toegekend of afgewezen")
    betaling: Id | None = Field(description="De betaling van de gemeente waar de regel in staat; alleen voor haar")
    betaald_op: date | None = Field(description="Dag van betaling; leeg als dat niet bekend is")
    redenen: list["Reden"] = Field(description="Waarom de regel is afgewezen")


class Reden(Model):
    """Een reden van afwijzing, en wat er nu moet gebeuren."""

    retourcode: str = Field(description="Retourcode")
    regel: str = Field(description="Regelcode")
    betekenis: str = Field(description="Wat er mis is")
    vervolgstap: str = Field(description="Wat de aanbieder nu doet")


class Declaratie(Model):
    """Een declaratie, verstuurd of ontvangen."""

    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
    richting: str = Field(description="inkomend of uitgaand")
    standaard: str = Field(description="ijw of iwmo")
    tegenpartij: str = Field(description="Code van de andere partij")
    declaratie_nummer: str = Field(description="DeclaratieNummer")
    begindatum: date = Field(description="Eerste dag van de declaratieperiode")
    status: str = Field(description="Status van het bericht")
    ingediend_bedrag: int = Field(description="Eurocenten")
    toegekend_bedrag: int | None = Field(description="Eurocenten; leeg zolang er geen antwoord is")
    redenen: list[Reden] = Field(description="Waarom de declaratie als geheel is afgewezen")
    regels: list[Regel] = Field(description="De prestaties")


class Declaraties(Model):
    """Declaraties, de nieuwste eerst."""

    declaraties: list[Declaratie] = Field(description="De declaraties")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")
