"""Approving a plan and carrying it out: a job for each client at a provider, which sends its 301 once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.allocation import flows as messages
from services.allocation import queries, tonen
from services.allocation.levensloop import contracten, plannen, samen
from services.allocation.models import Wijziging
from services.allocation.toewijzen.flows import Besloten
from shared import vault
from shared.db import audit
from shared.db import levensloop as lt
from shared.db.session import Namens, act_for, acting_for
from shared.errors import Fault, Refused, not_found
from shared.jobs import defer
from shared.security import Caller

TAAK = "allocation.omzetten"


def head(session: Session, gemeente: str, key: UUID, *, lock: bool = False) -> Row[Any]:
    """A plan of a municipality. Raises Refused (404)."""
    table = lt.omzetting
    query = select(table).where(table.c.eigenaar == gemeente, table.c.id == key)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise not_found("Omzetting")
    return row


def approve(session: Session, who: Caller, key: UUID, nu: datetime) -> None:
    """Have a plan carried out, as another than who made it. Raises Refused (404, 409)."""
    row = head(session, who.organisatie, key, lock=True)
    _check(row, who)
    decided = {"goedgekeurd_door": who.wie, "goedgekeurd_kenmerk": who.kenmerk, "goedgekeurd_op": nu}
    _decide(session, row, decided)
    if row.contract is not None:
        contracten.end(session, who, row.contract, row.per)
    for group in _groups(session, row):
        arguments = {"organisatie": row.eigenaar, "omzetting": str(key), "regel": str(group)}
        defer(session, TAAK, lock=f"{key}/{group}", **arguments)


def _check(row: Row[Any], who: Caller) -> None:
    if row.oude_gemeente not in (None, who.organisatie):
        raise Refused(409, "Dit wordt elders goedgekeurd", detail="De oude gemeente beslist over haar toewijzingen.")
    if row.goedgekeurd_op is not None:
        raise Refused(409, "Dit is al goedgekeurd", detail="Zie in het plan hoe ver het is.")
    if row.gemaakt_kenmerk == who.kenmerk:
        raise Refused(409, "Dit kunt u niet zelf goedkeuren", detail="Vraag een collega: u heeft het klaargezet.")


def _decide(session: Session, row: Row[Any], decided: Mapping[str, Any]) -> None:
    """Note the approval, also with the new municipality of a redivision, when it asked for it."""
    own = update(lt.omzetting).where(lt.omzetting.c.id == row.id).values(**decided)
    session.execute(own.where(lt.omzetting.c.eigenaar == row.eigenaar))
    if row.nieuwe_gemeente is not None:
        with acting_for(session, row.nieuwe_gemeente):
            session.execute(own.where(lt.omzetting.c.eigenaar == row.nieuwe_gemeente))


def _open(row: Any) -> tuple[Any, ...]:
    """The conditions that a line of a plan still has to be sent."""
    line = lt.omzettingsregel.c
    own = (line.eigenaar == row.eigenaar, line.omzetting == row.id)
    return (*own, line.bericht.is_(None), line.geweigerd.is_(None), func.jsonb_array_length(line.fouten) == 0)


def _groups(session: Session, row: Row[Any]) -> Sequence[int]:
    """The first line of each client at a provider."""
    line = lt.omzettingsregel.c
    first = func.min(line.volgnummer)
    query = select(first).where(*_open(row)).group_by(line.standaard, line.tegenpartij, line.bsn)
    return list(session.scalars(query.order_by(first)))


def carry_out(session: Session, organisatie: str, key: UUID, regel: int, nu: datetime) -> None:
    """Send the 301 of a client at a provider, or note why not; what was sent is not sent again."""
    row = head(session, organisatie, key)
    audit.begin(session, row.goedgekeurd_door)
    lines = _of_client(session, row, regel)
    if not lines:
        return
    try:
        with session.begin_nested():
            _send(session, row, lines, nu)
    except Refused as refused:
        act_for(session, organisatie)  # the savepoint took the setting back, not what the session knows
        _note(session, lines, {"geweigerd": str(refused)})


def _of_client(session: Session, row: Row[Any], regel: int) -> Sequence[Row[Any]]:
    """The lines of the client of a line, locked, as long as they have to be sent."""
    table, first = lt.omzettingsregel, lt.omzettingsregel.alias("eerste")
    same = (table.c[name] == first.c[name] for name in ("eigenaar", "omzetting", "standaard", "tegenpartij", "bsn"))
    query = select(table).join(first, first.c.volgnummer == regel).where(*_open(row), *same)
    return session.execute(query.order_by(table.c.volgnummer).with_for_update(of=table)).all()


def _send(session: Session, row: Row[Any], lines: Sequence[Row[Any]], nu: datetime) -> None:
    who, maker = Namens(row.eigenaar, row.goedgekeurd_door), row.gemaakt_door
    now = [_as_planned(session, line) for line in lines]
    client = messages.client_as_told(session, now[0])
    changes = [
        (found, Wijziging(reden_wijziging=line.reden_wijziging, einddatum=line.einddatum))
        for found, line in zip(now, lines, strict=True)
    ]
    following = [line for line in lines if line.nieuw is not None]
    new = [plannen.planned(line) for line in following]
    if row.soort != "herindeling":
        sent = samen.send(session, who, client, samen.Wissel(changes, new), nu, maker)
        _note(session, lines, {"bericht": sent.bericht})
        _number(session, following, sent.nummers)
        return
    _note(session, lines, {"bericht": samen.send(session, who, client, samen.Wissel(changes), nu, maker).bericht})
    if row.nieuwe_gemeente is not None:
        with acting_for(session, row.nieuwe_gemeente):
            there = Namens(row.nieuwe_gemeente, row.goedgekeurd_door)
            begun = [replace(one, voorganger=None) for one in new]  # what went before has a number of another
            sent = samen.send(session, there, client, samen.Wissel(nieuw=begun), nu, maker)
            _show(session, there, client, following, sent)
        _number(session, following, sent.nummers)
        _note(session, lines, {"nieuw_bericht": sent.bericht})


def _show(session: Session, who: Namens, client: Mapping[str, Any], lines: Sequence[Row[Any]], sent: Besloten) -> None:
    """Give the new municipality of a redivision the lines that became its own, as it knows the client."""
    own = {"eigenaar": who.organisatie, "bsn": vault.pseudonym(who.organisatie, client["bsn"]), "bericht": sent.bericht}
    rows = [{**line._asdict(), **own, "nieuw_nummer": nummer} for line, nummer in zip(lines, sent.nummers, strict=True)]
    session.execute(insert(lt.omzettingsregel), rows)


def _as_planned(session: Session, line: Row[Any]) -> Row[Any]:
    """The allocation of a line as it stands. Raises Refused (422) when it is no longer what was planned with."""
    identity = f"{line.eigenaar}-{line.standaard}-{line.toewijzing_nummer}"
    row = queries.taken(session, line.eigenaar, identity)
    if plannen.snapshot(row) != line.oud:
        text = f"Toewijzing {tonen.identity(row)} is intussen gewijzigd. Maak voor haar een nieuw plan."
        raise Refused(422, "Dit is niet meer zoals het gepland is", [Fault("GEWIJZIGD", "/", text)])
    return row


def _note(session: Session, lines: Sequence[Row[Any]], values: Mapping[str, Any]) -> None:
    table, first = lt.omzettingsregel, lines[0]
    own = (table.c.eigenaar == first.eigenaar, table.c.omzetting == first.omzetting)
    numbers = [line.volgnummer for line in lines]
    session.execute(update(table).where(*own, table.c.volgnummer.in_(numbers)).values(**values))


def _number(session: Session, lines: Sequence[Row[Any]], nummers: Sequence[int]) -> None:
    for line, nummer in zip(lines, nummers, strict=True):
        _note(session, [line], {"nieuw_nummer": nummer})
