"""What allocating reads: limits, proposals, personal budgets, the cell of an arrangement."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from shared.db import audit, geldig, inkoop
from shared.db import tables as t
from shared.db import toewijzen as tt
from shared.errors import not_found


def arrangement(session: Session, gemeente: str, model: str, assen: Mapping[str, str], dag: date) -> Row[Any] | None:
    """The cell of a table of arrangements on a day, with the law of its table; None when there is none."""
    row, table = inkoop.arrangement, inkoop.arrangementmodel
    same = and_(table.c.eigenaar == row.c.eigenaar, table.c.model == row.c.model)
    query = select(row, table.c.standaard).join(table, same)
    return session.execute(
        query.where(
            row.c.eigenaar == gemeente, row.c.model == model, row.c.assen == dict(assen), inkoop.holds_on(row, dag)
        )
    ).one_or_none()


def limit(session: Session, gemeente: str, standaard: str) -> int | None:
    """The amount in eurocents from which a second person approves; None when there is none."""
    row = tt.toewijsgrens.c
    return session.scalar(select(row.bedrag).where(row.eigenaar == gemeente, row.standaard == standaard))


def limits(session: Session, gemeente: str) -> list[Row[Any]]:
    """The limits of a municipality, per law."""
    row = tt.toewijsgrens
    return list(session.execute(select(row).where(row.c.eigenaar == gemeente).order_by(row.c.standaard)))


def with_person(table: Any) -> Select[Any]:
    """The rows of a table about persons, each with the sealed BSN."""
    person = t.persoon.c
    same = and_(person.eigenaar == table.c.eigenaar, person.bsn == table.c.bsn)
    return select(table, person.verzegeld).join(t.persoon, same)


def pgbs(session: Session, gemeente: str, limiet: int) -> list[Row[Any]]:
    """The personal budgets of a municipality's citizens, latest first."""
    row = tt.pgb
    query = with_person(row).where(row.c.eigenaar == gemeente).order_by(row.c.begindatum.desc(), row.c.id)
    found = list(session.execute(query.limit(limiet)))
    audit.note(session, "pgb's ingezien", "lijst", [row.bsn for row in found])
    return found


def pgb(session: Session, gemeente: str, key: UUID) -> Row[Any]:
    """A personal budget, while nobody else changes it. Raises Refused (404)."""
    row = tt.pgb
    query = with_person(row).where(row.c.eigenaar == gemeente, row.c.id == key)
    found = session.execute(query.with_for_update(of=row)).one_or_none()
    if found is None:
        raise not_found("Pgb")
    audit.note(session, "pgb gewijzigd", str(key), [found.bsn])
    return found


def beside_pgb(session: Session, values: Mapping[str, Any]) -> bool:
    """Whether a citizen has a personal budget already that another would run beside."""
    row, code = tt.pgb.c, values["product_code"]
    same = (row[name] == values[name] for name in ("bsn", "eigenaar", "standaard", "product_categorie"))
    query = select(row.id).where(
        *same,
        *([or_(row.product_code.is_(None), row.product_code == code)] if code else []),
        or_(row.einddatum.is_(None), row.einddatum >= values["begindatum"]),
        *([row.begindatum <= values["einddatum"]] if values["einddatum"] else []),
    )
    return session.execute(query.limit(1)).one_or_none() is not None


def against_pgb(session: Session, values: Mapping[str, Any]) -> list[Row[Any]]:
    """The allocations of a citizen that a personal budget would run beside (OP043)."""
    row = t.toegewezen_product.c
    same = (row[name] == values[name] for name in ("bsn", "eigenaar", "standaard", "product_categorie"))
    current = geldig.current_allocations(*same)
    code = values["product_code"]
    query = select(current).where(
        *([or_(current.c.product_code.is_(None), current.c.product_code == code)] if code else []),
        or_(current.c.einddatum.is_(None), current.c.einddatum >= values["begindatum"]),
        *([current.c.ingangsdatum <= values["einddatum"]] if values["einddatum"] else []),
        ~geldig.vervallen(current),
    )
    return list(session.execute(query))
