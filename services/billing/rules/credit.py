"""Credits against the debits that they take back (level 3)."""

from typing import Any

from sqlalchemy import Select, select

from services.billing.rules.lines import judged
from shared.db import geldig, lokaal
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

CLAIM = ("bsn", "toewijzing_nummer")
EQUAL = (
    *CLAIM,
    "product_categorie",
    "product_code",
    "product_periode_begindatum",
    "product_periode_einddatum",
    "geleverd_volume",
    "eenheid",
    "ingediend_bedrag_bedrag",
)
"""With the tariff, which may be absent, the fields in which a credit equals its debit: no part of it, none altered."""


@per_message("TR323", on="Prestatie")
def tr323(scope: Scope, line: Any) -> Select[Any]:
    """A credit names no granted debit that it equals; whether that was taken back before is asked by TR390.

    A debit is granted by its 325 (IV085): while that waits for a person, its credit could take back what is refused.
    Level 2 sees to it that a message has no two credits of one debit (TR315) and no debit with its credit (TR316).
    """
    debit = t.prestatie.alias("debet")
    match = select(1).where(
        of_exchange(debit, scope),
        debit.c.ingediend_bedrag_debet_credit == "D",
        debit.c.product_referentie_referentie_nummer == line.c.product_referentie_vorig_referentie_nummer,
        *(debit.c[name] == line.c[name] for name in EQUAL),
        debit.c.product_tarief.is_not_distinct_from(line.c.product_tarief),
        geldig.granted(debit),
        ~lokaal.unanswered(debit),
    )
    return select(line.c.volgnummer).where(judged(scope, line, "C"), ~geldig.looked_up(match))


@per_message("TR390", on="Prestatie")
def tr390(scope: Scope, line: Any) -> Select[Any]:
    """A credit names what a granted credit of an earlier message took back."""
    earlier = t.prestatie.alias("eerder")
    taken_back = select(1).where(
        of_exchange(earlier, scope),
        earlier.c.ingediend_bedrag_debet_credit == "C",
        *(earlier.c[name] == line.c[name] for name in ("product_referentie_vorig_referentie_nummer", *CLAIM)),
        geldig.granted(earlier),
    )
    return select(line.c.volgnummer).where(judged(scope, line, "C"), geldig.looked_up(taken_back))
