"""Allocations against those, the requests and the invoices of before (level 3).

The receiver judges by what it exchanged with this municipality; a municipality that judges a 301 of its own knows
of its other providers too.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from services.allocation.rules.verzoek import REQUESTS, referred
from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

VERWIJDERD = "13"
"""The reden_wijziging of an allocation that counts as never sent."""


def _of_municipality(scope: Scope, row: Any) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a row is one of the municipality of the judged message, as far as its owner can see."""
    if scope.by_municipality:
        return (row.c.eigenaar == scope.eigenaar, row.c.standaard == scope.standaard)
    return (of_exchange(row, scope),)


@per_message("TR332", on="ToegewezenProduct")
def tr332(scope: Scope, table: Any) -> Select[Any]:
    """The number stands for an allocation of another client or provider, unless that one was deleted.

    A row of the same client and provider is a change of their allocation, whatever it changes (OP033x1).
    """
    row, judged = t.toegewezen_product, table.alias("beoordeeld")
    same_number = (row.c.toewijzing_nummer == judged.c.toewijzing_nummer, row.c.bericht != scope.bericht)
    versions = geldig.current_allocations(*_of_municipality(scope, row), *same_number)
    other = versions.element.lateral("toewijzing")
    taken = and_(
        or_(other.c.bsn != judged.c.bsn, other.c.tegenpartij != judged.c.tegenpartij),
        other.c.reden_wijziging.is_distinct_from(VERWIJDERD),
    )
    return select(judged.c.volgnummer).select_from(judged.join(other, taken)).where(judged.c.bericht == scope.bericht)


@per_message("TR379", on="ToegewezenProduct")
def tr379(scope: Scope, table: Any) -> Select[Any]:
    """The ReferentieAanbieder is of no request for this client.

    One that is lacking is no fault that shows: whether an allocation grants a request stands nowhere else.
    """
    known = (referred(scope, name, table, bsn=table.c.bsn) for name in REQUESTS)
    # where hardly any allocation refers, of "is not null" Postgres would make a walk through all that do
    referring = func.coalesce(table.c.referentie_aanbieder, "") != ""
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, referring, ~or_(*known))


@per_message("TR385", on="ToegewezenProduct")
def tr385(scope: Scope, table: Any) -> Select[Any]:
    """A deletion of an allocation on which a line was granted that was not credited since."""
    line = t.prestatie
    granted = select(1).where(
        of_exchange(line, scope),
        line.c.toewijzing_nummer == table.c.toewijzing_nummer,
        line.c.ingediend_bedrag_debet_credit == "D",
        geldig.granted(line),
        ~geldig.credited(line),
    )
    deleted = table.c.reden_wijziging == VERWIJDERD
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, deleted, geldig.looked_up(granted))
