"""What is asked of a contract or a subcontractor as it comes in, beside what is stored: entry, options, framework.

A region's copies are not asked again: the centre was, on the day that it stored them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.allocation.inkoop import models as m
from services.allocation.inkoop import queries
from shared.contracts import Model
from shared.errors import Fault
from shared.standard.identifiers import is_valid_bsn

Placed = tuple[str, Model]
Stored = Mapping[str, Any]
"""Contracts by number, as they stand."""


def judge(session: Session, eigenaar: str, rows: Sequence[Placed]) -> tuple[list[Fault], list[str]]:
    """What is against the contracts and subcontractors among rows that are not stored yet, and what to mind."""
    contracts = [(place, row) for place, row in rows if isinstance(row, m.Contract)]
    stored = queries.contracts(session, eigenaar, [name for _, row in contracts for name in _numbers(row)])
    coming: Stored = stored | {row.nummer: row for _, row in contracts}
    faults = [Fault(f.code, place + f.pad, f.melding) for place, row in rows for f in _own_subcontractor(row)]
    warnings = []
    for place, row in contracts:
        found = [*_number(row), *_law(row, stored), *_framework(row, coming), *_option(row, stored)]
        text = _entry(row, stored, coming)
        if text and coming[str(row.raamcontract)].toetreding == "bij_tekort":
            warnings.append(f"Contract {row.nummer}: {text}")
        elif text:
            found.append(Fault("TOETREDING", "/begindatum", text))
        faults += [Fault(fault.code, place + fault.pad, fault.melding) for fault in found]
    return faults, warnings


def _numbers(row: m.Contract) -> Iterator[str]:
    yield row.nummer
    if row.raamcontract is not None:
        yield row.raamcontract


def _own_subcontractor(row: Model) -> Iterator[Fault]:
    if isinstance(row, m.Onderaannemer) and row.aanbieder == row.agb:
        text = "Een aanbieder is niet zijn eigen onderaannemer. Geef de AGB-code van de ander, of laat de regel weg."
        yield Fault("ONDERAANNEMER", "/agb", text)


def _number(row: m.Contract) -> Iterator[Fault]:
    if is_valid_bsn(row.nummer):
        text = "Dit nummer kan een BSN zijn, en het staat in adressen. Zet er een letter voor, zoals C-."
        yield Fault("BSN", "/nummer", text)


def _law(row: m.Contract, stored: Stored) -> Iterator[Fault]:
    before = stored.get(row.nummer)
    if before is not None and before.tegenpartij is None and before.standaard != row.standaard:
        text = "De wet van een raamcontract verandert niet. Leg voor de andere wet een eigen raamcontract vast."
        yield Fault("WET", "/standaard", text)


def _framework(row: m.Contract, coming: Stored) -> Iterator[Fault]:
    frame = coming.get(row.raamcontract or "")
    if frame is None:
        return  # that it is not there, the database tells
    if frame.standaard != row.standaard:
        text = "Het raamcontract is van een andere wet. Noem een raamcontract van dezelfde wet."
        yield Fault("WET", "/raamcontract", text)
    if row.tegenpartij is None:
        text = "Een raamcontract valt zelf niet onder een raamcontract. Laat dit veld leeg, of geef een tegenpartij."
        yield Fault("RAAMCONTRACT", "/raamcontract", text)
    if frame.tegenpartij is not None:
        text = "Dit is een contract met één partij. Noem een raamcontract: dat heeft geen tegenpartij."
        yield Fault("RAAMCONTRACT", "/raamcontract", text)


def _option(row: m.Contract, stored: Stored) -> Iterator[Fault]:
    before = stored.get(row.nummer)
    if before is None or row.opties_gebruikt <= before.opties_gebruikt or before.einddatum is None:
        return
    if row.einddatum is not None and row.einddatum <= before.einddatum:
        text = "Een gebruikte optie verlengt het contract. Geef ook de nieuwe einddatum, of gebruik "
        text += "POST /v1/contracten/{nummer}/verlenging."
        yield Fault("OPTIES", "/opties_gebruikt", text)


def _entry(row: m.Contract, stored: Stored, coming: Stored) -> str:
    """What the entry regime of a framework that was there already says of who joins it now; empty when nothing."""
    name = row.raamcontract or ""
    frame = coming[name] if name in stored else None
    if frame is None or row.begindatum <= frame.begindatum or _takes_part(row, stored):
        return ""
    days = frame.toetreding_momenten
    if frame.toetreding == "gesloten":
        return "Dit raamcontract is gesloten voor toetreding. Open het eerst, of noem hier geen raamcontract."
    if frame.toetreding == "twee_momenten" and days and f"{row.begindatum:%m-%d}" not in days:
        return f"Toetreden tot dit raamcontract kan alleen per {' of '.join(days)}. Kies zo'n begindatum."
    if frame.toetreding == "bij_tekort":
        return "toetreden kan alleen bij tekort. Leg vast waarom er een tekort is."
    return ""


def _takes_part(row: m.Contract, stored: Stored) -> bool:
    """Whether a party was under the framework before, with this contract or an earlier one."""
    same = (each for each in stored.values() if each.raamcontract == row.raamcontract)
    return any(
        each.tegenpartij == row.tegenpartij and (each.begindatum < row.begindatum or _same_day(each, row))
        for each in same
    )


def _same_day(before: Any, row: m.Contract) -> bool:
    return bool(before.nummer == row.nummer and before.begindatum == row.begindatum)
