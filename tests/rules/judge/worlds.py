"""Random worlds: an exchange with its contracts, its allocations in several versions, and earlier invoices.

Everything leans towards the edges: first and last days of months, one-day allocations, ends on and beside a Sunday,
tariffs that change in a month, and volumes that are just used up.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.rules.judge.ledger import World
from tests.rules.judge.volume import DAY, Row

CATEGORIEEN = {"ijw": ("45", "43", "54"), "iwmo": ("01", "02", "07")}
CODES = ("A03", "A04", "X1")
"""The last part of a product code; X1 is a code of its own, the same in every category."""
TARIEVEN = (0, 5, 30, 1000, 1250, 8724, 8730)
EENHEDEN = ("01", "04", "04", "04", "14", "16", "82", "83", "84")
FREQUENTIES = "222416"
GEMEENTEN = ("0193",) * 7 + ("0457", "1992", "1992", "1100", "1993")
FIRST = date(2021, 1, 1)
MONTHS = 72

Terms = tuple[date, date | None, str, tuple[str, ...]]
"""From when and until when a contract holds, its lot, and the categories in it."""


@dataclass
class Exchange:
    """A world in the making: its random numbers, who is party to it, and its rows."""

    random: Random
    standaard: str
    eigenaar: str
    tegenpartij: str
    rows: dict[str, list[dict[str, Any]]]

    def key(self) -> dict[str, Any]:
        """What marks a row as one of this exchange."""
        return {"eigenaar": self.eigenaar, "tegenpartij": self.tegenpartij, "standaard": self.standaard}

    def chance(self, percentage: float) -> bool:
        """True so many times in a hundred."""
        return self.random.random() * 100 < percentage

    def told(self, soort: str, status: str, dag: date) -> UUID:
        """A message of this exchange."""
        bericht = UUID(int=self.random.getrandbits(128), version=4)
        from_provider, here = soort == "323", len(self.eigenaar) == 8
        row = self.key() | {
            "id": bericht,
            "soort": soort,
            "status": status,
            "richting": "uitgaand" if from_provider == here else "inkomend",
            "identificatie": f"B{len(self.rows['bericht'])}",
            "dagtekening": dag,
            "xml": b"",
        }
        self.rows["bericht"].append(row)
        return bericht


TABLES = ("bericht", "toegewezen_product", "contract", "tarief", "declaratie", "client", "prestatie", "bevinding")


def exchange(seed: int, number: int) -> Exchange:
    """The world of this number; numbers 2n and 2n+1 are the two laws of the same two parties."""
    shared = Random(f"{seed}-{number // 2}")
    parties = (shared.choice(GEMEENTEN), f"{20_000_000 + number // 2}")
    eigenaar, tegenpartij = parties if shared.random() < 0.75 else parties[::-1]
    own = Exchange(
        Random(f"{seed}-{number}-"),
        ("ijw", "iwmo")[number % 2],
        eigenaar,
        tegenpartij,
        {name: [] for name in TABLES},
    )
    contracts(own, number)
    allocations(own)
    return own


def world_of(own: Exchange) -> World:
    """The rows, as the judge reads them."""
    return own.rows


def month_start(number: int) -> date:
    """The first day of the month of this number, counted from January 2021."""
    return date(FIRST.year + number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def product(own: Exchange) -> tuple[str, str]:
    """A category and a code."""
    categorie, code = own.random.choice(CATEGORIEEN[own.standaard]), own.random.choice(CODES)
    return categorie, code if code == "X1" else categorie + code


def contracts(own: Exchange, number: int) -> None:
    """One contract, two after each other, two lots beside each other, one in a frame, or none; one of somebody else."""
    change, all_of = edge(own, month_start(own.random.randrange(12, 60))), CATEGORIEEN[own.standaard]
    kinds: dict[str, list[Terms]] = {
        "one": [(FIRST, None, "", all_of)],
        "two": [(FIRST, change - DAY, "", all_of), (change, None, "", all_of)],
        "lots": [(FIRST, None, "1", all_of[:1]), (change, None, "2", all_of[1:])],
        "frame": [(FIRST, None, "", all_of)],
        "ended": [(FIRST, change, "", all_of)],
        "none": [],
    }
    kind = own.random.choices(list(kinds), (45, 15, 10, 20, 6, 4))[0]
    other = {"tegenpartij": f"{30_000_000 + number}" if len(own.tegenpartij) == 8 else "0384"}
    frame = f"{own.standaard}{number}-0"
    contract(own, frame, {"tegenpartij": None}, (FIRST, None, "", all_of))
    contract(own, f"{own.standaard}{number}-1", other, (FIRST, None, "", all_of))
    for index, terms in enumerate(kinds[kind], 2):
        contract(own, f"{own.standaard}{number}-{index}", {"raamcontract": frame} if kind == "frame" else {}, terms)


def contract(
    own: Exchange, nummer: str, more: dict[str, Any], terms: tuple[date, date | None, str, tuple[str, ...]]
) -> None:
    """A contract and the tariffs of most products of its categories in some units."""
    begin, eind, perceel, categories = terms
    row = {"nummer": nummer, "begindatum": begin, "einddatum": eind, "perceel": perceel, "raamcontract": None}
    own.rows["contract"].append(own.key() | row | more)
    for categorie in categories:
        for code in CODES:
            if own.chance(60 if more else 80):
                for eenheid in own.random.choice((("04",), ("04", "01"), ("01",), ("04", "16", "82"), EENHEDEN[4:])):
                    name = code if code == "X1" else categorie + code
                    tariff(own, nummer, {"product_categorie": categorie, "product_code": name, "eenheid": eenheid})


def tariff(own: Exchange, contract: str, product: dict[str, Any]) -> None:
    """A tariff without end, or two with a change between them."""
    change = edge(own, month_start(own.random.randrange(6, 66)))
    gap = own.random.choice((0, 0, 1, 40))
    whole: list[tuple[date, date | None]] = [(FIRST, None)]
    parts: list[tuple[date, date | None]] = [(FIRST, change - (1 + gap) * DAY), (change, None)]
    for begin, eind in parts if own.chance(40) else whole:
        tarief = own.random.choice(TARIEVEN)
        row = {"contract": contract, "begindatum": begin, "einddatum": eind, "tarief": tarief}
        own.rows["tarief"].append({"eigenaar": own.eigenaar} | product | row)


def edge(own: Exchange, day: date) -> date:
    """A day, the one before or after it, or one further on in its month."""
    return day + own.random.choice((0, 0, 0, -1, 1, own.random.randrange(28))) * DAY


def allocations(own: Exchange) -> None:
    """Some tens of numbers, each with one to four versions in messages of their own."""
    clients = [f"persoon {n}" for n in range(own.random.randrange(4, 12))]
    middle = own.random.randrange(10, 60)
    for nummer in range(1, own.random.choice((15, 60, 150))):
        version = first_version(own, middle) | {"toewijzing_nummer": nummer, "bsn": own.random.choice(clients)}
        for _ in range(own.random.choice((1, 1, 1, 2, 3, 4))):
            status = own.random.choice(("goedgekeurd",) * 8 + ("klaar", "afgeleverd", "afgekeurd", "gecontroleerd"))
            bericht = own.told("301", status, date(2026, 1, 1))
            own.rows["toegewezen_product"].append(
                own.key() | version | {"bericht": bericht, "volgnummer": 1, "ouder": 1}
            )
            version = version | next_version(own, version, clients)


def first_version(own: Exchange, middle: int) -> dict[str, Any]:
    """An allocation: specific (with a volume), aspecific or generic (with a budget or nothing)."""
    begin = edge(own, month_start(max(0, middle + own.random.randrange(-8, 5))))
    lengths = (0, own.random.randrange(7), own.random.randrange(60), own.random.randrange(400))
    agreed = own.random.choice(usable_tariffs(own) or own.rows["tarief"])
    categorie, code = (agreed["product_categorie"], agreed["product_code"]) if own.chance(85) else product(own)
    row: dict[str, Any] = {
        "toewijzingsdatum": date(2025, 1, 1) + own.random.randrange(4) * DAY,
        "toewijzingstijd": time(own.random.randrange(3), 0),
        "ingangsdatum": begin,
        "einddatum": begin + own.random.choice(lengths) * DAY,
        "product_categorie": categorie,
        "product_code": code,
        "omvang_volume": None,
        "omvang_eenheid": None,
        "omvang_frequentie": None,
        "budget": None,
        "reden_wijziging": None,
    }
    if own.chance(40):
        row["einddatum"] = month_end(row["einddatum"])
    if own.chance(25):
        row |= {"product_code": None, "budget": amount(own)}
        row |= {"product_categorie": None} if own.chance(40) else {}
        row |= {"budget": None} if own.chance(15) and row["product_categorie"] else {}
        return row
    eenheid = agreed["eenheid"] if own.chance(75) else own.random.choice(EENHEDEN)
    omvang = (own.random.choice((0, 1, 2, 3, 10, 40)), eenheid, own.random.choice(FREQUENTIES))
    row |= dict(zip(("omvang_volume", "omvang_eenheid", "omvang_frequentie"), omvang, strict=True))
    return row | ({"einddatum": None} if own.chance(20) and omvang[2] != "2" else {})


def usable_tariffs(own: Exchange) -> list[dict[str, Any]]:
    """The tariffs of the contracts of this exchange."""
    contracts = [row for row in own.rows["contract"] if row["tegenpartij"] == own.tegenpartij]
    names = {row[name] for row in contracts for name in ("nummer", "raamcontract")}
    return [row for row in own.rows["tarief"] if row["contract"] in names]


def amount(own: Exchange) -> int:
    """A budget in eurocents."""
    return own.random.choice((0, 1, 5000, 100_000, 1_000_000))


def next_version(own: Exchange, row: Row, clients: list[str]) -> dict[str, Any]:
    """What a later version changes; its Toewijzingsdatum is now and then earlier, or the same."""
    begin, eind = row["ingangsdatum"], row["einddatum"]
    changes: list[dict[str, Any]] = [
        {},
        {"ingangsdatum": min(edge(own, begin), eind or date.max)},
        {"einddatum": max(begin, edge(own, eind))} if eind else {},
        {"einddatum": month_end(eind + timedelta(40))} if eind else {},
        {"einddatum": begin, "reden_wijziging": "13"},
        {"bsn": own.random.choice(clients)},
    ]
    if row["omvang_volume"] is not None:
        changes += [
            {"omvang_volume": own.random.choice((0, 1, 4, 12))},
            {"omvang_eenheid": own.random.choice(EENHEDEN)},
        ]
    if row["budget"] is not None:
        changes += [{"budget": amount(own)}] * 2
    fixed = {
        "toewijzingsdatum": row["toewijzingsdatum"] + own.random.choice((-1, 0, 0, 1, 1, 1)) * DAY,
        "toewijzingstijd": time(own.random.randrange(3), 0),
    }
    return own.random.choice(changes) | fixed
