"""What the life of an allocation takes and gives over HTTP: actions on one allocation, its delivery, its history."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, model_validator

from services.allocation.models import Besluit, Product, Toewijzing, ToewijzingId
from shared.contracts import AgbCode, Cents, Datum, Id, Model, Volume

Instemming = Annotated[
    bool, Field(description="De aanbieder stemt in met een lager totaal of budget, na overleg (OP298, OP299)")
]
RedenIntrekking = Annotated[
    str,
    Field(
        pattern="^(02|03|05|06|07|08|09|12|14)$",
        description="Codelijst: 02 overleden, 03 contract, 05 herbeoordeling, 06 ander domein, 07 verhuizing, "
        "08 leveringsvorm, 09 andere aanbieder, 12 door de aanbieder, 14 correctie",
    ),
]
RedenHerziening = Annotated[
    str,
    Field(
        pattern="^(03|04|05|12|14)$",
        description="Codelijst: 03 contract, 04 ruimer, 05 krapper, 12 door de aanbieder, 14 correctie",
    ),
]


class Verlenging(Model):
    """Een latere einddatum onder hetzelfde nummer; zo wordt zorg verlengd die verder gelijk blijft (OP380)."""

    einddatum: Datum = Field(description="Nieuwe laatste dag")
    budget: Cents | None = Field(default=None, description="Budget over de hele, langere looptijd")


class Intrekking(Model):
    """Een eerdere einddatum."""

    einddatum: Datum = Field(description="Nieuwe laatste dag")
    reden: RedenIntrekking


class Verwijdering(Model):
    """De toewijzing geldt als nooit verstuurd; dat kan alleen als er niets op is toegekend (TR385)."""


class Herziening(Model):
    """Een ander volume of budget; per week of maand gaat dat in een nieuw nummer vanaf een dag (IV066)."""

    per: Datum | None = Field(default=None, description="Eerste dag van het andere volume, bij een frequentie")
    volume: Volume | None = Field(default=None, description="Nieuw volume")
    budget: Cents | None = Field(default=None, description="Nieuw budget in eurocenten")
    reden: RedenHerziening | None = Field(
        default=None, description="Leeg: 04 als het meer wordt, 05 als het minder wordt"
    )
    instemming_aanbieder: Instemming = False

    @model_validator(mode="after")
    def _one(self) -> "Herziening":
        if (self.volume is None) == (self.budget is None):
            raise ValueError("geef een volume of een budget")
        return self


class Overdracht(Model):
    """Verder bij een andere aanbieder: de een eindigt, de ander begint."""

    aanbieder: AgbCode = Field(description="AGB-code van de nieuwe aanbieder")
    per: Datum = Field(description="Eerste dag bij de nieuwe aanbieder")
    warme_overdracht: int = Field(default=0, ge=0, le=92, description="Dagen dat de oude nog doorloopt, vanaf die dag")
    volume: Volume | None = Field(
        default=None, description="Bij een totaal: hoeveel meegaat; leeg: wat nog niet is toegekend"
    )
    budget: Cents | None = Field(
        default=None, description="Bij een budget: hoeveel meegaat; leeg: wat nog niet is toegekend"
    )
    instemming_aanbieder: Instemming = False


class Opvolging(Model):
    """Wat er van een toewijzing werd, en wat ervoor in de plaats kwam."""

    toewijzing: Toewijzing = Field(description="De toewijzing zoals zij nu geldt")
    nieuw: Toewijzing | None = Field(default=None, description="De toewijzing die haar opvolgt")


class Startsleutel(Model):
    """Wat er over een start anders moet zijn; wat leeg is blijft."""

    toewijzing: ToewijzingId | None = Field(default=None, description="De toewijzing waarop de start wel hoort")
    begindatum: Datum | None = Field(default=None, description="De juiste eerste dag")
    product: Product | None = Field(default=None, description="Het product dat wel is geleverd")


class Startcorrectie(Model):
    """Herstel van een startmelding (IV008)."""

    toewijzing: ToewijzingId
    begindatum: Datum = Field(description="Eerste dag zoals die is gemeld")
    nieuw: Startsleutel = Field(default=Startsleutel(), description="Wat anders moet; leeg: dezelfde start opnieuw")


class Stopinhoud(Model):
    """Wat er over een stop anders moet zijn; wat leeg is blijft."""

    einddatum: Datum | None = Field(default=None, description="De juiste laatste dag")
    reden_beeindiging: str | None = Field(
        default=None, pattern=r"^[0-9]{2}$", description="De juiste reden (codelijst)"
    )


class Stopcorrectie(Model):
    """Herstel van een stopmelding (IV008)."""

    toewijzing: ToewijzingId
    begindatum: Datum = Field(description="Begindatum zoals gemeld")
    einddatum: Datum = Field(description="Laatste dag zoals die is gemeld")
    reden_beeindiging: str = Field(pattern=r"^[0-9]{2}$", description="Reden zoals die is gemeld (codelijst)")
    nieuw: Stopinhoud = Field(default=Stopinhoud(), description="Wat anders moet; leeg: dezelfde stop opnieuw")


class Gecorrigeerd(Model):
    """De berichten van een correctie: één, of twee als de sleutel gelijk blijft."""

    berichten: list[Id] = Field(description="Kenmerken van de berichten, in de volgorde waarin zij gaan")


class Stopmelding(Model):
    """Een stop die geldt."""

    einddatum: date = Field(description="Laatste dag")
    reden_beeindiging: str = Field(description="Reden (codelijst); 20 is tijdelijk")
    bericht: Id = Field(description="Het 307-bericht")


class Startmelding(Model):
    """Een levering: haar start en wat haar stopte."""

    begindatum: date = Field(description="Eerste dag")
    product_categorie: str | None = Field(description="Productcategorie die wordt geleverd")
    product_code: str | None = Field(description="Productcode die wordt geleverd")
    bericht: Id = Field(description="Het 305-bericht")
    stand: str = Field(
        description="loopt; tijdelijk_gestopt; hervat: daarna ging zij met een nieuwe start verder; beëindigd"
    )
    stops: list[Stopmelding] = Field(description="De stops, in volgorde")


class Levering(Model):
    """Hoe het met de levering op een toewijzing staat."""

    toewijzing: ToewijzingId
    stand: str = Field(description="niet_gestart, loopt, tijdelijk_gestopt of beëindigd")
    leveringen: list[Startmelding] = Field(description="Elke start die geldt, in volgorde")


class Verschil(Model):
    """Een veld dat veranderde."""

    veld: str = Field(description="Naam van het veld in de standaard")
    oud: str | int | None = Field(description="Hoe het was")
    nieuw: str | int | None = Field(description="Hoe het werd")


class Antwoord(Model):
    """Wat de andere partij zei."""

    bericht: Id | None = Field(description="Het retourbericht, als het er is")
    status: str = Field(description="klaar, afgeleverd, goedgekeurd, afgekeurd of mislukt")
    bevindingen: list[str] = Field(description="Waarom het is afgekeurd, met code en betekenis")


class Gebeurtenis(Model):
    """Iets wat met een toewijzing gebeurde."""

    soort: str = Field(
        description="toewijzing, wijziging, start, stop, start of stop verwijderd, verzoek, antwoord op verzoek"
    )
    wanneer: datetime = Field(description="Wanneer het werd vastgelegd")
    wie: str | None = Field(description="Wie het deed, als het aan deze kant gebeurde")
    goedgekeurd_door: str | None = Field(default=None, description="Wie het als tweede goedkeurde")
    bericht: Id = Field(description="Het bericht waarin het staat")
    berichtsoort: str = Field(description="301, 305, 307, 315 of 317")
    reden: str | None = Field(default=None, description="Reden van de wijziging of beëindiging, met haar betekenis")
    verschillen: list[Verschil] = Field(description="Wat er veranderde")
    besluit: Besluit | None = Field(default=None, description="Wat de gemeente erbij vastlegde, aan haar kant")
    antwoord: Antwoord = Field(description="Wat de andere partij zei")


class Levensloop(Model):
    """Alles wat met een toewijzing gebeurde, in volgorde."""

    toewijzing: ToewijzingId
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    gebeurtenissen: list[Gebeurtenis] = Field(description="Het oudste eerst")
