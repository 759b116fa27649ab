"""Debits against other debits (level 3). Runs last: only lines without another fault can stand in the way."""

from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from services.billing.rules.lines import judged
from shared.db import ledger
from shared.judging import of_exchange
from shared.rules import Scope, per_message

SAME = (
    "toewijzing_nummer",
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
)


@per_message("TR389", on="Prestatie")
def tr389(scope: Scope, line: Any) -> Select[Any]:
    """A debit of the same period, product and number was granted and not credited, or stands before this one."""
    other = line.alias("ander")
    before = and_(judged(scope, other, "D"), other.c.volgnummer < line.c.volgnummer, ~ledger.rejected_line(other))
    standing = and_(
        of_exchange(other, scope),
        other.c.bericht != scope.bericht,
        other.c.ingediend_bedrag_debet_credit == "D",
        ledger.granted(other),
        ~ledger.credited(other, scope.bericht),
    )
    same = (other.c[name] == line.c[name] for name in SAME)
    clash = select(1).where(and_(*same), or_(before, standing))
    return select(line.c.volgnummer).where(judged(scope, line, "D"), exists(clash))
