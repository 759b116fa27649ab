"""What the API of steering takes and gives. Amounts are whole eurocents."""

from datetime import date

from pydantic import Field, model_validator

from services.allocation.inkoop.models import Naam, Sleutelwoord
from shared.contracts import Datum, Model, ProductCategorie, ProductCode, Standaard


class Budgetregel(Model):
    """Wat er in een jaar, of in de periode van een plafond, is vastgelegd."""

    standaard: str = Field(description="ijw of iwmo; leeg: een taakbekostiging, die geen wet heeft")
    sleutel: str = Field(description="Waarnaar is opgeteld; bij meer dan één met ' | ' ertussen; leeg: zonder")
    naam: str | None = Field(description="Naam van de eerste sleutel, als die bij de inkoop bekend is")
    toewijzingen: int = Field(description="Aantal toewijzingen")
    vastgelegd: int = Field(description="Eurocenten volgens de toewijzingen zoals zij nu gelden")
    prognose: int = Field(description="Eurocenten als wat nu per dag, week of maand loopt na zijn einddatum doorgaat")
    plafond: int | None = Field(
        default=None, description="Eurocenten van het plafond over precies wat deze regel optelt; leeg: er is er geen"
    )
    resterend: int | None = Field(default=None, description="Plafond min wat daaronder is vastgelegd, in alle regels")
    percentage: int | None = Field(default=None, description="Vastgelegd als percentage van het plafond, naar beneden")
    waarschuwing: bool | None = Field(default=None, description="Of de waarschuwingsgrens van het plafond is bereikt")
    overschrijding_verwacht: bool | None = Field(default=None, description="Of de prognose boven het plafond komt")
    zonder_bedrag: int = Field(
        description="Aantal toewijzingen dat (deels) als 0 telt: geen tarief of contract die dag, of omvang noch budget"
    )
    aanbieder: str | None = Field(default=None, description="AGB-code, als naar aanbieder is opgeteld")
    product: str | None = Field(default=None, description="Categorie en code, als naar product is opgeteld")
    perceel: str | None = Field(default=None, description="Perceel van het product, als daarnaar is opgeteld")
    model: str | None = Field(
        default=None, description="Tabel van arrangementen, of anders perceel of categorie; taak: een taakbekostiging"
    )
    maand: str | None = Field(default=None, description="Kalendermaand, als daarnaar is opgeteld")


class Budgetten(Model):
    """Wat er is vastgelegd, per wet, op sleutel."""

    jaar: int = Field(description="Kalenderjaar")
    peildatum: date = Field(description="De dag waarop voor de prognose is gekeken wat er loopt")
    per: str = Field(description="plafond, aanbieder, product, perceel, model of maand, of meer met een komma ertussen")
    budgetten: list[Budgetregel] = Field(description="De regels")


Aantal = int | None
Dagen = int | None
DAGEN = "In dagen; 7 is een week of minder, 364 een jaar of meer"


class Beweging(Model):
    """Cliënten die van zwaar naar licht bewogen of andersom, naar beneden afgerond op tientallen.

    Leeg is wat over minder dan 10 gaat, of die zou verraden (zelden).
    """

    standaard: str = Field(description="ijw of iwmo")
    per: str = Field(description="model of aanbieder")
    sleutel: str | None = Field(description="Het model (leeg: geen) of de aanbieder; ontbreekt bij het totaal")
    gestart: Aantal = Field(description="Had voor de periode niets, aan het einde wel")
    gestopt: Aantal = Field(description="Had voor de periode zorg, aan het einde niet meer")
    lichter: Aantal = Field(description="Minder intensief of minder resultaatgebieden")
    gelijk: Aantal = Field(description="Niet lichter en niet zwaarder")
    zwaarder: Aantal = Field(description="Intensiever of meer resultaatgebieden")
    minder_gebieden: Aantal = Field(description="Beweging 1: minder resultaatgebieden")
    minder_intensief: Aantal = Field(description="Beweging 2: een lagere intensiteit")
    uitgestroomd: Aantal = Field(description="Beweging 3: geen toewijzing meer onder deze wet")
    minder_maatwerk: Aantal = Field(description="Beweging 4: minder toewijzingen buiten een model")
    naar_ondersteunend: Aantal = Field(description="Beweging 5: van activerend naar ondersteunend")


class Doorstroom(Model):
    """Bewegingen in een periode: de dag ervoor vergeleken met de laatste dag."""

    begin: date = Field(description="Eerste dag")
    eind: date | None = Field(
        description="Laatste dag, hooguit die van het laatste kwartaal dat voorbij is; leeg als er nog geen voorbij is"
    )
    doorstroom: list[Beweging] = Field(
        description="Per wet, per model en per aanbieder, en het totaal; alleen waarvan iets getoond wordt"
    )


