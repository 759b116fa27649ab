"""What two persons decide on together, as the API takes and gives it."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import Field, model_validator

from services.allocation.levensloop.models import Herziening, Overdracht, Verlenging
from services.allocation.models import ToewijzingId, Wijziging
from services.allocation.toewijzen.models import Toegewezen
from services.allocation.verzoeken.models import Inwilliging, VerzoekId
from shared.contracts import Id, Model

Kenmerk = TypeVar("Kenmerk", bound=str)
Gevraagd = TypeVar("Gevraagd", bound=Model)


class Handeling(Model, Generic[Kenmerk, Gevraagd]):
    """Wat er met iets bestaands moet gebeuren, zoals het zonder tweede persoon wordt gevraagd."""

    id: Kenmerk = Field(description="Kenmerk van de toewijzing of het verzoek")
    gevraagd: Gevraagd = Field(description="Wat er wordt gevraagd, met de velden van die handeling")


class TeWijzigen(Handeling[ToewijzingId, Wijziging]):
    """Een toewijzing die wijzigt."""


class TeVerlengen(Handeling[ToewijzingId, Verlenging]):
    """Een toewijzing die langer duurt."""


class TeHerzien(Handeling[ToewijzingId, Herziening]):
    """Een toewijzing met een ander volume of budget."""


class OverTeDragen(Handeling[ToewijzingId, Overdracht]):
    """Een toewijzing die bij een andere aanbieder verder gaat."""


class InTeWilligen(Handeling[VerzoekId, Inwilliging]):
    """Een verzoek van een aanbieder, en hoe het wordt ingewilligd."""


class NieuwVoorstel(Model):
    """Wat op een tweede persoon wacht: een nieuwe toewijzing, of wat er met een toewijzing of verzoek gebeurt."""

    toewijzing: Toegewezen | None = Field(default=None, description="Een nieuwe toewijzing")
    wijziging: TeWijzigen | None = Field(default=None, description="Of een wijziging")
    verlenging: TeVerlengen | None = Field(default=None, description="Of een verlenging")
    herziening: TeHerzien | None = Field(default=None, description="Of een herziening")
    overdracht: OverTeDragen | None = Field(default=None, description="Of een overdracht")
    verzoek: InTeWilligen | None = Field(
        default=None, description="Of de inwilliging van een verzoek van een aanbieder"
    )

    @property
    def soort(self) -> str:
        """What waits: the name of the one field that is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one(self) -> "NieuwVoorstel":
        names = type(self).model_fields
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(f"geef er precies één van: {', '.join(names)}")
        return self


class Voorstel(Model):
    """Een voorstel en wat ervan werd."""

    id: Id = Field(description="Kenmerk")
    toewijzing: str | None = Field(description="De toewijzing die zou veranderen; leeg: een nieuwe")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    bedrag: int | None = Field(description="Eurocenten van alles wat ermee wijzigt of begint; leeg: niet bekend")
    gemaakt_door: str = Field(description="Wie het klaarzette")
    gemaakt_op: datetime = Field(description="Wanneer")
    besloten_door: str | None = Field(description="Wie besliste")
    besloten_op: datetime | None = Field(description="Wanneer")
    uitkomst: str | None = Field(description="goedgekeurd of afgewezen; leeg: het wacht")
    bericht: Id | None = Field(description="Het 301-bericht dat ervan kwam; bij een overdracht dat van de nieuwe")
    waarschuwingen: list[str] = Field(default=[], description="Wat plafonds zeggen bij klaarzetten en goedkeuren")
    inhoud: NieuwVoorstel | None = Field(default=None, description="Wat er wordt gevraagd, zolang het wacht")


class Voorstellen(Model):
    """Voorstellen, het nieuwste eerst."""

    toewijzingsvoorstellen: list[Voorstel] = Field(description="De voorstellen")
