"""What was refused, per other party and return code, and what was right the first time."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, distinct, exists, func, select
from sqlalchemy.orm import Session

from services.billing.inzicht.basis import ANSWERED, GROUP, Vraag, lines, refused, told, total
from services.billing.inzicht.models import Afkeur, EersteKeer
from shared.db import geldig
from shared.db import tables as t
from shared.standard.codelists import RETOURCODES, codelijst


def refusals(session: Session, vraag: Vraag) -> list[Afkeur]:
    """Per law and other party what was refused in all (no code), then per return code; a line may have several."""
    line = lines(vraag)
    found = refused(line)
    same = and_(found.c.bericht == line.c.bericht, found.c.volgnummer == line.c.volgnummer)
    key = tuple(line.c[name] for name in GROUP)
    number = func.count(line.c.teken)
    whole = select(*key, number.label("regels"), total(line.c.bedrag).label("bedrag")).group_by(*key).subquery()
    hit = exists(select(1).where(same)) | (line.c.status == "afgekeurd")
    counts = (number.label("afgewezen_regels"), total(line.c.bedrag).label("afgewezen_bedrag"))
    together = select(*key, *counts).where(hit).group_by(*key).subquery("samen")
    by_code = (
        select(*key, found.c.retourcode, *counts).join_from(line, found, same).group_by(*key, found.c.retourcode)
    ).subquery("per_code")
    parties = session.execute(
        select(whole, together.c.afgewezen_regels, together.c.afgewezen_bedrag)
        .outerjoin(together, and_(*(together.c[name] == whole.c[name] for name in GROUP)))
        .order_by(*(whole.c[name] for name in GROUP))
    ).all()
    codes = session.execute(
        select(by_code).order_by(*(by_code.c[name] for name in GROUP), by_code.c.afgewezen_regels.desc(), "retourcode")
    ).all()
    return [
        row
        for party in parties
        for row in (
            _afkeur(party, party, None),
            *(_afkeur(party, code, code.retourcode) for code in codes if code[:2] == party[:2]),
        )
    ]


def _afkeur(party: Row[Any], found: Row[Any], code: str | None) -> Afkeur:
    lines_, amount = found.afgewezen_regels or 0, int(found.afgewezen_bedrag or 0)
    known = codelijst(RETOURCODES).select(code, party.standaard) if code else ()
    return Afkeur(
        standaard=party.standaard,
        tegenpartij=party.tegenpartij,
        retourcode=code,
        betekenis=known[0].toelichting or known[0].naam if known else None,
        vervolgstap=known[0].vervolgstap if known else None,
        regels=party.regels,
        afgewezen_regels=lines_,
        aandeel_regels=_share(lines_, party.regels),
        bedrag=int(party.bedrag),
        afgewezen_bedrag=amount,
        aandeel_bedrag=_share(amount, int(party.bedrag)),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def first_time_right(session: Session, vraag: Vraag) -> list[EersteKeer]:
    """Per law and other party: declaraties without a refused line, and first debits that were granted."""
    line = lines(vraag)
    wrong = exists(select(1).where(told(line, t.bevinding))) | (line.c.status == "afgekeurd")
    first = and_(line.c.teken == "D", ~_earlier(line))
    key = tuple(line.c[name] for name in GROUP)
    seen = select(*key, line.c.bericht, wrong.label("fout"), first.label("eerste")).subquery("gezien")
    group = tuple(seen.c[name] for name in GROUP)
    message = seen.c.bericht
    query = (
        select(
            *group,
            func.count(distinct(message)).label("declaraties"),
            func.count(distinct(message)).filter(seen.c.fout).label("fout"),
            func.count().filter(seen.c.eerste).label("regels"),
            func.count().filter(seen.c.eerste, ~seen.c.fout).label("goed"),
        )
        .group_by(*group)
        .order_by(*group)
    )
    rows: list[Row[Any]] = list(session.execute(query))
    return [_first(row) for row in rows]


def _first(row: Row[Any]) -> EersteKeer:
    right = row.declaraties - row.fout
    return EersteKeer(
        standaard=row.standaard,
        tegenpartij=row.tegenpartij,
        declaraties=row.declaraties,
        declaraties_goed=right,
        aandeel_declaraties=_share(right, row.declaraties),
        regels=row.regels,
        regels_goed=row.goed,
        aandeel_regels=_share(row.goed, row.regels) if row.regels else None,
    )


def _earlier(line: Any) -> ColumnElement[bool]:
    """The condition that the product of a line was claimed over its period before, in an answered declaratie."""
    other, message = t.prestatie.alias("eerder"), t.bericht.alias("eerder_bericht")
    same = (other.c[name] == line.c[name] for name in ("eigenaar", *GROUP, "toewijzing_nummer", "product_categorie"))
    before = and_(message.c.volgorde < line.c.volgorde, message.c.status.in_(ANSWERED))
    again = and_(other.c.bericht == line.c.bericht, other.c.volgnummer < line.c.volgnummer)
    return geldig.looked_up(
        select(1)
        .join_from(other, message, message.c.id == other.c.bericht)
        .where(
            *same,
            other.c.product_code.is_not_distinct_from(line.c.product_code),
            other.c.product_periode_begindatum == line.c.begin,
            other.c.ingediend_bedrag_debet_credit == "D",
            before | again,
        )
    )
