"""A large declaratie is judged in two halves at once: a connection of Postgres computes on one core."""

from collections.abc import Container, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from shared.aside import aside
from shared.db import tables as t
from shared.db.session import Namens, transaction, trial
from shared.judging import check_all
from shared.rules import Scope

MANY = 1000
"""From so many clients on a second connection gains more than it costs."""
_HELPING = Lock()
"""One at a time, so that those who judge never wait for each other's second connection."""


def check(session: Session, scopes: Sequence[Scope], without: Container[str] = ()) -> object:
    """As `check_all`, of one declaratie, and of what was committed before this transaction.

    What the rules find in a line depends on what they find in others of its client and on its allocation only.
    """
    [scope] = scopes
    half = 0 if without else _half(session, scope)
    if not half or not _HELPING.acquire(blocking=False):
        return check_all(session, scopes, without)
    try:
        first, second = replace(scope, laatste=half), replace(scope, eerste=half + 1)
        with aside(_found, second) as found:
            check_all(session, [first])
    finally:
        _HELPING.release()
    rows = [row._asdict() for row in found.result()]
    return session.execute(insert(t.bevinding), rows) if rows else None


def _half(session: Session, scope: Scope) -> int:
    """How many clients are half of a declaratie; none when they are few, or when the halves share an allocation."""
    own, line = t.client.c.bericht == scope.bericht, t.prestatie.c
    clients = session.scalar(select(func.max(t.client.c.volgnummer)).where(own)) or 0
    if clients < MANY:
        return 0
    first, last = func.min(line.ouder), func.max(line.ouder)
    number = select(line.toewijzing_nummer).where(line.bericht == scope.bericht).group_by(line.toewijzing_nummer)
    shared = number.having(first <= clients // 2, last > clients // 2).limit(1)
    return 0 if session.scalar(shared) is not None else clients // 2


def _found(scope: Scope) -> Sequence[Row[Any]]:
    """What is found in a part of a declaratie; nothing of it is kept here."""
    with transaction(Namens(scope.eigenaar, "dienst billing")) as session, trial(session):
        check_all(session, [scope])
        return session.execute(select(t.bevinding).where(t.bevinding.c.bericht == scope.bericht)).all()
