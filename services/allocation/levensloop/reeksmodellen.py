"""What steps over many allocations take and give over HTTP: the end of a contract, a conversion, a redivision."""

from datetime import datetime
from typing import Any

from pydantic import Field, model_validator

from services.allocation.models import Omvang, Product, ToewijzingId
from services.allocation.toewijzen.models import Keuze
from shared.contracts import AgbCode, Cents, Datum, Gemeentecode, Id, Model, Standaard


class Beeindiging(Model):
    """Het einde van een contract met een aanbieder."""

    datum: Datum = Field(description="Laatste dag van het contract")
    laatste_instroom: Datum | None = Field(
        default=None, description="Laatste dag waarop nieuwe zorg begint; leeg: datum"
    )
    lopende: str = Field(
        pattern="^(afmaken|beeindigen)$",
        description="afmaken: wat loopt houdt zijn einddatum en tarief; beeindigen: alles eindigt op datum (reden 03)",
    )


class Lopend(Model):
    """Een toewijzing die na een dag doorloopt."""

    toewijzing: ToewijzingId
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    product_categorie: str | None = Field(description="Productcategorie")
    product_code: str | None = Field(description="Productcode")
    einddatum: Datum | None = Field(description="Laatste dag; leeg als die niet bekend is")
    waarde: int = Field(description="Eurocenten na die dag; zonder einddatum over een jaar")


class Contracteinde(Model):
    """Een contract, en wat ervan doorloopt."""

    nummer: str = Field(description="Nummer van het contract")
    instroom_tot: Datum | None = Field(description="Laatste dag waarop nieuwe zorg mag beginnen")
    einddatum: Datum | None = Field(description="Laatste dag waarop nog wordt geleverd en betaald")
    omzetting: Id | None = Field(default=None, description="Het plan dat alles beëindigt; een collega keurt het goed")
    lopend: list[Lopend] = Field(description="Wat na de gevraagde dag doorloopt")


class Doel(Model):
    """Wat er voor een product in de plaats komt: een arrangement, of een product met omvang of budget."""

    arrangement: Keuze | None = Field(default=None, description="Een vakje van een tabel van arrangementen")
    product: Product | None = Field(default=None, description="Het nieuwe product")
    omvang: Omvang | None = Field(default=None, description="Verplicht bij een productcode")
    budget: Cents | None = Field(default=None, description="Budget in eurocenten, als er geen omvang is")

    @model_validator(mode="after")
    def _either(self) -> "Doel":
        direct = (self.product, self.omvang, self.budget) != (None, None, None)
        if (self.arrangement is not None) == direct:
            raise ValueError("geef een arrangement, of een product met omvang of budget")
        coded = self.product is not None and self.product.code is not None
        if coded != (self.omvang is not None):
            raise ValueError("omvang hoort bij een productcode (CD041): vul beide of geen van beide")
        if self.omvang is not None and self.budget is not None:
            raise ValueError("vul omvang of budget, niet allebei (CD077)")
        return self


class Omzetregel(Model):
    """Van een oud product naar een nieuw."""

    van: Product = Field(description="Het product dat wordt omgezet; zonder code wat aspecifiek is toegewezen")
    naar: Doel = Field(description="Wat ervoor in de plaats komt")
    maximaal_maanden: int | None = Field(default=None, ge=1, le=600, description="Hoe lang het nieuwe hoogstens loopt")


class NieuweOmzetting(Model):
    """Lopende toewijzingen die overgaan naar een nieuw model, bij dezelfde aanbieder."""

    standaard: Standaard
    per: Datum = Field(description="Eerste dag van de nieuwe toewijzingen")
    aanbieders: list[AgbCode] = Field(default=[], max_length=1000, description="Alleen van deze aanbieders; leeg: alle")
    regels: list[Omzetregel] = Field(min_length=1, max_length=200, description="Per oud product")

    @model_validator(mode="after")
    def _unique(self) -> "NieuweOmzetting":
        olds = [(rule.van.categorie, rule.van.code) for rule in self.regels]
        if len(set(olds)) < len(olds):
            raise ValueError("een product wordt op één manier omgezet: het staat er twee keer")
        return self


