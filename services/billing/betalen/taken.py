"""Task-based sums and subsidies (model D) with their instalment plans."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.billing.betalen import queries
from services.billing.betalen.importeren import Placed
from services.billing.betalen.models import Betaaltermijn, Taakbekostiging
from shared.db import ledger
from shared.db import tables as t
from shared.errors import Fault, Refused
from shared.spreadsheet import row_of

_FIELDS = ("vervaldatum", "bedrag", "soort")
GONE = 0
"""The amount of an instalment that was taken out of a plan: nothing is ever deleted."""


def keep(session: Session, eigenaar: str, body: Taakbekostiging) -> None:
    """Store a sum and its plan, replacing the one with the same number.

    Raises Refused (422) with every instalment that is in a payment already and would change.
    """
    ledger.serialize(session, "betalen", eigenaar)
    there = queries.plan_of(session, eigenaar, body.nummer)
    if faults := [*_paid_changes(there, body.termijnen), *_paid_elsewhere(session, there, eigenaar, body)]:
        raise Refused(422, "De taakbekostiging kan zo niet veranderen", faults)
    values = {"eigenaar": eigenaar, **{name: getattr(body, name) for name in _OF_TASK}}
    changed = {name: values[name] for name in _OF_TASK if name != "nummer"}
    key = ["eigenaar", "nummer"]
    session.execute(insert(t.taakbekostiging).values(values).on_conflict_do_update(index_elements=key, set_=changed))
    if rows := _plan(eigenaar, body, len(there)):
        added = insert(t.betaaltermijn).values(rows)
        replaced = {name: added.excluded[name] for name in _FIELDS}
        session.execute(added.on_conflict_do_update(index_elements=list(t.betaaltermijn.primary_key), set_=replaced))


def take_in(session: Session, eigenaar: str, wanted: Sequence[Placed], told: Sequence[Fault] = ()) -> int:
    """Store sums with their plans, all or none; how many.

    `told` is what is wrong already. Raises Refused (422) with every fault by its place.
    """
    faults, seen = [*told], set[str]()
    for place, task in wanted:
        if task.nummer in seen:
            faults.append(Fault("DUBBEL", place, "Dit nummer staat er al eerder in. Houd er één over."))
        seen.add(task.nummer)
        try:
            keep(session, eigenaar, task)
        except Refused as refused:  # before anything was written
            faults += [Fault(fault.code, place + fault.pad, fault.melding) for fault in refused.faults]
    if faults:
        raise Refused(
            422, "De taakbekostigingen kloppen niet", sorted(faults, key=row_of)[:MOST], "Er is niets vastgelegd."
        )
    return len(wanted)


MOST = 200
"""How many faults are told at once."""
_OF_TASK = ("nummer", "aanbieder", "omschrijving", "begindatum", "einddatum", "bedrag")


def _plan(eigenaar: str, body: Taakbekostiging, before: int) -> list[dict[str, Any]]:
    """The rows of a plan; those of before that are no longer in it get the amount 0."""
    rows = [{name: getattr(each, name) for name in _FIELDS} for each in body.termijnen]
    rows += [{"vervaldatum": body.einddatum, "bedrag": GONE, "soort": "termijn"}] * (before - len(rows))
    key = {"eigenaar": eigenaar, "taakbekostiging": body.nummer}
    return [{**key, "volgnummer": number, **row} for number, row in enumerate(rows, 1)]


def _paid_changes(there: list[Row[Any]], wanted: list[Betaaltermijn]) -> list[Fault]:
    """The instalments that are in a live payment and that would not stay as they are."""
    plan = dict(enumerate(wanted, 1))
    melding = "Deze termijn staat in een betaling en kan niet veranderen. Neem haar op zoals zij was."
    return [
        Fault("BETAALD", f"/termijnen/{row.volgnummer - 1}", melding)
        for row in there
        if row.betaald and not _same(row, plan.get(row.volgnummer))
    ]


def _same(row: Row[Any], wanted: Betaaltermijn | None) -> bool:
    return wanted is not None and all(getattr(row, name) == getattr(wanted, name) for name in _FIELDS)


def _paid_elsewhere(session: Session, there: list[Row[Any]], eigenaar: str, body: Taakbekostiging) -> list[Fault]:
    """Whoever was paid stays who it is for."""
    if not any(row.betaald for row in there):
        return []
    before = next(task for task, _ in queries.plans(session, eigenaar) if task.nummer == body.nummer)
    melding = "Aan een andere aanbieder is al betaald. Leg voor de nieuwe een eigen taakbekostiging vast."
    return [] if before.aanbieder == body.aanbieder else [Fault("BETAALD", "/aanbieder", melding)]
