"""Extending a contract by one of its options: how often it was, and until when it runs, go together."""

from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.allocation.inkoop import flows
from services.allocation.inkoop.models import Contract
from shared.calendar import last_day
from shared.db.inkoop import contract
from shared.db.session import Namens
from shared.errors import Fault, Refused, not_found
from shared.invalid import faults_of


def extend(session: Session, who: Namens, nummer: str, vandaag: date) -> Contract:
    """Use an option of a contract: from its last day on it runs for the months of one.

    Raises Refused: 404, 409 when no option is left or the contract has no end to move or has ended, 422 when it
    would then overlap with another.
    """
    own = (contract.c.eigenaar == who.organisatie, contract.c.nummer == nummer)
    row = session.execute(select(contract).where(*own).with_for_update()).one_or_none()
    if row is None:
        raise not_found("Contract")
    if text := _why_not(row, vandaag):
        raise Refused(409, "Het contract kan niet worden verlengd", [Fault("OPTIES", "/nummer", text)])
    told = {name: getattr(row, name) for name in Contract.model_fields}
    told["opties_gebruikt"] += 1
    told["einddatum"] = last_day(row.einddatum + timedelta(1), row.optie_maanden)
    try:
        longer = Contract(**told)
    except ValidationError as error:  # it would end after the last day that there is
        raise Refused(422, "Het contract kan niet worden verlengd", faults_of(error.errors())) from None
    flows.keep(session, who.organisatie, who.wie, {"contracten": [("", longer)]})
    return longer


def _why_not(row: Row[Any], vandaag: date) -> str:
    if row.opties_gebruikt >= row.opties:
        return "Alle opties zijn gebruikt. Leg een nieuw contract vast voor de tijd erna."
    if row.einddatum is None:
        return "Dit contract heeft geen einddatum, dus er valt niets te verlengen."
    if row.einddatum < vandaag:
        return "Dit contract is al geëindigd. Leg een nieuw contract vast."
    return ""
