"""What was raised of the terms: each thing once, as long as its term is late or near, and who saw it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, literal, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.allocation.termijnen.queries import Dag, terms
from shared.db import tables as t
from shared.errors import not_found

SIGNAAL = ("object", "bericht", "standaard", "tegenpartij", "wie", "sinds", "uiterlijk", "status")
DAGEN = ("sinds", "uiterlijk")


def raise_signals(session: Session, dag: Dag) -> None:
    """Raise what is late or near, once for each term and object, and end what was raised and runs no longer.

    A signal that was ended, or was near and is late now, asks for attention anew; one whose days moved (a day off
    came or went) only tells the new ones.
    """
    found, row = terms(dag), t.signaal
    urgent = select(found).where(found.c.status != "open").cte("dringend")
    values = select(literal(dag.eigenaar), func.gen_random_uuid(), urgent.c.code, *(urgent.c[name] for name in SIGNAAL))
    raised = insert(row).from_select(["eigenaar", "id", "termijn", *SIGNAAL], values)
    stirs = (row.c.status != raised.excluded.status) | row.c.opgelost_op.is_not(None)
    moved = tuple_(*(row.c[name] for name in DAGEN)) != tuple_(*(raised.excluded[name] for name in DAGEN))
    anew = {"gemeld_op": func.now(), "opgelost_op": null(), "gezien_door": null(), "gezien_op": null()}
    kept = raised.on_conflict_do_update(
        index_elements=["eigenaar", "termijn", "object"],
        set_={name: raised.excluded[name] for name in SIGNAAL}
        | {name: case((stirs, value), else_=row.c[name]) for name, value in anew.items()},
        where=stirs | moved,
    )
    gone = tuple_(row.c.termijn, row.c.object).not_in(select(urgent.c.code, urgent.c.object))
    solved = update(row).where(row.c.eigenaar == dag.eigenaar, row.c.opgelost_op.is_(None), gone)
    session.execute(solved.values(opgelost_op=func.now()).add_cte(kept.cte("gemeld")))


def listed(session: Session, eigenaar: str, *, seen: bool | None, na: UUID | None, limit: int) -> list[Row[Any]]:
    """The signals of terms that still run, the first last day first; one more than the limit when there are more."""
    row = t.signaal
    query = select(row).where(row.c.eigenaar == eigenaar, row.c.opgelost_op.is_(None))
    if seen is not None:
        query = query.where(row.c.gezien_op.is_not(None) if seen else row.c.gezien_op.is_(None))
    if na is not None:
        before = select(row.c.uiterlijk, row.c.id).where(row.c.eigenaar == eigenaar, row.c.id == na)
        query = query.where(tuple_(row.c.uiterlijk, row.c.id) > before.scalar_subquery())
    return list(session.execute(query.order_by(row.c.uiterlijk, row.c.id).limit(limit + 1)))


def see(session: Session, eigenaar: str, signaal: UUID, wie: str) -> Row[Any]:
    """Note that somebody saw a signal; the first one stays. Raises Refused (404)."""
    row = t.signaal
    own = (row.c.eigenaar == eigenaar, row.c.id == signaal)
    unseen = update(row).where(*own, row.c.gezien_op.is_(None))
    session.execute(unseen.values(gezien_door=wie, gezien_op=func.now()))
    found = session.execute(select(row).where(*own)).one_or_none()
    if found is None:
        raise not_found("Signaal")
    return found
