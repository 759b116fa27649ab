"""What the API of requests takes and gives."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, create_model, model_validator

from services.allocation.models import Client, Commentaar, Omvang, Product
from shared.contracts import CARRIED, NO_BSN, Bsn, Cents, Datum, Gemeentecode, Id, Model, Standaard
from shared.models import model_of

VerzoekId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[1-9][0-9]{0,8}$",
        description="Kenmerk van het bericht en het volgnummer van het verzoek daarin",
        examples=["00000000-0000-4000-8000-000000000000-1"],
    ),
]
Soort = Annotated[
    str, Field(pattern="^(toewijzing|wijziging)$", description="Verzoek om toewijzing (315) of om wijziging (317)")
]
Status = Annotated[
    str,
    Field(
        pattern="^(open|in-onderzoek|ingewilligd|afgewezen|afgekeurd|mislukt)$",
        description="open en in-onderzoek wachten op een besluit; afgekeurd en mislukt kwamen niet tot behandeling",
    ),
]
Referentie = Annotated[
    str,
    Field(min_length=1, max_length=36, pattern=r"\S"),
    CARRIED,
    NO_BSN,
]
_KENMERK = "Uw eigen kenmerk, uniek; leeg: wij maken er een"
_PRODUCT: Any = (Product | None, Field(default=None, description="Het product; leeg bij een generieke toewijzing"))
_OMVANG: Any = (Omvang | None, Field(default=None, description="Omvang, bij een productcode"))
_LIST: dict[str, Any] = {"default_factory": list, "max_length": 1000}


def _asked(message: str, klasse: str, *without: str, **fields: Any) -> Any:
    """The model of a class; what differs between the laws or stands elsewhere too is ours."""
    base, doc = model_of(message, klasse, without=without), f"{klasse} zoals in het {message}-bericht."
    return create_model(klasse, __base__=base, __doc__=doc, **fields)


Aanvrager: Any = create_model(
    "Aanvrager",
    __base__=model_of("JW315", "Client", without=("AangevraagdeProducten",)),
    __doc__="De cliënt zoals in het 315-bericht.",
)
"""A citizen as a 315 carries it; iWmo has no GezagsdragerBekend."""
AangevraagdProduct: Any = _asked(
    "JW315",
    "AangevraagdProduct",
    *("ReferentieAanbieder", "Product", "Omvang"),
    referentie_aanbieder=(Referentie | None, Field(default=None, description=_KENMERK)),
    product=_PRODUCT,
    omvang=_OMVANG,
)
OngewijzigdProduct: Any = _asked("JW317", "OngewijzigdProduct")
TeWijzigenProduct: Any = _asked("JW317", "TeWijzigenProduct", "Omvang", omvang=_OMVANG)
NieuwProduct: Any = _asked("JW317", "NieuwProduct", "Product", "Omvang", product=_PRODUCT, omvang=_OMVANG)
Situatie: Any = _asked(
    "JW317",
    "Verzoek",
    *("ReferentieAanbieder", "OngewijzigdeProducten", "TeWijzigenProducten", "NieuweProducten"),
    ongewijzigde_producten=(list[OngewijzigdProduct], Field(description="Wat blijft zoals het is", **_LIST)),
    te_wijzigen_producten=(list[TeWijzigenProduct], Field(description="Wat anders moet", **_LIST)),
    nieuwe_producten=(list[NieuwProduct], Field(description="Wat erbij moet", **_LIST)),
)
"""The whole new situation, as a 317 tells it (IV092)."""


class VerzoekOmToewijzing(Model):
    """Een verzoek om toewijzing (VOT): over elk product wordt apart besloten."""

    standaard: Standaard
    gemeente: Gemeentecode = Field(description="Gemeente die moet toewijzen")
    client: Aanvrager = Field(description="De cliënt, zoals in het 315-bericht")
    producten: list[AangevraagdProduct] = Field(min_length=1, max_length=100, description="De gevraagde producten")

    @model_validator(mode="after")
    def _known_in_the_law(self) -> "VerzoekOmToewijzing":
        if self.standaard == "iwmo" and getattr(self.client, "gezagsdrager_bekend", None) is not None:
            raise ValueError("gezagsdrager_bekend hoort bij de Jeugdwet: laat het weg")
        return self


class VerzoekOmWijziging(Model):
    """Een verzoek om wijziging (VOW): alle actuele toewijzingen van de cliënt bij u, en wat er anders moet."""

    standaard: Standaard
    gemeente: Gemeentecode = Field(description="Gemeente die heeft toegewezen")
    bsn: Bsn = Field(description="BSN van de cliënt")
    referentie_aanbieder: Referentie | None = Field(default=None, description=_KENMERK)
    verzoek: Situatie = Field(description="De gewenste nieuwe situatie, zoals in het 317-bericht")


class Verzoek(Model):
    """Een verzoek en hoe het ervoor staat, gezien van uw eigen kant."""

    id: VerzoekId
    soort: Soort
    standaard: Standaard
    gemeente: str = Field(description="Gemeentecode")
    aanbieder: str = Field(description="AGB-code")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    referentie_aanbieder: str = Field(description="Kenmerk dat in de toewijzing of het antwoord terugkomt")
    dagtekening: date = Field(description="Dag waarop het verzoek is gemaakt")
    status: Status
    uiterlijk: date | None = Field(
        description="Laatste dag voor het besluit: 5 werkdagen na ontvangst, in onderzoek 8 weken na de dagtekening"
    )
    te_laat: bool = Field(description="Of die dag voorbij is")
    bericht: Id = Field(description="Het 315- of 317-bericht")


class Verzoeken(Model):
    """Een bladzijde verzoeken, het oudste eerst."""

    verzoeken: list[Verzoek] = Field(description="De verzoeken")
    volgende: str | None = Field(description="Adres van de volgende bladzijde")


class VerstuurdVerzoek(Model):
    """Het bericht dat wordt verstuurd, en de verzoeken daarin: bij een toewijzing één per product."""

    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
    verzoeken: list[Verzoek] = Field(description="De verzoeken")


class Verwijzer(Model):
    """Wie de cliënt heeft verwezen."""

    type: str = Field(description="Soort verwijzer (codelijst)")
    zorgverlener_code: str | None = Field(description="AGB-code van de verwijzer")
    naam: str | None = Field(description="Naam van de verwijzer, als die geen AGB-code heeft")


class GevraagdProduct(Model):
    """Een product in een verzoek."""

    nummer: int = Field(description="Volgnummer in dit verzoek")
    soort: str = Field(description="aangevraagd, te-wijzigen, nieuw of ongewijzigd")
    toewijzing_nummer: int | None = Field(description="De toewijzing waar het om gaat")
    product: Product | None = Field(description="Het product; leeg bij een generieke toewijzing")
    ingangsdatum: date | None = Field(description="Gewenste eerste dag")
    einddatum: date | None = Field(description="Gewenste laatste dag")
    omvang: Omvang | None = Field(description="Gewenste omvang")
    budget: int | None = Field(description="Gewenst budget in eurocenten")


class Beschikking(Model):
    """Wat een verzoek om toewijzing verder over zijn product vertelt."""

    beschikking_nummer: int | None = Field(description="Nummer van de beschikking")
    beschikking_ingangsdatum: date | None = Field(description="Eerste dag van de beschikking")
    raamcontract: str | None = Field(description="1 als de aanbieder een raamcontract heeft, 2 als dat niet zo is")
    verwijzer: Verwijzer


class Antwoord(Model):
    """Een bericht van de gemeente op het verzoek."""

    soort: str = Field(description="toewijzing, afwijzing of onderzoek")
    dagtekening: date = Field(description="Dag van het bericht")
    bericht: Id = Field(description="Kenmerk van het bericht bij messaging")
    status: str = Field(description="Status van het bericht; een afgekeurd antwoord telt niet")
    reden: str | None = Field(description="Reden van de afwijzing (codelijst)")
    omschrijving: str | None = Field(description="Wat die reden betekent")
    gemeente: str | None = Field(description="Gemeente die verantwoordelijk is volgens het woonplaatsbeginsel")
    toewijzingen: list[int] = Field(description="Nummers van de toewijzingen die uit het verzoek volgen")


class Clientgegevens(Model):
    """De cliënt zoals de aanbieder die noemt."""

    geboortedatum: date = Field(description="Geboortedatum; onbekende delen zijn 01 of 1900")
    geslacht: str = Field(description="Geslacht (codelijst)")
    achternaam: str = Field(description="Achternaam")
    voorvoegsel: str | None = Field(description="Voorvoegsel")
    voornamen: str | None = Field(description="Voornamen")
    voorletters: str | None = Field(description="Voorletters")
    gezagsdrager_bekend: str | None = Field(default=None, description="1 als er een gezagsdrager bekend is")
    commentaar: str | None = Field(description="Toelichting bij de cliënt")


class VolledigVerzoek(Verzoek):
    """Alles wat er is gevraagd, en wat ervan werd."""

    uiterlijk_woonplaats: date | None = Field(
        description="Laatste dag om het te weigeren omdat een andere gemeente verantwoordelijk is (Jeugdwet)"
    )
    reden: str | None = Field(description="Reden van het verzoek om wijziging (codelijst)")
    omschrijving: str | None = Field(description="Wat die reden betekent")
    producten: list[GevraagdProduct] = Field(description="De producten: wat moet wijzigen, wat nieuw is, wat blijft")
    beschikking: Beschikking | None = Field(description="Verwijzing en beschikking van een verzoek om toewijzing")
    client: Clientgegevens | None = Field(description="De cliënt; alleen met het recht inzien")
    commentaar: str | None = Field(description="Toelichting; alleen met het recht inzien")
    antwoorden: list[Antwoord] = Field(description="Wat de gemeente antwoordde, het oudste eerst")
    waarschuwingen: list[str] = Field(default=[], description="Wat plafonds zeggen bij het inwilligen")


class AnderePeriode(Model):
    """Andere dagen voor een product van een verzoek om wijziging waarvan de gewenste dag voorbij is (IV093)."""

    nummer: int = Field(ge=1, le=10_000, description="Volgnummer van het product in het verzoek")
    ingangsdatum: Datum | None = Field(default=None, description="Eerste dag; leeg: zoals gevraagd")
    einddatum: Datum | None = Field(default=None, description="Laatste dag; leeg: zoals gevraagd")


class Inwilliging(Model):
    """Het besluit om een verzoek in te willigen; wat u leeg laat wordt zoals het gevraagd is.

    Van een verzoek om toewijzing mag het oordeel van de gemeente afwijken (IV094). Een verzoek om wijziging wordt
    als geheel ingewilligd; alleen dagen die voorbij zijn mogen in overleg anders (IV093).
    """

    client: Client | None = Field(
        default=None, description="De cliënt, zoals in het 301-bericht; verplicht bij uw eerste toewijzing aan hem"
    )
    product: Product | None = Field(default=None, description="Ander product (verzoek om toewijzing)")
    ingangsdatum: Datum | None = Field(default=None, description="Andere eerste dag (verzoek om toewijzing)")
    einddatum: Datum | None = Field(default=None, description="Andere laatste dag (verzoek om toewijzing)")
    omvang: Omvang | None = Field(default=None, description="Andere omvang (verzoek om toewijzing)")
    budget: Cents | None = Field(default=None, description="Ander budget in eurocenten (verzoek om toewijzing)")
    commentaar: Commentaar | None = Field(default=None, description="Toelichting (verzoek om toewijzing)")
    perioden: list[AnderePeriode] = Field(
        default_factory=list, max_length=1000, description="Andere dagen (verzoek om wijziging)"
    )


class Afwijzing(Model):
    """Het besluit om een verzoek af te wijzen."""

    reden: str = Field(pattern="^[1-9]$", description="Reden van de afwijzing (codelijst WJ759)", examples=["7"])
    gemeente: Gemeentecode | None = Field(
        default=None, description="Verantwoordelijke gemeente; alleen en altijd bij reden 8 (Jeugdwet)"
    )


class Onderzoek(Model):
    """Een besluit zonder inhoud: het verzoek is in onderzoek."""
