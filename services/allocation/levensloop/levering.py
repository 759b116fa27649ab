"""The delivery on an allocation: how it stands, and correcting what was told of it (IV008)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import queries
from services.allocation.flows import check_start, compose
from services.allocation.levensloop.models import (
    Levering,
    Startcorrectie,
    Startmelding,
    Stopcorrectie,
    Stopmelding,
)
from services.allocation.meldingen import standing
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.stop import TIJDELIJK
from shared.db import people
from shared.errors import Fault, Refused
from shared.standard.catalogue import message_of

EERSTE = "1"
_SOORT = {"StartProduct": "305", "StopProduct": "307"}
Leaves = dict[str, Any]


def delivery(session: Session, eigenaar: str, toewijzing: str) -> Levering:
    """How the delivery on an allocation stands, as both parties told it. Raises Refused (404)."""
    row = queries.one(session, eigenaar, toewijzing)
    stops = standing(session, row, "StopProduct")
    starts = sorted(standing(session, row, "StartProduct"), key=lambda start: start.begindatum)
    last = starts[-1] if starts else None
    told = [_start(start, stops, last=start is last) for start in starts]
    return Levering(toewijzing=toewijzing, stand=told[-1].stand if told else "niet_gestart", leveringen=told)


def _start(start: Row[Any], stops: Sequence[Row[Any]], *, last: bool) -> Startmelding:
    own = sorted((stop for stop in stops if stop.begindatum == start.begindatum), key=lambda stop: stop.einddatum)
    final = any(stop.reden_beeindiging != TIJDELIJK for stop in own)
    paused = "tijdelijk_gestopt" if last else "hervat"
    return Startmelding(
        begindatum=start.begindatum,
        product_categorie=start.product_categorie,
        product_code=start.product_code,
        bericht=start.bericht,
        stand="beëindigd" if final else paused if own else "loopt",
        stops=[Stopmelding.of(stop) for stop in own],
    )


def correct_start(session: Session, aanbieder: str, wanted: Startcorrectie, vandaag: date) -> list[UUID]:
    """Take a start back and tell it as it should be: in one message, or in two when its key stays the same.

    Raises Refused: 404, 422 with what the municipality would refuse (TR071 when a stop stands on it).
    """
    row = queries.one(session, aanbieder, wanted.toewijzing)
    keys = {"begindatum": wanted.begindatum}
    before = _told(session, row, "StartProduct", keys)
    other = queries.one(session, aanbieder, wanted.nieuw.toewijzing) if wanted.nieuw.toewijzing else row
    after = before | {"toewijzing_ingangsdatum": other.ingangsdatum}
    if other is not row:
        after |= {name: getattr(other, name) for name in ("toewijzing_nummer", "product_categorie", "product_code")}
    if wanted.nieuw.begindatum is not None:
        after["begindatum"] = wanted.nieuw.begindatum
    if wanted.nieuw.product is not None:
        after |= {"product_categorie": wanted.nieuw.product.categorie, "product_code": wanted.nieuw.product.code}
    check_start(other, after["begindatum"])
    return _replace(session, row, "StartProduct", (before, after), vandaag)


def correct_stop(session: Session, aanbieder: str, wanted: Stopcorrectie, vandaag: date) -> list[UUID]:
    """Take a stop back and tell it as it should be, as `correct_start`. Raises Refused (404, 422)."""
    row = queries.one(session, aanbieder, wanted.toewijzing)
    keys = {name: getattr(wanted, name) for name in ("begindatum", "einddatum", "reden_beeindiging")}
    before = _told(session, row, "StopProduct", keys)
    changes = {name: getattr(wanted.nieuw, name) for name in type(wanted.nieuw).model_fields}
    after = before | {name: value for name, value in changes.items() if value is not None}
    return _replace(
        session, row, "StopProduct", (before, after | {"toewijzing_ingangsdatum": row.ingangsdatum}), vandaag
    )


def _told(session: Session, row: Row[Any], name: str, keys: Mapping[str, Any]) -> Leaves:
    """What stands with these values, as it was told. Raises Refused (422)."""
    for told in standing(session, row, name):
        if all(getattr(told, field) == value for field, value in keys.items()):
            return {
                field: getattr(told, field) for field in message_of(row.standaard, _SOORT[name]).classes[name].fields
            }
    text = "Dit is niet gemeld, of het is al teruggenomen. Neem de waarden over uit de melding, of meld het nieuw."
    raise Refused(422, "Er valt niets te corrigeren", [Fault("TR063", "/begindatum", text)])


def _replace(session: Session, row: Row[Any], name: str, values: tuple[Leaves, Leaves], vandaag: date) -> list[UUID]:
    """Removal and new telling: together, or after each other when one message may not have both (TR101)."""
    message = message_of(row.standaard, _SOORT[name])
    before = values[0] | {"status_aanlevering": VERWIJDEREN}
    after = values[1] | {"status_aanlevering": EERSTE}
    same_key = all(before[field] == after[field] for field in message.classes[name].key)
    parts = [[before], [after]] if same_key else [[before, after]]
    client = _client(session, row, name)
    return [
        compose(session, message, row.eigenaar, row.tegenpartij, {"Client": {**client, name: _filled(part)}}, vandaag)
        for part in parts
    ]


def _filled(products: Sequence[Leaves]) -> list[Leaves]:
    return [{field: value for field, value in product.items() if value is not None} for product in products]


def _client(session: Session, row: Row[Any], name: str) -> Leaves:
    person = queries.client_of(session, row)
    fields = message_of(row.standaard, _SOORT[name]).classes["Client"].fields
    told = {field: getattr(person, field) for field in fields}
    return told | {"bsn": people.bsn_of(session, row.eigenaar, row.bsn)}
