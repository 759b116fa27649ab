"""Which allocations a forecast lets go on beyond their end: those that run, unless it is known that they will not."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_

from services.allocation.meldingen import running, told
from services.allocation.rules.stop import TIJDELIJK
from shared import waarde
from shared.db import ledger

EINDE = ("02", "03", "05", "06", "07", "08", "09", "10", "11")
"""The reden_wijziging with which what counts per day, week or month is ended on purpose: death, another contract,
reassessed to less, another domain, municipality, form, provider or way of funding, redivision. The others can also
stretch it (12, 14), or do nothing else (04)."""


def runs_on(current: Any, vandaag: date) -> ColumnElement[bool]:
    """The condition that one of the allocations of an organisation that stand (`current`, all of them) goes on.

    It runs per day, week or month on a day and has an end; its last change did not end it on purpose, nothing takes
    its place, and its delivery was not stopped for good. The cheapest is asked first.
    """
    row = current.c
    regular = row.omvang_frequentie.in_((waarde.DAG, waarde.WEEK, waarde.MAAND))
    runs = and_(row.ingangsdatum <= vandaag, row.einddatum >= vandaag, regular)
    goes_on = and_(runs, func.coalesce(row.reden_wijziging, "").not_in(EINDE), ~_succeeded(current))
    return case((goes_on, ~_stopped(current)), else_=false())


def _succeeded(current: Any) -> ColumnElement[bool]:
    """Whether care of the same category begins after its end, or of the same product takes over while it runs.

    Windows over the allocations at hand, not a look-up of each: another version of what was found may stand.
    """
    row, alive = current.c, ~ledger.vervallen(current)
    client = (row.eigenaar, row.standaard, row.bsn, row.product_categorie)
    begins = func.max(row.ingangsdatum).filter(alive).over(partition_by=client)
    until = func.coalesce(row.einddatum, literal(date.max))
    began_later = {"order_by": row.ingangsdatum.desc(), "groups": (None, -1)}
    lasts = func.max(until).filter(alive).over(partition_by=(*client, row.product_code), **began_later)
    return func.coalesce(or_(begins > row.einddatum, lasts > row.einddatum), false())


def _stopped(current: Any) -> ColumnElement[bool]:
    final = told("StopProduct", current, lambda stop: stop.c.reden_beeindiging != TIJDELIJK)
    return and_(final, ~told("StartProduct", current, running))
