"""The judge: what levels 3 and 4 say of a 323, one line after the other, with lists and dicts only."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from tests.rules.judge.ledger import GELDIG, Ledger, World, is_credit, ledger_of, message_of, rows_of
from tests.rules.judge.lines import CREDIT, DEBET, opinions
from tests.rules.judge.volume import Row

Place = tuple[str, int]
Opinion = tuple[str, Place, bool]
"""A code, the class and number that it looked at, and whether it is broken."""
GEMEENTEN = {"0193": None, "0457": None, "1992": date(2023, 1, 1)}
"""The first day of the municipality codes of the worlds; None has held since both laws began."""
NEWEST = "1992"
CODES = {*CREDIT, *DEBET, "TR304", "TR314", "TR318", "TR333", "TR378"}
"""Every code that the judge speaks of."""


def judge(world: World, bericht: UUID) -> Iterator[Opinion]:
    """Every opinion on a 323 in its world: Header, Declaratie, the clients, the credits, then the debits (OP366)."""
    yield from _header(world, bericht)
    yield from _declaratie(world, bericht)
    ledger = ledger_of(world, bericht)
    unknown = set()
    for client in rows_of(world, "client", bericht):
        yield "TR304", ("Client", client["volgnummer"]), client["bsn"] not in ledger.clients
        if client["bsn"] not in ledger.clients:
            unknown.add(client["volgnummer"])
    lines = rows_of(world, "prestatie", bericht)
    references = _repeated(lines, ledger)
    for line in sorted(lines, key=lambda row: (not is_credit(row), row["volgnummer"])):
        place = ("Prestatie", line["volgnummer"])
        spoken = {"TR314": place in references} | opinions(ledger, line)
        yield from ((code, place, broken) for code, broken in spoken.items() if broken is not None)
        if not any(spoken.values()) and line["ouder"] not in unknown:
            ledger.grant(line)


def _repeated(lines: list[Row], ledger: Ledger) -> set[Place]:
    """The lines whose reference was used before, in an earlier message or higher up in this one (TR314)."""
    used, found = set(ledger.used), set()
    for line in lines:
        if line["product_referentie_referentie_nummer"] in used:
            found.add(("Prestatie", line["volgnummer"]))
        used.add(line["product_referentie_referentie_nummer"])
    return found


def _header(world: World, bericht: UUID) -> Iterator[Opinion]:
    own, place = message_of(world, bericht), ("Header", 1)
    gemeente = min(own["eigenaar"], own["tegenpartij"], key=len)
    if gemeente <= NEWEST:
        begin = GEMEENTEN.get(gemeente, date.max)
        yield "TR378", place, begin is not None and own["dagtekening"] < begin


def _declaratie(world: World, bericht: UUID) -> Iterator[Opinion]:
    place, order = ("Declaratie", 1), [row["id"] for row in world["bericht"]]
    status = {row["id"]: row["status"] for row in world["bericht"]}
    own = rows_of(world, "declaratie", bericht)[0]
    others = [r for r in world["declaratie"] if r["bericht"] != bericht and status[r["bericht"]] in GELDIG]
    yield "TR333", place, own["declaratie_nummer"] in {row["declaratie_nummer"] for row in others}
    before = [row for row in others if order.index(row["bericht"]) < order.index(bericht)]
    month = "declaratie_periode_begindatum"
    yield "TR318", place, any(row[month] > own[month] for row in before)
