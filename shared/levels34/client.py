"""The client of a request, a declaratie or its answer (level 3)."""

from typing import Any

from sqlalchemy import Select, select

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message


@per_message("TR304", on="Client")
def tr304(scope: Scope, client: Any) -> Select[Any]:
    """The client has no allocation of this municipality with this provider; of a 325: does not stand in its 323.

    A 325 tells of clients without an allocation too: it is how they are refused. Whose number an allocation has is
    asked by TR338.
    """
    known = _answered(scope, client) if scope.soort == "325" else _allocated(scope, client)
    return select(client.c.volgnummer).where(client.c.bericht == scope.bericht, ~geldig.looked_up(known))


def _allocated(scope: Scope, client: Any) -> Select[Any]:
    allocation = t.toegewezen_product.alias("toewijzing")
    same = (of_exchange(allocation, scope), allocation.c.bsn == client.c.bsn)
    return select(1).where(*same, geldig.holds(allocation))


def _answered(scope: Scope, client: Any) -> Select[Any]:
    declared, answer = t.client.alias("gedeclareerd"), t.bericht.alias("antwoord")
    same = (of_exchange(declared, scope), declared.c.bsn == client.c.bsn)
    own = (answer.c.id == scope.bericht, answer.c.antwoord_op == declared.c.bericht)
    return select(1).where(*same, geldig.looked_up(select(1).where(*own)))
