"""What the world is made of: what was allocated, asked, delivered and granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.flows.stateful.delivery import Delivery
from tests.flows.stateful.kinds import CATEGORIE, GENERIEK, TOTAAL, Dossier, Inhoud

OPEN, ONDERZOEK, INGEWILLIGD, AFGEWEZEN = "open", "in-onderzoek", "ingewilligd", "afgewezen"
BESLOTEN = "BESLOTEN"
"""What a refusal without findings stands for: the request was decided on."""
DAG = timedelta(1)
WHOLE = (TOTAAL, CATEGORIE, GENERIEK)
"""What says how much there is over the whole run."""


@dataclass
class Maand:
    """What was delivered in a month: recorded, and granted, as volume and last day."""

    begin: date
    eind: date
    volume: int
    toegekend: tuple[int, date] | None = None

    def differs(self) -> bool:
        return (self.toegekend or (0, self.eind)) != (self.volume, self.eind) if self.volume else bool(self.toegekend)


@dataclass
class Toewijzing:
    """An allocation as it stands, with its delivery and its invoiced months."""

    dossier: Dossier
    nummer: int
    inhoud: Inhoud
    bekend: Inhoud | None = None
    """What its provider knows of it: what had arrived when everything last did."""
    opvolgers: list["Toewijzing"] = field(default_factory=list)
    """What took its place at another provider."""
    delivery: Delivery = field(default_factory=Delivery)
    maanden: dict[date, Maand] = field(default_factory=dict)

    @property
    def id(self) -> str:
        exchange = self.dossier.exchange
        return f"{exchange.gemeente}-{exchange.wet}-{self.nummer}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self.id}, {self.inhoud.soort} {self.inhoud.begin}..{self.inhoud.eind}")

    def left(self) -> int:
        """What was not granted of a volume or budget for the whole run."""
        return self.inhoud.hoeveel - sum(maand.toegekend[0] for maand in self.maanden.values() if maand.toegekend)

    def granted(self) -> bool:
        return any(maand.toegekend for maand in self.maanden.values())


@dataclass(frozen=True)
class Wens:
    """A request for change: what stays, what is asked of allocations, and what is to come new."""

    blijft: tuple[int, ...]
    wijzigt: Mapping[int, Inhoud]
    nieuw: tuple[Inhoud, ...]


@dataclass
class Verzoek:
    """A request, as a product of a 315 or as a 317."""

    dossier: Dossier
    referentie: str
    gevraagd: Inhoud | Wens
    status: str = OPEN
    bekend: str = OPEN
    """The status that its provider knows of."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self.referentie}, {self.status}")

    @property
    def waits(self) -> bool:
        return self.status in (OPEN, ONDERZOEK)
