"""Insight over HTTP: refusals, first time right, durations, tariffs that stand out, and what was realised."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, Security

from services.billing.inzicht import afkeur, doorlooptijden, realisatie, tarieven
from services.billing.inzicht.basis import Vraag
from services.billing.inzicht.models import (
    Afkeur,
    Afkeuroverzicht,
    Doorlooptijd,
    Doorlooptijden,
    EersteKeer,
    EersteKeerGoed,
    OpvallendeRegel,
    OpvallendeTarieven,
    Realisatie,
    Realisaties,
)
from shared.calendar import vandaag
from shared.contracts import Standaard
from shared.db.session import transaction
from shared.errors import Fault, Refused
from shared.security import Caller, caller
from shared.tabel import CSV, AlsCsv, table

router = APIRouter(prefix="/inzicht", tags=["inzicht"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Wet = Annotated[Standaard | None, Query(description="ijw of iwmo")]
Dag = Annotated[
    date | None, Query(ge=date(2015, 1, 1), le=date(2999, 12, 31), description="Dagtekening van de declaratie")
]
Jaar = Annotated[int | None, Query(ge=2015, le=2999, description="Kalenderjaar; leeg is dit jaar")]
Verdeling = Annotated[
    str, Query(pattern=f"^({'|'.join(realisatie.VERDELINGEN)})$", description="Waarnaar er wordt opgeteld")
]


@dataclass(frozen=True, slots=True)
class Periode:
    """Which declaraties a caller asks for: from 1 January of this year to today, unless said otherwise."""

    van: date
    tot: date
    standaard: str | None

    def of(self, who: Caller) -> Vraag:
        """The question of a caller."""
        return Vraag(who.organisatie, self.van, self.tot, self.standaard)


def _periode(van: Dag = None, tot: Dag = None, standaard: Wet = None) -> Periode:
    last = tot or vandaag()
    first = van or date(last.year, 1, 1)
    if first > last:
        fault = Fault("PERIODE", "/query/tot", "De laatste dag ligt voor de eerste. Keer ze om.")
        raise Refused(422, "De periode klopt niet", [fault])
    return Periode(first, last, standaard)


Asked = Annotated[Periode, Depends(_periode)]


@router.get("/afkeur", response_model=Afkeuroverzicht, responses=CSV, summary="Wat er is afgewezen, per retourcode")
def get_afkeur(who: Reader, asked: Asked, als_csv: AlsCsv) -> Afkeuroverzicht | Response:
    """Lines and eurocents, and their share; the caller's own side only."""
    with transaction(who) as session:
        rows = afkeur.refusals(session, asked.of(who))
    return table(Afkeuroverzicht(van=asked.van, tot=asked.tot, afkeur=rows), Afkeur, rows, als_csv=als_csv)


@router.get("/eerste-keer-goed", response_model=EersteKeerGoed, responses=CSV, summary="Wat er in één keer goed was")
def get_eerste_keer_goed(who: Reader, asked: Asked, als_csv: AlsCsv) -> EersteKeerGoed | Response:
    """Declaraties, and products over a period that were claimed for the first time."""
    with transaction(who) as session:
        rows = afkeur.first_time_right(session, asked.of(who))
    whole = EersteKeerGoed(van=asked.van, tot=asked.tot, eerste_keer_goed=rows)
    return table(whole, EersteKeer, rows, als_csv=als_csv)


@router.get("/doorlooptijden", response_model=Doorlooptijden, responses=CSV, summary="Dagen tot antwoord en betaling")
def get_doorlooptijden(who: Reader, asked: Asked, als_csv: AlsCsv) -> Doorlooptijden | Response:
    """Average, median and ninth decile."""
    with transaction(who) as session:
        rows = doorlooptijden.durations(session, asked.of(who))
    whole = Doorlooptijden(van=asked.van, tot=asked.tot, doorlooptijden=rows)
    return table(whole, Doorlooptijd, rows, als_csv=als_csv)


@router.get(
    "/opvallende-tarieven", response_model=OpvallendeTarieven, responses=CSV, summary="Tarieven die een fout lijken"
)
def get_opvallende_tarieven(who: Reader, asked: Asked, als_csv: AlsCsv) -> OpvallendeTarieven | Response:
    """Lines of which the tariff is about 10, 60 or 100 times what is usual, or a part of it."""
    with transaction(who) as session:
        rows, complete = tarieven.unusual(session, asked.of(who))
    whole = OpvallendeTarieven(van=asked.van, tot=asked.tot, opvallende_tarieven=rows, volledig=complete)
    return table(whole, OpvallendeRegel, rows, als_csv=als_csv)


@router.get("/realisatie", response_model=Realisaties, responses=CSV, summary="Toegekend of betaald tegen vastgelegd")
def get_realisatie(
    who: Reader, als_csv: AlsCsv, jaar: Jaar = None, standaard: Wet = None, per: Verdeling = "maand"
) -> Realisaties | Response:
    """By the month of the product period, or in which an instalment fell due; committed as allocation counts it."""
    year = jaar or vandaag().year
    with transaction(who) as session:
        rows = realisatie.realised(session, who.organisatie, year, per, standaard)
    return table(Realisaties(jaar=year, per=per, realisatie=rows), Realisatie, rows, als_csv=als_csv)
