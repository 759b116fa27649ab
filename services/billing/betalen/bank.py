"""What a bank says of payments: a camt.053 statement (ISO 20022), or a CSV with the columns of `KOLOMMEN`."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from shared import spreadsheet
from shared.errors import Fault, Refused

NAMESPACES = tuple(f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}" for version in ("02", "08"))
KOLOMMEN: Mapping[str, str] = {
    "kenmerk": "EndToEndId van de betaling",
    "bedrag": "eurocenten, hele getallen",
    "status": "uitgevoerd of mislukt",
    "datum": "dag waarop, jjjj-mm-dd",
    "reden": "redencode van de bank, mag leeg zijn",
}
"""The columns of a CSV: UTF-8, a header, separated by semicolons or commas."""
MOST = 10_000
"""How many transfers of ours one file may be about."""
TITEL = "Het bestand van de bank kan niet worden gelezen"
DOCTYPE = "Het bestand bevat een DOCTYPE. Verstuur het zonder DOCTYPE."
REASONLESS = ""
CSV = "text/csv"
KINDS = ("application/xml", "text/xml", CSV)
_REASON = re.compile("[A-Z0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Uitslag:
    """What a bank says of one payment: `gelukt` when it was paid, else rejected or returned; eurocents.

    `regel` is the line in the file.
    """

    regel: int
    kenmerk: str
    bedrag: int
    gelukt: bool
    datum: date
    reden: str = REASONLESS


@dataclass(frozen=True, slots=True)
class Overig:
    """An entry that is not about a payment of ours, or not booked yet."""

    regel: int


Gelezen = Uitslag | Overig | Fault
"""What an entry comes to; a Fault has its line and says what is wrong with it."""


def _unreadable(code: str, melding: str) -> Refused:
    return Refused(422, TITEL, [Fault(code, "", melding)])


def read(data: bytes, kind: str, is_ours: Callable[[str], bool]) -> list[Gelezen]:
    """What a file of a kind says (see `read_camt`, `read_csv`). Raises Refused (422), also when it says too much."""
    found = read_csv(data) if kind == CSV else read_camt(data, is_ours)
    if sum(not isinstance(each, Overig) for each in found) > MOST:
        raise _unreadable("TE_GROOT", f"Dit gaat over meer dan {MOST} betalingen. Verdeel het over meer bestanden.")
    return found


def read_camt(data: bytes, is_ours: Callable[[str], bool]) -> list[Gelezen]:
    """The entries of a statement; `is_ours` tells of an EndToEndId whether we made it.

    Raises Refused (422) when it is no statement.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _unreadable("XML", "Het bestand is geen geldige XML. Haal het opnieuw op bij uw bank.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unreadable("DOCTYPE", DOCTYPE)
    if etree.QName(root).namespace not in NAMESPACES or root.find("{*}BkToCstmrStmt") is None:
        raise _unreadable("SOORT", "Dit is geen camt.053, versie 02 of 08. Kies dat formaat bij uw bank.")
    return [found for entry in root.iterfind("{*}BkToCstmrStmt/{*}Stmt/{*}Ntry") for found in _entry(entry, is_ours)]


def _entry(entry: Any, is_ours: Callable[[str], bool]) -> Iterator[Gelezen]:
    """An entry of an account has details of one transfer or of several."""
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    status = entry.findtext("{*}Sts/{*}Cd") or entry.findtext("{*}Sts") or ""  # since version 08 a choice
    if status.strip() != "BOOK":
        yield Overig(entry.sourceline)
        return
    for detail in details:
        kenmerk = detail.findtext("{*}Refs/{*}EndToEndId", "").strip()
        known = is_ours(kenmerk)
        yield _detail(entry, detail, kenmerk, alone=len(details) == 1) if known else Overig(detail.sourceline)
    if not details:
        yield Overig(entry.sourceline)


def _detail(entry: Any, detail: Any, kenmerk: str, *, alone: bool) -> Gelezen:
    line = detail.sourceline
    amount, day = _amount(entry, detail, alone=alone), _day(entry)
    if amount is None or day is None:
        return Fault("ONVOLLEDIG", "", "Bedrag in euro's of boekdatum ontbreekt. Vraag het uw bank.", line)
    side = detail.findtext("{*}CdtDbtInd") or entry.findtext("{*}CdtDbtInd")
    reason = (detail.findtext("{*}RtrInf/{*}Rsn/{*}Cd") or "").strip()
    reversed_ = entry.findtext("{*}RvslInd", "").strip() in ("true", "1") or detail.find("{*}RtrInf") is not None
    if (side, reversed_) not in (("DBIT", False), ("CRDT", True)):
        melding = "Dit is geen afschrijving en geen terugboeking. Bekijk deze regel zelf."
        return Fault("RICHTING", "", melding, line)
    return Uitslag(line, kenmerk, amount, not reversed_, day, reason if _REASON.fullmatch(reason) else REASONLESS)


def _amount(entry: Any, detail: Any, *, alone: bool) -> int | None:
    """The eurocents of a transfer; of an entry with one transfer they may stand at the entry only."""
    places = [detail.find(path) for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt", "{*}AmtDtls/{*}InstdAmt/{*}Amt")]
    found = next((place for place in places if place is not None), entry.find("{*}Amt") if alone else None)
    if found is None or found.get("Ccy") != "EUR":
        return None
    return _cents((found.text or "").strip())


def _cents(text: str) -> int | None:
    if not re.fullmatch("[0-9]{1,13}([.][0-9]{1,5})?", text):
        return None
    cents = Decimal(text) * 100
    return int(cents) if cents == int(cents) else None


def _day(entry: Any) -> date | None:
    text = entry.findtext("{*}BookgDt/{*}Dt") or entry.findtext("{*}BookgDt/{*}DtTm") or ""
    return _date(text.strip()[:10])


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch("2[0-9]{3}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def read_csv(data: bytes) -> list[Gelezen]:
    """The rows of a CSV. Raises Refused (422) when it has not the columns of `KOLOMMEN`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("TEKENS", "Het bestand is geen UTF-8. Bewaar het als CSV UTF-8.") from None
    lines = spreadsheet.reader(text)
    try:
        rows = [(lines.line_num, cells) for cells in lines]
    except csv.Error:
        raise _unreadable("CSV", "Het bestand is geen CSV. Bewaar het als CSV UTF-8.") from None
    if not rows or [name.strip().lower() for name in rows[0][1]] != list(KOLOMMEN):
        raise _unreadable("KOLOMMEN", f"De eerste regel moet zijn: {';'.join(KOLOMMEN)}.")
    return [_row(line, cells) for line, cells in rows[1:] if cells]


def _row(line: int, cells: Sequence[str]) -> Gelezen:
    row = dict(zip(KOLOMMEN, (cell.strip() for cell in cells), strict=False))
    amount = int(row["bedrag"]) if re.fullmatch("[0-9]{1,15}", row.get("bedrag", "")) else None
    day, reason = _date(row.get("datum", "")), row.get("reden", "")
    wrong = [
        name
        for name, right in {
            "bedrag": amount is not None,
            "status": row.get("status") in ("uitgevoerd", "mislukt"),
            "datum": day is not None,
            "reden": reason == REASONLESS or _REASON.fullmatch(reason) is not None,
        }.items()
        if not right
    ]
    if wrong or len(cells) != len(KOLOMMEN) or amount is None or day is None:
        told = "; ".join(f"{name}: {KOLOMMEN[name]}" for name in wrong) or f"er horen {len(KOLOMMEN)} kolommen te zijn"
        return Fault(
            "REGEL", "", f"Deze regel klopt niet ({told}). Herstel haar en lever het bestand opnieuw aan.", line
        )
    return Uitslag(line, row["kenmerk"], amount, row["status"] == "uitgevoerd", day, reason)
