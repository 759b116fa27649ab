"""Accounts: entered by one person, confirmed by another, before anything is paid to them or from them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.billing.betalen.models import Rekening
from services.billing.betalen.pain import carried
from shared.db import tables as t
from shared.errors import Fault, Refused, not_found
from shared.security import Caller


def enter(session: Session, who: Caller, body: Rekening) -> Row[Any]:
    """Enter an account; the same one again is the one that was there. Raises Refused (422)."""
    if faults := list(_faults(who.organisatie, body)):
        raise Refused(422, "Deze rekening kan niet worden vastgelegd", faults)
    wanted = {"eigenaar": who.organisatie, **body.model_dump()}
    row = {**wanted, "begindatum": body.begindatum, "id": uuid4(), "gemaakt_door": who.kenmerk}
    session.execute(insert(t.rekening).values(row).on_conflict_do_nothing())
    same = (t.rekening.c[name] == row[name] for name in wanted)
    return session.execute(select(t.rekening).where(*same)).one()


def _faults(eigenaar: str, body: Rekening) -> Iterator[Fault]:
    if len(body.houder) == 4 and body.houder != eigenaar:
        melding = "Dit is een andere gemeente. Geef de AGB-code van een aanbieder, of uw eigen code."
        yield Fault("HOUDER", "/houder", melding)
    if not carried(body.naam):
        yield Fault("NAAM", "/naam", "Een bank kent deze letters niet. Schrijf de naam in Latijnse letters.")


def confirm(session: Session, who: Caller, rekening: UUID) -> Row[Any]:
    """Confirm an account that somebody else entered. Raises Refused (404, 409)."""
    own = (t.rekening.c.eigenaar == who.organisatie, t.rekening.c.id == rekening)
    row = session.execute(select(t.rekening).where(*own).with_for_update()).one_or_none()
    if row is None:
        raise not_found("Rekening")
    if row.bevestigd_op is not None:
        raise Refused(409, "Deze rekening is al bevestigd", detail="U hoeft niets te doen.")
    if row.gemaakt_door == who.kenmerk:
        raise Refused(409, "U heeft deze rekening zelf vastgelegd", detail="Laat iemand anders haar bevestigen.")
    done = {"bevestigd_door": who.kenmerk, "bevestigd_op": func.now()}
    return session.execute(update(t.rekening).where(*own).values(done).returning(t.rekening)).one()
