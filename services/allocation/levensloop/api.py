"""The life of one allocation over HTTP: changing, ending and moving it, its delivery and its history."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Security
from sqlalchemy.orm import Session

from services.allocation import queries, tonen
from services.allocation.levensloop import acties, historie, levering, overdracht
from services.allocation.levensloop.models import (
    Gecorrigeerd,
    Herziening,
    Intrekking,
    Levensloop,
    Levering,
    Opvolging,
    Overdracht,
    Startcorrectie,
    Stopcorrectie,
    Verlenging,
    Verwijdering,
)
from services.allocation.models import Toewijzing, ToewijzingId
from services.allocation.toewijzen.flows import Besloten
from shared.calendar import system_clock, vandaag
from shared.db.session import transaction
from shared.repeat import Sleutel, once
from shared.security import Caller, aanbieder, caller, gemeente

router = APIRouter(tags=["levensloop"])
Reader = Annotated[Caller, Security(caller, scopes=["lezen"])]
Toewijzer = Annotated[Caller, Security(gemeente, scopes=["toewijzen"])]
Leverancier = Annotated[Caller, Security(aanbieder, scopes=["leveren"])]


def _shown(session: Session, who: Caller, toewijzing: str, warnings: Sequence[str] = ()) -> Toewijzing:
    found = tonen.toewijzing(queries.one(session, who.organisatie, toewijzing), who)
    return found.model_copy(update={"waarschuwingen": list(warnings)})


def _followed(session: Session, who: Caller, toewijzing: str, made: Besloten) -> Opvolging:
    """The allocation, and what took its place under the same municipality and law: the last one has the warnings."""
    if not made.nummers:
        return Opvolging(toewijzing=_shown(session, who, toewijzing, made.waarschuwingen))
    new = f"{toewijzing.rpartition('-')[0]}-{made.nummers[0]}"
    return Opvolging(toewijzing=_shown(session, who, toewijzing), nieuw=_shown(session, who, new, made.waarschuwingen))


@router.post("/toewijzingen/{id}/verlenging", status_code=201, summary="Verleng een toewijzing")
def post_verlenging(id: ToewijzingId, body: Verlenging, who: Toewijzer, sleutel: Sleutel = None) -> Toewijzing:  # noqa: A002
    """A later end date under the same number (reason 04), where OP380 asks for it."""

    def make() -> Toewijzing:
        made = acties.stretch(session, who, id, body, system_clock())
        return _shown(session, who, id, made.waarschuwingen)

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/verlenging", body), make, Toewijzing)


@router.post("/toewijzingen/{id}/intrekking", status_code=201, summary="Trek een toewijzing in")
def post_intrekking(id: ToewijzingId, body: Intrekking, who: Toewijzer, sleutel: Sleutel = None) -> Toewijzing:  # noqa: A002
    """An earlier end date, with its reason."""

    def make() -> Toewijzing:
        acties.withdraw(session, who, id, body, system_clock())
        return _shown(session, who, id)

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/intrekking", body), make, Toewijzing)


@router.post("/toewijzingen/{id}/verwijdering", status_code=201, summary="Verwijder een toewijzing")
def post_verwijdering(id: ToewijzingId, who: Toewijzer, sleutel: Sleutel = None) -> Toewijzing:  # noqa: A002
    """As if it was never sent (reason 13); refused with what was granted on it."""

    def make() -> Toewijzing:
        acties.remove(session, who, id, system_clock())
        return _shown(session, who, id)

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/verwijdering", Verwijdering()), make, Toewijzing)


@router.post("/toewijzingen/{id}/herziening", status_code=201, summary="Geef een ander volume of budget")
def post_herziening(id: ToewijzingId, body: Herziening, who: Toewijzer, sleutel: Sleutel = None) -> Opvolging:  # noqa: A002
    """A total or a budget under the same number; a volume per day, week or month under a new one."""

    def make() -> Opvolging:
        return _followed(session, who, id, acties.revise(session, who, id, body, system_clock()))

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/herziening", body), make, Opvolging)


@router.post("/toewijzingen/{id}/overdracht", status_code=201, summary="Ga verder bij een andere aanbieder")
def post_overdracht(id: ToewijzingId, body: Overdracht, who: Toewijzer, sleutel: Sleutel = None) -> Opvolging:  # noqa: A002
    """Two 301s: the old provider's ends (reason 09), the rest begins at the new one, who must be contracted."""

    def make() -> Opvolging:
        return _followed(session, who, id, overdracht.move(session, who, id, body, system_clock()))

    with transaction(who) as session:
        return once(session, sleutel, (f"toewijzingen/{id}/overdracht", body), make, Opvolging)


@router.get("/toewijzingen/{id}/historie", summary="Wat er met een toewijzing gebeurde")
def get_historie(id: ToewijzingId, who: Reader) -> Levensloop:  # noqa: A002
    """Every version, start, stop and request: who, when, what, why, and what the other party answered."""
    with transaction(who) as session:
        return historie.history(session, who, id)


@router.get("/toewijzingen/{id}/levering", summary="Hoe het met de levering staat")
def get_levering(id: ToewijzingId, who: Reader) -> Levering:  # noqa: A002
    """Started, stopped for a while, started again, ended."""
    with transaction(who) as session:
        return levering.delivery(session, who.organisatie, id)


@router.post("/starts/correctie", status_code=202, summary="Herstel een startmelding")
def post_startcorrectie(body: Startcorrectie, who: Leverancier, sleutel: Sleutel = None) -> Gecorrigeerd:
    """Takes it back and tells it right: in one 305, or in two when its key stays the same (IV008)."""

    def make() -> Gecorrigeerd:
        return Gecorrigeerd(berichten=levering.correct_start(session, who.organisatie, body, vandaag()))

    with transaction(who) as session:
        return once(session, sleutel, ("starts/correctie", body), make, Gecorrigeerd)


@router.post("/stops/correctie", status_code=202, summary="Herstel een stopmelding")
def post_stopcorrectie(body: Stopcorrectie, who: Leverancier, sleutel: Sleutel = None) -> Gecorrigeerd:
    """Takes it back and tells it right: in one 307, or in two when its key stays the same (IV008)."""

    def make() -> Gecorrigeerd:
        return Gecorrigeerd(berichten=levering.correct_stop(session, who.organisatie, body, vandaag()))

    with transaction(who) as session:
        return once(session, sleutel, ("stops/correctie", body), make, Gecorrigeerd)
