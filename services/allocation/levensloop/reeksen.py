"""Plans as the API shows them: their lines with how far each is, and their totals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from services.allocation.levensloop.reeksmodellen import Omzetting, Reden, Regel, Totalen, VolledigeOmzetting
from services.allocation.levensloop.uitvoeren import head
from shared.db import audit, people
from shared.db import levensloop as lt
from shared.db import tables as t
from shared.db.session import acting_for
from shared.rules import meaning_of
from shared.security import Caller

REFUSED = ("afgekeurd", "mislukt")


def _elsewhere(session: Session, row: Row[Any]) -> Mapping[str, list[UUID]]:
    """The 301s of the new municipality of a redivision that its provider refused, and those that he accepted."""
    found: dict[str, list[UUID]] = {"geweigerd": [], "geaccepteerd": []}
    if row.nieuwe_gemeente in (None, row.eigenaar):
        return found
    line, message = lt.omzettingsregel, t.bericht
    query = select(message.c.id, message.c.status).where(
        message.c.eigenaar == row.nieuwe_gemeente,
        message.c.id.in_(
            select(line.c.bericht).where(line.c.eigenaar == row.nieuwe_gemeente, line.c.omzetting == row.id)
        ),
        message.c.status.in_((*REFUSED, "goedgekeurd")),
    )
    with acting_for(session, row.nieuwe_gemeente):
        for told in session.execute(query):
            found["geweigerd" if told.status in REFUSED else "geaccepteerd"].append(told.id)
    return found


def _stand(line: Any, message: Any, there: Mapping[str, list[UUID]]) -> Any:
    begun = or_(line.c.nieuw_bericht.is_(None), line.c.nieuw_bericht.in_(there["geaccepteerd"]))
    return case(
        (func.jsonb_array_length(line.c.fouten) > 0, "fout"),
        (line.c.geweigerd.is_not(None), "geweigerd"),
        (line.c.bericht.is_(None), "gepland"),
        (or_(message.c.status.in_(REFUSED), line.c.nieuw_bericht.in_(there["geweigerd"])), "geweigerd"),
        (and_(message.c.status == "goedgekeurd", begun), "geaccepteerd"),
        else_="verstuurd",
    ).label("stand")


def _lines(session: Session, row: Row[Any]) -> Select[Any]:
    line, message, person = lt.omzettingsregel, t.bericht, t.persoon
    same = and_(person.c.eigenaar == line.c.eigenaar, person.c.bsn == line.c.bsn)
    return (
        select(line, _stand(line, message, _elsewhere(session, row)), person.c.verzegeld)
        .join(person, same)
        .outerjoin(message, and_(message.c.eigenaar == line.c.eigenaar, message.c.id == line.c.bericht))
        .where(line.c.eigenaar == row.eigenaar, line.c.omzetting == row.id)
    )


def full(session: Session, who: Caller, key: UUID, na: int = 0, limiet: int = 1000) -> VolledigeOmzetting:
    """A plan with its totals and so many of its lines. Raises Refused (404)."""
    row = head(session, who.organisatie, key)
    lines_of = _lines(session, row)
    query = lines_of.where(lt.omzettingsregel.c.volgnummer > na)
    rows = session.execute(query.order_by(lt.omzettingsregel.c.volgnummer).limit(limiet)).all()
    audit.note(session, "omzetting ingezien", str(key), [line.bsn for line in rows])
    reasons = _reasons(session, rows)
    told = {name: getattr(row, name) for name in Omzetting.model_fields}
    lines = [_line(row, line, who, reasons) for line in rows]
    return VolledigeOmzetting(**told, totalen=_totals(session, lines_of), regels=lines)


def _totals(session: Session, lines: Select[Any]) -> Totalen:
    line = lines.subquery("regel")
    sums = (func.count(), func.sum(line.c.waarde_oud), func.sum(line.c.waarde_nieuw))
    standen: Counter[str] = Counter()
    old = new = 0
    for stand, number, waarde_oud, waarde_nieuw in session.execute(select(line.c.stand, *sums).group_by(line.c.stand)):
        standen[stand] += number
        old += int(waarde_oud)
        new += int(waarde_oud if stand in ("fout", "geweigerd") else waarde_nieuw)
    counts = {"regels": standen.total(), "fouten": standen["fout"]}
    return Totalen(**counts, waarde_oud=old, waarde_nieuw=new, standen=dict(sorted(standen.items())))


def _reasons(session: Session, rows: Sequence[Row[Any]]) -> dict[UUID, str]:
    """What the provider said of the messages that he refused."""
    refused = [line.bericht for line in rows if line.stand == "geweigerd" and line.bericht is not None]
    found: dict[UUID, str] = {}
    for finding in session.execute(select(t.bevinding).where(t.bevinding.c.bericht.in_(refused))):
        meaning = meaning_of(finding.code, finding.retourcode)
        text = f"{finding.code}: {meaning.betekenis} {meaning.vervolgstap}"
        found[finding.bericht] = f"{found.get(finding.bericht, '')} {text}".strip()
    return found


def _line(row: Row[Any], line: Row[Any], who: Caller, reasons: dict[UUID, str]) -> Regel:
    successor = None
    if line.nieuw_nummer is not None:
        successor = f"{row.nieuwe_gemeente or line.eigenaar}-{line.standaard}-{line.nieuw_nummer}"
    same = (
        "volgnummer",
        "oud",
        "einddatum",
        "reden_wijziging",
        "nieuw",
        "waarde_oud",
        "waarde_nieuw",
        "stand",
        "bericht",
    )
    return Regel(
        **{name: getattr(line, name) for name in same},
        toewijzing=f"{row.oude_gemeente or line.eigenaar}-{line.standaard}-{line.toewijzing_nummer}",
        aanbieder=line.tegenpartij,
        bsn=people.shown(line.verzegeld, line.eigenaar, whole="inzien" in who.rechten),
        fouten=[Reden(**fault) for fault in line.fouten],
        reden=line.geweigerd or reasons.get(line.bericht, ""),
        nieuwe_toewijzing=successor,
    )


def listed(session: Session, gemeente: str, limiet: int) -> list[Omzetting]:
    """The plans of a municipality, newest first."""
    table = lt.omzetting
    query = select(table).where(table.c.eigenaar == gemeente)
    rows = session.execute(query.order_by(table.c.gemaakt_op.desc(), table.c.id).limit(limiet))
    return [Omzetting.of(row) for row in rows]
