"""What is known when a line of a 323 is judged: allocations as they stand, tariffs, and what was granted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from tests.rules.judge.volume import Row

World = Mapping[str, list[dict[str, Any]]]
"""The rows of an exchange, by table, in the order in which they came."""
GELDIG = ("klaar", "afgeleverd", "goedgekeurd")


@dataclass
class Ledger:
    """What is known when a line is judged: it grows with every line that is granted."""

    standaard: str
    periode: date = date.min
    current: dict[int, Row] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    debits: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    credits: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    tarieven: list[Row] = field(default_factory=list)

    def grant(self, line: Row) -> None:
        """Remember a granted line."""
        kept = self.credits if is_credit(line) else self.debits
        kept[line["toewijzing_nummer"]].append(line)
        if not is_credit(line):
            self.by_reference[line["product_referentie_referentie_nummer"]].append(line)

    def allocation_of(self, line: Row) -> Row | None:
        """The allocation that a line names, as it stands (IV013), when it is of this client."""
        found = self.current.get(line["toewijzing_nummer"])
        return found if found and found["bsn"] == line["bsn"] else None

    def prices(self, line: Row, eenheid: str | None = None) -> list[Row]:
        """The tariffs of the product of a line on the first day of its period; its own before the frame's."""
        day = line["product_periode_begindatum"]
        product = (line["product_categorie"], line["product_code"])
        found = [
            row
            for row in self.tarieven
            if (row["product_categorie"], row["product_code"]) == product
            and eenheid in (None, row["eenheid"])
            and all(_covers(period, day) for period in (row, row["van"]))
        ]
        own = [row for row in found if row["contract"] == row["van"]["nummer"]]
        return own if own and eenheid else found


def _covers(row: Row, day: date) -> bool:
    return bool(row["begindatum"] <= day and (row["einddatum"] is None or day <= row["einddatum"]))


def is_credit(line: Row) -> bool:
    return bool(line["ingediend_bedrag_debet_credit"] == "C")


def rows_of(world: World, table: str, bericht: UUID) -> list[Row]:
    """The rows of a message in a table."""
    return [row for row in world[table] if row["bericht"] == bericht]


def ledger_of(world: World, bericht: UUID) -> Ledger:
    """What stands in the world before a message is judged."""
    own = message_of(world, bericht)
    status = {row["id"]: row["status"] for row in world["bericht"]}
    ledger = Ledger(own["standaard"], rows_of(world, "declaratie", bericht)[0]["declaratie_periode_einddatum"])
    valid = [row for row in world["toegewezen_product"] if status[row["bericht"]] in GELDIG]
    ledger.clients = {row["bsn"] for row in valid}
    for row in sorted(valid, key=_established):
        ledger.current[row["toewijzing_nummer"]] = row
    contracts = [row for row in world["contract"] if _same_exchange(row, own)]
    ledger.tarieven = [
        {**row, "van": contract}
        for row in world["tarief"]
        for contract in contracts
        if row["contract"] in (contract["nummer"], contract["raamcontract"])
    ]
    refused = {(row["bericht"], row["klasse"], row["volgnummer"]) for row in world["bevinding"]}
    for line in world["prestatie"]:
        place = line["bericht"]
        if place != bericht and status[place] in GELDIG:
            ledger.used.add(line["product_referentie_referentie_nummer"])
        rejected = {(place, "Prestatie", line["volgnummer"]), (place, "Client", line["ouder"])} & refused
        if place != bericht and status[place] == "goedgekeurd" and not rejected:
            ledger.grant(line)
    return ledger


def _established(row: Row) -> tuple[date, time]:
    return row["toewijzingsdatum"], row["toewijzingstijd"]


def _same_exchange(row: Row, own: Row) -> bool:
    return all(row[name] == own[name] for name in ("eigenaar", "tegenpartij", "standaard"))


def message_of(world: World, bericht: UUID) -> Row:
    """A message of the world."""
    return next(row for row in world["bericht"] if row["id"] == bericht)
