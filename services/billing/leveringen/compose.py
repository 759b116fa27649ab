"""Composing a 323: what was delivered against what was granted, and the difference is what is claimed.

A delivery without a standing debit becomes a debit; one that differs from its granted debit becomes a
credit of that debit and a new debit, in this order; one whose debit waits for an answer waits too.
All of it is arithmetic, without a database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Row

from shared.standard.document import Value

EURO = "83"
MOST = 99_999_999
"""The highest amount of a line, in eurocents (LDT_Bedrag)."""
Line = dict[str, Value | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery with its price: `tarief` in eurocents per `per` (a unit), or None where there is none.

    `eind` is the last day of its product period as its allocation is now; None leaves it as it was recorded.
    """

    levering: Row[Any]
    tarief: int | None
    per: str
    eind: date | None = None

    @property
    def einddatum(self) -> date:
        """The last day of the product period that is claimed (IV089)."""
        day: date = self.eind or self.levering.einddatum
        return day


@dataclass(frozen=True, slots=True)
class Prestatie:
    """A line of a 323, the BSN of its client, and the delivery that it is about."""

    bsn: str = field(repr=False)
    claim: Claim
    line: Line


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def amounts(claim: Claim) -> tuple[int | None, int]:
    """The ProductTarief and the amount of a delivery, in eurocents (IV081, TR346); euros have no tariff.

    Minutes of an hourly tariff: the tariff is rounded per minute, the amount only at the end.
    """
    volume, unit = claim.levering.volume, claim.levering.eenheid
    if unit == EURO:
        return None, volume
    tarief = claim.tarief or 0
    if claim.per == unit:
        return tarief, tarief * volume
    return _round(Decimal(tarief) / 60), _round(Decimal(tarief) * volume / 60)


def debit(claim: Claim, referentie: str) -> Line:
    """The debit line of a delivery."""
    row, (tarief, bedrag) = claim.levering, amounts(claim)
    return {
        "product_referentie_referentie_nummer": referentie,
        "toewijzing_nummer": row.toewijzing_nummer,
        "product_categorie": row.product_categorie,
        "product_code": row.product_code,
        "product_periode_begindatum": row.begindatum,
        "product_periode_einddatum": claim.einddatum,
        "geleverd_volume": row.volume,
        "eenheid": row.eenheid,
        "product_tarief": tarief,
        "ingediend_bedrag_bedrag": bedrag,
        "ingediend_bedrag_debet_credit": "D",
    }


def credit(standing: Row[Any], fields: Sequence[str], referentie: str) -> Line:
    """The line that takes back a granted debit: the same, with D turned into C and naming the debit."""
    line: Line = {name: getattr(standing, name) for name in fields}
    line["product_referentie_vorig_referentie_nummer"] = line["product_referentie_referentie_nummer"]
    line["product_referentie_referentie_nummer"] = referentie
    line["ingediend_bedrag_debet_credit"] = "C"
    return line


def same(standing: Row[Any], claim: Claim) -> bool:
    """Whether a granted debit already says what was delivered, at the price that holds.

    The period is the one that was recorded: what was granted stays so when the allocation is cut or stretched later.
    """
    tarief, bedrag = amounts(claim)
    wanted = (claim.levering.einddatum, claim.levering.volume, claim.levering.eenheid, tarief, bedrag)
    return wanted == (
        standing.product_periode_einddatum,
        standing.geleverd_volume,
        standing.eenheid,
        standing.product_tarief,
        standing.ingediend_bedrag_bedrag,
    )


def difference(
    claim: Claim, standing: Sequence[Row[Any]], fields: Sequence[str], number: Callable[[], str]
) -> list[Line]:
    """The lines that make what was granted equal to a delivery: credits, then a debit; none while one waits."""
    if any(row.wacht or same(row, claim) for row in standing):
        return []
    lines = [credit(row, fields, number()) for row in standing]
    return lines + ([debit(claim, number())] if claim.levering.volume > 0 else [])


def is_credit(line: Line) -> bool:
    """Whether a line takes back."""
    return line["ingediend_bedrag_debet_credit"] == "C"


def amount(line: Line) -> int:
    """The amount of a line in eurocents, negative for a credit."""
    cents = int(str(line["ingediend_bedrag_bedrag"]))
    return -cents if is_credit(line) else cents


def total(lines: Iterable[Line]) -> int:
    """The sum of lines in eurocents, credits subtracted (TR358)."""
    return sum(map(amount, lines))


def in_order(lines: Iterable[Prestatie]) -> list[Prestatie]:
    """The lines as they stand in the message: by client, and of each the credits first (OP366)."""
    clients: dict[str, list[Prestatie]] = {}
    for item in lines:
        clients.setdefault(item.bsn, []).append(item)
    return [item for own in clients.values() for item in sorted(own, key=lambda item: not is_credit(item.line))]


def body(nummer: str, periode: tuple[date, date], dag: date, lines: Sequence[Prestatie]) -> dict[str, Any]:
    """The Declaratie of a 323, from lines as `in_order` gives them."""
    cents = total(item.line for item in lines)
    clients: dict[str, list[Line]] = {}
    for item in lines:
        clients.setdefault(item.bsn, []).append(item.line)
    return {
        "Declaratie": {
            "declaratie_nummer": nummer,
            "declaratie_periode_begindatum": periode[0],
            "declaratie_periode_einddatum": periode[1],
            "declaratie_dagtekening": dag,
            "totaal_ingediend_bedrag_totaal_bedrag": abs(cents),
            "totaal_ingediend_bedrag_debet_credit": "C" if cents < 0 else "D",
            "Client": [{"bsn": bsn, "Prestatie": found} for bsn, found in clients.items()],
        }
    }
