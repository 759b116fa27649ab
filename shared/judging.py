"""Rules on stored rows (levels 3 and 4): running them, keeping what they find, and the verdict on a message."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Row,
    Select,
    Table,
    and_,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    values,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from shared.contracts import Beoordeling
from shared.db import audit, ledger, people
from shared.db import tables as t
from shared.rules import Finding, Rule, RuleFacts, Scope, applying, source_of
from shared.statements import Statement, pattern, statement

_Chosen = tuple[Rule, RuleFacts, str]
"""A rule, what the standard says of it, and a class that it looks at."""


def check_rows(session: Session, scopes: Sequence[Scope], *, header: bool, without: Container[str] = ()) -> int:
    """Levels 3 and 4: run the rules on the Header, or those on all other classes, and record what they find: how much.

    The messages are judged by one organisation, each for itself. One INSERT … SELECT for those of a kind and all rules
    up to the next that is `later`, which so can read what they found. `without` are codes that are left out.
    """
    return sum(_check_alike(session, alike, header, without) for alike in _by_kind(scopes))


def _by_kind(scopes: Iterable[Scope]) -> Iterator[list[Scope]]:
    """Scopes of messages that the same statements judge, together."""
    kind = attrgetter("standaard", "soort")
    return (list(alike) for _, alike in groupby(sorted(scopes, key=kind), key=kind))


def _check_alike(session: Session, scopes: Sequence[Scope], header: bool, without: Container[str]) -> int:
    scope = scopes[0]
    chosen = [
        (rule, known, klasse)
        for rule, known in applying(scope.type, in_memory=False)
        for klasse in rule.on
        if known.code not in without and klasse in scope.type.classes and header == (klasse == "Header")
    ]
    for klasse in dict.fromkeys(klasse for *_, klasse in chosen):
        _keep(session, scopes, klasse)
    return sum(_recording(scope, stage).run(session, scopes) for stage in _stages(chosen))


def check_later(session: Session, scopes: Sequence[Scope], codes: Container[str]) -> None:
    """Run rules that are `later` and were left out by `judge`, in the same transaction."""
    for alike in _by_kind(scopes):
        known = applying(alike[0].type, in_memory=False)
        chosen = ((rule, facts, klasse) for rule, facts in known if facts.code in codes for klasse in rule.on)
        for stage in _stages(chosen):
            _recording(alike[0], stage).run(session, alike)


MANY = 1000
"""From so many rows on it matters to Postgres how many there are; it is told of the columns in COUNTED."""
COUNTED = ("bericht", "bsn", "toewijzing_nummer")


def _stages(chosen: Iterable[_Chosen]) -> list[tuple[_Chosen, ...]]:
    """The rules in their order, in groups that need not see what others of the group find."""
    stages: list[tuple[_Chosen, ...]] = []
    for one in chosen:
        if not stages or one[0].later:
            stages.append(())
        stages[-1] += (one,)
    return stages


def rows_of(scope: Scope, klasse: str) -> Any:
    """The rows that the rules on a class look at; those of other messages may be among them."""
    found = source_of(scope, klasse)
    if found is not None:
        return found.subquery("beoordeeld")
    return t.bericht if klasse == "Header" else t.classes[klasse]


def _keep(session: Session, scopes: Sequence[Scope], klasse: str) -> None:
    """Run the `source` of a class once, into a temporary table that each connection keeps."""
    scope = scopes[0]
    table = _kept(scope.standaard, scope.soort, klasse)
    if table is None:
        return
    session.execute(CreateTable(table, if_not_exists=True))
    fill = statement(scope, ("source", klasse), table, table.c.keys(), lambda pattern: source_of(pattern, klasse))
    session.execute(delete(table))
    if fill.run(session, scopes) > MANY:
        columns = ", ".join(name for name in COUNTED if name in table.c)
        session.execute(text(f"ANALYZE {table.name} ({columns})"))


@cache
def _kept(standaard: str, soort: str, klasse: str) -> Table | None:
    """The temporary table of a class; empty at the end of every transaction. None for a class without `source`."""
    found: Select[Any] | None = source_of(pattern(standaard, soort), klasse)
    if found is None:
        return None
    columns = [Column(column.name, column.type) for column in found.selected_columns]
    name = f"beoordeeld_{soort}_{klasse.lower()}"
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DELETE ROWS")


_COLUMNS = ("volgnummer", "eigenaar", "bericht", "klasse", "code", "niveau", "retourcode")


def _recording(scope: Scope, stage: Sequence[_Chosen]) -> Statement:
    return statement(scope, stage, t.bevinding, _COLUMNS, lambda pattern: union_all(*_found_by(stage, pattern)))


def _found_by(stage: Sequence[_Chosen], scope: Scope) -> Iterator[Select[Any]]:
    """What the rules of a stage find: those that ask a kept row for no more than a condition share one walk."""
    asked: dict[Table, list[tuple[_Chosen, ColumnElement[bool]]]] = {}
    for chosen in stage:
        kept, offenders = _kept(scope.standaard, scope.soort, chosen[2]), _offenders(scope, chosen)
        condition = offenders.whereclause
        if kept is None or condition is None or offenders.get_final_froms() != [kept]:
            yield _with_place(offenders, scope, map(literal, _naming(chosen))).distinct()
        else:
            asked.setdefault(kept, []).append((chosen, condition))
    for kept, conditions in asked.items():
        yield _walk(scope, kept, conditions)


def _walk(scope: Scope, kept: Table, asked: Sequence[tuple[_Chosen, ColumnElement[bool]]]) -> Select[Any]:
    """One walk along kept rows that asks all conditions: a bit for each; most rows have none."""
    bits = [case((condition, 1 << number), else_=0) for number, (_, condition) in enumerate(asked)]
    every: ColumnElement[int] = reduce(lambda so_far, bit: so_far.op("|")(bit), bits, literal(0, BigInteger))
    bits_of = select(kept.c.volgnummer, cast(every, BigInteger).label("bits")).where(kept.c.bericht == scope.bericht)
    row = bits_of.offset(0).subquery()  # 0: asked once a row
    columns = (column("bit", BigInteger), *(t.bevinding.c[name] for name in ("klasse", "code", "niveau", "retourcode")))
    rules = values(*(column(c.name, c.type) for c in columns), name="regel").data(
        [(1 << number, *_naming(chosen)) for number, (chosen, _) in enumerate(asked)]
    )
    hit = row.c.bits.op("&")(rules.c.bit) != 0
    found = select(row.c.volgnummer).select_from(row.join(rules, hit)).where(row.c.bits != 0)
    return _with_place(found, scope, [*rules.c][1:])


def _with_place(found: Select[Any], scope: Scope, naming: Iterable[ColumnElement[Any]]) -> Select[Any]:
    place: tuple[Any, ...] = (scope.eigenaar, scope.bericht)
    return found.add_columns(*place, *naming)


def _naming(chosen: _Chosen) -> tuple[str, str, int, str]:
    """How a finding names what it found: class, code, level and return code."""
    _, known, klasse = chosen
    return klasse, known.code, known.niveau, known.retourcode


def _offenders(scope: Scope, chosen: _Chosen) -> Select[Any]:
    rule, _, klasse = chosen
    kept = _kept(scope.standaard, scope.soort, klasse)
    offenders: Select[Any] = rule.function(scope, rows_of(scope, klasse) if kept is None else kept)
    if kept is not None or scope.soort != "323":
        return offenders
    [found] = offenders.selected_columns
    of_part = found.between(scope.eerste, scope.laatste) if klasse == "Client" else literal(1) == scope.eerste
    return offenders.where(of_part)


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
    return found_in(session, [bericht])[bericht]


def found_in(session: Session, berichten: Sequence[UUID]) -> dict[UUID, list[Finding]]:
    """What was found in each of some messages, as `found`."""
    row, each = t.bevinding.c, {bericht: list[Finding]() for bericht in berichten}
    query = select(t.bevinding).where(row.bericht == func.any(list(berichten)))
    for one in session.execute(query.order_by(row.niveau, row.klasse, row.volgnummer, row.code)):
        each[one.bericht].append(Finding(one.code, one.niveau, one.retourcode, one.klasse, one.volgnummer))
    return each


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


def one_at_a_time(session: Session, *exchanges: tuple[str, str, str]) -> None:
    """Let the messages of an exchange be judged one after the other: each sees what the one before it made.

    An exchange is an organisation, its other party, and the law.
    """
    ledger.serialize_all(session, [("beoordeling", *exchange) for exchange in exchanges])


def turns(rows: Iterable[Row[Any]]) -> Iterator[tuple[str, list[Row[Any]]]]:
    """Stored messages that were not judged, in groups to judge at once: of one law, and of each exchange one.

    Two of an exchange would not see each other.
    """
    waiting = [row for row in rows if row.status == "gecontroleerd"]
    while waiting:
        law = waiting[0].standaard
        first = {row.tegenpartij: row for row in reversed(waiting) if row.standaard == law}
        yield law, [*first.values()]
        judged = {row.id for row in first.values()}
        waiting = [row for row in waiting if row.id not in judged]


def check_all(session: Session, scopes: Sequence[Scope], without: Container[str] = ()) -> object:
    """Run the rules on all but the Header, but for those `without`: the caller runs these later (`check_later`)."""
    return check_rows(session, scopes, header=False, without=without)


Check = Callable[[Session, Sequence[Scope]], object]
"""Runs the rules on all but the Header of some messages."""


def judge(session: Session, rows: Sequence[Row[Any]], vandaag: date, check: Check = check_all) -> dict[UUID, str]:
    """Judge stored messages of `turns` on levels 3 and 4 and set their status: of each that."""
    one_at_a_time(session, *((row.eigenaar, row.tegenpartij, row.standaard) for row in rows))
    check(session, [scope_of(row, vandaag) for row in rows])
    keys = [row.id for row in rows]
    concerned, findings = people.people_of(session, keys), found_in(session, keys)
    for key in keys:
        audit.note(session, "bericht beoordeeld", key, concerned.get(key, ()))
    verdicts = {row.id: verdict(row.soort, findings[row.id]) for row in rows}
    for status in set(verdicts.values()):
        ledger.set_status(session, status, *(key for key in keys if verdicts[key] == status))
    return verdicts


def judgements(session: Session, statuses: Mapping[UUID, str]) -> list[Beoordeling]:
    """What was made of messages, by their status."""
    findings = found_in(session, [*statuses])
    return [Beoordeling(bericht=key, status=status, bevindingen=len(findings[key])) for key, status in statuses.items()]
