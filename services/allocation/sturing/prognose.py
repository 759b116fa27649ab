"""Which allocations a forecast lets go on beyond their end: those that run, unless it is known that they will not."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, true, tuple_

from services.allocation.meldingen import running, told
from services.allocation.rules.stop import TIJDELIJK
from shared import waarde
from shared.db import geldig
from shared.db import tables as t
from shared.db import toewijzen as tt

EINDE = ("02", "03", "05", "06", "07", "08", "09", "10", "11")
"""The reden_wijziging with which what counts per day, week or month is ended on purpose: death, another contract,
reassessed to less, another domain, municipality, form, provider or way of funding, redivision. The others can also
stretch it (12, 14), or do nothing else (04)."""
GEVRAAGD = "12"
"""What a provider asked for: longer or shorter, which the version before tells."""


NUMMER = ("eigenaar", "standaard", "toewijzing_nummer")
"""What names an allocation in the ledger of its municipality."""


def runs_on(current: Any, vandaag: date) -> ColumnElement[bool]:
    """The condition that one of the allocations of an organisation that stand (`current`, all of them) goes on.

    It runs per day, week or month on a day and has an end; its last change did not end it on purpose, nothing takes
    its place, by its own words or as it looks, and its delivery was not stopped for good. The cheapest is asked first.
    """
    row = current.c
    regular = row.omvang_frequentie.in_((waarde.DAG, waarde.WEEK, waarde.MAAND))
    runs = and_(row.ingangsdatum <= vandaag, row.einddatum >= vandaag, regular)
    goes_on = and_(runs, func.coalesce(row.reden_wijziging, "").not_in(EINDE), ~_succeeded(current, vandaag))
    return case((goes_on, ~or_(_followed(current), _shortened(current), _stopped(current))), else_=false())


def _succeeded(current: Any, vandaag: date) -> ColumnElement[bool]:
    """Whether care of the same category begins after its end, or of the same product takes over while it runs.

    What is to begin in the place of another is no successor of this one. Windows over the allocations at hand, not a
    look-up of each: another version of what was found may stand.
    """
    row, alive = current.c, ~geldig.vervallen(current)
    client = (row.eigenaar, row.standaard, row.bsn, row.product_categorie)
    free = and_(alive, case((row.ingangsdatum > vandaag, ~_follows(current)), else_=true()))
    begins = func.max(row.ingangsdatum).filter(free).over(partition_by=client)
    until = func.coalesce(row.einddatum, literal(date.max))
    began_later = {"order_by": row.ingangsdatum.desc(), "groups": (None, -1)}
    lasts = func.max(until).filter(free).over(partition_by=(*client, row.product_code), **began_later)
    return func.coalesce(or_(begins > row.einddatum, lasts > row.einddatum), false())


def _follows(current: Any) -> ColumnElement[bool]:
    """Whether an allocation says that it took the place of another, and that one was not deleted."""
    row, behind = t.toegewezen_product.alias(), tt.besluit.alias()
    same = (row.c[name] == current.c[name] for name in (*NUMMER, "tegenpartij"))
    query = select(1).join_from(row, behind, _behind(behind, row)).where(*same, behind.c.voorganger.is_not(None))
    return geldig.looked_up(query.where(~_deleted(row, behind.c.voorganger)))


def _followed(current: Any) -> ColumnElement[bool]:
    """Whether another says that it took the place of an allocation, of whatever product, and was not deleted since."""
    row, behind = t.toegewezen_product.alias(), tt.besluit.alias()
    query = (
        select(1)
        .join_from(behind, row, _behind(behind, row))
        .where(behind.c.eigenaar == current.c.eigenaar, behind.c.voorganger == current.c.toewijzing_nummer)
        .where(row.c.standaard == current.c.standaard, geldig.holds(row), ~_deleted(row, row.c.toewijzing_nummer))
    )
    return geldig.looked_up(query)


def _deleted(row: Any, nummer: Any) -> ColumnElement[bool]:
    """Whether a number of the same municipality and law was deleted; what was stays so (TR384)."""
    found = t.toegewezen_product.alias()
    same = (found.c.eigenaar == row.c.eigenaar, found.c.standaard == row.c.standaard)
    query = select(1).where(*same, found.c.toewijzing_nummer == nummer, geldig.vervallen(found), geldig.holds(found))
    return geldig.looked_up(query)


def _behind(behind: Any, row: Any) -> ColumnElement[bool]:
    return and_(*(behind.c[name] == row.c[name] for name in ("eigenaar", "bericht", "toewijzing_nummer")))


def _shortened(current: Any) -> ColumnElement[bool]:
    """Whether a provider asked for an earlier end than the version before had."""
    row, before = current.c, t.toegewezen_product.alias()
    same = (before.c[name] == row[name] for name in (*NUMMER, "tegenpartij"))
    told, earlier = (tuple_(each.toewijzingsdatum, each.toewijzingstijd) for each in (row, before.c))
    query = select(func.coalesce(before.c.einddatum, literal(date.max))).where(*same, earlier < told)
    latest = query.where(geldig.holds(before)).order_by(
        before.c.toewijzingsdatum.desc(), before.c.toewijzingstijd.desc()
    )
    shorter = func.coalesce(latest.limit(1).scalar_subquery() > row.einddatum, false())
    return case((row.reden_wijziging == GEVRAAGD, shorter), else_=false())


def _stopped(current: Any) -> ColumnElement[bool]:
    final = told("StopProduct", current, lambda stop: stop.c.reden_beeindiging != TIJDELIJK)
    return and_(final, ~told("StartProduct", current, running))
