"""What the explanation of a line says."""

from datetime import date, datetime, time

from pydantic import Field

from services.billing.models import PrestatieId
from shared.contracts import Id, Model


class Prestatie(Model):
    """De regel zelf, zoals hij is ingediend."""

    soort: str = Field(description="debet of credit")
    referentie: str = Field(description="ReferentieNummer")
    vorige_referentie: str | None = Field(description="ReferentieNummer van de debetregel die wordt gecrediteerd")
    toewijzing_nummer: int = Field(description="ToewijzingNummer")
    product_categorie: str | None = Field(description="Productcategorie")
    product_code: str | None = Field(description="Productcode")
    begindatum: date = Field(description="Eerste dag van de productperiode")
    einddatum: date = Field(description="Laatste dag van de productperiode")
    volume: int = Field(description="Geleverd volume")
    eenheid: str = Field(description="Eenheid")
    tarief: int | None = Field(description="Tarief in eurocenten")
    bedrag: int = Field(description="Bedrag in eurocenten, credits negatief")


class Declaratie(Model):
    """De declaratie waar de regel in staat."""

    bericht: Id = Field(description="Kenmerk van het bericht")
    declaratie_nummer: str = Field(description="DeclaratieNummer")
    begindatum: date = Field(description="Eerste dag van de declaratieperiode")
    einddatum: date = Field(description="Laatste dag van de declaratieperiode")
    richting: str = Field(description="inkomend of uitgaand")
    opgeslagen_op: datetime = Field(description="Wanneer het bericht is ontvangen of gemaakt")
    beantwoord_op: datetime | None = Field(description="Wanneer het antwoord (325) is gemaakt of ontvangen")


class Verband(Model):
    """Een andere regel die bij deze hoort."""

    id: PrestatieId
    referentie: str = Field(description="ReferentieNummer")
    uitkomst: str = Field(description="Wat ervan is geworden")


class Toewijzing(Model):
    """De versie van de toewijzing die op dat moment gold."""

    id: str = Field(description="Toewijzing, zoals de toewijzingen haar noemen")
    bericht: Id = Field(description="Het 301-bericht met deze versie")
    toewijzingsdatum: date = Field(description="Toewijzingsdatum: de laatste geldt")
    toewijzingstijd: time = Field(description="Toewijzingstijd")
    ingangsdatum: date = Field(description="Eerste dag")
    einddatum: date | None = Field(description="Laatste dag; leeg: open")
    product_categorie: str | None = Field(description="Leeg: elk product")
    product_code: str | None = Field(description="Leeg: elk product in de categorie")
    volume: int | None = Field(description="Omvang: volume")
    eenheid: str | None = Field(description="Omvang: eenheid")
    frequentie: str | None = Field(description="Omvang: frequentie")
    budget: int | None = Field(description="Budget in eurocenten")
    reden_wijziging: str | None = Field(description="RedenWijziging")
    sindsdien_gewijzigd: bool = Field(description="Of er nu een andere versie geldt")
    geldt_nu: Id | None = Field(description="Het bericht met de versie die nu geldt")


class Tarief(Model):
    """Het tarief dat op dat moment was vastgelegd voor de eerste dag van de productperiode."""

    contract: str = Field(description="Contract tussen de partijen")
    uit: str = Field(description="contract of raamcontract")
    vastgelegd_in: str = Field(description="Nummer van het contract waar het tarief in staat")
    eenheid: str = Field(description="Eenheid waarvoor het geldt")
    tarief: int = Field(description="Eurocenten per eenheid")
    begindatum: date = Field(description="Eerste dag")
    einddatum: date | None = Field(description="Laatste dag; leeg: open")
    vastgelegd_op: datetime = Field(description="Wanneer het werd vastgelegd")
    vervangen_op: datetime | None = Field(description="Wanneer het sindsdien is vervangen; leeg: het staat er nog")


class Bijdrage(Model):
    """Een eerdere regel die meetelde in wat al was toegekend."""

    id: PrestatieId
    referentie: str = Field(description="ReferentieNummer")
    aantal: int = Field(description="Wat hij meetelde, credits negatief, in de maat van de stap")


