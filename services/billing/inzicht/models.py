"""What the API of insight gives. Amounts are whole eurocents, shares 0 to 1."""

from datetime import date

from pydantic import Field

from shared.contracts import Id, Model

WET = Field(description="ijw of iwmo")
TEGENPARTIJ = Field(description="De aanbieder, of voor een aanbieder de gemeente")


class Afkeur(Model):
    """Wat er is afgewezen, om één retourcode of om welke dan ook."""

    standaard: str = WET
    tegenpartij: str = TEGENPARTIJ
    retourcode: str | None = Field(description="Retourcode; leeg: alle samen, iedere regel één keer")
    betekenis: str | None = Field(description="Wat de code zegt")
    vervolgstap: str | None = Field(description="Wat de aanbieder dan doet")
    regels: int = Field(description="Ingediende regels")
    afgewezen_regels: int = Field(description="Daarvan afgewezen")
    aandeel_regels: float = Field(description="Deel van de regels, op vier decimalen")
    bedrag: int = Field(description="Ingediende eurocenten; debet en credit tellen beide positief")
    afgewezen_bedrag: int = Field(description="Daarvan afgewezen")
    aandeel_bedrag: float = Field(description="Deel van het bedrag, op vier decimalen")


class Afkeuroverzicht(Model):
    """Wat er is afgewezen van de beantwoorde declaraties van een periode."""

    van: date = Field(description="Eerste dag van dagtekening")
    tot: date = Field(description="Laatste dag")
    afkeur: list[Afkeur] = Field(description="Per wet, tegenpartij en retourcode")


class EersteKeer(Model):
    """Hoeveel er in één keer goed was."""

    standaard: str = WET
    tegenpartij: str = TEGENPARTIJ
    declaraties: int = Field(description="Beantwoorde declaraties")
    declaraties_goed: int = Field(description="Daarvan zonder één afgewezen regel")
    aandeel_declaraties: float = Field(description="Deel, op vier decimalen")
    regels: int = Field(description="Keren dat een product over een periode voor het eerst is gedeclareerd")
    regels_goed: int = Field(description="Daarvan meteen toegekend")
    aandeel_regels: float | None = Field(description="Deel, op vier decimalen; leeg als er niets nieuws was")


class EersteKeerGoed(Model):
    """Hoeveel er in één keer goed was, van de beantwoorde declaraties van een periode."""

    van: date = Field(description="Eerste dag van dagtekening")
    tot: date = Field(description="Laatste dag")
    eerste_keer_goed: list[EersteKeer] = Field(description="Per wet en tegenpartij")


class Doorlooptijd(Model):
    """Dagen van een declaratie tot het antwoord, of tot de betaling."""

    standaard: str = WET
    tegenpartij: str = TEGENPARTIJ
    tot: str = Field(description="antwoord of betaling")
    aantal: int = Field(description="Declaraties die zo ver zijn")
    gemiddeld: float = Field(description="Dagen, op één decimaal")
    mediaan: float = Field(description="De helft duurde niet langer")
    p90: float = Field(description="Negen van de tien duurden niet langer")


class Doorlooptijden(Model):
    """Doorlooptijden van de declaraties van een periode; de betaling kent alleen de gemeente."""

    van: date = Field(description="Eerste dag van dagtekening")
    tot: date = Field(description="Laatste dag")
    doorlooptijden: list[Doorlooptijd] = Field(description="Per wet, tegenpartij en eindpunt")


class OpvallendeRegel(Model):
    """Een prestatie met een tarief dat ver van het gebruikelijke ligt."""

    standaard: str = WET
    tegenpartij: str = TEGENPARTIJ
    declaratie: Id = Field(description="Kenmerk van de declaratie")
    declaratie_nummer: str = Field(description="DeclaratieNummer")
    referentie: str = Field(description="ReferentieNummer")
    product: str = Field(description="Productcategorie en -code")
    eenheid: str = Field(description="Eenheid")
    tarief: int = Field(description="Eurocenten per eenheid")
    gebruikelijk: float = Field(description="Eurocenten per eenheid, op één decimaal")
    factor: int | None = Field(description="Ongeveer zoveel keer te hoog (10, 60 of 100), of te laag (negatief)")
    melding: str = Field(description="Wat er aan de hand kan zijn, en wat u nu doet")


class OpvallendeTarieven(Model):
    """Opvallende tarieven in de declaraties van een periode."""

    van: date = Field(description="Eerste dag van dagtekening")
    tot: date = Field(description="Laatste dag")
    opvallende_tarieven: list[OpvallendeRegel] = Field(description="De nieuwste declaratie eerst")
    volledig: bool = Field(description="Onwaar als er meer zijn dan hier staan; kies dan een kortere periode")


class Realisatie(Model):
    """Wat er is toegekend, of bij een taakbekostiging betaald, tegen wat er is vastgelegd."""

    standaard: str = Field(description="ijw of iwmo; leeg: een taakbekostiging, die geen wet heeft")
    sleutel: str = Field(description="Maand, plafond, tegenpartij of product (leeg bij een taakbekostiging)")
    vastgelegd: int = Field(
        description="Eurocenten volgens de toewijzingen zoals zij nu gelden, of de termijnen die in die maand vervallen"
    )
    gerealiseerd: int = Field(
        description="Toegekende eurocenten, min wat is gecrediteerd; van die termijnen wat de bank heeft betaald"
    )
    verschil: int = Field(description="Vastgelegd min gerealiseerd")
    percentage: int | None = Field(description="Gerealiseerd als percentage van vastgelegd, naar beneden")
    zonder_bedrag: int = Field(description="Aantal toewijzingen dat (deels) als 0 telt: het bedrag is niet bekend")


class Realisaties(Model):
    """Realisatie over een jaar, of over de periode van ieder plafond."""

    jaar: int = Field(description="Kalenderjaar van de productperioden en vervaldatums")
    per: str = Field(description="maand, plafond, tegenpartij of product")
    realisatie: list[Realisatie] = Field(description="Per wet en sleutel")
