"""What was bought, as it stands or as it stood on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Row, Table, Text, and_, any_, cast, func, or_, select
from sqlalchemy.orm import Session

from services.allocation.inkoop.models import Gebieden
from shared.db import inkoop


def own(session: Session, table: Table, eigenaar: str, op: date | None = None) -> list[Row[Any]]:
    """The rows of an organisation in a table with a period, or those of a day, by their key."""
    conditions = [table.c.eigenaar == eigenaar]
    if op is not None and "begindatum" in table.c:
        conditions.append(inkoop.holds_on(table, op))
    return list(session.execute(select(table).where(*conditions).order_by(*table.primary_key)))


def axes(session: Session, eigenaar: str, model: str) -> dict[str, list[str]] | None:
    """The axes of a table of arrangements with their values; None when there is no such table."""
    row = inkoop.arrangementmodel.c
    return session.scalar(select(row.assen).where(row.eigenaar == eigenaar, row.model == model))


def areas(session: Session, eigenaar: str, model: str) -> Gebieden | None:
    """The result areas of a table of arrangements; None when it tells of none."""
    row = inkoop.arrangementmodel.c
    found = session.scalar(select(row.gebieden).where(row.eigenaar == eigenaar, row.model == model))
    return None if found is None else Gebieden(**found)


def contracts(session: Session, eigenaar: str, numbers: Sequence[str]) -> dict[str, Row[Any]]:
    """The contracts of these numbers and those under them, by number."""
    row = inkoop.contract
    some = any_(cast([*numbers], ARRAY(Text)))
    named = or_(row.c.nummer == some, row.c.raamcontract == some)
    found = session.execute(select(row).where(row.c.eigenaar == eigenaar, named)) if numbers else ()
    return {each.nummer: each for each in found}


def beside(session: Session, eigenaar: str, wanted: Any) -> list[str]:
    """The numbers of the contracts that a contract would run beside: of the same party, law and lot."""
    row = inkoop.contract.c
    same = (row[name] == getattr(wanted, name) for name in ("tegenpartij", "standaard", "perceel"))
    days = func.daterange(row.begindatum, row.einddatum, "[]").op("&&")
    overlap = days(func.daterange(wanted.begindatum, cast(wanted.einddatum, Date), "[]"))
    query = select(row.nummer).where(row.eigenaar == eigenaar, *same, row.nummer != wanted.nummer, overlap)
    return list(session.scalars(query.order_by(row.nummer).limit(10)))


def centrum(session: Session, gemeente: str) -> str | None:
    """The municipality that keeps this for another; None when it does so itself."""
    return session.scalar(select(inkoop.regio.c.centrum).where(inkoop.regio.c.eigenaar == gemeente))


def members(session: Session, gemeente: str) -> list[str]:
    """The municipalities that have this one keep their purchase data, as both of them want."""
    member, named = inkoop.regio.c, inkoop.regio_lid.c
    both = and_(named.eigenaar == member.centrum, named.gemeente == member.eigenaar)
    query = select(member.eigenaar).join(inkoop.regio_lid, both).where(member.centrum == gemeente)
    return list(session.scalars(query.order_by(member.eigenaar)))


def named(session: Session, gemeente: str) -> list[str]:
    """The municipalities that may have this one keep their purchase data."""
    row = inkoop.regio_lid.c
    return list(session.scalars(select(row.gemeente).where(row.eigenaar == gemeente).order_by(row.gemeente)))


def history(session: Session, eigenaar: str, tabel: str, limit: int) -> list[Row[Any]]:
    """What rows of a table were before they were replaced, newest first."""
    row = inkoop.inkoop_historie.c
    query = select(inkoop.inkoop_historie).where(row.eigenaar == eigenaar, row.tabel == tabel)
    return list(session.execute(query.order_by(row.volgnummer.desc()).limit(limit)))
