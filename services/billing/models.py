"""What the billing API takes and gives."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts import (
    Cents,
    Datum,
    Eenheid,
    Gemeentecode,
    Id,
    Maand,
    Model,
    Organisatiecode,
    ProductCategorie,
    ProductCode,
    Standaard,
    Volume,
)

Contractnummer = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,36}$", description="Nummer van het contract")]
ToewijzingId = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-(ijw|iwmo)-[0-9]{1,9}$", description="Toewijzing, zoals allocation die noemt"),
]


class Contract(Model):
    """Een contract tussen gemeente en aanbieder, zoals de aanroeper het heeft."""

    nummer: Contractnummer
    tegenpartij: Organisatiecode = Field(description="Code van de andere partij")
    standaard: Standaard
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(default=None, description="Laatste dag")

    @model_validator(mode="after")
    def _period(self) -> "Contract":
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        return self


class Contracten(Model):
    """De contracten van de aanroeper."""

    contracten: list[Contract] = Field(description="De contracten, op nummer")


class Tarief(Model):
    """Een vast tarief per eenheid, geldig in een periode."""

    contract: Contractnummer
    product_categorie: ProductCategorie
    product_code: ProductCode
    eenheid: Eenheid
    tarief: Cents = Field(description="Eurocenten per eenheid")
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(default=None, description="Laatste dag")


class Tarieven(Model):
    """De tarieven van de aanroeper."""

    tarieven: list[Tarief] = Field(description="De tarieven")


class Levering(Model):
    """Wat er in een maand is geleverd op een toewijzing; opnieuw vastleggen vervangt het volume van die maand."""

    toewijzing: ToewijzingId
    maand: Maand = Field(description="Maand van de levering")
    volume: Volume = Field(description="Geleverd volume in hele eenheden; 0 trekt de levering in")
    eenheid: Eenheid | None = Field(
        default=None, description="Leeg: de eenheid van de toewijzing; uren mogen in minuten"
    )
    product_categorie: ProductCategorie | None = Field(default=None, description="Bij een generieke toewijzing")
    product_code: ProductCode | None = Field(default=None, description="Bij een toewijzing zonder productcode")


class VastgelegdeLevering(Model):
    """Een levering met de productperiode die erbij hoort (IV089)."""

    id: Id = Field(description="Kenmerk")
    toewijzing: ToewijzingId
    begindatum: date = Field(description="Eerste dag van de productperiode")
    einddatum: date = Field(description="Laatste dag van de productperiode")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid")


class NieuweDeclaratie(Model):
    """Vraag om de declaratie van een maand samen te stellen en te versturen."""

    standaard: Standaard
    gemeente: Gemeentecode = Field(description="Gemeente die betaalt")
    maand: Maand = Field(description="Declaratieperiode; ook eerdere, nog niet toegekende maanden gaan mee")


class Samengesteld(Model):
    """De declaratie die is verstuurd."""

    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
    declaratie_nummer: str = Field(description="DeclaratieNummer")
    regels: int = Field(description="Aantal prestaties")
    ingediend_bedrag: int = Field(description="Totaal in eurocenten, credits afgetrokken")


class Regel(Model):
    """Een prestatie met wat ervan is geworden."""

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
    uitkomst: str = Field(description="in behandeling, toegekend of afgewezen")
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


class Betaalvoorstel(Model):
    """Wat een gemeente aan een aanbieder moet betalen op grond van toegekende regels."""

    standaard: str = Field(description="ijw of iwmo")
    aanbieder: str = Field(description="AGB-code")
    debet: int = Field(description="Som van toegekende debetregels in eurocenten")
    credit: int = Field(description="Som van toegekende creditregels in eurocenten")
    te_betalen: int = Field(description="debet min credit, in eurocenten")
    regels: int = Field(description="Aantal toegekende regels")


class Betaalvoorstellen(Model):
    """Een voorstel per wet en aanbieder."""

    betaalvoorstellen: list[Betaalvoorstel] = Field(description="De voorstellen")
