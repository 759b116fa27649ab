"""The judge and the product next to each other, world after world."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from services import catalogue  # importing it registers the rules
from shared.db import tables as t
from shared.judging import check_all, check_rows, found, scope_of, verdict
from shared.rules import Finding, Scope
from tests.rules.judge import invoices
from tests.rules.judge.verdict import CODES, judge
from tests.rules.judge.worlds import TABLES, Exchange, exchange

assert catalogue
Place = tuple[str, int, str]


@dataclass
class Tally:
    """What a run came across: lines and how many held, hits and passes of each rule, and where the two disagreed."""

    lines: int = 0
    granted: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    passes: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def unseen(self) -> list[str]:
        """The rules that never spoke one way or the other."""
        return sorted(code for code in CODES if not self.hits[code] or not self.passes[code])


def run(session: Session, seed: int, lines: int, after: Callable[[], object]) -> Tally:
    """Judge worlds until so many lines were judged; `after` is called after each world."""
    tally, number = Tally(), 0
    while tally.lines < lines and len(tally.differences) < 20:
        one(session, tally, seed, number)
        if number & (number + 1) == 0:  # 0, 1, 3, 7, …: the planner knows how much there is, as in a database that runs
            session.execute(text(f"ANALYZE {', '.join(TABLES)}"))
        after()
        number += 1
    return tally


def one(session: Session, tally: Tally, seed: int, number: int) -> None:
    """A world: its past, and one to three invoices that are judged one after the other."""
    own = exchange(seed, number)
    invoices.past(own)
    told = store(session, own, dict.fromkeys(own.rows, 0))
    for _ in range(own.random.randrange(1, 4)):
        judged = "klaar" if len(own.eigenaar) == 8 else "gecontroleerd"
        bericht = invoices.invoice(own, own.random.choice((5, 150, 400, 800)), judged)
        if own.chance(10):
            invoices.invoice(own, 3, "goedgekeurd")  # came in later and was answered sooner
        told = store(session, own, told)
        settle(session, own, bericht, tally, f"seed {seed}, wereld {number}")
        told = {name: len(rows) for name, rows in own.rows.items()}


def store(session: Session, own: Exchange, told: dict[str, int]) -> dict[str, int]:
    """Put the rows into the tables that are not there yet; how many of each there are now."""
    codes = [own.eigenaar, own.tegenpartij]
    known = [{"code": code, "naam": code, "hier": True, "kanaal": "lokaal"} for code in codes]
    session.execute(postgresql.insert(t.organisatie).on_conflict_do_nothing(), known)
    for name, rows in own.rows.items():
        if fresh := rows[told[name] :]:
            session.execute(insert(t.metadata.tables[name]), fresh)
    return {name: len(rows) for name, rows in own.rows.items()}


def settle(session: Session, own: Exchange, bericht: UUID, tally: Tally, place: str) -> None:
    """Judge a message both ways, compare, and let what the product found stand."""
    thought = list(judge(own.rows, bericht))
    expected = {(*where, code) for code, where, broken in thought if broken}
    tally.hits.update(code for code, _, broken in thought if broken)
    tally.passes.update(code for code, _, broken in thought if not broken)
    lines = {row["volgnummer"] for row in own.rows["prestatie"] if row["bericht"] == bericht}
    tally.lines += len(lines)
    tally.granted += len(lines - {volgnummer for klasse, volgnummer, _ in expected if klasse == "Prestatie"})
    actual = {(f.klasse, f.volgnummer, f.code) for f in judged(session, own, bericht)}
    tally.differences += [f"{place}: {difference}" for difference in differences(own, bericht, expected, actual)]


def judged(session: Session, own: Exchange, bericht: UUID) -> list[Finding]:
    """What the product finds in a message; its status and its findings go into the world."""
    row = next(row for row in own.rows["bericht"] if row["id"] == bericht)
    scope = scope_of(SimpleNamespace(**row), date(2030, 1, 1))
    check_rows(session, [scope], header=True)
    if parts := halves(own, bericht):
        in_halves(session, scope, parts[bericht.int % len(parts)])
    else:
        check_all(session, [scope])
    findings = found(session, bericht)
    row["status"] = verdict("323", findings)
    session.execute(update(t.bericht).where(t.bericht.c.id == bericht).values(status=row["status"]))
    for f in findings:
        own.rows["bevinding"].append({"bericht": bericht, "klasse": f.klasse, "volgnummer": f.volgnummer})
    return findings


def halves(own: Exchange, bericht: UUID) -> list[int]:
    """After how many clients an invoice can be split, so that the two halves name no allocation both."""
    named: dict[int, list[int]] = {}
    for line in own.rows["prestatie"]:
        if line["bericht"] == bericht:
            named.setdefault(line["toewijzing_nummer"], []).append(line["ouder"])
    clients = max((client for among in named.values() for client in among), default=0)
    return [n for n in range(1, clients) if not any(min(among) <= n < max(among) for among in named.values())]


def in_halves(session: Session, scope: Scope, half: int) -> None:
    """As a large declaratie is judged: the two halves of its clients do not see what is found in each other."""
    savepoint = session.begin_nested()
    check_all(session, [replace(scope, eerste=half + 1)])
    found_there = (t.bevinding.c.bericht == scope.bericht, t.bevinding.c.klasse != "Header")
    rows = session.execute(select(t.bevinding).where(*found_there)).all()
    savepoint.rollback()
    check_all(session, [replace(scope, laatste=half)])
    if rows:
        session.execute(insert(t.bevinding), [row._asdict() for row in rows])


def differences(own: Exchange, bericht: UUID, expected: set[Place], actual: set[Place]) -> Iterator[str]:
    """A text for each finding that only one of the two has, with the line that it is about."""
    lines = {row["volgnummer"]: row for row in own.rows["prestatie"] if row["bericht"] == bericht}
    for klasse, volgnummer, code in sorted(expected ^ actual):
        who = "alleen de rechter" if (klasse, volgnummer, code) in expected else "alleen het product"
        line = lines.get(volgnummer, {}) if klasse == "Prestatie" else {}
        versions = [
            r for r in own.rows["toegewezen_product"] if r["toewijzing_nummer"] == line.get("toewijzing_nummer")
        ]
        yield f"{klasse}[{volgnummer}] {code}: {who}\n    {line}\n    {versions}"
