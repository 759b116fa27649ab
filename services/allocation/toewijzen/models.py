"""What allocating takes beside the message: an arrangement, the access, and a second person."""

from pydantic import Field, model_validator

from services.allocation.inkoop.models import Naam, Sleutelwoord
from services.allocation.models import NieuweToewijzing
from shared.contracts import Bsn, Datum, Id, Model, ProductCategorie, ProductCode, Standaard

TOEGANGEN = {
    "ijw": ("wijkteam", "huisarts", "jeugdarts", "kinderarts", "gecertificeerde_instelling", "rechter"),
    "iwmo": ("wijkteam", "gemeente"),
}
"""Who lets a citizen in, per law."""
_TOEGANG = "|".join(dict.fromkeys(name for names in TOEGANGEN.values() for name in names))


class Keuze(Model):
    """Een vakje van een tabel van arrangementen."""

    model: Sleutelwoord = Field(description="De tabel")
    assen: dict[Sleutelwoord, Naam] = Field(min_length=1, max_length=6, description="Een waarde per as")


class Toegewezen(NieuweToewijzing):
    """Een nieuwe toewijzing, met wat de gemeente daarbij vastlegt; product, omvang en budget, of een arrangement."""

    arrangement: Keuze | None = Field(default=None, description="In plaats van product, omvang en budget")
    toegang: str = Field(
        pattern=f"^({_TOEGANG})$",
        description="Wie de toegang bepaalde: "
        + "; ".join(f"{wet} {', '.join(names)}" for wet, names in TOEGANGEN.items()),
    )
    resultaatgebieden: list[Naam] = Field(default=[], max_length=20, description="Waaraan wordt gewerkt")

    @model_validator(mode="after")
    def _either(self) -> "Toegewezen":
        if self.arrangement and (self.product or self.omvang or self.budget is not None):
            raise ValueError("kies een arrangement, of geef product, omvang of budget; niet allebei")
        return self


class Toewijsgrens(Model):
    """Vanaf welk bedrag een tweede persoon een toewijzing goedkeurt."""

    standaard: Standaard
    bedrag: int = Field(ge=0, le=99_999_999_999, description="Eurocenten over de looptijd; open: het eerste jaar")


class Toewijsgrenzen(Model):
    """De grenzen van de gemeente."""

    toewijsgrenzen: list[Toewijsgrens] = Field(description="Per wet")


class NieuwPgb(Model):
    """Een persoonsgebonden budget van een burger."""

    bsn: Bsn = Field(description="BSN van de burger")
    standaard: Standaard
    product_categorie: ProductCategorie
    product_code: ProductCode | None = Field(default=None, description="Leeg: de hele categorie")
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(default=None, description="Laatste dag; leeg als die niet bekend is")

    @model_validator(mode="after")
    def _period(self) -> "NieuwPgb":
        if self.einddatum is not None and self.einddatum < self.begindatum:
            raise ValueError("de einddatum ligt voor de begindatum")
        return self


class Pgbeinde(Model):
    """Een eerdere laatste dag van een persoonsgebonden budget."""

    einddatum: Datum = Field(description="Nieuwe laatste dag; ligt zij voor de begindatum, dan vervalt het pgb")


class Pgb(Model):
    """Een vastgelegd persoonsgebonden budget."""

    id: Id = Field(description="Kenmerk")
    bsn: str = Field(description="BSN; zonder het recht inzien alleen de laatste drie cijfers")
    standaard: str = Field(description="ijw of iwmo")
    product_categorie: str = Field(description="Productcategorie")
    product_code: str | None = Field(description="Productcode")
    begindatum: Datum = Field(description="Eerste dag")
    einddatum: Datum | None = Field(description="Laatste dag")
    vervallen: bool = Field(default=False, description="Het is vervallen, en staat niet meer in de lijst")


class Pgbs(Model):
    """De persoonsgebonden budgetten."""

    pgbs: list[Pgb] = Field(description="Op begindatum")
