"""The answer of a municipality (319) against the request that it answers and what was said before (level 3)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from services.allocation.rules.verzoek import AFGEWEZEN, IN_ONDERZOEK, referred, requested
from shared.rules import Scope, per_message


def _answers(scope: Scope, table: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(table.c.volgnummer).where(table.c.bericht == scope.bericht, *conditions)


@per_message("TR355", on="Antwoord")
def tr355(scope: Scope, table: Any) -> Select[Any]:
    """The provider made no request with this reference to this municipality."""
    return _answers(scope, table, ~requested(scope, table))


@per_message("TR359", on="Antwoord")
def tr359(scope: Scope, table: Any) -> Select[Any]:
    """An allocation with this reference was sent, even when a later version of it has none (IV097)."""
    return _answers(scope, table, referred(scope, "ToegewezenProduct", table))


@per_message("TR360", on="Antwoord")
def tr360(scope: Scope, table: Any) -> Select[Any]:
    """The request is said to be under investigation, after an answer of whatever kind."""
    investigating = table.c.verzoek_antwoord == IN_ONDERZOEK
    return _answers(scope, table, investigating, referred(scope, "Antwoord", table))


@per_message("TR365", on="Antwoord")
def tr365(scope: Scope, table: Any) -> Select[Any]:
    """The request was rejected before."""
    return _answers(scope, table, referred(scope, "Antwoord", table, verzoek_antwoord=AFGEWEZEN))
