"""Rules on stored rows (levels 3 and 4): running them, keeping what they find, and the verdict on a message."""

from collections.abc import Container, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, insert, literal, select, update
from sqlalchemy.orm import Session

from shared.db import audit, ledger, people
from shared.db import tables as t
from shared.rules import Finding, Rule, RuleFacts, Scope, applying


def check_rows(session: Session, scope: Scope, *, header: bool, without: Container[str] = ()) -> None:
    """Levels 3 and 4: run the rules on the Header, or those on all other classes, and record what they find.

    Each rule is one INSERT … SELECT, so a later rule can read what an earlier one found. `without` are codes that
    are left out.
    """
    for rule, known in applying(scope.type, in_memory=False):
        if known.code in without:
            continue
        for klasse in rule.on:
            if klasse in scope.type.classes and header == (klasse == "Header"):
                session.execute(_record(scope, rule, known, klasse))


def _record(scope: Scope, rule: Rule, known: RuleFacts, klasse: str) -> Any:
    table = t.bericht if klasse == "Header" else t.classes[klasse]
    offenders: Subquery = rule.function(scope, table).subquery()
    rows = select(
        literal(scope.eigenaar),
        literal(scope.bericht),
        literal(klasse),
        offenders.c[0],
        literal(known.code),
        literal(known.niveau),
        literal(known.retourcode),
    ).distinct()
    columns = ["eigenaar", "bericht", "klasse", "volgnummer", "code", "niveau", "retourcode"]
    return insert(t.bevinding).from_select(columns, rows)


def record(session: Session, scope: Scope, findings: Iterable[Finding]) -> None:
    """Keep findings that were made in memory or told by the other party."""
    rows = [
        {
            "eigenaar": scope.eigenaar,
            "bericht": scope.bericht,
            "klasse": finding.klasse,
            "volgnummer": finding.volgnummer,
            "code": finding.code,
            "niveau": finding.niveau,
            "retourcode": finding.retourcode,
        }
        for finding in dict.fromkeys(findings)
    ]
    if rows:
        session.execute(insert(t.bevinding), rows)


def found(session: Session, bericht: UUID) -> list[Finding]:
    """What was found in a message, in the order of level, class and number."""
    rows = session.execute(
        select(t.bevinding)
        .where(t.bevinding.c.bericht == bericht)
        .order_by(t.bevinding.c.niveau, t.bevinding.c.klasse, t.bevinding.c.volgnummer, t.bevinding.c.code)
    )
    return [Finding(row.code, row.niveau, row.retourcode, row.klasse, row.volgnummer) for row in rows]


def of_exchange(table: Any, scope: Scope) -> ColumnElement[bool]:
    """The condition that a row belongs to the exchange between the same two parties under the same law."""
    return and_(
        table.c.eigenaar == scope.eigenaar,
        table.c.standaard == scope.standaard,
        table.c.tegenpartij == scope.tegenpartij,
    )


def scope_of(row: Any, vandaag: date) -> Scope:
    """The scope of a stored message."""
    return Scope(row.id, row.eigenaar, row.tegenpartij, row.standaard, row.soort, vandaag)


def verdict(soort: str, findings: Iterable[Finding]) -> str:
    """What findings make of a heen message: goedgekeurd or afgekeurd, as a whole.

    A 323 is refused as a whole for level 2 and for its Header or Declaratie, line by line otherwise
    (IV087); any other message for any finding (IV032).
    """
    fatal = (f for f in findings if soort != "323" or f.niveau <= 2 or f.klasse in ("Header", "Declaratie"))
    return "afgekeurd" if any(fatal) else "goedgekeurd"


def one_at_a_time(session: Session, eigenaar: str, tegenpartij: str, standaard: str) -> None:
    """Let the messages of an exchange be judged one after the other: each sees what the one before it made."""
    ledger.serialize(session, "beoordeling", eigenaar, tegenpartij, standaard)


def judge(session: Session, row: Any, vandaag: date) -> str:
    """Judge a stored message on levels 3 and 4 and set its status; judged before, it stays as it was."""
    if row.status != "gecontroleerd":
        return str(row.status)
    one_at_a_time(session, row.eigenaar, row.tegenpartij, row.standaard)
    check_rows(session, scope_of(row, vandaag), header=False)
    audit.note(session, "bericht beoordeeld", row.id, people.people_of(session, row.id))
    status = verdict(row.soort, found(session, row.id))
    session.execute(update(t.bericht).where(t.bericht.c.id == row.id).values(status=status))
    return status
