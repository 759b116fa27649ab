"""What allocation reads."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, bindparam, select
from sqlalchemy.orm import Session

from services.allocation.rules.regie import VERWIJDEREN
from shared.db import audit, geldig, ledger
from shared.db import tables as t
from shared.errors import not_found
from shared.judging import one_at_a_time


def _given(*names: str) -> list[ColumnElement[bool]]:
    """The conditions on toegewezen_product that columns have the values of parameters with their names."""
    row = t.toegewezen_product.c
    return [row[name] == bindparam(name, type_=row[name].type) for name in names]


@cache
def _one(*names: str) -> Select[Any]:
    """An allocation as it stands, given by parameters; built once, as building takes longer than Postgres does."""
    return _with_person(geldig.current_allocations(*_given(*names)))


def one(session: Session, eigenaar: str, toewijzing: str) -> Row[Any]:
    """An allocation as it stands, by its id (`0193-ijw-10001`). Raises Refused (404)."""
    gemeente, standaard, nummer = toewijzing.split("-")
    named: dict[str, Any] = {"eigenaar": eigenaar, "standaard": standaard, "toewijzing_nummer": int(nummer)}
    named |= {} if eigenaar == gemeente else {"tegenpartij": gemeente}
    row = session.execute(_one(*named), named).one_or_none()
    if row is None:
        raise not_found("Toewijzing")
    audit.note(session, "toewijzing ingezien", toewijzing, [row.bsn])
    return row


def one_client_at_a_time(session: Session, gemeente: str, standaard: str, bsn: str) -> None:
    """Let what is decided on a citizen (a pseudonym) run one after the other, before any exchange is locked.

    So an allocation sees the personal budget, and the allocation at another provider, of a moment before.
    """
    ledger.serialize(session, "cliënt", gemeente, standaard, bsn)


def taken(session: Session, gemeente: str, toewijzing: str, *elders: str) -> Row[Any]:
    """An allocation as it stands, while nothing else changes for its client here or at the providers `elders`.

    The locks are taken in one order, first those of the client, as sending takes one of each: two moves in opposite
    directions wait for each other. Raises Refused (404).
    """
    row = one(session, gemeente, toewijzing)
    one_client_at_a_time(session, gemeente, row.standaard, row.bsn)
    parties = sorted({row.tegenpartij, *elders})
    for party in parties:
        ledger.serialize(session, gemeente, party, row.standaard, row.bsn)
    one_at_a_time(session, *((gemeente, party, row.standaard) for party in parties if elders))
    return one(session, gemeente, toewijzing)


def _with_person(current: Subquery) -> Select[Any]:
    person = t.persoon.c
    return select(current, person.verzegeld).join(
        t.persoon, and_(person.eigenaar == current.c.eigenaar, person.bsn == current.c.bsn)
    )


def many(session: Session, eigenaar: str, filters: dict[str, Any], na: int, limit: int) -> list[Row[Any]]:
    """The allocations of an organisation as they stand, by number."""
    row = t.toegewezen_product.c
    wanted = [row[name] == value for name, value in filters.items() if value is not None]
    own = (row.eigenaar == eigenaar, row.toewijzing_nummer > na, *wanted)
    current = geldig.current_allocations(*own, row.toewijzing_nummer.in_(_numbers(own, limit)))
    order = (current.c.toewijzing_nummer, current.c.standaard, current.c.tegenpartij)
    found = list(session.execute(_with_person(current).order_by(*order).limit(limit)))
    audit.note(session, "toewijzingen ingezien", "lijst", [row.bsn for row in found])
    return found


def _numbers(own: Iterable[ColumnElement[bool]], limit: int) -> Select[tuple[int]]:
    """So many numbers of allocations that hold, the lowest first: no more than a page is read."""
    row = t.toegewezen_product
    page = select(row.c.toewijzing_nummer).where(*own, geldig.holds(row)).distinct()
    return page.order_by(row.c.toewijzing_nummer).limit(limit)


PLACE = ("eigenaar", "standaard", "tegenpartij", "bsn")
"""Whose allocations, or requests, at whom: a client by a pseudonym."""


@cache
def _of_client() -> Select[Any]:
    current = geldig.current_allocations(*_given(*PLACE))
    return select(current, geldig.vervallen(current).label("vervallen")).order_by(current.c.toewijzing_nummer)


def of_client(session: Session, *place: str) -> list[Row[Any]]:
    """The allocations of a client with a provider (see PLACE) as they stand, by number.

    Each tells whether it is `vervallen`: taken back altogether.
    """
    return list(session.execute(_of_client(), dict(zip(PLACE, place, strict=True))))


def is_change(session: Session, place: Iterable[str], referentie: str | None) -> bool:
    """Whether a reference is that of a request for change (317) of this client by this provider (see PLACE)."""
    if referentie is None:
        return False
    row = t.classes["Verzoek"].c
    same = (row[name] == value for name, value in zip(PLACE, place, strict=True))
    query = select(row.bericht).where(*same, row.referentie_aanbieder == referentie, geldig.holds(t.classes["Verzoek"]))
    return session.scalar(query.limit(1)) is not None


def told(session: Session, row: Any, name: str, begindatum: date) -> Row[Any] | None:
    """The last start or stop that was told of an allocation and a delivery that began on a day; None when none was."""
    table = t.classes[name]
    same = (table.c[field] == getattr(row, field) for field in ("eigenaar", "standaard", "tegenpartij", "bsn"))
    query = (
        select(table)
        .join(t.bericht, and_(t.bericht.c.id == table.c.bericht, t.geldig(t.bericht.c.status)))
        .where(
            *same,
            table.c.toewijzing_nummer == row.toewijzing_nummer,
            table.c.begindatum == begindatum,
            table.c.status_aanlevering != VERWIJDEREN,
        )
        .order_by(t.bericht.c.volgorde.desc(), table.c.volgnummer.desc())
    )
    return session.execute(query.limit(1)).one_or_none()


_NUMBERED = ("eigenaar", "standaard", "tegenpartij", "toewijzing_nummer")


@cache
def _decision() -> Select[Any]:
    kept, version, holder = t.besluit, t.toegewezen_product, t.bericht
    same = (kept.c[name] == version.c[name] for name in ("eigenaar", "bericht", "toewijzing_nummer"))
    query = select(kept).join(version, and_(*same)).join(holder, holder.c.id == version.c.bericht)
    return query.where(*_given(*_NUMBERED), t.geldig(holder.c.status)).order_by(holder.c.volgorde).limit(1)


def decision(session: Session, row: Any) -> Row[Any] | None:
    """What a municipality kept when it made an allocation; None when nothing, as of one that it did not make here."""
    return session.execute(_decision(), {name: getattr(row, name) for name in _NUMBERED}).one_or_none()


def client_of(session: Session, row: Any) -> Row[Any]:
    """The client as the message of an allocation row has it."""
    query = select(t.client).where(t.client.c.bericht == row.bericht, t.client.c.bsn == row.bsn)
    return session.execute(query).one()


def bericht(session: Session, key: Any) -> Row[Any]:
    """The message with that id."""
    return ledger.get(session, key)
