"""The month of a declaratie, against earlier ones and against the product periods of its lines (level 3)."""

from typing import Any

from sqlalchemy import Select, select

from services.billing.rules.lines import judged
from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message


@per_message("TR318", on="Declaratie")
def tr318(scope: Scope, declaratie: Any) -> Select[Any]:
    """A declaratie that came in before this one has a later month.

    The same month again is right (IV090), and a month that is skipped had no care. What came in afterwards and was
    judged sooner proves nothing.
    """
    own, other, holder = t.bericht.alias("eigen"), declaratie.alias("ander"), t.bericht.alias("eerder")
    later = (
        select(1)
        .join_from(other, holder, holder.c.id == other.c.bericht)
        .where(
            of_exchange(other, scope),
            other.c.declaratie_periode_begindatum > declaratie.c.declaratie_periode_begindatum,
            t.geldig(holder.c.status),
            holder.c.volgorde < own.c.volgorde,
        )
        .order_by(other.c.declaratie_periode_begindatum.desc())  # so that Postgres takes the index of the months
    )
    months = select(declaratie.c.volgnummer).join_from(declaratie, own, own.c.id == declaratie.c.bericht)
    return months.where(declaratie.c.bericht == scope.bericht, geldig.looked_up(later))


@per_message("TR319", on="Prestatie")
def tr319(scope: Scope, line: Any) -> Select[Any]:
    """The product period of a debit lies after the month of the declaratie; a credit repeats its debit (IV085)."""
    month = t.declaratie.c
    last = select(month.declaratie_periode_einddatum).where(month.bericht == scope.bericht).scalar_subquery()
    return select(line.c.volgnummer).where(judged(scope, line, "D"), line.c.product_periode_einddatum > last)
