"""What the life of an allocation reads beside it: what was granted on it, and what took its place."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.orm import Session

from shared.db import geldig
from shared.db import tables as t
from shared.db import toewijzen as tt
from shared.waarde import MINUUT, UUR


def _lines(row: Row[Any]) -> tuple[Any, ...]:
    line = t.prestatie.c
    same = (line[name] == getattr(row, name) for name in ("eigenaar", "standaard", "tegenpartij", "bsn"))
    return (*same, line.toewijzing_nummer == row.toewijzing_nummer, geldig.granted(t.prestatie))


def granted_lines(session: Session, row: Row[Any]) -> Sequence[Row[Any]]:
    """The debits that were granted on an allocation and not credited since, by period."""
    line = t.prestatie
    debits = (*_lines(row), line.c.ingediend_bedrag_debet_credit == "D", ~geldig.credited(line))
    order = (line.c.product_periode_begindatum, line.c.volgnummer)
    return session.execute(select(line).where(*debits).order_by(*order)).all()


def successor_elsewhere(session: Session, row: Row[Any]) -> Row[Any] | None:
    """What took the place of an allocation at another provider and was not deleted since; None when nothing did."""
    found, behind, holder = t.toegewezen_product, tt.besluit, t.bericht
    numbers = (
        select(behind.c.toewijzing_nummer)
        .join(holder, holder.c.id == behind.c.bericht)
        .where(
            behind.c.eigenaar == row.eigenaar,
            behind.c.voorganger == row.toewijzing_nummer,
            holder.c.standaard == row.standaard,
        )
    )
    same = (found.c[name] == getattr(row, name) for name in ("eigenaar", "standaard", "bsn"))
    elsewhere = (found.c.tegenpartij != row.tegenpartij, found.c.toewijzing_nummer.in_(numbers))
    current = geldig.current_allocations(*same, *elsewhere)
    return session.execute(select(current).where(~geldig.vervallen(current)).limit(1)).one_or_none()


def granted(session: Session, row: Row[Any]) -> tuple[int, int]:
    """The volume in the unit of the allocation, a begun one counted whole, and the eurocents that were granted on it.

    Credits are subtracted.
    """
    line = t.prestatie.c
    sign = case((line.ingediend_bedrag_debet_credit == "C", -1), else_=1)
    in_hours = row.omvang_eenheid == UUR
    minutes = case((and_(in_hours, line.eenheid == MINUUT), line.geleverd_volume), else_=line.geleverd_volume * 60)
    volume = minutes if in_hours else line.geleverd_volume
    total = func.coalesce(func.sum(sign * volume), 0), func.coalesce(func.sum(geldig.signed(t.prestatie)), 0)
    found, amount = session.execute(select(*total).where(*_lines(row))).one()
    return (-(-int(found) // 60) if in_hours else int(found)), int(amount)
