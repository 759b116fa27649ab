"""A ledger as large as that of a country, made inside Postgres: what the benchmarks work on top of.

300 municipalities with ten providers each, a 301 per client with three allocations, a 323 a month, all answered,
with refused lines and credits among them. The pair that the benchmarks use comes first: it has 27,000 allocations
and two months of history; the others share the rest. Rows are as the product stores them, but for two things that
nothing reads: the sealed bytes of a message are the same for all of an organisation, and the processing log is empty.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from shared import vault
from shared.calendar import month
from shared.rules import facts
from shared.standard.codelists import codelijst

GEMEENTE, AANBIEDER = "0193", "65656055"
"""The pair of the benchmarks."""
PER_CLIENT, PER_GEMEENTE, GEMEENTEN = 3, 10, 300
CATEGORIE = "45"
LARGE, LARGE_MONTHS = 27_000, 2
"""How many allocations that pair has, and how many months of lines from January 2025 on."""


class Soort(NamedTuple):
    """A kind of allocation, and what a provider claims on it in a month; amounts in eurocents."""

    code: str
    specifiek: bool
    volume: int | None
    eenheid: str
    frequentie: str | None
    budget: int | None
    einddatum: date | None
    tarief: int
    geleverd: int


_EIND = date(2025, 12, 31)
SOORTEN = (
    *(Soort(f"45A{3 + n:02}", True, 10, "04", "4", None, None, 7500 + 100 * n, 8) for n in range(5)),
    *(Soort(f"45A{8 + n:02}", True, 3, "04", "2", None, _EIND, 6500 + 100 * n, 12) for n in range(3)),
    Soort("45A11", True, 300, "84", "6", None, _EIND, 4500, 20),
    Soort("45A12", False, None, "04", None, 5_000_000, _EIND, 8000, 10),
)
"""Hours a month, hours a week, pieces in all, and a budget; an allocation has the kind of its number modulo ten."""


def fill(connection: Connection[Any], *, allocations: int = 1_000_000, lines: int = 5_000_000) -> None:
    """Add about so many allocations and earlier lines to an empty ledger, in one transaction; then VACUUM.

    The connection is one of the owner of the tables. At least 100,000 of each.
    """
    first, monthly, last = _statements()
    with connection.transaction(), _bare(connection):
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute("SET LOCAL work_mem = '256MB'")
        pairs = pairs_of(allocations, lines)
        _copy(connection, "paar", _PAAR, pairs)
        _copy(connection, "soort", _SOORT, ((nr, *soort) for nr, soort in enumerate(SOORTEN)))
        _copy(connection, "mens", _MENS, _people(pairs))
        _copy(connection, "dicht", _DICHT, ((g, vault.seal(b"<Bericht/>", g, "bericht")) for g in gemeenten()))
        for statement in first:
            connection.execute(statement)
        for number in range(max((pair.regels - 1) // (pair.clienten * PER_CLIENT) for pair in pairs) + 1):
            for statement in monthly:
                connection.execute(statement, _month(number))
        for statement in last:
            connection.execute(statement)
    connection.execute("VACUUM (FREEZE, ANALYZE)")  # as it is some time after; else that goes on while it is timed


@cache
def bsns() -> list[str]:
    """The numbers of the test range that pass the elfproef."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    found = (f"9999{tail:05}" for tail in range(100_000))
    return [n for n in found if not sum(int(d) * w for d, w in zip(n, weights, strict=True)) % 11]


def gemeenten() -> list[str]:
    """The codes of the municipalities, that of the benchmarks first."""
    return [GEMEENTE, *(c.code for c in codelijst("CBS_gemeentecodes").codes if c.code != GEMEENTE)][:GEMEENTEN]


class Paar(NamedTuple):
    """A municipality and a provider, their clients, and how many lines they exchanged.

    `eerste` is their first ToewijzingNummer, `persoon` their first of the `mensen` of the municipality.
    """

    nr: int
    gemeente: str
    aanbieder: str
    clienten: int
    eerste: int
    persoon: int
    mensen: int
    regels: int


_PAAR = "nr int, gemeente text, aanbieder text, clienten int, eerste int, persoon int, mensen int, regels int"
_SOORT = """soort int, code text, specifiek bool, volume bigint, eenheid text, frequentie text, budget bigint,
    einddatum date, tarief bigint, geleverd bigint"""
