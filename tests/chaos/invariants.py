"""What must hold, read in one snapshot as the owner of the tables: every second, and once more at rest."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from shared import vault
from shared.db import audit
from shared.db.session import conninfo
from tests.chaos.load import Ack, Book
from tests.chaos.money import books_of, granted_wrongly
from tests.chaos.world import MAP, SCHEMA, World

FINAL = ("goedgekeurd", "afgekeurd", "mislukt")
_UNDER_WAY = "SELECT count(*) FROM procrastinate_jobs WHERE args ? 'bericht'"
_LINES = "SELECT * FROM verwerking WHERE eigenaar = :code AND volgnummer >= :number ORDER BY volgnummer"


def _queries(name: str) -> dict[str, str]:
    """The queries of a file, by the line of comment above each."""
    parts = re.findall(r"^-- (.+)\n(SELECT[^;]+);", (Path(__file__).parent / name).read_text(), re.MULTILINE)
    return {title: query.replace("'MAP'", f"'{MAP}'") for title, query in parts}


ALWAYS, REST = _queries("always.sql"), _queries("rest.sql")


class Reader:
    """Reads the ledger and remembers what it saw, so that nothing can vanish or change its outcome."""

    def __init__(self, world: World, book: Book) -> None:
        url = conninfo(world.leases[0].url, SCHEMA, "statement_timeout=60s", "default_transaction_read_only=on")
        address = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self._engine = create_engine(address, poolclass=NullPool, isolation_level="REPEATABLE READ")
        self._world, self._book = world, book
        self._seen: dict[UUID, str] = {}
        self._judged: set[UUID] = set()
        self._ends = dict.fromkeys(world.keys, (0, b""))
        self.counts: Counter[str] = Counter()

    @contextmanager
    def _snapshot(self) -> Iterator[Session]:
        with self._engine.connect() as connection, Session(connection) as session:
            yield session

    def read(self) -> None:
        """One look while everything is going on."""
        acks, refused = list(self._book.acks), list(self._book.refused)
        with self._snapshot() as session:
            self._book.backlog = session.execute(text(_UNDER_WAY)).scalar_one()
            self._run(session, ALWAYS)
            self._remember(session)
            self._acknowledged(acks)
            self._kept_nothing(session, refused)
            self._money(session)
            self._chains(session)
        self.counts["metingen"] += 1

    def at_rest(self) -> None:
        """The last look, at more."""
        self.read()
        with self._snapshot() as session:
            self._run(session, REST)
            self._bytes(session)
            self._whole_chains(session)
            for line in books_of(session):
                self._book.fault(line)
            self._tally(session)

    def resting(self) -> bool:
        """Whether no job is left."""
        with self._snapshot() as session:
            return not session.execute(text(_UNDER_WAY)).scalar_one()

    def _run(self, session: Session, queries: dict[str, str]) -> None:
        for title, query in queries.items():
            rows = session.connection().exec_driver_sql(query).all()
            for row in rows[:3]:
                self._book.fault(f"{title}: {tuple(map(str, row))} ({len(rows)} keer)")

    def _remember(self, session: Session) -> None:
        now = {row.id: row.status for row in session.execute(text("SELECT id, status FROM bericht"))}
        for gone in self._seen.keys() - now.keys():
            self._book.fault(f"een opgeslagen bericht is verdwenen: {gone}")
        for key, status in self._seen.items():
            if status in FINAL and now.get(key, status) != status:
                self._book.fault(f"een uitkomst is veranderd: {key} van {status} in {now[key]}")
        self._seen = now

    def _acknowledged(self, acks: list[Ack]) -> None:
        for ack in acks:
            if ack.id not in self._seen:
                self._book.fault(f"een bevestigd bericht is er niet: {ack.soort} {ack.id}")

    def _kept_nothing(self, session: Session, refused: list[str]) -> None:
        query = text("SELECT identificatie FROM bericht WHERE identificatie = ANY(:refused)")
        for name in session.execute(query, {"refused": refused}).scalars():
            self._book.fault(f"een geweigerd bericht is toch bewaard: {name}")

    def _money(self, session: Session) -> None:
        for heen, faults in granted_wrongly(session, self._judged):
            self._judged.add(heen)
            self.counts["325 nagerekend"] += 1
            for fault in faults:
                self._book.fault(fault)

    def _chains(self, session: Session) -> None:
        """The new lines of each log, on top of the last one that was seen; at rest all of them."""
        for code, end in list(self._ends.items()):
            rows = session.execute(text(_LINES), {"code": code, "number": end[0]}).all()
            self._ends[code] = self._followed(code, end, list(rows))

    def _followed(self, code: str, end: tuple[int, bytes], rows: list[Any]) -> tuple[int, bytes]:
        number, vorige = end
        if number and (not rows or rows.pop(0).hash != vorige):
            self._book.fault(f"regel {number} van het logboek van {code} is weg of veranderd")
        for row in rows:
            number, vorige = number + 1, vault.link(vorige, audit._text(row._asdict()))
            if (row.volgnummer, row.hash) != (number, vorige):
                self._book.fault(f"het logboek van {code} klopt niet vanaf regel {number}")
        return number, vorige

    def _whole_chains(self, session: Session) -> None:
        for code in self._world.keys:
            chain = audit.verify(session, code)
            if chain.fout is not None:
                self._book.fault(f"het logboek van {code} klopt niet vanaf regel {chain.fout}")

    def _bytes(self, session: Session) -> None:
        """What arrived is what was sent, to the byte; in the folder too, one file for each message."""
        xml: dict[UUID, bytes] = {}
        pairs: dict[tuple[str, ...], set[bytes]] = {}
        for row in session.execute(text("SELECT * FROM bericht")):
            xml[row.id] = data = vault.unseal(row.xml, row.eigenaar, "bericht")
            ends = (row.eigenaar, row.tegenpartij) if row.richting == "uitgaand" else (row.tegenpartij, row.eigenaar)
            pairs.setdefault((*ends, row.standaard, row.soort, row.identificatie), set()).add(data)
            if row.richting == "uitgaand" and row.tegenpartij == MAP:
                self._in_folder(row, data)
        for key, seen in pairs.items():
            if len(seen) > 1:
                self._book.fault(f"verstuurd en ontvangen verschillen: {key}")
        for ack in self._book.acks:
            if ack.data is not None and xml.get(ack.id) != ack.data:
                self._book.fault(f"bewaard is niet wat is aangeleverd: {ack.soort} {ack.id}")
        wanted, found = sum(1 for key in pairs if key[1] == MAP), len(list(self._world.folder.glob("*")))
        self.counts["bestanden"] = found
        if found != wanted:
            self._book.fault(f"in de map staan {found} bestanden voor {wanted} berichten")

    def _in_folder(self, row: Any, data: bytes) -> None:
        places = list(self._world.folder.glob(f"*-{row.id}.xml"))
        if [path.read_bytes() for path in places] != [data]:
            self._book.fault(f"het bestand van {row.soort} {row.id} ontbreekt of wijkt af")

    def _tally(self, session: Session) -> None:
        query = "SELECT status, count(*) FROM bericht WHERE richting = 'inkomend' AND antwoord_op IS NULL GROUP BY 1"
        for row in session.execute(text(query)):
            self.counts[f"beoordeeld {row.status}"] = row[1]
        self.counts["regels in het logboek"] = session.execute(text("SELECT count(*) FROM verwerking")).scalar_one()


def silent_logs(world: World, bsns: set[str]) -> Iterator[str]:
    """No BSN in what the processes and Postgres wrote."""
    for path in [world.log, *world.home.glob("postgres/*.log")]:
        digits = set(re.findall(r"(?<![0-9])[0-9]{9}(?![0-9])", path.read_text(errors="replace")))
        if digits & bsns:
            yield f"{len(digits & bsns)} BSN's in {path.name}"


class Watch(threading.Thread):
    """Reads every second; while Postgres is away there is nothing to read."""

    def __init__(self, reader: Reader, fault: Callable[[str], None]) -> None:
        super().__init__()
        self._reader, self._fault, self._ended = reader, fault, threading.Event()

    def run(self) -> None:
        """Until it is stopped."""
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                self._reader.read()
            except DBAPIError:
                self._reader.counts["Postgres even weg"] += 1
            except Exception as error:
                self._fault(f"de meting is gestruikeld: {type(error).__name__}: {str(error)[:300]}")
            self._ended.wait(max(0.0, 1 - (time.monotonic() - began)))

    def stop(self) -> None:
        """Stop reading."""
        self._ended.set()
        self.join()
