"""What an organisation bought or sells, as the API and the import take and give it."""

import re
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from shared.contracts import (
    CARRIED,
    NO_BSN,
    AgbCode,
    Cents,
    Datum,
    Eenheid,
    Frequentie,
    Gemeentecode,
    Model,
    Organisatiecode,
    ProductCategorie,
    ProductCode,
    Standaard,
    Volume,
)

Contractnummer = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,36}$", description="Nummer van het contract")]
Naam = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S"), CARRIED, NO_BSN]
Sleutelwoord = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$"), NO_BSN]
Perceel = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._-]{0,60}$", description="Perceel; leeg als er geen is"), NO_BSN]


def _split(value: Any) -> Any:
    return value.split("|") if isinstance(value, str) else value


Waarden = Annotated[list[Naam], BeforeValidator(_split), Field(min_length=1, max_length=100)]
"""The values of an axis; in a CSV file with | between them."""


def _moment(value: str) -> str:
    try:
        date.fromisoformat(f"2000-{value}")
    except ValueError:
        raise ValueError("dit is geen dag van een jaar; schrijf MM-DD, zoals 07-01") from None
    return value


Moment = Annotated[str, Field(pattern="^[0-9]{2}-[0-9]{2}$", examples=["07-01"]), AfterValidator(_moment)]
"""A day of every year, as MM-DD."""
Momenten = Annotated[list[Moment], BeforeValidator(_split), Field(max_length=12)]


class Gedateerd(Model):
    """Wat geldt van een eerste tot en met een laatste dag."""

    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(default=None, description="Laatste dag; leeg als die niet bekend is")

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        return self


class Aanbieder(Model):
    """Een aanbieder bij wie de gemeente inkoopt. Zijn rekening staat bij billing."""

    agb: AgbCode = Field(description="AGB-code")
    naam: Naam = Field(description="Naam")


class Onderaannemer(Gedateerd):
    """Wie een aanbieder inschakelt; de aanbieder blijft verantwoordelijk en declareert."""

    aanbieder: AgbCode = Field(description="AGB-code van de hoofdaannemer")
    agb: AgbCode = Field(description="AGB-code van de onderaannemer")
    naam: Naam = Field(description="Naam")


class Contract(Gedateerd):
    """Een contract voor een wet en een perceel, of zonder tegenpartij een raamcontract met tarieven voor allen."""

    nummer: Contractnummer
    tegenpartij: Organisatiecode | None = Field(default=None, description="De andere partij; leeg: raamcontract")
    standaard: Standaard
    perceel: Perceel = ""
    raamcontract: Contractnummer | None = Field(default=None, description="Raamcontract waarvan de tarieven gelden")
    instroom_tot: Datum | None = Field(default=None, description="Laatste dag waarop nieuwe zorg mag beginnen")
    toetreding: str = Field(
        default="open",
        pattern="^(open|twee_momenten|bij_tekort|gesloten)$",
        description="Wanneer aanbieders kunnen toetreden: open, twee_momenten, bij_tekort of gesloten",
    )
    toetreding_momenten: Momenten = Field(default=[], description="Dagen (MM-DD) waarop een aanbieder toetreedt")
    opties: int = Field(default=0, ge=0, le=10, description="Hoe vaak er verlengd kan worden")
    optie_maanden: int = Field(default=0, ge=0, le=120, description="Met hoeveel maanden per keer")
    opties_gebruikt: int = Field(default=0, ge=0, le=10, description="Hoe vaak er al verlengd is")
    acceptatieplicht: bool = Field(default=False, description="De aanbieder moet elke cliënt aannemen")
    wachttijdmelding: bool = Field(default=False, description="De aanbieder moet wachttijden melden")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.opties_gebruikt > self.opties:
            raise ValueError("er zijn meer opties gebruikt dan er zijn")
        if self.opties and not self.optie_maanden:
            raise ValueError("geef bij opties ook optie_maanden")
        if self.raamcontract == self.nummer:
            raise ValueError("een contract is niet zijn eigen raamcontract")
        if self.instroom_tot and not self.begindatum <= self.instroom_tot <= (self.einddatum or date.max):
            raise ValueError("instroom_tot ligt buiten het contract")
        return self


class Product(Gedateerd):
    """Een product dat de gemeente inkoopt, of zonder code een hele productcategorie (aspecifiek)."""

    standaard: Standaard
    product_categorie: ProductCategorie
    product_code: Annotated[str, Field(max_length=5, description="Productcode; leeg: de categorie"), CARRIED] = ""
    naam: Naam = Field(description="Naam")
    perceel: Perceel = ""
    eenheid: Eenheid | None = Field(default=None, description="Eenheid van de toewijzing; leeg: met een budget")
    frequentie: Frequentie | None = Field(default=None, description="Per dag, week, maand of in totaal")
    bekostiging: str = Field(pattern="^(inspanning|output|taak)$", description="inspanning, output of taak")
    landelijk: bool = Field(default=False, description="Staat op de landelijke productlijst")
    levertermijn: int | None = Field(default=None, ge=0, le=520, description="Werkdagen van toewijzing tot levering")
    onderhoudstermijn: int | None = Field(
        default=None, ge=0, le=520, description="Werkdagen van melding tot onderhoud of reparatie"
    )
    eigen_bijdrage: bool = Field(default=False, description="De cliënt betaalt een eigen bijdrage")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.product_code) != (self.eenheid is not None):
            raise ValueError("een eenheid hoort bij een productcode (CD041): vul beide of geen van beide")
        if (self.frequentie is None) != (self.eenheid is None):
            raise ValueError("vul eenheid en frequentie allebei of geen van beide")
        return self


