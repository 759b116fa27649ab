"""Debits against the debits of earlier messages (level 3). Runs after all that can refuse a credit (OP366)."""

from typing import Any

from sqlalchemy import Select, select

from services.billing.rules.lines import judged
from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

SAME = (
    "toewijzing_nummer",
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
)


@per_message("TR389", on="Prestatie", later=True)
def tr389(scope: Scope, line: Any) -> Select[Any]:
    """A debit of the same period, product and number was granted, and neither credited before nor in this message.

    Level 2 sees to it that a message has no two debits of one delivery (TR416).
    """
    other = t.prestatie.alias("ander")
    clash = select(1).where(
        of_exchange(other, scope),
        other.c.bericht != scope.bericht,
        other.c.ingediend_bedrag_debet_credit == "D",
        *(other.c[name] == line.c[name] for name in SAME),
        geldig.granted(other),
        ~geldig.credited(other, scope.bericht),
    )
    return select(line.c.volgnummer).where(judged(scope, line, "D"), geldig.looked_up(clash))
