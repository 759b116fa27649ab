"""The codelists of the standard and the error lists of the chain: what a code is called and means.

One file per list below `data/<release>/codelists/`; an empty `standaard` there means both. The error lists
of VECOZO and the GGk carry their sender and version, because numbers were used again for something else:
such a code means nothing without its list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from shared.standard.catalogue import grouped, read_csv

STANDAARDEN = ("ijw", "iwmo")
RETOURCODES = "WJ001"


@dataclass(frozen=True, slots=True)
class Code:
    """A code: its name and, where known, what it means, what the sender does next and when it holds."""

    code: str
    naam: str
    toelichting: str
    vervolgstap: str
    begindatum: date | None
    einddatum: date | None
    standaarden: tuple[str, ...]

    def holds(self, standaard: str | None, dag: date | None) -> bool:
        """Whether it belongs to a standard and holds on a day; None asks nothing, an unknown bound is open."""
        if standaard is not None and standaard not in self.standaarden:
            return False
        return dag is None or (self.begindatum or dag) <= dag <= (self.einddatum or dag)


@dataclass(frozen=True, slots=True)
class Codelijst:
    """A list; `afzender` and `versie` are those of an error list, otherwise empty."""

    naam: str
    omschrijving: str
    afzender: str
    versie: str
    codes: tuple[Code, ...]

    def select(
        self, code: str | None = None, standaard: str | None = None, dag: date | None = None
    ) -> tuple[Code, ...]:
        """The codes that fit; None asks nothing."""
        return tuple(c for c in self.codes if code in (None, c.code) and c.holds(standaard, dag))


@cache
def lists() -> Mapping[str, str]:
    """What every list is of, in Dutch, by its name."""
    return {name: rows[0]["omschrijving"] for name, rows in grouped("codelists.csv", "lijst").items()}


@cache
def codelijst(name: str) -> Codelijst:
    """A list by its name. Raises KeyError."""
    [row] = grouped("codelists.csv", "lijst")[name]
    codes = tuple(_code(name, row) for row in read_csv(f"codelists/{name}.csv"))
    keys = {(standaard, code.code, code.begindatum) for code in codes for standaard in code.standaarden}
    if len(keys) != sum(len(code.standaarden) for code in codes):
        raise ValueError(f"codelists/{name}.csv: a code is there twice for one standard and begindatum")
    return Codelijst(name, row["omschrijving"], row["afzender"], row["versie"], codes)


def _code(name: str, row: dict[str, str]) -> Code:
    toelichting, vervolgstap = row["toelichting"], row.get("vervolgstap", "")
    if name == RETOURCODES:
        [words] = grouped("retourcodes.csv", "code").get(row["code"], [])
        toelichting, vervolgstap = words["betekenis"], words["vervolgstap"]
    return Code(
        row["code"],
        row["naam"],
        toelichting,
        vervolgstap,
        _day(row.get("begindatum")),
        _day(row.get("einddatum")),
        (row["standaard"],) if row["standaard"] else STANDAARDEN,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def name_of(name: str, standaard: str, code: str, dag: date | None = None) -> str:
    """The name of a code to show, on a day or else the latest; the code itself when the list does not have it.

    Raises KeyError for a list that does not exist.
    """
    found = codelijst(name).select(code, standaard, dag)
    return max(found, key=lambda known: known.begindatum or date.min).naam if found else code


@cache
def by_type(standaard: str) -> Mapping[str, str]:
    """The list that gives the values of a simple type (LDT_…), by type, for one standard."""
    return {row["type"]: row["lijst"] for row in read_csv("typelists.csv") if row["standaard"] in ("", standaard)}