class NieuweHerindeling(Model):
    """Een gemeente die opgaat in een andere."""

    oude_gemeente: Gemeentecode = Field(description="Code van de gemeente die ophoudt")
    nieuwe_gemeente: Gemeentecode = Field(description="Code van de gemeente die haar taken overneemt")
    per: Datum = Field(description="Eerste dag van de nieuwe gemeente")


class Reden(Model):
    """Waarom iets niet kan."""

    code: str = Field(description="Regelcode of naam")
    melding: str = Field(description="Wat er mis is en wat u nu doet")


class Regel(Model):
    """Wat er met één toewijzing gebeurt."""

    volgnummer: int = Field(description="Plaats in het plan")
    toewijzing: ToewijzingId
    aanbieder: str = Field(description="AGB-code")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    oud: dict[str, Any] = Field(description="De toewijzing zoals zij was, met de namen van de standaard")
    einddatum: Datum = Field(description="Haar nieuwe laatste dag")
    reden_wijziging: str = Field(description="Reden (codelijst)")
    nieuw: dict[str, Any] | None = Field(description="Wat ervoor in de plaats komt; leeg: niets")
    waarde_oud: int = Field(description="Eurocenten vanaf die dag, zonder wijziging")
    waarde_nieuw: int = Field(description="Eurocenten vanaf die dag, als alles wordt gebruikt")
    fouten: list[Reden] = Field(description="Waarom deze niet kan; zo'n toewijzing blijft zoals zij is")
    stand: str = Field(description="fout, gepland, verstuurd, geaccepteerd of geweigerd")
    reden: str = Field(description="Waarom er is geweigerd, hier of door de aanbieder")
    bericht: Id | None = Field(description="Het 301-bericht")
    nieuwe_toewijzing: ToewijzingId | None = Field(description="De toewijzing die ervoor in de plaats kwam")


class Totalen(Model):
    """Het plan in getallen, voorzichtig gerekend: wat niet kan kost wat het kostte, al het nieuwe wordt gebruikt."""

    regels: int = Field(description="Aantal toewijzingen")
    fouten: int = Field(description="Aantal dat niet kan")
    waarde_oud: int = Field(description="Eurocenten vanaf die dag, zonder wijziging")
    waarde_nieuw: int = Field(description="Eurocenten vanaf die dag, voorzichtig gerekend")
    standen: dict[str, int] = Field(description="Aantal per stand")


class Omzetting(Model):
    """Een stap over veel toewijzingen: een omzetting, een contracteinde of een herindeling."""

    id: Id = Field(description="Kenmerk")
    soort: str = Field(description="omzetting, contracteinde of herindeling")
    standaard: str | None = Field(description="ijw of iwmo; leeg: beide")
    per: Datum = Field(description="Eerste dag van de nieuwe situatie")
    contract: str | None = Field(description="Het contract dat eindigt")
    oude_gemeente: str | None = Field(description="Bij een herindeling")
    nieuwe_gemeente: str | None = Field(description="Bij een herindeling, als zij hier werkt")
    gemaakt_door: str = Field(description="Wie het klaarzette")
    gemaakt_op: datetime = Field(description="Wanneer")
    goedgekeurd_door: str | None = Field(description="Wie het goedkeurde; leeg: het wacht")
    goedgekeurd_op: datetime | None = Field(description="Wanneer")


class VolledigeOmzetting(Omzetting):
    """Een plan met zijn regels."""

    totalen: Totalen = Field(description="Het plan in getallen")
    regels: list[Regel] = Field(description="Per toewijzing, op volgnummer")


class Omzettingen(Model):
    """Plannen, het nieuwste eerst."""

    omzettingen: list[Omzetting] = Field(description="De plannen")


class Overgedragen(Model):
    """Een toewijzing die een nieuwe gemeente elders vaststelt."""

    standaard: str = Field(description="ijw of iwmo")
    aanbieder: str = Field(description="AGB-code")
    bsn: str = Field(description="BSN van de cliënt")
    oud_nummer: int = Field(description="ToewijzingNummer bij de oude gemeente")
    toewijzing: dict[str, Any] = Field(
        description="Product, omvang of budget en periode, met de namen van de standaard"
    )


class Herindelingsexport(Model):
    """Wat een nieuwe gemeente die hier niet werkt, opnieuw vaststelt."""

    toewijzingen: list[Overgedragen] = Field(description="Per toewijzing")
