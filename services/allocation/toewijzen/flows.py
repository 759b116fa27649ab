"""Allocating: from an arrangement or a product, checked against what was bought, and expensive ones by two persons."""

from collections.abc import Callable
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
from services.allocation.toewijzen.models import Toegewezen
from shared import vault
from shared.calendar import NEDERLAND, last_day
from shared.db import toewijzen as tt
from shared.db.session import Namens
from shared.errors import Fault, Refused
from shared.invalid import faults_of


def determine(
    session: Session, who: Namens, wanted: Toegewezen, nu: datetime, maker: str | None = None
) -> tuple[str, list[str]]:
    """Make an allocation and send it: its id, and what ceilings warn of.

    `maker` prepared what `who` approves. Raises Refused: 422 with all that is against it, 409 when it needs a
    second person and there is none.
    """
    gemeente = who.organisatie
    asked = examine(session, gemeente, wanted, nu)
    if maker is None:
        needs_nobody(session, gemeente, asked.standaard, lambda: worth(session, gemeente, asked))
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
    warnings = plafonds.warnings(session, gemeente, asked, ceilings)
    return f"{gemeente}-{asked.standaard}-{nummer}", warnings


def change(
    session: Session, who: Namens, toewijzing: str, wanted: Wijziging, nu: datetime, maker: str | None = None
) -> UUID:
    """Change an allocation; its 301. Raises Refused: 404, 422, and 409 as `determine`."""
    row = queries.one(session, who.organisatie, toewijzing)
    if found := bestaand.lowered(row, wanted):
        raise Refused(422, "De wijziging kan niet", found)
    if maker is None:
        needs_nobody(session, who.organisatie, row.standaard, lambda: grown(session, row, wanted))
    bericht = flows.change(session, who.organisatie, toewijzing, wanted, nu)
    record(session, who, bericht, row.toewijzing_nummer, maker, {"resultaatgebieden": []})
    return bericht


def record(
    session: Session, who: Namens, bericht: UUID, nummer: int, maker: str | None, behind: dict[str, Any]
) -> None:
    """Keep what lies behind a version of an allocation."""
    values = {"eigenaar": who.organisatie, "bericht": bericht, "toewijzing_nummer": nummer, **behind}
    persons = {"door": maker or who.wie, "goedgekeurd_door": who.wie if maker else None}
    session.execute(insert(tt.besluit).values(**values, **persons))


def examine(session: Session, gemeente: str, wanted: Toegewezen, nu: datetime | None = None) -> NieuweToewijzing:
    """What is wanted as a 301 says it. Raises Refused (422).

    Whether a running allocation is to be stretched instead (OP380) is asked on the day of `nu`, when it is sent.
    """
    asked = resolve(session, gemeente, wanted)
    person = vault.pseudonym(gemeente, asked.client.bsn)
    found = checks.faults(session, gemeente, asked, person)
    if nu is not None:
        found += bestaand.stretched(session, gemeente, asked, person, nu.astimezone(NEDERLAND).date())
    if found:
        raise Refused(422, "De toewijzing kan niet", found)
    return asked


def worth(session: Session, gemeente: str, asked: NieuweToewijzing) -> int:
    """The eurocents that a new allocation commits."""
    return checks.amount(session, checks.proposed(gemeente, asked))


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


def needs_nobody(session: Session, gemeente: str, standaard: str, amount: Callable[[], int | None]) -> None:
    """Refuse an amount from which a second person approves. Raises Refused (409).

    `amount` is worked out when there is a limit only; eurocents, or None where no more is committed than before.
    """
    limit = own.limit(session, gemeente, standaard)
    found = amount() if limit is not None else None
    if limit is not None and found is not None and found >= limit:
        text = "Dit bedrag vraagt een tweede persoon. Zet het klaar met POST /v1/toewijzingsvoorstellen."
        raise Refused(409, "Goedkeuring nodig", [Fault("GOEDKEURING", "/", text)])


def grown(session: Session, row: Row[Any], wanted: Wijziging) -> int | None:
    """What an allocation commits after a change, in eurocents; None when that is no more than before."""
    before, after = amounts(session, row, wanted)
    return after if after > before else None


def amounts(session: Session, row: Row[Any], wanted: Wijziging) -> tuple[int, int]:
    """What an allocation commits before and after a change, in eurocents."""
    changes = {"omvang_volume": wanted.volume, "budget": wanted.budget, "einddatum": wanted.einddatum}
    told = {name: value for name, value in changes.items() if value is not None}
    before = {name: getattr(row, name) for name in checks.COLUMNS}
    return checks.amount(session, checks.as_row(before)), checks.amount(session, checks.as_row(before | told))
