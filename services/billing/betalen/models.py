"""What the paying API takes and gives."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from stdnum import iban as ibans

from shared.contracts import CARRIED, NO_BSN, AgbCode, Datum, Id, Model, Organisatiecode

SEPA = re.compile(
    "A[DLT]|B[EG]|C[HYZ]|D[EK]|E[ES]|F[IR]|G[BIR]|H[RU]|I[EST]|L[ITUV]|M[CDEKT]|N[LO]|P[LT]|R[OS]|S[EIKM]|VA"
)
"""The countries whose accounts a SEPA transfer reaches, as their IBANs begin (EPC 409-09)."""


def _iban(value: str) -> str:
    if not ibans.is_valid(value):
        raise ValueError("dit is geen geldig IBAN; neem het over van een recente factuur of bankpas")
    if not SEPA.match(value):
        raise ValueError("deze rekening ligt buiten SEPA en kan zo niet worden betaald; vraag een rekening binnen SEPA")
    return value


Iban = Annotated[
    str,
    Field(
        pattern="^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", description="IBAN, zonder spaties", examples=["NL13TEST0123456789"]
    ),
    AfterValidator(_iban),
]
MEEST = 99_999_999_999
Bedrag = Annotated[int, Field(ge=1, le=MEEST, description="Bedrag in eurocenten")]
Naam = Annotated[str, Field(min_length=1, max_length=70, pattern=r"\S"), NO_BSN, CARRIED]
Nummer = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9._-]{1,36}$", description="Nummer of kenmerk bij de gemeente"), NO_BSN
]


class Rekening(Model):
    """Een bankrekening, geldig vanaf een dag: van een aanbieder, of van de gemeente zelf om van te betalen."""

    houder: Organisatiecode = Field(description="AGB-code van de aanbieder, of de eigen gemeentecode")
    iban: Iban
    naam: Annotated[Naam, Field(description="Naam van de rekeninghouder")]
    begindatum: Datum = Field(description="Eerste dag waarop deze rekening geldt")


class VastgelegdeRekening(Rekening):
    """Een rekening; betalen kan pas nadat een ander haar heeft bevestigd."""

    id: Id = Field(description="Kenmerk")
    bevestigd_op: datetime | None = Field(description="Leeg zolang niemand anders haar heeft bevestigd")


class Rekeningen(Model):
    """Alle rekeningen, ook die van vroeger."""

    rekeningen: list[VastgelegdeRekening] = Field(description="Op houder en begindatum")


class Betaaltermijn(Model):
    """Een deel van het betaalplan."""

    vervaldatum: Datum = Field(description="Vanaf deze dag wordt het betaald")
    bedrag: Annotated[int, Field(ge=0, le=MEEST, description="Bedrag in eurocenten; 0 neemt deze termijn uit het plan")]
    soort: str = Field(
        pattern="^(termijn|voorschot)$",
        description="termijn, of voorschot: dat wordt verrekend met wat later wordt toegekend",
        examples=["termijn"],
    )


class Taakbekostiging(Model):
    """Een bedrag voor een taak of subsidie: zonder persoon, toewijzing of declaratie."""

    nummer: Nummer
    aanbieder: AgbCode = Field(description="AGB-code van wie het krijgt")
    omschrijving: Annotated[str, Field(min_length=1, max_length=200, description="Waarvoor"), NO_BSN, CARRIED]
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum = Field(description="Laatste dag")
    bedrag: Bedrag
    termijnen: list[Betaaltermijn] = Field(max_length=400, description="Het betaalplan")

    @model_validator(mode="after")
    def _plan(self) -> "Taakbekostiging":
        if self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        if sum(each.bedrag for each in self.termijnen) > self.bedrag:
            raise ValueError("de termijnen zijn samen meer dan het bedrag; verlaag een termijn of verhoog het bedrag")
        return self


class Taakregel(Model):
    """Een regel van een CSV: een taakbekostiging met een van haar termijnen, of zonder."""

    nummer: Nummer
    aanbieder: AgbCode
    omschrijving: Annotated[str, Field(min_length=1, max_length=200), NO_BSN, CARRIED]
    begindatum: Datum
    einddatum: Datum
    bedrag: Bedrag
    termijn: Betaaltermijn | None = None


class Takenlijst(Model):
    """Taakbekostigingen om in te lezen."""

    taakbekostigingen: list[Taakbekostiging] = Field(max_length=10_000, description="Elk met haar betaalplan")


class Ingelezen(Model):
    """Wat er is ingelezen."""

    aantal: int = Field(description="Aantal taakbekostigingen")


class Taakbekostigingen(Model):
    """De taakbekostigingen van de gemeente."""

    taakbekostigingen: list[Taakbekostiging] = Field(description="Op nummer")


class NieuwBetaalvoorstel(Model):
    """Vraag om klaar te zetten wat nu betaald kan worden."""

    aanbieders: list[AgbCode] = Field(default_factory=list, max_length=500, description="Alleen deze; leeg: allemaal")


class Betaalregel(Model):
    """Waarvoor een deel van een betaling is."""

    soort: str = Field(description="prestatie, termijn, voorschot of verrekening van een voorschot")
    standaard: str | None = Field(description="ijw of iwmo, van een prestatie")
    declaratie: Id | None = Field(description="Kenmerk van het bericht met de prestatie")
    declaratie_nummer: str | None = Field(description="DeclaratieNummer van de prestatie")
    referentie: str | None = Field(description="ReferentieNummer van de prestatie")
    taakbekostiging: str | None = Field(description="Nummer van de taakbekostiging")
    termijn: int | None = Field(description="Plaats van de termijn in het betaalplan")
    eerder: Id | None = Field(description="De laatste betaling waarin dit al stond en die bij de bank mislukte")
    bedrag: int = Field(description="Eurocenten; credits en verrekeningen negatief")


class Betaling(Model):
    """Eén overboeking aan een aanbieder."""

    id: Id = Field(description="Kenmerk")
    kenmerk: str = Field(description="EndToEndId bij de bank")
    aanbieder: str = Field(description="AGB-code")
    naam: str = Field(description="Naam van de rekeninghouder")
    iban: str = Field(description="IBAN waarop wordt betaald")
    bedrag: int = Field(description="Eurocenten; 0 als een voorschot alles dekt")
    status: str = Field(description="voorgesteld, ingetrokken, goedgekeurd, betaald of mislukt")
    betaald_op: date | None = Field(description="Dag waarop de bank betaalde, of waarop alles werd verrekend")
    reden: str | None = Field(description="Redencode van de bank bij een mislukte betaling")
    regels: list[Betaalregel] = Field(description="Waarvoor; leeg in een lijst")


class Betaalvoorstel(Model):
    """Wat de een voorstelt te betalen en een ander goedkeurt."""

    id: Id = Field(description="Kenmerk")
    status: str = Field(description="voorgesteld, goedgekeurd of ingetrokken")
    gemaakt_op: datetime = Field(description="Moment van maken")
    goedgekeurd_op: datetime | None = Field(description="Moment van goedkeuren")
    uitvoerdatum: date | None = Field(description="Dag waarop de bank moet betalen, vanaf de goedkeuring bekend")
    bedrag: int = Field(description="Som van de betalingen in eurocenten")
    betalingen: list[Betaling] = Field(description="Hoogstens één per aanbieder")


class Betaalvoorstellen(Model):
    """Voorstellen, de nieuwste eerst, zonder hun regels."""

    betaalvoorstellen: list[Betaalvoorstel] = Field(description="De voorstellen")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")


class Toegekend(Model):
    """Toegekende regels die in geen betaling staan."""

    standaard: str = Field(description="ijw of iwmo")
    aanbieder: str = Field(description="AGB-code")
    debet: int = Field(description="Som van de debetregels in eurocenten")
    credit: int = Field(description="Som van de creditregels in eurocenten")
    te_betalen: int = Field(description="debet min credit, in eurocenten")
    regels: int = Field(description="Aantal regels")


class Vooruitzicht(Model):
    """Wat een voorstel van nu aan een aanbieder zou betalen."""

    aanbieder: str = Field(description="AGB-code")
    regels: int = Field(description="Eurocenten aan toegekende regels, credits afgetrokken")
    termijnen: int = Field(description="Eurocenten aan vervallen termijnen en voorschotten")
    verrekening: int = Field(description="Eurocenten aan eerdere voorschotten die worden afgetrokken")
    bedrag: int = Field(description="Wat er wordt overgemaakt, in eurocenten; 0 als er niets wordt overgemaakt")
    belemmering: str = Field(description="Waarom er niets wordt betaald en wat u nu doet; leeg als het kan")


class TeBetalen(Model):
    """Wat er nog te betalen is."""

    te_betalen: list[Toegekend] = Field(description="Toegekende regels, per wet en aanbieder")
    aanbieders: list[Vooruitzicht] = Field(description="Wat een voorstel van nu zou betalen")


class Bankbevinding(Model):
    """Een regel van de bank die niet bij een betaling past."""

    regel: int = Field(description="Regelnummer in het bestand")
    code: str = Field(description="Soort bevinding")
    melding: str = Field(description="Wat er mis is en wat u nu doet")


class Bankresultaat(Model):
    """Wat een bestand van de bank heeft veranderd."""

    betaald: int = Field(description="Betalingen die nu als betaald bekend zijn")
    mislukt: int = Field(description="Betalingen die nu als mislukt bekend zijn; hun regels zijn weer vrij")
    bekend: int = Field(description="Regels die al verwerkt waren")
    overig: int = Field(description="Regels die niet over onze betalingen gaan, of nog niet geboekt zijn")
    bevindingen: list[Bankbevinding] = Field(description="Alles wat niet past, in één keer")
