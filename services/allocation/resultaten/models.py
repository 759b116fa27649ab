"""What the API of outcomes takes and gives."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.allocation.models import ToewijzingId
from shared.contracts import Model, Standaard

AANDEEL = "Aandeel in stappen van 0,05; 0,1 is 10% of minder, 0,9 is 90% of meer; leeg bij minder dan 10 antwoorden"
CIJFER = "Gemiddelde tevredenheid in halve punten; 1,5 is dat of lager, 9,5 dat of hoger; leeg bij minder dan 10"
Deel = Annotated[float | None, Field(description=AANDEEL)]


class NieuwResultaat(Model):
    """Wat er van een traject is geworden; leeg is wat niet bekend is."""

    toewijzing: ToewijzingId
    rapportcijfer: int | None = Field(default=None, ge=1, le=10, description="Tevredenheid van de cliënt, 1 tot 10")
    geholpen: str | None = Field(
        default=None, pattern="^(ja|deels|nee)$", description="Antwoord op: bent u met deze hulp geholpen?"
    )
    zelf_verder: bool | None = Field(default=None, description="De cliënt kan zonder hulp verder")
    geen_nieuwe_start: bool | None = Field(default=None, description="Er begon daarna geen nieuwe hulp")
    problemen_verminderd: bool | None = Field(default=None, description="De problemen zijn verminderd")
    doel_bereikt: bool | None = Field(default=None, description="Het afgesproken doel is bereikt")


class Resultaat(NieuwResultaat):
    """Een resultaat met de definitieve stop waar het bij hoort."""

    einddatum: date = Field(description="Laatste dag van de levering")
    reden_beeindiging: str = Field(description="Reden van de stop (codelijst)")
    einde: str = Field(description="volgens-plan, uitval, doorstroom of geen (administratief)")


class Resultaten(Model):
    """Vastgelegde resultaten."""

    resultaten: list[Resultaat] = Field(description="De resultaten, op toewijzing")


class Inlezen(Model):
    """Resultaten van een aanbieder, zoals zijn export ze geeft."""

    resultaten: list[NieuwResultaat] = Field(max_length=5_000, description="De resultaten")


class Ingelezen(Model):
    """Wat er is ingelezen."""

    aantal: int = Field(description="Aantal resultaten")


class Cijfers(Model):
    """Cijfers van een groep; leeg is wat over minder dan 10 trajecten gaat, of die zou verraden (zelden)."""

    beeindigd: int | None = Field(description="Beëindigde trajecten, naar beneden afgerond op tientallen")
    uitval: Deel
    rapportcijfer: float | None = Field(description=CIJFER)
    geholpen: Deel
    zelf_verder: Deel
    geen_nieuwe_start: Deel
    problemen_verminderd: Deel
    doel_bereikt: Deel


class Groep(Model):
    """Een aanbieder, een product, een profiel of een gemeente met zijn cijfers."""

    sleutel: str = Field(description="AGB-code, categorie/productcode, model/profiel of gemeentecode")
    cijfers: Cijfers


class Tabel(Model):
    """De trajecten onder een wet, op één manier verdeeld."""

    standaard: Standaard
    per: str = Field(description="aanbieder, product, profiel (van een arrangement; anders het product) of gemeente")
    groepen: list[Groep] = Field(description="De groepen van 10 trajecten of meer")
    totaal: Cijfers


class Overzicht(Model):
    """De resultaten van een kalenderjaar, tot het einde van het laatste kwartaal dat voorbij is."""

    jaar: int = Field(description="Jaar waarin de trajecten eindigden")
    tot_en_met: date | None = Field(description="Laatste dag die meetelt; leeg als nog geen kwartaal voorbij is")
    tabellen: list[Tabel] = Field(description="Per wet vier verdelingen van dezelfde trajecten")
