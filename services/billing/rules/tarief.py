"""Tariffs and amounts against the contract (TR418 at level 3, TR346 at level 4)."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, and_, case, cast, func, literal, or_, select

from services.billing.rules.lines import EURO, MINUUT, UUR, fits, judged, tariffs
from shared.db import tables as t
from shared.rules import Scope, per_message


def _priced(scope: Scope, line: Any) -> tuple[Select[Any], Any]:
    """A SELECT of the debit lines that are not in euros, with what was agreed: its own unit, its own contract first."""
    agreed = (
        tariffs(scope, line)
        .where(fits(t.tarief.c.eenheid, line.c.eenheid))
        .order_by(t.tarief.c.eenheid != line.c.eenheid, t.tarief.c.contract != t.contract.c.nummer)
        .limit(1)
        .lateral("afspraak")
    )
    joined = line.outerjoin(agreed, literal(True))
    counted = and_(judged(scope, line, "D"), line.c.eenheid != EURO)
    return select(line.c.volgnummer).select_from(joined).where(counted), agreed


def _by_hour(agreed: Any, line: Any) -> ColumnElement[bool]:
    return and_(agreed.c.eenheid == UUR, line.c.eenheid == MINUUT)


def _sixtieth(amount: Any) -> ColumnElement[Any]:
    return func.round(cast(amount, Numeric) / 60)


@per_message("TR418", on="Prestatie")
def tr418(scope: Scope, line: Any) -> Select[Any]:
    """The tariff is not the contract's, or the contract has none; per minute it is a sixtieth, rounded (IV081)."""
    lines, agreed = _priced(scope, line)
    expected = case((_by_hour(agreed, line), _sixtieth(agreed.c.tarief)), else_=agreed.c.tarief)
    return lines.where(or_(agreed.c.tarief.is_(None), line.c.product_tarief != expected))


@per_message("TR346", on="Prestatie")
def tr346(scope: Scope, line: Any) -> Select[Any]:
    """The amount is not volume × tariff; minutes of an hourly contract count with the hour's tariff, then rounded."""
    lines, agreed = _priced(scope, line)
    volume = line.c.geleverd_volume
    expected = case((_by_hour(agreed, line), _sixtieth(agreed.c.tarief * volume)), else_=line.c.product_tarief * volume)
    return lines.where(line.c.ingediend_bedrag_bedrag != expected)
