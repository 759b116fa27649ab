"""Tariffs and amounts against the contract (TR418 at level 3, TR346 at level 4)."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, and_, case, cast, func, or_, select

from services.billing.rules.lines import EURO, MINUUT, UUR, judged
from shared.rules import Scope, per_message


def _priced(scope: Scope, line: Any) -> Select[Any]:
    """A SELECT of the debit lines that are not in euros."""
    return select(line.c.volgnummer).where(judged(scope, line, "D"), line.c.eenheid != EURO)


def _by_hour(line: Any) -> ColumnElement[bool]:
    return and_(line.c.afgesproken_eenheid == UUR, line.c.eenheid == MINUUT)


def _sixtieth(amount: Any) -> ColumnElement[Any]:
    return func.round(cast(amount, Numeric) / 60)


def right_tariff(line: Any) -> ColumnElement[Any]:
    """The tariff that a line must have, in eurocents: per minute of an hourly contract a sixtieth, rounded (IV081)."""
    agreed = line.c.afgesproken_tarief
    return case((_by_hour(line), _sixtieth(agreed)), else_=agreed)


def right_amount(line: Any) -> ColumnElement[Any]:
    """The amount that a line must have, in eurocents: minutes count with the hour's tariff, then it is rounded."""
    agreed, volume = line.c.afgesproken_tarief, line.c.geleverd_volume
    return case((_by_hour(line), _sixtieth(agreed * volume)), else_=line.c.product_tarief * volume)


@per_message("TR418", on="Prestatie")
def tr418(scope: Scope, line: Any) -> Select[Any]:
    """The tariff is not the contract's, or the contract has none."""
    wrong = or_(line.c.afgesproken_tarief.is_(None), line.c.product_tarief != right_tariff(line))
    return _priced(scope, line).where(wrong)


@per_message("TR346", on="Prestatie")
def tr346(scope: Scope, line: Any) -> Select[Any]:
    """The amount is not volume × tariff."""
    return _priced(scope, line).where(line.c.ingediend_bedrag_bedrag != right_amount(line))
