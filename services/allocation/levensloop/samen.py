"""One 301 in which allocations of a client at a provider change and others begin, each checked as it is alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import flows, queries
from services.allocation.models import NieuweToewijzing, Wijziging
from services.allocation.toewijzen import bestaand, checks, plafonds
from services.allocation.toewijzen import flows as toewijzen
from shared import vault
from shared.db import nummers
from shared.db.session import Namens
from shared.errors import Fault, Refused
from shared.standard.catalogue import message_of


@dataclass(frozen=True, slots=True)
class Nieuw:
    """An allocation that begins, the cell of the table of arrangements that it came from, and whose place it takes."""

    toewijzing: NieuweToewijzing
    model: str | None = None
    assen: Mapping[str, str] | None = None
    voorganger: int | None = None


@dataclass(frozen=True, slots=True)
class Wissel:
    """What one 301 does: allocations as they stand with what changes in them, and new ones."""

    gewijzigd: Sequence[tuple[Row[Any], Wijziging]] = ()
    nieuw: Sequence[Nieuw] = ()


@dataclass(frozen=True, slots=True)
class Verzonden:
    """What came of it: the 301, the numbers of what is new, and what ceilings warn of."""

    bericht: UUID
    nummers: Sequence[int]
    waarschuwingen: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Opvolger:
    """The id of an allocation that took the place of another, and what ceilings warn of."""

    toewijzing: str
    waarschuwingen: list[str]


def successor(row: Any, sent: Verzonden) -> Opvolger:
    """What took the place of an allocation, when it is one."""
    [nummer] = sent.nummers
    return Opvolger(f"{row.eigenaar}-{row.standaard}-{nummer}", sent.waarschuwingen)


def leaves(wanted: NieuweToewijzing) -> dict[str, Any]:
    """An allocation as the leaves of a ToegewezenProduct, without its number and moment."""
    product, size = wanted.product, wanted.omvang
    told = {
        "product_categorie": product.categorie if product else None,
        "product_code": product.code if product else None,
        "ingangsdatum": wanted.ingangsdatum,
        "einddatum": wanted.einddatum,
        "omvang_volume": size.volume if size else None,
        "omvang_eenheid": size.eenheid if size else None,
        "omvang_frequentie": size.frequentie if size else None,
        "budget": wanted.budget,
    }
    return {name: value for name, value in told.items() if value is not None}


def send(
    session: Session, who: Namens, client: Mapping[str, Any], wissel: Wissel, nu: datetime, maker: str | None = None
) -> Verzonden:
    """Send what changes and what begins in one 301; `client` is the tree of a Client of a 301.

    All of it is at one provider and under one law. `maker` prepared what `who` approves. Raises Refused: 422 with
    all that is against it, 409 when it needs a second person and there is none.
    """
    first = wissel.nieuw[0].toewijzing if wissel.nieuw else bestaand.as_wanted(wissel.gewijzigd[0][0])
    gemeente, message = who.organisatie, message_of(first.standaard, "301")
    queries.one_client_at_a_time(session, gemeente, first.standaard, vault.pseudonym(gemeente, client["bsn"]))
    _refuse(faults(session, gemeente, client["bsn"], wissel))
    if maker is None:
        toewijzen.needs_nobody(session, gemeente, first.standaard, *_changes(gemeente, wissel))
    products = [flows.changed(row, wanted, nu) for row, wanted in wissel.gewijzigd]
    known = plafonds.before(session, gemeente, first.standaard) if wissel.nieuw else plafonds.GEEN
    nummers = [nummers.next_allocation(session, gemeente, first.standaard) for _ in wissel.nieuw]
    for nummer, new in zip(nummers, wissel.nieuw, strict=True):
        products.append({"toewijzing_nummer": nummer, **leaves(new.toewijzing), **flows.determined(nu)})
    bericht = flows.send_301(session, message, gemeente, first.aanbieder, client, products, nu)
    for row, _ in wissel.gewijzigd:
        toewijzen.record(session, who, bericht, row.toewijzing_nummer, maker, {"resultaatgebieden": []})
    for nummer, new in zip(nummers, wissel.nieuw, strict=True):
        behind: dict[str, Any] = {
            "resultaatgebieden": [],
            "model": new.model,
            "assen": dict(new.assen) if new.assen else None,
            "voorganger": new.voorganger,
        }
        toewijzen.record(session, who, bericht, nummer, maker, behind)
    warnings = plafonds.warnings(session, _changes(gemeente, wissel), known)
    return Verzonden(bericht, nummers, warnings)


def faults(session: Session, gemeente: str, bsn: str, wissel: Wissel) -> list[Fault]:
    """All that is against it: of each new allocation what was bought, of each change what it lowers or lengthens."""
    person, together = vault.pseudonym(gemeente, bsn), [row.toewijzing_nummer for row, _ in wissel.gewijzigd]
    found = [fault for row, wanted in wissel.gewijzigd for fault in bestaand.faults(session, row, wanted)]
    for new in wissel.nieuw:
        found += checks.faults(session, gemeente, new.toewijzing, person, together)
    return found


def _refuse(found: list[Fault]) -> None:
    if found:
        raise Refused(422, "De wijziging kan niet", found)


def _changes(gemeente: str, wissel: Wissel) -> list[checks.Change]:
    new = [toewijzen.begun(gemeente, new.toewijzing) for new in wissel.nieuw]
    return new + [toewijzen.changed(row, wanted) for row, wanted in wissel.gewijzigd]
