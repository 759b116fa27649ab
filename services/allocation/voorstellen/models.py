"""What two persons decide on together, as the API takes and gives it."""

from datetime import datetime

from pydantic import Field, model_validator

from services.allocation.models import ToewijzingId, Wijziging
from services.allocation.toewijzen.models import Toegewezen
from services.allocation.verzoeken.models import Inwilliging, VerzoekId
from shared.contracts import Id, Model


class Teveranderen(Model):
    """Een wijziging van een bestaande toewijzing."""

    id: ToewijzingId
    wijziging: Wijziging


class Intewilligen(Model):
    """Een verzoek van een aanbieder en hoe het wordt ingewilligd."""

    id: VerzoekId
    inwilliging: Inwilliging = Inwilliging()


class NieuwVoorstel(Model):
    """Een toewijzing, een wijziging of een inwilliging die op een tweede persoon wacht."""

    toewijzing: Toegewezen | None = Field(default=None, description="Een nieuwe toewijzing")
    wijziging: Teveranderen | None = Field(default=None, description="Of een wijziging")
    verzoek: Intewilligen | None = Field(default=None, description="Of de inwilliging van een verzoek")

    @model_validator(mode="after")
    def _one(self) -> "NieuwVoorstel":
        if [self.toewijzing, self.wijziging, self.verzoek].count(None) != 2:
            raise ValueError("geef een toewijzing, een wijziging of een verzoek")
        return self


class Voorstel(Model):
    """Een voorstel en wat ervan werd."""

    id: Id = Field(description="Kenmerk")
    toewijzing: str | None = Field(description="De toewijzing die zou veranderen; leeg: een nieuwe")
    bsn: str = Field(description="BSN van de cliënt; zonder het recht inzien alleen de laatste drie cijfers")
    bedrag: int | None = Field(description="Eurocenten die ermee worden vastgelegd; leeg: niet bekend")
    gemaakt_door: str = Field(description="Wie het klaarzette")
    gemaakt_op: datetime = Field(description="Wanneer")
    besloten_door: str | None = Field(description="Wie besliste")
    besloten_op: datetime | None = Field(description="Wanneer")
    uitkomst: str | None = Field(description="goedgekeurd of afgewezen; leeg: het wacht")
    bericht: Id | None = Field(description="Het 301-bericht dat ervan kwam")
    waarschuwingen: list[str] = Field(default=[], description="Wat plafonds zeggen bij klaarzetten en goedkeuren")
    inhoud: NieuwVoorstel | None = Field(default=None, description="Wat er wordt gevraagd, zolang het wacht")


class Voorstellen(Model):
    """Voorstellen, het nieuwste eerst."""

    toewijzingsvoorstellen: list[Voorstel] = Field(description="De voorstellen")
