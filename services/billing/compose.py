"""Composing a 323: what was delivered against what was granted, and the difference is what is claimed.

A delivery without a standing debit becomes a debit; one that differs from its granted debit becomes a
credit of that debit and a new debit, in this order; one whose debit waits for an answer waits too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Row

from shared.standard.document import Value

EURO = "83"
Line = dict[str, Value | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery with its price: `tarief` in eurocents per `per` (a unit), or None where there is none."""

    levering: Row[Any]
    tarief: int | None
    per: str


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
        "product_periode_einddatum": row.einddatum,
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
    """Whether a granted debit already says what was delivered, at the price that holds."""
    tarief, bedrag = amounts(claim)
    wanted = (claim.levering.einddatum, claim.levering.volume, claim.levering.eenheid, tarief, bedrag)
    return wanted == (
        standing.product_periode_einddatum,
        standing.geleverd_volume,
        standing.eenheid,
        standing.product_tarief,
        standing.ingediend_bedrag_bedrag,
    )


def total(lines: Sequence[Line]) -> int:
    """The sum of lines in eurocents, credits subtracted (TR358)."""
    return sum(
        -int(str(line["ingediend_bedrag_bedrag"]))
        if line["ingediend_bedrag_debet_credit"] == "C"
        else int(str(line["ingediend_bedrag_bedrag"]))
        for line in lines
    )


def body(nummer: str, periode: tuple[date, date], dag: date, lines: Sequence[tuple[str, Line]]) -> dict[str, Any]:
    """The Declaratie of a 323, from lines with the BSN of their client."""
    amount = total([line for _, line in lines])
    clients: dict[str, list[Line]] = {}
    for bsn, line in lines:
        clients.setdefault(bsn, []).append(line)
    return {
        "Declaratie": {
            "declaratie_nummer": nummer,
            "declaratie_periode_begindatum": periode[0],
            "declaratie_periode_einddatum": periode[1],
            "declaratie_dagtekening": dag,
            "totaal_ingediend_bedrag_totaal_bedrag": abs(amount),
            "totaal_ingediend_bedrag_debet_credit": "C" if amount < 0 else "D",
            "Client": [{"bsn": bsn, "Prestatie": found} for bsn, found in clients.items()],
        }
    }
