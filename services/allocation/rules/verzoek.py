"""Requests of a provider (315, 317) against its earlier ones and what became of those (level 3).

A request is known by its ReferentieAanbieder: a 315 has one for each product, a 317 one for all. The allocations
that a request leads to carry it, and so does the answer that refuses it (IV097).
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

REQUESTS = ("AangevraagdProduct", "Verzoek")
"""The classes with the reference of a request."""
AFGEWEZEN, IN_ONDERZOEK = "1", "2"


def referred(scope: Scope, name: str, row: Any, **fields: str) -> ColumnElement[bool]:
    """The condition that a class has a row with the reference of `row`, in an earlier message that holds."""
    other = t.classes[name].alias()
    return geldig.looked_up(
        select(1).where(
            of_exchange(other, scope),
            other.c.bericht != scope.bericht,
            other.c.referentie_aanbieder == row.c.referentie_aanbieder,
            *(other.c[field] == value for field, value in fields.items()),
            geldig.holds(other),
        )
    )


def requested(scope: Scope, row: Any) -> ColumnElement[bool]:
    """The condition that a request has the reference of `row`, in an earlier message that holds."""
    return or_(*(referred(scope, name, row) for name in REQUESTS))


def _pending(scope: Scope, name: str, client: Any) -> ColumnElement[bool]:
    """The condition that an earlier request for a client was neither rejected nor led to an allocation."""
    request = t.classes[name].alias()
    rejected = referred(scope, "Antwoord", request, verzoek_antwoord=AFGEWEZEN)
    allocated = referred(scope, "ToegewezenProduct", request)
    return geldig.looked_up(
        select(1).where(
            of_exchange(request, scope),
            request.c.bericht != scope.bericht,
            request.c.bsn == client.c.bsn,
            geldig.holds(request),
            ~or_(rejected, allocated),
        )
    )


@per_message("TR347", on=REQUESTS)
def tr347(scope: Scope, table: Any) -> Select[Any]:
    """An earlier request of this provider had the reference, for whichever client.

    Level 2 sees to it that one message has it once (TR383).
    """
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, requested(scope, table))


@per_message("TR374", on="Client")
def tr374(scope: Scope, table: Any) -> Select[Any]:
    """An earlier request for the client is pending; a 315 is until each of its products has been decided on."""
    pending = or_(*(_pending(scope, name, table) for name in REQUESTS))
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, pending)
