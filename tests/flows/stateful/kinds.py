"""What the machine draws from: laws, organisations, citizens, products and days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from services.demo import people

Json = dict[str, Any]
WETTEN = ("ijw", "iwmo")
GEMEENTEN, AANBIEDERS = ("0193", "0153"), ("65656055", "65656056")
CLIENTEN: Mapping[str, tuple[Json, ...]] = {"ijw": (people.SAM, people.NOOR), "iwmo": (people.WILLEM, people.ANNIE)}
WEEK, MAAND, TOTAAL, CATEGORIE, GENERIEK = "week", "maand", "totaal", "categorie", "generiek"
SOORTEN = (WEEK, MAAND, TOTAAL, CATEGORIE, GENERIEK)
FREQUENTIE = {WEEK: "2", MAAND: "4", TOTAAL: "6"}
"""The specific ones, which have a volume; the others have a budget."""
PRODUCTEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ijw": {WEEK: ("45", "45A03"), MAAND: ("43", "43A04"), TOTAAL: ("43", "43A06"), CATEGORIE: ("45",), GENERIEK: ()},
    "iwmo": {WEEK: ("02", "02A03"), MAAND: ("07", "07A04"), TOTAAL: ("07", "07A06"), CATEGORIE: ("02",), GENERIEK: ()},
}
HOEVEEL = {WEEK: (3, 5, 8), MAAND: (10, 20), TOTAAL: (40, 60), CATEGORIE: (90_000, 120_000), GENERIEK: (50_000, 70_000)}
EINDELOOS = date.max


@dataclass(frozen=True)
class Exchange:
    """Two parties under a law."""

    wet: str
    gemeente: str
    aanbieder: str


@dataclass(frozen=True)
class Dossier:
    """A citizen in an exchange."""

    exchange: Exchange
    client: int

    def elsewhere(self) -> "Dossier":
        """The same citizen at the other provider."""
        [other] = set(AANBIEDERS) - {self.exchange.aanbieder}
        return Dossier(replace(self.exchange, aanbieder=other), self.client)

    @property
    def person(self) -> Json:
        return CLIENTEN[self.exchange.wet][self.client]


DOSSIERS = [
    Dossier(Exchange(wet, gemeente, aanbieder), client)
    for gemeente in GEMEENTEN
    for client in (0, 1)
    for aanbieder in AANBIEDERS
    for wet in WETTEN
]
OFTEN = DOSSIERS[:1] * 6 + DOSSIERS[1:4] * 3 + DOSSIERS[4:8] * 2 + DOSSIERS[8:]
"""Every dossier, the first ones more often, so that something happens to them."""


@dataclass(frozen=True)
class Inhoud:
    """What an allocation says: its product, its days, and its volume or budget in eurocents."""

    soort: str
    begin: date
    eind: date | None
    hoeveel: int
    verwijderd: bool = False

    @property
    def last(self) -> date:
        return self.eind or EINDELOOS

    def size(self) -> Json:
        """Its Omvang or its budget, as the API takes them."""
        if self.soort not in FREQUENTIE:
            return {"budget": self.hoeveel}
        return {"omvang": {"volume": self.hoeveel, "eenheid": "04", "frequentie": FREQUENTIE[self.soort]}}


def product(wet: str, soort: str) -> Json:
    """The product as the API takes it; nothing for a generic allocation."""
    named = dict(zip(("categorie", "code"), PRODUCTEN[wet][soort], strict=False))
    return {"product": named} if named else {}


def days(begin: date, eind: date | None, first: str = "ingangsdatum", last: str = "einddatum") -> Json:
    """Two days under the names that a body has for them."""
    return {first: begin.isoformat()} | ({last: eind.isoformat()} if eind else {})


def clash(wet: str, rows: Iterable[Inhoud]) -> bool:
    """Whether two of them meet in time and one is the other or covers it (TR302, TR361, TR386)."""
    return any(clashing(wet, *pair) for pair in combinations([row for row in rows if not row.verwijderd], 2))


def clashing(wet: str, one: Inhoud, other: Inhoud) -> bool:
    named, also = PRODUCTEN[wet][one.soort], PRODUCTEN[wet][other.soort]
    covered = named[: len(also)] == also[: len(named)]
    return covered and one.begin <= other.last and other.begin <= one.last


def shift(vandaag: date, number: int) -> date:
    """The day that lies so many days after today."""
    return vandaag + timedelta(number)


BEGIN, EIND = (-75, -40, -5, 0, 10), (-45, -6, 0, 30, 100, 200)
"""Days around today on which allocations begin and end."""
