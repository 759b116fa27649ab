"""Credits against the debits that they take back (level 3)."""

from typing import Any

from sqlalchemy import Select, and_, exists, select

from services.billing.rules.lines import judged
from shared.db import ledger
from shared.judging import of_exchange
from shared.rules import Scope, per_message

EQUAL = (
    "bsn",
    "toewijzing_nummer",
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
    "geleverd_volume",
    "eenheid",
    "product_tarief",
    "ingediend_bedrag_bedrag",
)
"""The fields in which a credit equals its debit: a partial or altered credit is refused."""


@per_message("TR323", on="Prestatie")
def tr323(scope: Scope, line: Any) -> Select[Any]:
    """A credit names no granted debit that it equals and that still stands; the second of two credits neither."""
    debit, earlier = line.alias("debet"), line.alias("eerder")
    same = (debit.c[name].is_not_distinct_from(line.c[name]) for name in EQUAL)
    match = select(1).where(
        of_exchange(debit, scope),
        debit.c.ingediend_bedrag_debet_credit == "D",
        debit.c.product_referentie_referentie_nummer == line.c.product_referentie_vorig_referentie_nummer,
        debit.c.bericht != scope.bericht,
        ledger.granted(debit),
        ~ledger.credited(debit),
        and_(*same),
    )
    vorig = "product_referentie_vorig_referentie_nummer"
    twice = select(1).where(
        judged(scope, earlier, "C"), earlier.c[vorig] == line.c[vorig], earlier.c.volgnummer < line.c.volgnummer
    )
    return select(line.c.volgnummer).where(judged(scope, line, "C"), ~exists(match) | exists(twice))