class Wachttijd(Model):
    """Hoe lang cliënten wachten tussen toewijzing en start: aantallen op tientallen naar beneden, dagen op hele weken.

    Leeg is wat over minder dan 10 toewijzingen gaat, of die zou verraden (zelden).
    """

    standaard: str = Field(description="ijw of iwmo")
    aanbieder: str = Field(description="AGB-code")
    product: str = Field(description="Productcategorie en -code")
    gestart: Aantal = Field(description="Toewijzingen die gestart zijn")
    gemiddeld: Dagen = Field(description="Gemiddelde wachttijd van wat gestart is. " + DAGEN)
    mediaan: Dagen = Field(description="De helft wachtte niet langer. " + DAGEN)
    p90: Dagen = Field(description="Negen van de tien wachtten niet langer. " + DAGEN)
    wachtend: Aantal = Field(description="Toewijzingen die nog niet gestart waren en al hadden kunnen starten")
    gemiddeld_wachtend: Dagen = Field(description="Hoe lang de wachtenden gemiddeld al wachtten. " + DAGEN)
    levertermijn: int | None = Field(description="Werkdagen die de aanbieder volgens de inkoop heeft")
    te_laat: Aantal = Field(description="Gestart na de levertermijn, of die termijn al voorbij; leeg ook: geen termijn")


class Wachttijden(Model):
    """Wachttijden van de toewijzingen waarvan het wachten in een jaar begon; wie nu wacht staat bij /v1/termijnen."""

    jaar: int = Field(description="Kalenderjaar")
    peildatum: date = Field(description="Laatste dag van het laatste kwartaal dat voorbij is: tot en met dan is geteld")
    wachttijden: list[Wachttijd] = Field(description="Per wet, aanbieder en product; alleen waarvan iets getoond wordt")


class Omzetregel(Model):
    """Welk product in welk vakje van het model overgaat."""

    product_categorie: ProductCategorie
    product_code: ProductCode | None = Field(default=None, description="Leeg: toewijzingen zonder productcode")
    assen: dict[Sleutelwoord, Naam] = Field(min_length=1, max_length=6, description="Een waarde per as")


Aandeel = Field(default=0.0, ge=0, le=1, description="Deel van de cliënten per jaar, 0 tot 1")


class Aandelen(Model):
    """Welk deel van de cliënten elk jaar beweegt."""

    minder_gebieden: float = Aandeel
    minder_intensief: float = Aandeel
    naar_vrij_toegankelijk: float = Aandeel
    naar_ondersteunend: float = Aandeel
    minder_maatwerk: float = Aandeel

    @model_validator(mode="after")
    def _whole(self) -> "Aandelen":
        moving = (self.minder_gebieden, self.minder_intensief, self.naar_vrij_toegankelijk, self.naar_ondersteunend)
        if sum(moving) > 1:
            raise ValueError("samen bewegen er meer cliënten dan er zijn: houd de som op 1 of minder")
        return self


class Scenariovraag(Model):
    """Wat er gebeurt als lopende toewijzingen naar een model worden omgezet."""

    standaard: Standaard
    model: Sleutelwoord = Field(description="De tabel van arrangementen")
    per: Datum = Field(description="Eerste dag van de nieuwe situatie; wat dan loopt wordt omgezet")
    jaren: int = Field(ge=1, le=10, description="Over hoeveel jaren")
    omzetting: list[Omzetregel] = Field(min_length=1, max_length=500, description="Per product het vakje")
    conservatief: Aandelen = Aandelen()
    gemiddeld: Aandelen = Aandelen()
    optimaal: Aandelen = Aandelen()


class Scenariojaar(Model):
    """Een jaar van een scenario."""

    scenario: str = Field(description="conservatief, gemiddeld of optimaal")
    jaar: int = Field(description="1 is het eerste jaar vanaf de omzetting")
    bedrag: int = Field(description="Eurocenten in dat jaar, ook van wat niet is omgezet")
    verschil: int = Field(description="Eurocenten ten opzichte van de situatie van nu; negatief is minder")
    in_zorg: float = Field(description="Verwacht aantal omgezette toewijzingen dat nog loopt, op één decimaal")


class Scenarios(Model):
    """Uitkomst van een scenarioberekening; er verandert niets."""

    uitgangspunten: list[str] = Field(description="Hoe er is gerekend")
    toewijzingen: int = Field(description="Aantal dat op die dag loopt")
    omgezet: int = Field(description="Aantal daarvan dat overgaat")
    huidig_bedrag: int = Field(description="Eurocenten per jaar zoals het nu is")
    omgezet_bedrag: int = Field(description="Eurocenten per jaar meteen na de omzetting, met wat niet overgaat")
    scenarios: list[Scenariojaar] = Field(description="Per scenario en jaar")