class Tarief(Gedateerd):
    """Een vast tarief per eenheid, geldig in een periode, voor een contract of voor allen onder een raamcontract."""

    contract: Contractnummer
    product_categorie: ProductCategorie
    product_code: ProductCode
    eenheid: Eenheid
    tarief: Cents = Field(description="Eurocenten per eenheid")


def _counts(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _COUNTS.fullmatch(value):
        raise ValueError("schrijf bij elke waarde de aantallen, zoals 1-2=1,2|3-4=3,4")
    pairs = (part.rpartition("=") for part in value.split("|"))
    return {name: [int(number) for number in numbers.split(",")] for name, _, numbers in pairs}


_COUNTS = re.compile(r"[^|]+=[0-9]{1,2}(,[0-9]{1,2})*(\|[^|]+=[0-9]{1,2}(,[0-9]{1,2})*)*")


class Gebieden(Model):
    """De resultaatgebieden van een tabel, en welke waarde van een as volgt uit hun aantal."""

    op_as: Sleutelwoord = Field(description="De as waarop het aantal staat")
    waarden: Annotated[dict[Naam, list[Annotated[int, Field(ge=0, le=20)]]], BeforeValidator(_counts)] = Field(
        min_length=1, description="Bij elke waarde van die as de aantallen; in een CSV 1-2=1,2|3-4=3,4"
    )
    toegestaan: Waarden = Field(description="De resultaatgebieden waaruit wordt gekozen")

    @model_validator(mode="after")
    def _once(self) -> Self:
        counts = [count for some in self.waarden.values() for count in some]
        if len(counts) != len(set(counts)):
            raise ValueError("een aantal gebieden hoort bij één waarde; noem het één keer")
        return self


class Arrangementmodel(Model):
    """De assen van een tabel van arrangementen, elk met haar waarden: profiel × intensiteit, bijvoorbeeld."""

    model: Sleutelwoord = Field(description="Korte naam van de tabel")
    standaard: Standaard
    naam: Naam = Field(description="Naam")
    assen: dict[Sleutelwoord, Waarden] = Field(min_length=1, max_length=6, description="Assen met hun waarden")
    gebieden: Gebieden | None = Field(default=None, description="De resultaatgebieden, als een as hun aantal zegt")

    @model_validator(mode="after")
    def _areas(self) -> Self:
        if self.gebieden and {*self.gebieden.waarden} != {*self.assen.get(self.gebieden.op_as, ())}:
            raise ValueError("gebieden noemt een as van het model (op_as), met al haar waarden en geen andere")
        return self


class Arrangement(Gedateerd):
    """Eén vakje van de tabel: een waarde per as, en het product met omvang of budget dat daarbij wordt toegewezen."""

    model: Sleutelwoord = Field(description="De tabel")
    assen: dict[Sleutelwoord, Naam] = Field(min_length=1, max_length=6, description="Een waarde per as")
    product_categorie: ProductCategorie | None = Field(default=None, description="Leeg: generiek")
    product_code: ProductCode | None = Field(default=None, description="Leeg: met een budget")
    volume: Volume | None = Field(default=None, description="Omvang; bij eenheid 83 in eurocenten")
    eenheid: Eenheid | None = Field(default=None, description="Eenheid van de omvang")
    frequentie: Frequentie | None = Field(default=None, description="Per dag, week, maand of in totaal")
    budget: Cents | None = Field(default=None, description="Budget in eurocenten, als er geen omvang is")
    maanden: int | None = Field(default=None, ge=1, le=600, description="Looptijd in maanden; leeg: open")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        size = (self.product_code, self.volume, self.eenheid, self.frequentie)
        if len({part is None for part in size}) > 1:
            raise ValueError("volume, eenheid en frequentie horen bij een productcode (CD041): vul alle of geen")
        if self.volume is not None and self.budget is not None:
            raise ValueError("vul omvang of budget, niet allebei (CD077)")
        if self.product_categorie is None and (self.product_code is not None or self.budget is None):
            raise ValueError("een generiek arrangement heeft een budget en geen product")
        return self


class Plafond(Model):
    """Een grens aan wat er wordt vastgelegd: zij waarschuwt, zij houdt niets tegen."""

    naam: Naam = Field(description="Naam")
    standaard: Standaard
    aanbieder: AgbCode | None = Field(default=None, description="Leeg: alle aanbieders")
    perceel: Perceel | None = Field(default=None, description="Leeg: alle percelen")
    product_categorie: ProductCategorie | None = Field(default=None, description="Leeg: alle categorieën")
    product_code: ProductCode | None = Field(default=None, description="Leeg: alle producten")
    bedrag: int = Field(ge=1, le=99_999_999_999, description="Eurocenten in de periode")
    waarschuw_bij: int = Field(default=80, ge=1, le=100, description="Bij welk percentage er wordt gewaarschuwd")
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum = Field(description="Laatste dag")

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        return self


class Regio(Model):
    """De gemeente die de inkoop voor deze gemeente bijhoudt."""

    centrum: Gemeentecode | None = Field(description="Gemeentecode; leeg: de gemeente doet het zelf")


class Leden(Model):
    """De gemeenten voor wie deze gemeente de inkoop wil bijhouden."""

    gemeenten: list[Gemeentecode] = Field(max_length=100, description="Gemeentecodes")


class Regioleden(Leden):
    """De leden, en wie van hen de inkoop hier laat bijhouden."""

    volgers: list[str] = Field(description="Leden die hebben gekozen deze gemeente te volgen")


class Ingelezen(Model):
    """Wat er is ingelezen."""

    aantallen: dict[str, int] = Field(description="Aantal regels per soort")
    gemeenten: list[str] = Field(description="Voor welke gemeenten het is vastgelegd: de eigen en die van de regio")
    waarschuwingen: list[str] = Field(default=[], description="Wat opviel; het hield niets tegen")
