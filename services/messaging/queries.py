"""What messaging reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from shared.db import tables as t
from shared.errors import not_found


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages to list: None means all; `na` is the volgorde to go on after."""

    richting: str | None = None
    soort: str | None = None
    status: str | None = None
    tegenpartij: str | None = None
    na: int | None = None
    limit: int = 50


def own(session: Session, eigenaar: str, bericht: UUID) -> Row[Any]:
    """A message of an organisation. Raises Refused (404), also when it is somebody else's."""
    query = select(t.bericht).where(t.bericht.c.eigenaar == eigenaar, t.bericht.c.id == bericht)
    row = session.execute(query).one_or_none()
    if row is None:
        raise not_found("Bericht")
    return row


def answered(session: Session, eigenaar: str, berichten: Sequence[UUID]) -> set[UUID]:
    """Those of some heen messages of an organisation that have a return message."""
    named = t.bericht.c.antwoord_op
    query = select(named).where(t.bericht.c.eigenaar == eigenaar, named == func.any(list(berichten)))
    return set(session.scalars(query))


def sizes(session: Session, berichten: Sequence[UUID]) -> dict[UUID, int]:
    """The bytes that stored messages take, sealed."""
    row = t.bericht.c
    query = select(row.id, func.octet_length(row.xml)).where(row.id == func.any(list(berichten)))
    return dict(session.execute(query).all())


def answer_of(session: Session, bericht: UUID) -> Row[Any] | None:
    """The return message of a heen message, or None."""
    return session.execute(select(t.bericht).where(t.bericht.c.antwoord_op == bericht)).one_or_none()


def listed(session: Session, eigenaar: str, wanted: Filter) -> list[Row[Any]]:
    """The messages of an organisation, newest first, one more than the limit when there are more."""
    columns = {"richting": wanted.richting, "soort": wanted.soort, "status": wanted.status}
    columns["tegenpartij"] = wanted.tegenpartij
    query = select(t.bericht).where(t.bericht.c.eigenaar == eigenaar)
    for name, value in columns.items():
        if value is not None:
            query = query.where(t.bericht.c[name] == value)
    if wanted.na is not None:
        query = query.where(t.bericht.c.volgorde < wanted.na)
    return list(session.execute(query.order_by(t.bericht.c.volgorde.desc()).limit(wanted.limit + 1)))
