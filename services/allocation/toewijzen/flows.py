"""Allocating: from an arrangement or a product, checked against what was bought, and expensive ones by two persons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from services.allocation import flows, queries
from services.allocation.inkoop import queries as inkoop
from services.allocation.inkoop.gebieden import cell_fits
from services.allocation.models import NieuweToewijzing, Omvang, Product, Wijziging
from services.allocation.toewijzen import bestaand, checks, plafonds
from services.allocation.toewijzen import queries as own
from services.allocation.toewijzen.models import TOEGANGEN, Toegewezen
from shared import vault
from shared.calendar import NEDERLAND, last_day
from shared.db import toewijzen as tt
from shared.db.session import Namens, trial
from shared.errors import Fault, Refused
from shared.invalid import faults_of
from shared.models import to_tree
from shared.standard.catalogue import message_of

ZELFDE = {"OP259": "TR302", "CONTRACT": "TR418"}
"""What a message is refused for when something of ours says the same, and more."""


@dataclass(frozen=True, slots=True)
class Besloten:
    """What came of a decision: its 301 (of several the last), each allocation before and after, what ceilings warn of.

    `nummers` are those of what is new.
    """

    bericht: UUID
    wijzigingen: Sequence[checks.Change]
    waarschuwingen: list[str]
    nummers: Sequence[int] = ()


def determine(session: Session, who: Namens, wanted: Toegewezen, nu: datetime, maker: str | None = None) -> Besloten:
    """Make an allocation and send it.

    `maker` prepared what `who` approves. Raises Refused: 422 with all that is against it, 409 when it needs a
    second person and there is none.
    """
    gemeente = who.organisatie
    asked = examine(session, gemeente, wanted, nu)
    told = begun(gemeente, asked)
    if maker is None:
        needs_nobody(session, gemeente, asked.standaard, told)
    ceilings = plafonds.before(session, gemeente, asked.standaard)
    nummer, bericht = flows.allocate(session, gemeente, asked, nu)
    chosen = wanted.arrangement
    behind = {
        "toegang": wanted.toegang,
        "model": chosen.model if chosen else None,
        "assen": chosen.assen if chosen else None,
        "resultaatgebieden": wanted.resultaatgebieden,
    }
    record(session, who, bericht, nummer, maker, behind)
    return Besloten(bericht, [told], plafonds.warnings(session, [told], ceilings), [nummer])


def change(
    session: Session, who: Namens, toewijzing: str, wanted: Wijziging, nu: datetime, maker: str | None = None
) -> Besloten:
    """Change an allocation. Raises Refused: 404, 422, and 409 as `determine`."""
    row = examine_change(session, who.organisatie, toewijzing, wanted, nu)
    told = changed(row, wanted)
    if maker is None:
        needs_nobody(session, who.organisatie, row.standaard, told)
    ceilings = plafonds.before(session, who.organisatie, row.standaard)
    bericht = flows.change(session, who.organisatie, toewijzing, wanted, nu)
    record(session, who, bericht, row.toewijzing_nummer, maker, {"resultaatgebieden": []})
    return Besloten(bericht, [told], plafonds.warnings(session, [told], ceilings))


def examine_change(session: Session, gemeente: str, toewijzing: str, wanted: Wijziging, nu: datetime) -> Row[Any]:
    """The allocation that is to change. Raises Refused (404, 422), as `examine`."""
    row = queries.taken(session, gemeente, toewijzing)
    found = bestaand.too_late(row, wanted, nu.astimezone(NEDERLAND).date()) + bestaand.faults(session, row, wanted)
    if found:
        told = tried(session, found, lambda: flows.change(session, gemeente, toewijzing, wanted, nu))
        raise Refused(422, "De wijziging kan niet", told)
    return row


def tried(session: Session, found: list[Fault], make: Callable[[], object]) -> list[Fault]:
    """What was found, with all that a message would be refused for: `make` composes it, and nothing stays behind."""
    try:
        with trial(session):
            make()
    except Refused as refused:
        if not refused.faults:
            raise
        known = {code for fault in found for code in (fault.code, ZELFDE.get(fault.code))}
        return found + [fault for fault in refused.faults if fault.code not in known]
    return found


def record(
    session: Session, who: Namens, bericht: UUID, nummer: int, maker: str | None, behind: dict[str, Any]
) -> None:
    """Keep what lies behind a version of an allocation."""
    values = {"eigenaar": who.organisatie, "bericht": bericht, "toewijzing_nummer": nummer, **behind}
    persons = {"door": maker or who.wie, "goedgekeurd_door": who.wie if maker else None}
    session.execute(insert(tt.besluit).values(**values, **persons))


def examine(session: Session, gemeente: str, wanted: Toegewezen, nu: datetime) -> NieuweToewijzing:
    """What is wanted as a 301 says it. Raises Refused (422) with all that is against it.

    What its message would be refused for is told with it when there is something else: else sending it tells so.
    """
    asked = resolve(session, gemeente, wanted)
    person = vault.pseudonym(gemeente, asked.client.bsn)
    queries.one_client_at_a_time(session, gemeente, asked.standaard, person)
    client = to_tree(message_of(asked.standaard, "301"), "Client", asked.client.model_dump(exclude_none=True))
    found = checks.custody(asked.standaard, client, asked.ingangsdatum)
    current = checks.of_client(session, gemeente, asked, person)
    found += checks.faults(session, gemeente, asked, person, current)
    if wanted.toegang not in TOEGANGEN[wanted.standaard]:
        text = f"Zo komt iemand bij deze wet niet binnen. Kies uit {', '.join(TOEGANGEN[wanted.standaard])}."
        found.append(Fault("TOEGANG", "/toegang", text))
    found += bestaand.stretched(asked, current, nu.astimezone(NEDERLAND).date())
    if found:
        told = tried(session, found, lambda: flows.allocate(session, gemeente, asked, nu))
        raise Refused(422, "De toewijzing kan niet", told)
    return asked


def resolve(session: Session, gemeente: str, wanted: Toegewezen) -> NieuweToewijzing:
    """What is wanted with the cell of its arrangement filled in. Raises Refused (422)."""
    told = {name: getattr(wanted, name) for name in NieuweToewijzing.model_fields}
    chosen = wanted.arrangement
    if chosen is None:
        return NieuweToewijzing(**told)
    cell = own.arrangement(session, gemeente, chosen.model, chosen.assen, wanted.ingangsdatum)
    if cell is None or cell.standaard != wanted.standaard:
        text = "Dit vakje bestaat op de ingangsdatum niet in deze tabel, voor deze wet. Controleer model en assen."
        raise Refused(422, "De toewijzing kan niet", [Fault("ARRANGEMENT", "/arrangement", text)])
    told_of = inkoop.areas(session, gemeente, chosen.model)
    if found := cell_fits(told_of, chosen.assen, wanted.resultaatgebieden):
        raise Refused(422, "De toewijzing kan niet", found)
    try:
        return NieuweToewijzing(**told | _from_cell(cell, wanted))
    except ValidationError as error:  # a period or a size that no message can carry
        raise Refused(422, "De toewijzing kan niet", faults_of(error.errors(), "/arrangement")) from None


def _from_cell(cell: Row[Any], wanted: Toegewezen) -> dict[str, Any]:
    categorised, sized = cell.product_categorie is not None, cell.volume is not None
    size = {"volume": cell.volume, "eenheid": cell.eenheid, "frequentie": cell.frequentie}
    return {
        "product": Product(categorie=cell.product_categorie, code=cell.product_code) if categorised else None,
        "omvang": Omvang(**size) if sized else None,
        "budget": cell.budget,
        "einddatum": wanted.einddatum or last_day(wanted.ingangsdatum, cell.maanden),
    }


def needs_nobody(session: Session, gemeente: str, standaard: str, *changes: checks.Change) -> None:
    """Refuse an amount from which a second person approves. Raises Refused (409)."""
    limit = own.limit(session, gemeente, standaard)
    if limit is not None and any(checks.reaches(session, *change, limit) for change in changes):
        text = "Dit bedrag vraagt een tweede persoon. Zet het klaar met POST /v1/toewijzingsvoorstellen."
        raise Refused(409, "Goedkeuring nodig", [Fault("GOEDKEURING", "/", text)])


def begun(gemeente: str, asked: NieuweToewijzing) -> checks.Change:
    """A new allocation as a change from nothing."""
    return None, checks.values_of(gemeente, asked)


def changed(row: Row[Any], wanted: Wijziging) -> checks.Change:
    """An allocation before and after a change."""
    changes = {"omvang_volume": wanted.volume, "budget": wanted.budget, "einddatum": wanted.einddatum}
    told = {name: value for name, value in changes.items() if value is not None}
    before = {name: getattr(row, name) for name in checks.COLUMNS}
    return before, before | told
