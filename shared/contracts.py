"""The types that the APIs share: field types with their limits, and what the services say to each other."""

import re
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from shared.standard.identifiers import is_valid_bsn


class Model(BaseModel):
    """Strict input: no coercion, no unknown fields, and no echo of the value in an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    @classmethod
    def of(cls, row: Any) -> Self:
        """The model of a row that has a column for each of its fields."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


def _iso_date(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and _ISO_DATE.fullmatch(value) else value
    except ValueError:
        raise ValueError("dit is geen bestaande datum (jjjj-mm-dd)") from None


def _uuid(value: Any) -> Any:
    try:
        return UUID(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("dit is geen UUID") from None


def _carried(value: str) -> str:
    if _UNCARRIED.search(value):
        raise ValueError("dit bevat een stuurteken; dat kan niet in een bericht")
    return value


def _bsn(value: str) -> str:
    if not is_valid_bsn(value):
        raise ValueError("dit is geen geldig BSN: negen cijfers die aan de elfproef voldoen")
    return value


def _without_bsn(value: str) -> str:
    if any(is_valid_bsn(re.sub("[^0-9]", "", found[1])) for found in _NINE_DIGITS.finditer(value)):
        raise ValueError("dit bevat een BSN; dat hoort hier niet")
    return value


_NINE_DIGITS = re.compile(r"(?=([0-9](?:[ .-]?[0-9]){8}))")
_ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNCARRIED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # in XML, some in Postgres neither
CARRIED = AfterValidator(_carried)
"""For free text: what a message can carry. Put it last, so that the limits before it stay in the OpenAPI."""
NO_BSN = AfterValidator(_without_bsn)
"""For names that are shown and logged."""
Datum = Annotated[
    date,
    BeforeValidator(_iso_date),
    Field(ge=date(1900, 1, 1), le=date(2999, 12, 31)),
    PlainSerializer(date.isoformat, return_type=str),
]
"""A date as yyyy-mm-dd."""
Id = Annotated[UUID, BeforeValidator(_uuid)]
Bsn = Annotated[str, Field(pattern=r"^[0-9]{9}$"), AfterValidator(_bsn)]
Gemeentecode = Annotated[str, Field(pattern=r"^[0-9]{4}$", examples=["0193"])]
AgbCode = Annotated[str, Field(pattern=r"^[0-9]{8}$", examples=["65656055"])]
Organisatiecode = Annotated[str, Field(pattern=r"^([0-9]{4}|[0-9]{8})$", examples=["0193", "65656055"])]
Standaard = Annotated[str, Field(pattern=r"^(ijw|iwmo)$", description="ijw (Jeugdwet) of iwmo (Wmo)", examples=["ijw"])]
Maand = Annotated[
    str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Kalendermaand", examples=["2025-10"])
]
Cents = Annotated[int, Field(ge=0, le=99_999_999, description="Bedrag in eurocenten")]
Volume = Annotated[int, Field(ge=0, le=99_999_999)]
Volgnummer = Annotated[int, Field(ge=0, le=2**63 - 1)]
Eenheid = Annotated[
    str,
    Field(
        pattern=r"^(01|04|14|16|82|83|84)$",
        description="01 minuut, 04 uur, 14 etmaal, 16 dagdeel, 82 stuks (output), 83 euro, 84 stuks (inspanning)",
    ),
]
Frequentie = Annotated[
    str, Field(pattern=r"^[1246]$", description="1 per dag, 2 per week, 4 per maand, 6 totaal over de toewijzing")
]
ProductCategorie = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="Productcategorie van de standaard")]
ProductCode = Annotated[str, Field(min_length=1, max_length=5, pattern=r"\S", description="Productcode"), CARRIED]


class Bevinding(Model):
    """Iets wat er mis is, op welke plaats, en wat de afzender nu doet."""

    niveau: int = Field(description="Controleniveau 1 (XSD), 2 (in het bericht), 3 (tussen berichten) of 4 (extern)")
    code: str = Field(description="Regelcode, of de naam van de XSD-fout")
    pad: str = Field(description="XPath van de plaats in het bericht, met posities")
    regel: int | None = Field(description="Regelnummer in het bericht, als dat bekend is")
    retourcode: str = Field(description="Retourcode die de afzender krijgt; leeg bij niveau 1")
    melding: str = Field(description="Wat er mis is")
    vervolgstap: str = Field(default="", description="Wat de afzender nu doet")


class BeoordelingVerzoek(Model):
    """Vraag van messaging aan de eigenaar van een berichtsoort om berichten te beoordelen."""

    organisatie: Organisatiecode = Field(description="Wiens berichten het zijn")
    berichten: list[Id] = Field(min_length=1, max_length=100, description="Kenmerken van opgeslagen berichten")


class Beoordeling(Model):
    """Wat de eigenaar van een bericht vond; een tweede vraag geeft hetzelfde antwoord."""

    bericht: Id = Field(description="Kenmerk van het opgeslagen bericht")
    status: str = Field(description="goedgekeurd of afgekeurd")
    bevindingen: int = Field(description="Aantal bevindingen")
    wacht_tot: Datum | None = Field(default=None, description="Laatste dag dat het antwoord op een persoon wacht")


class Beoordelingen(Model):
    """De beoordeling van elk van de gevraagde berichten, in hun volgorde."""

    beoordelingen: list[Beoordeling] = Field(description="De beoordelingen")


class Gezondheid(Model):
    """Of de dienst leeft en klaar is voor werk."""

    status: str = Field(description="ok, of wat er ontbreekt")


class Probleemregel(Model):
    """Eén ding dat er mis is."""

    code: str = Field(description="Regelcode of naam van de fout")
    pad: str = Field(description="Plaats: XPath of JSON-pad")
    regel: int | None = Field(default=None, description="Regelnummer in het bericht")
    melding: str = Field(description="Wat er mis is en wat u nu doet")


class Probleem(Model):
    """Een fout volgens RFC 9457 (application/problem+json)."""

    type: str = Field(description="Soort probleem")
    title: str = Field(description="Wat er mis is")
    status: int = Field(description="HTTP-status")
    detail: str = Field(default="", description="Wat u nu doet")
    bevindingen: list[Probleemregel] = Field(default_factory=list, description="Alles wat er mis is, in één keer")
