"""What the API of terms takes and gives."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from shared.contracts import CARRIED, NO_BSN, Datum, Id, Model, Standaard
from shared.termen import TERMEN

Soort = Annotated[str, Field(pattern=f"^({'|'.join(TERMEN)})$", description="Code van de termijn")]
Status = Annotated[str, Field(pattern="^(te-laat|nadert|open)$", description="te-laat, nadert of open")]
Omschrijving = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S"), CARRIED, NO_BSN]


class Termijn(Model):
    """Iets wat voor een bepaalde dag moet gebeuren en nog niet is gebeurd, of te laat is gebeurd."""

    termijn: str = Field(description="Code van de termijn", examples=["retourbericht"])
    grondslag: str = Field(description="Regel van de standaard; leeg bij een eigen levertermijn", examples=["OP090"])
    omschrijving: str = Field(description="Wat er moet gebeuren")
    standaard: Standaard
    tegenpartij: str = Field(description="Code van de andere partij")
    wie: str = Field(description="Code van de organisatie die aan zet is")
    sinds: date = Field(description="Dag van de gebeurtenis waarna de termijn loopt")
    uiterlijk: date = Field(description="Laatste dag")
    status: str = Field(description="te-laat (de laatste dag is voorbij), nadert (ook een herinnering daarna) of open")
    gedaan_op: date | None = Field(description="Dag waarop het toch is gedaan; leeg zolang het loopt")
    werkdagen_te_laat: int | None = Field(description="Werkdagen na de laatste dag; leeg zolang het loopt")
    bericht: Id = Field(description="Bericht waarom het gaat, of waarin de toewijzing of het verzoek staat")
    toewijzing: str | None = Field(description="Toewijzing, als het daarom gaat")
    volgnummer: int | None = Field(description="Het hoeveelste verzoek van het bericht, als het daarom gaat")


class Termijnen(Model):
    """Wat loopt of te laat is gedaan, de eerste laatste dag voorop."""

    termijnen: list[Termijn] = Field(description="De termijnen")
    volgende: str | None = Field(description="Adres van de volgende bladzijde; leeg als dit de laatste is")


class Signaal(Model):
    """Een termijn die nadert of voorbij is, eenmaal gemeld."""

    id: Id = Field(description="Kenmerk")
    termijn: str = Field(description="Code van de termijn")
    omschrijving: str = Field(description="Wat er moet gebeuren")
    object: str = Field(description="Bericht, toewijzing of verzoek (bericht/volgnummer) waarom het gaat")
    bericht: Id = Field(description="Bericht waarin dit staat")
    standaard: Standaard
    tegenpartij: str = Field(description="Code van de andere partij")
    wie: str = Field(description="Code van de organisatie die aan zet is")
    sinds: date = Field(description="Dag van de gebeurtenis waarna de termijn loopt")
    uiterlijk: date = Field(description="Laatste dag")
    status: str = Field(description="te-laat of nadert")
    gemeld_op: datetime = Field(description="Moment waarop dit is gemeld")
    gezien_door: str | None = Field(description="Wie het zag; leeg zolang niemand het zag")
    gezien_op: datetime | None = Field(description="Wanneer")


class Signalen(Model):
    """Signalen van termijnen die nog lopen, de eerste laatste dag voorop."""

    signalen: list[Signaal] = Field(description="De signalen")
    volgende: str | None = Field(description="Adres van de volgende bladzijde; leeg als dit de laatste is")


class VrijeDag(Model):
    """Een vrije dag van uw organisatie naast weekenden en feestdagen, of een feestdag waarop zij werkt."""

    datum: Datum = Field(description="De dag")
    omschrijving: Omschrijving = Field(description="Waarom hij vrij is", examples=["Bevrijdingsdag"])
    werkdag: bool = Field(default=False, description="Deze feestdag is een werkdag")


class Feestdag(Model):
    """Een algemene feestdag: voor iedereen vrij, behalve wie hem een werkdag maakt."""

    datum: date = Field(description="De dag")
    naam: str = Field(description="Naam", examples=["Tweede Pinksterdag"])


class VrijeDagen(Model):
    """De dagen die in termijnen niet als werkdag tellen naast weekenden, op datum."""

    vrije_dagen: list[VrijeDag] = Field(description="Wat uw organisatie zelf bepaalt")
    feestdagen: list[Feestdag] = Field(description="Feestdagen; buiten deze jaren tellen alleen weekenden als vrij")
