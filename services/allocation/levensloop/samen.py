"""Allocations of a client that change and begin together: each checked as it is alone, and a 301 to each provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.allocation import flows, queries
from services.allocation.models import NieuweToewijzing, Wijziging
from services.allocation.toewijzen import bestaand, checks, plafonds
from services.allocation.toewijzen import flows as toewijzen
from services.allocation.toewijzen.flows import Besloten
from shared import vault
from shared.db.nummers import next_allocation
from shared.db.session import Namens
from shared.errors import Fault, Refused
from shared.standard.catalogue import message_of

TITEL = "De wijziging kan niet"


@dataclass(frozen=True, slots=True)
class Nieuw:
    """An allocation that begins, the cell of the table of arrangements that it came from, and whose place it takes."""

    toewijzing: NieuweToewijzing
    model: str | None = None
    assen: Mapping[str, str] | None = None
    voorganger: int | None = None


@dataclass(frozen=True, slots=True)
class Wissel:
    """What is done together: allocations as they stand with what changes in them, and new ones."""

    gewijzigd: Sequence[tuple[Row[Any], Wijziging]] = ()
    nieuw: Sequence[Nieuw] = ()


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
) -> Besloten:
    """Send what changes and what begins: a 301 to each provider; `client` is the tree of a Client of a 301.

    All of it is under one law. `maker` prepared what `who` approves. Raises Refused: 422 with all that is against it,
    409 when it needs a second person and there is none.
    """
    gemeente, standaard = who.organisatie, _products(wissel)[0].standaard
    queries.one_client_at_a_time(session, gemeente, standaard, vault.pseudonym(gemeente, client["bsn"]))
    if found := faults(session, gemeente, client["bsn"], wissel):
        told = toewijzen.tried(session, found, lambda: _messages(session, gemeente, client, wissel, nu))
        raise Refused(422, TITEL, told)
    changes = _changes(gemeente, wissel)
    if maker is None:
        toewijzen.needs_nobody(session, gemeente, standaard, *changes)
    known = plafonds.before(session, gemeente, standaard) if wissel.nieuw else plafonds.GEEN
    berichten, nummers = _messages(session, gemeente, client, wissel, nu)
    _record(session, who, wissel, berichten, nummers, maker)
    return Besloten([*berichten.values()][-1], changes, plafonds.warnings(session, changes, known), nummers)


def faults(session: Session, gemeente: str, bsn: str, wissel: Wissel) -> list[Fault]:
    """All that is against it: of each new allocation what was bought, of each change what it lowers or lengthens."""
    person, together = vault.pseudonym(gemeente, bsn), [row.toewijzing_nummer for row, _ in wissel.gewijzigd]
    found = [fault for row, wanted in wissel.gewijzigd for fault in bestaand.faults(session, row, wanted)]
    for new in wissel.nieuw:
        current = checks.of_client(session, gemeente, new.toewijzing, person)
        found += checks.faults(session, gemeente, new.toewijzing, person, current, together)
    return found


def _products(wissel: Wissel) -> list[NieuweToewijzing]:
    """All that it is about; what ends before what begins."""
    return [bestaand.as_wanted(row) for row, _ in wissel.gewijzigd] + [new.toewijzing for new in wissel.nieuw]


def _messages(
    session: Session, gemeente: str, client: Mapping[str, Any], wissel: Wissel, nu: datetime
) -> tuple[dict[str, UUID], list[int]]:
    """The 301 of each provider, and the numbers of what is new. Raises Refused (422) with all that is against any."""
    standaard, told = _products(wissel)[0].standaard, dict[str, list[dict[str, Any]]]()
    for row, wanted in wissel.gewijzigd:
        told.setdefault(row.tegenpartij, []).append(flows.changed(row, wanted, nu))
    nummers = [next_allocation(session, gemeente, standaard) for _ in wissel.nieuw]
    for nummer, new in zip(nummers, wissel.nieuw, strict=True):
        product = {"toewijzing_nummer": nummer, **leaves(new.toewijzing), **flows.determined(nu)}
        told.setdefault(new.toewijzing.aanbieder, []).append(product)
    message, sent, found = message_of(standaard, "301"), dict[str, UUID](), list[Fault]()
    for aanbieder, products in told.items():
        try:
            sent[aanbieder] = flows.send_301(session, message, gemeente, aanbieder, client, products, nu)
        except Refused as refused:
            if not refused.faults:
                raise
            found += refused.faults
    if found:
        raise Refused(422, TITEL, [*dict.fromkeys(found)])
    return sent, nummers


def _record(
    session: Session,
    who: Namens,
    wissel: Wissel,
    berichten: Mapping[str, UUID],
    nummers: Sequence[int],
    maker: str | None,
) -> None:
    for row, _ in wissel.gewijzigd:
        bericht = berichten[row.tegenpartij]
        toewijzen.record(session, who, bericht, row.toewijzing_nummer, maker, {"resultaatgebieden": []})
    for nummer, new in zip(nummers, wissel.nieuw, strict=True):
        behind: dict[str, Any] = {
            "resultaatgebieden": [],
            "model": new.model,
            "assen": dict(new.assen) if new.assen else None,
            "voorganger": new.voorganger,
        }
        toewijzen.record(session, who, berichten[new.toewijzing.aanbieder], nummer, maker, behind)


def _changes(gemeente: str, wissel: Wissel) -> list[checks.Change]:
    new = [toewijzen.begun(gemeente, new.toewijzing) for new in wissel.nieuw]
    return new + [toewijzen.changed(row, wanted) for row, wanted in wissel.gewijzigd]
