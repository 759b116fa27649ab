"""What billing reads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from shared.db import audit, geldig, lokaal
from shared.db import tables as t
from shared.errors import not_found


def _with_totals(eigenaar: str) -> Select[Any]:
    return (
        select(t.declaratie, t.bericht.c.richting, t.bericht.c.status, t.bericht.c.volgorde)
        .join(t.bericht, t.bericht.c.id == t.declaratie.c.bericht)
        .where(t.declaratie.c.eigenaar == eigenaar)
    )


def declaratie(session: Session, eigenaar: str, bericht: UUID) -> Row[Any]:
    """A declaratie of an organisation with its totals. Raises Refused (404)."""
    row = session.execute(_with_totals(eigenaar).where(t.declaratie.c.bericht == bericht)).one_or_none()
    if row is None:
        raise not_found("Declaratie")
    return row


def declaraties(session: Session, eigenaar: str, na: int | None, limit: int) -> list[Row[Any]]:
    """The declaraties of an organisation, newest first, with their totals; one more than `limit` if there are more."""
    query = _with_totals(eigenaar).order_by(t.bericht.c.volgorde.desc()).limit(limit + 1)
    return list(session.execute(query if na is None else query.where(t.bericht.c.volgorde < na)))


def lines(session: Session, berichten: Sequence[UUID]) -> list[Row[Any]]:
    """The prestaties of declaraties, each with its signed amount in eurocents, whether it was refused, and its payment.

    `betaling` is the live payment of the owner that it stands in, `betaald_op` the day on which the bank paid that.
    """
    line, paid, betaling = t.prestatie, t.betaalregel, t.betaling
    own = (paid.c.eigenaar == line.c.eigenaar, paid.c.declaratie == line.c.bericht)
    place = and_(*own, paid.c.prestatie == line.c.volgnummer, paid.c.levend, paid.c.soort == "prestatie")
    query = (
        select(
            line,
            geldig.signed(line).label("bedrag"),
            geldig.rejected_line(line).label("afgewezen"),
            lokaal.waits(line).label("wacht"),
            paid.c.betaling,
            betaling.c.uitgevoerd_op.label("betaald_op"),
        )
        .outerjoin(paid, place)
        .outerjoin(betaling, and_(betaling.c.eigenaar == paid.c.eigenaar, betaling.c.id == paid.c.betaling))
    )
    found = list(session.execute(query.where(line.c.bericht.in_(berichten)).order_by(line.c.volgnummer)))
    for bericht in berichten:
        audit.note(session, "declaratie ingezien", bericht, {row.bsn: "" for row in found if row.bericht == bericht})
    return found


def outcome(line: Row[Any], status: str) -> str:
    """What became of a line (with `afgewezen` and `wacht`) of a message with a status, as users read it."""
    if line.afgewezen or status == "afgekeurd":
        return "afgewezen"
    if line.wacht:
        return "wacht op oordeel"
    return "toegekend" if status == "goedgekeurd" else "in behandeling"


def identity(bericht: UUID, volgnummer: int) -> str:
    """The id of a line."""
    return f"{bericht}-{volgnummer}"


def findings(session: Session, berichten: Sequence[UUID]) -> list[Row[Any]]:
    """What was found in declaraties."""
    return list(session.execute(select(t.bevinding).where(t.bevinding.c.bericht.in_(berichten))))
