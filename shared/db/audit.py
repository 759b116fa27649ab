"""The processing log: who did what with whose data (after the Logboek Dataverwerkingen of Logius).

A line tells of one processing, of one object, and of all persons whose data stand in it. It is written in the
transaction of what it tells of, and chained to the one before it of the same organisation by a keyed hash, so a line
that is changed, removed or put in between is noticed.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from shared import vault
from shared.db import tables as t

_KEY = "verwerkingen"
_CHAINED = ("eigenaar", "volgnummer", "tijdstip", "wie", "handeling", "betrokkenen", "onderwerp")


@dataclass(slots=True)
class _Log:
    """The lines of a transaction, by organisation, what was done and in which object; each person once."""

    wie: str
    lines: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)


def begin(session: Session, wie: str) -> None:
    """Name who acts in this transaction."""
    session.info[_KEY] = _Log(wie)


def note(session: Session, handeling: str, onderwerp: object, betrokkenen: Iterable[str]) -> None:
    """Note that data of persons was read or changed: their pseudonyms, and the object in which it stands."""
    log, organisatie = session.info[_KEY], session.info["organisatie"]
    if people := dict.fromkeys(betrokkenen):
        log.lines.setdefault((organisatie, handeling, str(onderwerp)), {}).update(people)


@contextmanager
def unnoted(session: Session) -> Iterator[None]:
    """Forget what is noted meanwhile: it is about something that is undone."""
    log: _Log = session.info[_KEY]
    before = {line: dict(people) for line, people in log.lines.items()}
    try:
        yield
    finally:
        log.lines = before


def write(session: Session) -> None:
    """Write the lines of a transaction, as the last thing that it does: other writers of the log wait for it."""
    log: _Log = session.info[_KEY]
    for organisatie in sorted({line[0] for line in log.lines}):
        session.execute(_TURN, {"organisatie": organisatie, "log": f"verwerking/{organisatie}"})
        session.execute(_ADDED, list(_chained(session, organisatie, log)))
    log.lines.clear()


_ADDED = insert(t.verwerking).values(betrokkenen=func.string_to_array(bindparam("personen"), " "))
"""A line; psycopg takes longer to write a thousand words as an array than Postgres to split them."""
_TURN = text(
    "SELECT set_config('zorgketen.organisatie', :organisatie, true), pg_advisory_xact_lock(hashtextextended(:log, 0))"
)
_LAST = text("""
    SELECT clock_timestamp(), coalesce(laatste.volgnummer, 0), coalesce(laatste.hash, '')
    FROM (VALUES (1)) AS altijd LEFT JOIN LATERAL (
        SELECT volgnummer, hash FROM verwerking WHERE eigenaar = :organisatie ORDER BY volgnummer DESC LIMIT 1
    ) AS laatste ON true
""")
"""What time it is, and the last line of a log: asked after its turn came, as a statement sees what was there when it
began."""


def _chained(session: Session, organisatie: str, log: _Log) -> Iterator[dict[str, Any]]:
    now, number, vorige = session.execute(_LAST, {"organisatie": organisatie}).one()
    for (own, handeling, onderwerp), people in log.lines.items():
        if own != organisatie:
            continue
        number += 1
        values = (organisatie, number, now, log.wie, handeling, [*people], onderwerp)
        line = dict(zip(_CHAINED, values, strict=True))
        vorige = vault.link(vorige, _text(line))
        del line["betrokkenen"]
        yield {**line, "personen": " ".join(people), "hash": vorige}


def _text(line: dict[str, Any]) -> str:
    """What the hash is over; the persons as one word each, as when a line had one person."""
    told = {**line, "volgnummer": str(line["volgnummer"]), "betrokkenen": " ".join(line["betrokkenen"])}
    told["tijdstip"] = line["tijdstip"].isoformat()
    return json.dumps([told[name] for name in _CHAINED])


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk through a log found: the number of lines, the last hash, and the first line that is wrong.

    Lines that are taken off the end leave a chain that is right: keep the last hash elsewhere to see that too.
    """

    regels: int
    hash: bytes
    fout: int | None = None


def verify(session: Session, organisatie: str) -> Chain:
    """Walk the log of an organisation, from the first line on."""
    vorige, count = b"", 0
    query = select(t.verwerking).where(t.verwerking.c.eigenaar == organisatie).order_by(t.verwerking.c.volgnummer)
    with closing(session.execute(query.execution_options(yield_per=10_000))) as rows:
        for row in rows:
            count += 1
            vorige = vault.link(vorige, _text(row._asdict()))
            if row.volgnummer != count or row.hash != vorige:
                return Chain(count, vorige, row.volgnummer)
    return Chain(count, vorige)


def listed(session: Session, organisatie: str, na: int | None, limit: int) -> list[Row[Any]]:
    """The lines of an organisation, newest first, one more than the limit when there are more."""
    query = select(t.verwerking).where(t.verwerking.c.eigenaar == organisatie)
    if na is not None:
        query = query.where(t.verwerking.c.volgnummer < na)
    return list(session.execute(query.order_by(t.verwerking.c.volgnummer.desc()).limit(limit + 1)))