class Stap(Model):
    """Eén stap van de berekening, met haar getallen."""

    onderwerp: str = Field(description="toewijzing, tarief, bedrag, periode, looptijd, budget of credit")
    tekst: str = Field(description="De stap in woorden")
    regel: str | None = Field(description="De regel die op deze stap let")
    maat: str | None = Field(description="Waarin de getallen zijn: eurocenten, minuten of een eenheid")
    gevonden: int | None = Field(description="Wat er is ingediend, of waar het mee op uitkomt")
    grens: int | None = Field(description="Wat het moet zijn, of hoogstens mag zijn")
    klopt: bool | None = Field(description="Of de stap goed uitkomt; leeg: er is niets te vergelijken")
    meegeteld: list[Bijdrage] = Field(default_factory=list, description="De regels die al meetelden")


class Toets(Model):
    """Een regel van niveau 3 of 4 en wat zij van deze prestatie vond."""

    regel: str = Field(description="Regelcode")
    niveau: int = Field(description="3 (tussen berichten) of 4 (extern)")
    betekenis: str = Field(description="Wat er mis is als de regel wordt geraakt")
    uitkomst: str = Field(description="doorstaan, geraakt of niet van toepassing")


class Bevinding(Model):
    """Wat er is gevonden, met de code die de aanbieder krijgt."""

    regel: str = Field(description="Regelcode")
    niveau: int = Field(description="Controleniveau")
    plaats: str = Field(description="Prestatie, Client, Declaratie of Header")
    retourcode: str = Field(description="Retourcode")
    betekenis: str = Field(description="Wat er mis is")
    vervolgstap: str = Field(description="Wat de aanbieder nu doet")


class LokaleRegel(Model):
    """Een eigen regel van de gemeente die naar deze prestatie keek."""

    regel: str = Field(description="LOKAAL- met de naam van de regel")
    tekst: str = Field(description="Wat zij vond, en wie wat wanneer besloot")
    uitkomst: str = Field(description="doorstaan, afgewezen, toegekend, verlopen of wacht op oordeel")
    waarde: int | None = Field(description="Wat er samen zou zijn toegekend; leeg: de regel bleef binnen de grens")
    grens: int = Field(description="Het meeste dat ongevraagd mag, in eurocenten, eenheden (uren in minuten) of regels")
    besloten_door: str | None = Field(description="Wie besliste")
    besloten_op: datetime | None = Field(description="Wanneer")


class Betaling(Model):
    """Een betaling waar de regel in staat of stond."""

    betaalvoorstel: Id = Field(description="Kenmerk van het voorstel")
    betaling: Id = Field(description="Kenmerk van de betaling")
    bedrag: int = Field(description="Eurocenten voor deze regel, credits negatief")
    status: str = Field(description="voorgesteld, ingetrokken, goedgekeurd, betaald of mislukt")
    betaald_op: date | None = Field(description="Dag waarop de bank betaalde")
    reden: str | None = Field(description="Redencode van de bank bij een mislukte betaling")


class Uitleg(Model):
    """Waarom een prestatie werd wat zij werd, naar de stand van toen."""

    id: PrestatieId
    standaard: str = Field(description="ijw of iwmo")
    gemeente: str = Field(description="Gemeentecode")
    aanbieder: str = Field(description="AGB-code")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    uitkomst: str = Field(description="in behandeling, wacht op oordeel, toegekend of afgewezen")
    moment: datetime | None = Field(description="Moment van beoordelen of, bij de aanbieder, versturen; leeg: nog niet")
    samenvatting: str = Field(description="De uitkomst in een paar zinnen")
    declaratie: Declaratie
    prestatie: Prestatie
    credit_van: Verband | None = Field(description="De debetregel die deze regel terugneemt")
    gecrediteerd_door: list[Verband] = Field(description="De creditregels die deze regel noemen")
    toewijzing: Toewijzing | None = Field(description="Leeg: er was er geen van deze cliënt")
    tarief: Tarief | None = Field(description="Leeg: er was geen tarief, of er is er geen nodig")
    stappen: list[Stap] = Field(description="De berekening, stap voor stap")
    regels: list[Toets] = Field(description="De regels van niveau 3 en 4, in de volgorde waarin zij gaan")
    bevindingen: list[Bevinding] = Field(description="Wat er is gevonden, ook in de declaratie als geheel")
    lokale_regels: list[LokaleRegel] = Field(description="De eigen regels van de gemeente; alleen voor haar")
    betalingen: list[Betaling] = Field(description="Alleen voor de gemeente; de levende als laatste")
    afwijkingen: list[str] = Field(description="Regels waarover deze herberekening anders uitkomt dan het oordeel")
