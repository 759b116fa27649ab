"""What the allocation API takes and gives."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from shared.contracts import (
    CARRIED,
    AgbCode,
    Cents,
    Datum,
    Eenheid,
    Frequentie,
    Id,
    Model,
    ProductCategorie,
    ProductCode,
    Standaard,
    Volume,
)
from shared.models import model_of

Client: Any = model_of("JW301", "Client", without=("ToegewezenProducten",))
"""A citizen as a 301 carries it; the class is the same in both standards."""
ToewijzingId = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-(ijw|iwmo)-[0-9]{1,9}$",
        description="Gemeentecode, standaard en ToewijzingNummer",
        examples=["0193-ijw-10001"],
    ),
]
RedenWijziging = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-4])$", description="Reden van de wijziging (codelijst)")]
Commentaar = Annotated[str, Field(max_length=2000, pattern=r"\S"), CARRIED]
StatusAanlevering = Annotated[str, Field(pattern=r"^[13]$", description="1 eerste aanlevering, 3 verwijderen")]


class Product(Model):
    """Het product; zonder code is de toewijzing aspecifiek."""

    categorie: ProductCategorie
    code: ProductCode | None = Field(default=None, description="Productcode; leeg als de toewijzing aspecifiek is")


class Omvang(Model):
    """Hoeveel er per keer of in totaal mag worden geleverd."""

    volume: Volume = Field(description="Aantal eenheden per frequentie")
    eenheid: Eenheid
    frequentie: Frequentie


class NieuweToewijzing(Model):
    """Een toewijzing die de gemeente vaststelt: met omvang (specifiek) of budget (aspecifiek, generiek)."""

    standaard: Standaard
    aanbieder: AgbCode = Field(description="AGB-code van de aanbieder")
    client: Client = Field(description="De cliënt, zoals in het 301-bericht")
    product: Product | None = Field(default=None, description="Het product; leeg bij een generieke toewijzing")
    ingangsdatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(default=None, description="Laatste dag; leeg als die nog niet bekend is")
    omvang: Omvang | None = Field(default=None, description="Verplicht bij een productcode")
    budget: Cents | None = Field(default=None, description="Budget in eurocenten, als er geen omvang is")
    commentaar: Commentaar | None = Field(default=None, description="Toelichting")

    @model_validator(mode="after")
    def _consistent(self) -> "NieuweToewijzing":
        coded = self.product is not None and self.product.code is not None
        if coded != (self.omvang is not None):
            raise ValueError("omvang hoort bij een productcode (CD041): vul beide of geen van beide")
        if self.omvang is not None and self.budget is not None:
            raise ValueError("vul omvang of budget, niet allebei (CD077)")
        if self.einddatum is not None and self.einddatum < self.ingangsdatum:
            raise ValueError("de einddatum ligt voor de ingangsdatum")
        return self


class Wijziging(Model):
    """Een wijziging van een toewijzing; het nummer blijft gelijk."""

    reden_wijziging: RedenWijziging
    einddatum: Datum | None = Field(default=None, description="Nieuwe laatste dag; eerder dan nu is intrekken")
    volume: Volume | None = Field(default=None, description="Nieuw volume")
    budget: Cents | None = Field(default=None, description="Nieuw budget in eurocenten")
    instemming_aanbieder: bool = Field(
        default=False, description="De aanbieder stemt in met een lager totaal of budget (OP298, OP299)"
    )


class Besluit(Model):
    """Wat de gemeente vastlegde toen zij een toewijzing vaststelde; de aanbieder ziet dit niet."""

    toegang: str | None = Field(description="Wie de toegang bepaalde")
    model: str | None = Field(description="De tabel van arrangementen")
    assen: dict[str, str] | None = Field(description="Het vakje daarin")
    resultaatgebieden: list[str] = Field(description="Waaraan wordt gewerkt")


class Toewijzing(Model):
    """Een toewijzing zoals zij nu geldt."""

    id: ToewijzingId
    standaard: Standaard
    gemeente: str = Field(description="Gemeentecode")
    aanbieder: str = Field(description="AGB-code")
    toewijzing_nummer: int = Field(description="Nummer, uniek binnen gemeente en wet")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    product_categorie: str | None = Field(description="Productcategorie")
    product_code: str | None = Field(description="Productcode")
    ingangsdatum: date = Field(description="Eerste dag")
    einddatum: date | None = Field(description="Laatste dag")
    reden_wijziging: str | None = Field(description="Reden van de laatste wijziging")
    omvang: Omvang | None = Field(description="Omvang")
    budget: int | None = Field(description="Budget in eurocenten")
    bericht: Id = Field(description="Het 301-bericht waarin dit staat")
    waarschuwingen: list[str] = Field(default=[], description="Wat bij het vaststellen opviel; het hield niets tegen")
    besluit: Besluit | None = Field(default=None, description="Wat erbij is vastgelegd, als u één toewijzing inziet")


class Toewijzingen(Model):
    """Toewijzingen zoals zij nu gelden, op nummer."""

    toewijzingen: list[Toewijzing] = Field(description="De toewijzingen")


class Start(Model):
    """Melding dat de levering is begonnen."""

    toewijzing: ToewijzingId
    begindatum: Datum = Field(description="Eerste dag van de levering")
    status_aanlevering: StatusAanlevering = "1"


class Stop(Model):
    """Melding dat de levering tijdelijk (reden 20) of definitief is gestopt."""

    toewijzing: ToewijzingId
    begindatum: Datum = Field(description="Begindatum uit de startmelding")
    einddatum: Datum = Field(description="Laatste dag van de levering")
    reden_beeindiging: str = Field(pattern=r"^[0-9]{2}$", description="Reden van de beëindiging (codelijst)")
    status_aanlevering: StatusAanlevering = "1"


class Verstuurd(Model):
    """Het bericht dat wordt verstuurd."""

    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
