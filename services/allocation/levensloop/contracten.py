"""The end of a contract: no new care from a day on, and what runs is finished or ended."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from services.allocation.inkoop import flows as inkoop
from services.allocation.inkoop.models import Contract
from services.allocation.levensloop import plannen
from services.allocation.levensloop.reeksmodellen import Beeindiging
from shared.db import inkoop as it
from shared.db import tables as t
from shared.db.session import Namens
from shared.errors import Fault, Refused, not_found
from shared.security import Caller

CONTRACTWIJZIGING = "03"
BEEINDIGEN = "beeindigen"
DAG = plannen.DAG


def finish(session: Session, who: Caller, nummer: str, wanted: Beeindiging) -> UUID | None:
    """Stop the inflow of a contract: None when what runs is finished, or the plan that ends all of it.

    What is finished keeps its tariff: the contract then ends with the last of it, or stays open while one has no end.
    Raises Refused (404, 409, 422).
    """
    row = contract(session, who.organisatie, nummer)
    last = wanted.laatste_instroom or wanted.datum
    _check(row, wanted, last)
    found = running_on(session, row, wanted.datum)
    if wanted.lopende == BEEINDIGEN:
        _keep(session, who, row, instroom_tot=last)
        return _plan(session, who, row, wanted.datum, found)
    ends = [allocation.einddatum for allocation in found]
    open_end = None in ends
    final = row.einddatum if open_end else max([wanted.datum, *ends])
    _keep(session, who, row, instroom_tot=last, einddatum=final)
    return None


def contract(session: Session, gemeente: str, nummer: str) -> Row[Any]:
    """A contract of a municipality with a provider. Raises Refused (404)."""
    table = it.contract
    query = select(table).where(
        table.c.eigenaar == gemeente, table.c.nummer == nummer, table.c.tegenpartij.is_not(None)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise not_found("Contract")
    return row


def _check(row: Row[Any], wanted: Beeindiging, last: date) -> None:
    faults = []
    if not row.begindatum <= wanted.datum <= (row.einddatum or wanted.datum):
        text = "Deze dag ligt niet binnen het contract. Kies een dag van de begindatum tot en met de einddatum."
        faults.append(Fault("DATUM", "/datum", text))
    if not row.begindatum <= last <= wanted.datum:
        text = "De laatste instroom ligt niet voor of op de laatste dag van het contract. Kies een eerdere."
        faults.append(Fault("INSTROOM", "/laatste_instroom", text))
    if faults:
        raise Refused(422, "Het contract kan zo niet worden beëindigd", faults)


def running_on(session: Session, row: Row[Any], datum: date) -> Sequence[Row[Any]]:
    """The allocations under a contract that run on after a day."""
    table = t.toegewezen_product.c
    of_party = (table.tegenpartij == row.tegenpartij, table.standaard == row.standaard)
    return plannen.running(session, row.eigenaar, datum + DAG, *of_party, *_in_lot(row))


def _in_lot(row: Row[Any]) -> list[ColumnElement[bool]]:
    """The condition that an allocation is of a product of the lot of a contract, or of any when it has no lot."""
    if not row.perceel:
        return []
    allocation, product = t.toegewezen_product.c, it.product.c
    same = and_(
        product.eigenaar == allocation.eigenaar,
        product.standaard == allocation.standaard,
        product.product_categorie == allocation.product_categorie,
        or_(product.product_code == allocation.product_code, allocation.product_code.is_(None)),
        product.perceel.in_((row.perceel, "")),
    )
    return [select(1).where(same).exists()]


def _plan(session: Session, who: Caller, row: Row[Any], datum: date, found: Sequence[Row[Any]]) -> UUID:
    after = datum + DAG
    lines = [
        plannen.Gepland(allocation, datum, CONTRACTWIJZIGING, fouten=plannen.begins_later(allocation, after))
        for allocation in found
    ]
    made = {"gemaakt_door": who.wie, "gemaakt_kenmerk": who.kenmerk}
    what = {"soort": "contracteinde", "standaard": row.standaard, "per": after, "contract": row.nummer}
    return plannen.keep(session, who.organisatie, what | made, lines)


def end(session: Session, who: Namens, nummer: str, per: date) -> None:
    """End a contract on the day before, once the end of all that runs under it was approved. Raises Refused (409)."""
    _keep(session, who, contract(session, who.organisatie, nummer), einddatum=per - DAG)


def _keep(session: Session, who: Namens, row: Row[Any], **changes: date | None) -> None:
    told = {name: getattr(row, name) for name in Contract.model_fields} | changes
    inkoop.keep(session, who.organisatie, who.wie, {"contracten": [("", Contract(**told))]})
