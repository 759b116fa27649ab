"""Tariffs and amounts against the contract (TR418 at level 3, TR346 at level 4)."""

from typing import Any

from sqlalchemy import Numeric, Select, and_, case, cast, func, literal, null, or_, select

from services.billing.rules.lines import judged
from services.billing.rules.toewijzing import MINUUT, UUR, fits
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message

EURO = "83"


def _priced(scope: Scope, line: Any) -> Any:
    """The tariff agreed for a line on the first day of its product period, with its unit; its own unit first."""
    contract, tarief, day = t.contract, t.tarief, line.c.product_periode_begindatum
    return (
        select(tarief.c.tarief, tarief.c.eenheid)
        .join(contract, and_(contract.c.eigenaar == tarief.c.eigenaar, contract.c.nummer == tarief.c.contract))
        .where(
            of_exchange(contract, scope),
            tarief.c.product_categorie == line.c.product_categorie,
            tarief.c.product_code == line.c.product_code,
            fits(tarief.c.eenheid, line.c.eenheid),
            *(
                and_(period.c.begindatum <= day, or_(period.c.einddatum.is_(None), period.c.einddatum >= day))
                for period in (contract, tarief)
            ),
        )
        .order_by(tarief.c.eenheid != line.c.eenheid)
        .limit(1)
        .lateral("afspraak")
    )


def _per_hour(agreed: Any, line: Any) -> Any:
    return and_(agreed.c.eenheid == UUR, line.c.eenheid == MINUUT)


@per_message("TR418", on="Prestatie")
def tr418(scope: Scope, line: Any) -> Select[Any]:
    """The tariff is not the contract's, or the contract has none; per minute it is a sixtieth, rounded (IV081)."""
    agreed = _priced(scope, line)
    per_minute = func.round(cast(agreed.c.tarief, Numeric) / 60)
    expected = case((_per_hour(agreed, line), per_minute), else_=agreed.c.tarief)
    return (
        select(line.c.volgnummer)
        .select_from(line.outerjoin(agreed, literal(True)))
        .where(
            judged(scope, line, "D"),
            line.c.eenheid != EURO,
            line.c.product_tarief.is_distinct_from(func.coalesce(expected, null())),
        )
    )


@per_message("TR346", on="Prestatie")
def tr346(scope: Scope, line: Any) -> Select[Any]:
    """The amount is not volume × tariff; minutes of an hourly contract count with the hour's tariff, then rounded."""
    agreed = _priced(scope, line)
    by_hour = func.round(cast(agreed.c.tarief * line.c.geleverd_volume, Numeric) / 60)
    expected = case((_per_hour(agreed, line), by_hour), else_=line.c.product_tarief * line.c.geleverd_volume)
    return (
        select(line.c.volgnummer)
        .select_from(line.outerjoin(agreed, literal(True)))
        .where(
            judged(scope, line, "D"),
            line.c.eenheid != EURO,
            line.c.ingediend_bedrag_bedrag.is_distinct_from(expected),
        )
    )
