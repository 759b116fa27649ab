"""What the API of deliveries and of declaring takes and gives."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.billing.models import Reden
from shared.contracts import (
    NO_BSN,
    Datum,
    Eenheid,
    Gemeentecode,
    Id,
    Maand,
    Model,
    ProductCategorie,
    ProductCode,
    Standaard,
    Volume,
)
from shared.rules import meaning_of

MOST_ROWS = 10_000
"""The most entries in one request."""
ToewijzingId = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-(ijw|iwmo)-[0-9]{1,9}$", description="Toewijzing, zoals allocation die noemt"),
]
Kenmerk = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._/-]{1,36}$", description="Uw eigen kenmerk; hetzelfde kenmerk vervangt wat er stond"),
    NO_BSN,
]


class _Product(Model):
    eenheid: Eenheid | None = Field(
        default=None, description="Leeg: de eenheid van de toewijzing; uren mogen in minuten"
    )
    product_categorie: ProductCategorie | None = Field(default=None, description="Bij een generieke toewijzing")
    product_code: ProductCode | None = Field(default=None, description="Bij een toewijzing zonder productcode")


class Levering(_Product):
    """Wat er in een maand is geleverd op een toewijzing; opnieuw vastleggen vervangt het volume van die maand.

    Dat geldt ook voor losse verrichtingen in die maand. Een resultaat dat aan het eind van een traject wordt betaald
    (stuks of euro's, totaal over de toewijzing) legt u vast in de laatste maand van de toewijzing (IV089).
    """

    toewijzing: ToewijzingId
    maand: Maand = Field(description="Maand van de levering")
    volume: Volume = Field(description="Geleverd volume in hele eenheden; 0 trekt de levering in")


class VastgelegdeLevering(Model):
    """Een levering met de productperiode die erbij hoort (IV089)."""

    id: Id = Field(description="Kenmerk")
    toewijzing: ToewijzingId
    begindatum: date = Field(description="Eerste dag van de productperiode")
    einddatum: date = Field(description="Laatste dag van de productperiode")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid")


class Verrichting(_Product):
    """Eén levering op één dag; het volume van de maand is de som van haar verrichtingen."""

    toewijzing: ToewijzingId
    kenmerk: Kenmerk
    datum: Datum = Field(description="Dag van de levering; die bepaalt de maand waarin zij telt (IV076)")
    volume: Volume = Field(description="Geleverd volume in hele eenheden; 0 trekt de verrichting in")
    in_uren: bool = Field(
        default=False,
        description="Bij minuten op een toewijzing in uren: declareer de maand in uren, afgerond over de maand (IV079)",
    )


class Verrichtingen(Model):
    """Verrichtingen, alle of geen."""

    verrichtingen: list[Verrichting] = Field(
        min_length=1, max_length=MOST_ROWS, description="De verrichtingen, ieder met een eigen kenmerk"
    )


class Vastgelegd(Model):
    """Wat er van verrichtingen is vastgelegd."""

    verrichtingen: int = Field(description="Hoeveel verrichtingen zijn vastgelegd")
    leveringen: list[VastgelegdeLevering] = Field(description="De maanden waarin zij tellen, met hun nieuwe volume")


class Bestand(Model):
    """Een CSV-bestand met verrichtingen."""

    vingerafdruk: str = Field(description="SHA-256 van de inhoud")


class GeleverdeDag(Model):
    """Een verrichting in een maand."""

    kenmerk: str = Field(description="Uw eigen kenmerk")
    datum: date = Field(description="Dag van de levering")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid van het volume")


class LeveringMetStand(VastgelegdeLevering):
    """Een levering en wat ervan is geworden."""

    product_categorie: str = Field(description="Productcategorie")
    product_code: str = Field(description="Productcode")
    stand: str = Field(
        description="nog niet gedeclareerd, wacht op antwoord, toegekend, afgewezen, gecrediteerd of ingetrokken"
    )
    gewijzigd: bool = Field(description="Of de levering nu anders is dan wat is toegekend; declareer opnieuw")
    bedrag: int | None = Field(description="Eurocenten van de regel waar de stand over gaat")
    referentie: str | None = Field(description="ReferentieNummer van die regel")
    declaratie: Id | None = Field(description="Het bericht waarin die regel staat")
    redenen: list[Reden] = Field(description="Waarom de regel is afgewezen, en wat u nu doet")
    verrichtingen: list[GeleverdeDag] = Field(description="Leeg als de maand als geheel is vastgelegd")


class Leveringen(Model):
    """Een bladzijde leveringen, de nieuwste maand eerst."""

    leveringen: list[LeveringMetStand] = Field(description="De leveringen")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")


class NieuweDeclaratie(Model):
    """Vraag om de declaratie van een maand samen te stellen en te versturen."""

    standaard: Standaard
    gemeente: Gemeentecode = Field(description="Gemeente die betaalt")
    maand: Maand = Field(description="Declaratieperiode; ook eerdere, nog niet toegekende maanden gaan mee")


class Samengesteld(Model):
    """De declaratie die is verstuurd."""

    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
    declaratie_nummer: str = Field(description="DeclaratieNummer")
    regels: int = Field(description="Aantal prestaties")
    ingediend_bedrag: int = Field(description="Totaal in eurocenten, credits afgetrokken")
    waarschuwingen: list["Waarschuwing"] = Field(default=[], description="Wat opviel; het hield niets tegen")


class Voorstelregel(Model):
    """Een prestatie zoals zij zou worden ingediend, en waarom de gemeente haar zou afwijzen."""

    toewijzing: ToewijzingId
    toewijzing_nummer: int = Field(description="ToewijzingNummer")
    product_categorie: str = Field(description="Productcategorie")
    product_code: str = Field(description="Productcode")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    einddatum: date = Field(description="Laatste dag van de productperiode")
    debet_credit: str = Field(description="D (debet) of C (credit)")
    vorige_referentie: str | None = Field(description="ReferentieNummer van de debetregel die wordt gecrediteerd")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid")
    tarief: int | None = Field(description="Tarief in eurocenten")
    bedrag: int = Field(description="Bedrag in eurocenten, credits negatief")
    redenen: list[Reden] = Field(description="Leeg als de regel door de controle komt")


class Waarschuwing(Model):
    """Iets dat mag, maar vaak een vergissing is."""

    code: str = Field(description="TARIEF, TRAJECT, WACHT of OVERGESLAGEN")
    toewijzing: str | None = Field(description="Toewijzing, als het over één levering gaat")
    product_code: str | None = Field(description="Productcode, als het over één levering gaat")
    begindatum: date | None = Field(description="Eerste dag van de productperiode")
    melding: str = Field(description="Wat opvalt, en wat u nu doet")


class Controle(Model):
    """Wat er zou worden verstuurd, en wat de gemeente ervan zou afwijzen; er is niets verstuurd."""

    verstuurbaar: bool = Field(description="Of de declaratie zo kan worden verstuurd")
    ingediend_bedrag: int = Field(description="Totaal in eurocenten, credits afgetrokken")
    regels: list[Voorstelregel] = Field(description="De prestaties, credits van een cliënt eerst")
    redenen: list[Reden] = Field(description="Waarom de declaratie als geheel niet kan")
    waarschuwingen: list[Waarschuwing] = Field(description="Wat opvalt")


class HerstelVerzoek(Model):
    """Vraag om wat van een declaratie is afgewezen te herstellen."""

    versturen: bool = Field(default=False, description="Verstuur wat door de controle komt; anders blijft het voorstel")


class Herstelregel(Model):
    """Een regel van de declaratie, en wat het juiste herstel is."""

    referentie: str = Field(description="ReferentieNummer van de regel")
    toewijzing: str = Field(description="Toewijzing")
    product_code: str = Field(description="Productcode")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    uitkomst: str = Field(description="Wat van de regel is geworden: toegekend, afgewezen of in behandeling")
    handeling: str = Field(
        description="opnieuw indienen, crediteren en opnieuw indienen, crediteren, afwachten, niets of zelf herstellen"
    )
    hersteld: bool = Field(description="Of het herstel door de controle komt, of niet nodig is")
    uitleg: str = Field(description="Waarom dit het herstel is, en wat u nu doet")
    redenen: list[Reden] = Field(description="Waarom het herstel nog niet kan")


class Herstel(Model):
    """Het herstel van een declaratie: een voorstel, of wat ervan is verstuurd."""

    maand: str = Field(description="Declaratieperiode van het herstel")
    hersteld: list[Herstelregel] = Field(description="De regels die zijn afgewezen of nu anders zijn")
    regels: list[Voorstelregel] = Field(description="Wat ervoor wordt ingediend, of nog niet kan")
    redenen: list[Reden] = Field(description="Waarom het herstel als geheel niet kan")
    waarschuwingen: list[Waarschuwing] = Field(description="Wat opvalt")
    verstuurd: Samengesteld | None = Field(description="De declaratie die is verstuurd")


def reden(code: str, retourcode: str) -> Reden:
    """The reason of a rule code, with its words."""
    meaning = meaning_of(code, retourcode)
    return Reden(retourcode=retourcode, regel=code, betekenis=meaning.betekenis, vervolgstap=meaning.vervolgstap)
