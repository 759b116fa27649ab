"""Which lines of a declaratie go over the limit of a local rule, counted over what was granted before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from services.billing.rules.lines import UUR
from services.billing.rules.totaal import volume_taken
from shared.db import ledger
from shared.db import tables as t


def _share(rule: Row[Any], line: Any) -> ColumnElement[int]:
    """What a line counts for; a volume in a unit that is not for the rule, for nothing."""
    if rule.grootheid == "volume":
        return func.coalesce(volume_taken(line, literal(rule.eenheid)), 0)
    counted = {"bedrag": line.c.ingediend_bedrag_bedrag, "regels": literal(1)}
    share: ColumnElement[int] = counted[rule.grootheid]
    return share


def limit(rule: Row[Any]) -> int:
    """The most that passes, in the measure that is counted in: hours in minutes."""
    return int(rule.grens * 60 if rule.eenheid == UUR else rule.grens)


@dataclass(frozen=True, slots=True)
class Hit:
    """A line over the limit, and what would then be granted in all."""

    line: Row[Any]
    waarde: int


def hits(session: Session, rule: Row[Any], bericht: Row[Any]) -> list[Hit]:
    """The debits of a declaratie that a rule finds, in their order.

    A line that would be refused is not counted for those after it; one that a person is asked about is, as it is
    granted until that person says otherwise. Credits of the message itself are counted first (OP366).
    """
    return list(_over(rule, session.execute(_lines(rule, bericht))))


def _over(rule: Row[Any], lines: Any) -> Iterator[Hit]:
    totals: dict[Any, int] = {}
    most = limit(rule)
    for line in lines:
        key = line.volgnummer if rule.per == "regel" else line.groep
        total = totals.get(key, int(line.eerder)) + line.deel
        if line.deel > 0 and total > most:
            yield Hit(line, total)
        if line.deel <= 0 or total <= most or rule.gevolg == "vragen":
            totals[key] = total


def _lines(rule: Row[Any], bericht: Row[Any]) -> Select[Any]:
    line = t.prestatie
    share = _share(rule, line)
    before = literal(0) if rule.per == "regel" else _before(rule, line, bericht)
    return (
        select(line, share.label("deel"), _group(rule, line).label("groep"), before.label("eerder"))
        .where(
            line.c.bericht == bericht.id,
            line.c.ingediend_bedrag_debet_credit == "D",
            ~ledger.rejected_line(line),
            *_covered(rule, line),
        )
        .order_by(line.c.volgnummer)
    )


def _covered(rule: Row[Any], line: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions that a line is one that a rule looks at."""
    day = line.c.product_periode_begindatum
    yield line.c.standaard == rule.standaard
    yield day >= rule.begindatum
    if rule.einddatum is not None:
        yield day <= rule.einddatum
    if rule.aanbieder is not None:
        yield line.c.tegenpartij == rule.aanbieder
    if rule.product_categorie is not None:
        yield line.c.product_categorie == rule.product_categorie
    if rule.product_code is not None:
        yield line.c.product_code == rule.product_code


def _month(line: Any) -> ColumnElement[Any]:
    return func.date_trunc("month", line.c.product_periode_begindatum)


def _group(rule: Row[Any], line: Any) -> ColumnElement[Any]:
    """What the lines that are counted together have in common, as text."""
    parts = {
        "regel": (),
        "maand": (line.c.bsn, line.c.product_categorie, line.c.product_code, _month(line)),
        "toewijzing": (line.c.toewijzing_nummer,),
        "client": (line.c.bsn,),
    }
    return func.concat_ws("/", literal(""), *parts[rule.per])


def _before(rule: Row[Any], line: Any, bericht: Row[Any]) -> ColumnElement[int]:
    """What was granted in the group of a line before this declaratie, with the credits of the declaratie taken off.

    In whatever order they came: one that waited in a queue is judged after those behind it.
    """
    other, message = t.prestatie.alias("ander"), t.bericht.alias("eerder")
    is_credit = other.c.ingediend_bedrag_debet_credit == "C"
    sign = case((is_credit, -1), else_=1)
    share = _share(rule, other)
    earlier = and_(message.c.status == "goedgekeurd", message.c.id != bericht.id)
    own = and_(message.c.id == bericht.id, is_credit)
    return (
        select(func.coalesce(func.sum(sign * share), 0))
        .join(message, message.c.id == other.c.bericht)
        .where(
            other.c.eigenaar == line.c.eigenaar,
            other.c.standaard == line.c.standaard,
            *_same(rule, other, line),
            *_covered(rule, other),
            or_(earlier, own),
            ~ledger.rejected_line(other),
        )
        .scalar_subquery()
    )


def _same(rule: Row[Any], other: Any, line: Any) -> Iterator[ColumnElement[bool]]:
    """The conditions that two lines are of one group; by allocation number, which has an index."""
    if rule.per != "client":
        yield other.c.tegenpartij == line.c.tegenpartij
    if rule.per == "toewijzing":
        yield other.c.toewijzing_nummer == line.c.toewijzing_nummer
        return
    row = t.toegewezen_product
    theirs = select(row.c.toewijzing_nummer).where(
        row.c.bsn == line.c.bsn, row.c.eigenaar == line.c.eigenaar, row.c.standaard == line.c.standaard
    )
    yield other.c.toewijzing_nummer.in_(theirs)
    yield other.c.bsn == line.c.bsn
    if rule.per == "maand":
        yield other.c.product_categorie == line.c.product_categorie
        yield other.c.product_code.is_not_distinct_from(line.c.product_code)
        yield _month(other) == _month(line)


def declaraties(session: Session, eigenaar: str, standaard: str, van: Any, tot: Any) -> list[Row[Any]]:
    """The answered declaraties that a municipality received in a period, in the order in which they came."""
    row = t.bericht.c
    query = select(t.bericht).where(
        row.eigenaar == eigenaar,
        row.richting == "inkomend",
        row.standaard == standaard,
        row.soort == "323",
        row.status == "goedgekeurd",
        row.dagtekening.between(van, tot),
    )
    return list(session.execute(query.order_by(row.volgorde)))


def one(session: Session, bericht: UUID) -> Row[Any]:
    """The message with that id."""
    return ledger.get(session, bericht)