_MENS = "gemeente text, mens int, bsn text, verzegeld bytea"
_DICHT = "gemeente text, xml bytea"


def pairs_of(allocations: int, lines: int) -> list[Paar]:
    """The pairs, that of the benchmarks first."""
    others = GEMEENTEN * PER_GEMEENTE - 1
    clients = max(1, (allocations - LARGE) // others // PER_CLIENT)
    each = max(1, (lines - LARGE * LARGE_MONTHS) // others)
    pairs, nr = [], 0
    for gemeente in gemeenten():
        mensen, eerste = (LARGE // PER_CLIENT if gemeente == GEMEENTE else clients * PER_GEMEENTE), 1
        for provider in range(PER_GEMEENTE):
            large = nr == 0
            own, size = (LARGE // PER_CLIENT, LARGE * LARGE_MONTHS) if large else (clients, each)
            code = str(int(AANBIEDER) + provider)
            pairs.append(Paar(nr, gemeente, code, own, eerste, provider * clients, mensen, size))
            nr, eerste = nr + 1, eerste + own * PER_CLIENT
    return pairs


def _people(pairs: Iterable[Paar]) -> Iterator[tuple[str, int, str, bytes]]:
    """The persons of each municipality by number, their pseudonym and their sealed BSN."""
    known = bsns()
    for gemeente, count in {pair.gemeente: pair.mensen for pair in pairs}.items():
        for nr, bsn in enumerate(known[:count]):
            yield gemeente, nr, vault.pseudonym(gemeente, bsn), vault.seal(bsn.encode(), gemeente, "persoon")


def _month(number: int) -> dict[str, Any]:
    """What the statements of a month need; it is numbered from January 2025, which is 0."""
    before, period = (month(2025 + n // 12, n % 12 + 1) for n in (number - 1, number))
    return {
        "maand": number,
        "begin": period.begin,
        "eind": period.eind,
        "vorig_begin": before.begin,
        "vorig_eind": before.eind,
        "retourcode": facts()["ijw", "TR340"].retourcode,
    }


def _statements() -> list[list[str]]:
    """The statements that come first, of each month, and last."""
    parts = re.split(r"\n-- (?:eerst|maand|laatst)\n", Path(__file__).with_suffix(".sql").read_text("utf-8"))
    return [part.strip().split("\n\n") for part in parts[1:]]


def _copy(connection: Connection[Any], name: str, columns: str, rows: Iterable[Any]) -> None:
    connection.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")
    with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(f"ANALYZE {name}")


_FILLED = ("bericht", "identificatie", "client", "toegewezen_product", "declaratie", "prestatie", "bevinding")
_BARE = ("client", "toegewezen_product", "declaratie", "prestatie", "bevinding")
"""Nothing refers to these, so that their indexes can be made afterwards."""
_HIDDEN = (*_FILLED, "organisatie", "persoon", "contract", "tarief")


@contextmanager
def _bare(connection: Connection[Any]) -> Iterator[None]:
    """Without what slows down adding rows: foreign keys, triggers, indexes, and row level security for the owner."""
    foreign = [part for table in _FILLED for part in _constraints(connection, table, "f")]
    primary = [part for table in _BARE for part in _constraints(connection, table, "p")]
    for table, name, _ in foreign + primary:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = [index for table in _BARE for index in _indexes(connection, table)]
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    _guard(connection, "NO FORCE", "DISABLE")
    yield
    for _, definition in indexes:
        connection.execute(definition)
    for table, name, definition in primary + foreign:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    _guard(connection, "FORCE", "ENABLE")


def _guard(connection: Connection[Any], security: str, triggers: str) -> None:
    for table in _HIDDEN:
        connection.execute(f"ALTER TABLE {table} {security} ROW LEVEL SECURITY")
    for table in _BARE:
        connection.execute(f"ALTER TABLE {table} {triggers} TRIGGER USER")


def _constraints(connection: Connection[Any], table: str, kind: str) -> list[tuple[str, str, str]]:
    found = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s"""
    return connection.execute(found, (table, kind)).fetchall()


def _indexes(connection: Connection[Any], table: str) -> list[tuple[str, str]]:
    found = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s"
    return connection.execute(found, (table,)).fetchall()
