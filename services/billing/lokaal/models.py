"""Local rules as the API takes and gives them, with what of them would go against the standard."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts import NO_BSN, AgbCode, Datum, Eenheid, Id, Model, ProductCategorie, ProductCode, Standaard

RETOURCODES = {"bedrag": ("9369", "0611"), "volume": ("9321", "9322"), "regels": ("9321",)}
"""The return codes whose meaning fits what a rule measures: the only ones that a provider would understand."""
STRIJDIG = {
    "start": "een declaratie wordt nooit beoordeeld op start- of stopberichten (OP364)",
    "stop": "een declaratie wordt nooit beoordeeld op start- of stopberichten (OP364)",
    "credit": "een credit neemt terug wat is toegekend en wordt alleen tegen zijn debet beoordeeld (IV085)",
}
"""What a rule cannot measure, and why not."""


class NieuweRegel(Model):
    """Een eigen regel van de gemeente: hoeveel er hoogstens ongevraagd wordt toegekend."""

    naam: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$"), NO_BSN] = Field(description="Korte naam")
    standaard: Standaard
    grootheid: str = Field(
        pattern="^(bedrag|volume|regels|start|stop|credit)$",
        description="Wat wordt geteld van toegekende regels: bedrag (eurocenten), volume (eenheden) of regels",
    )
    eenheid: Eenheid | None = Field(
        default=None, description="Van de grens op een volume; uren tellen ook in minuten, andere eenheden niet mee"
    )
    per: str = Field(
        pattern="^(regel|maand|toewijzing|client)$",
        description="Waarover: regel, maand (cliënt, aanbieder, product), toewijzing of cliënt (ook bij anderen)",
    )
    grens: int = Field(ge=0, le=99_999_999_999, description="Het meeste dat ongevraagd mag")
    aanbieder: AgbCode | None = Field(default=None, description="Leeg: alle aanbieders")
    product_categorie: ProductCategorie | None = Field(default=None, description="Leeg: alle categorieën")
    product_code: ProductCode | None = Field(default=None, description="Leeg: alle producten")
    gevolg: str = Field(pattern="^(afwijzen|vragen)$", description="afwijzen, of een persoon laten beslissen")
    retourcode: str = Field(pattern="^[0-9S][0-9]{3}$", description="Wat de aanbieder krijgt bij een afwijzing")
    bekendgemaakt_op: Datum | None = Field(default=None, description="Wanneer de aanbieders dit is verteld (OP095)")
    begindatum: Datum = Field(description="Voor productperioden vanaf deze dag")
    einddatum: Datum | None = Field(default=None, description="Tot en met deze dag; leeg: open")

    @model_validator(mode="after")
    def _fits_the_standard(self) -> Self:
        if self.grootheid in STRIJDIG:
            raise ValueError(f"dit gaat tegen de standaard in: {STRIJDIG[self.grootheid]}")
        if self.retourcode not in RETOURCODES[self.grootheid]:
            fitting = " of ".join(RETOURCODES[self.grootheid])
            raise ValueError(f"deze retourcode betekent iets anders; bij {self.grootheid} hoort {fitting}")
        if (self.grootheid == "volume") != (self.eenheid is not None):
            raise ValueError("een grens op het volume heeft een eenheid, een andere grens niet: zie eenheid")
        if self.gevolg == "afwijzen" and self.per == "client" and self.aanbieder is None:
            raise ValueError(
                "de aanbieder kent niet wat anderen declareren (OP095): noem een aanbieder, of vraag een persoon"
            )
        if self.gevolg == "afwijzen" and not (self.bekendgemaakt_op and self.bekendgemaakt_op <= self.begindatum):
            raise ValueError("afwijzen kan alleen op wat de aanbieder vooraf wist (OP095): geef bekendgemaakt_op")
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        return self


class Regel(Model):
    """Een eigen regel zoals zij is vastgelegd."""

    id: Id = Field(description="Kenmerk")
    naam: str = Field(description="Korte naam")
    standaard: str = Field(description="ijw of iwmo")
    grootheid: str = Field(description="Wat wordt geteld")
    eenheid: str | None = Field(description="Eenheid van een grens op het volume")
    per: str = Field(description="Waarover")
    grens: int = Field(description="Het meeste dat ongevraagd mag")
    aanbieder: str | None = Field(description="AGB-code")
    product_categorie: str | None = Field(description="Productcategorie")
    product_code: str | None = Field(description="Productcode")
    gevolg: str = Field(description="afwijzen of vragen")
    retourcode: str = Field(description="Retourcode")
    bekendgemaakt_op: date | None = Field(description="Wanneer de aanbieders dit is verteld")
    begindatum: date = Field(description="Eerste dag")
    einddatum: date | None = Field(description="Laatste dag")
    aan_sinds: datetime | None = Field(description="Sinds wanneer zij wordt gebruikt; leeg: nog niet")
    aangezet_door: str | None = Field(description="Door wie zij werd aangezet")


class Regels(Model):
    """De eigen regels van de gemeente."""

    lokale_regels: list[Regel] = Field(description="Op naam")


class Einde(Model):
    """De laatste dag van een regel."""

    einddatum: Datum = Field(description="Laatste dag van de productperioden waar zij naar kijkt")


class Proef(Model):
    """Over welke declaraties een regel wordt beproefd."""

    van: Datum = Field(description="Eerste dagtekening")
    tot: Datum = Field(description="Laatste dagtekening")


class Geraakt(Model):
    """Een regel van een declaratie die door een eigen regel wordt geraakt."""

    bericht: Id = Field(description="De declaratie")
    regel: int = Field(description="Volgnummer van de prestatie")
    aanbieder: str = Field(description="AGB-code")
    toewijzing_nummer: int | None = Field(description="Toewijzing")
    referentie: str = Field(description="Referentie van de prestatie")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    bedrag: int = Field(description="Ingediend bedrag in eurocenten")
    waarde: int = Field(
        description="Wat er dan samen zou zijn toegekend: eurocenten, eenheden (uren in minuten) of regels"
    )


class Uitslag(Model):
    """Wat een regel zou hebben veranderd."""

    declaraties: int = Field(description="Hoeveel declaraties er zijn nagegaan")
    regels: int = Field(description="Hoeveel toegekende regels er zouden zijn geraakt")
    bedrag: int = Field(description="Hun bedrag in eurocenten")
    geraakt: list[Geraakt] = Field(description="De eerste duizend")


class Vraag(Model):
    """Een regel van een declaratie die op een persoon wacht."""

    bericht: Id = Field(description="De declaratie")
    regel: int = Field(description="Volgnummer van de prestatie")
    lokale_regel: str = Field(description="Welke eigen regel dit vraagt")
    aanbieder: str = Field(description="AGB-code")
    toewijzing_nummer: int | None = Field(description="Toewijzing")
    referentie: str = Field(description="Referentie van de prestatie")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    bedrag: int = Field(description="Ingediend bedrag in eurocenten")
    waarde: int = Field(description="Wat er samen zou zijn toegekend: eurocenten, eenheden (uren in minuten) of regels")
    grens: int = Field(description="De grens van de regel, in dezelfde maat")
    uiterlijk: date = Field(description="Laatste dag om te beslissen; daarna wordt de regel toegekend")
    nadert: bool = Field(description="De termijn nadert: beslis nu")
    uitkomst: str | None = Field(description="toegekend, afgewezen of verlopen; leeg: er is nog niet beslist")


class Vragen(Model):
    """Regels die op een persoon wachten, de dringendste eerst."""

    vragen: list[Vraag] = Field(description="De vragen")


class Antwoord(Model):
    """De beslissing op een vraag."""

    bericht: Id = Field(description="De declaratie")
    regel: int = Field(ge=1, le=2**31 - 1, description="Volgnummer van de prestatie")
    uitkomst: str = Field(pattern="^(toegekend|afgewezen)$", description="toegekend of afgewezen")
