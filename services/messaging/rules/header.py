"""Rules on the Header, for every message: they need no more than the register of messages (levels 3 and 4)."""

from typing import Any

from sqlalchemy import Select, literal, select

from shared.db import tables as t
from shared.rules import Scope, per_message


@per_message("TR056", on="Header")
def tr056(scope: Scope, berichten: Any) -> Select[Any]:
    """The sender used this Identificatie for another message of the kind before."""
    claim = t.identificatie
    return select(literal(1)).where(
        claim.c.eigenaar == scope.eigenaar,
        claim.c.afzender == scope.tegenpartij,
        claim.c.standaard == scope.standaard,
        claim.c.soort == scope.soort,
        berichten.c.id == scope.bericht,
        claim.c.identificatie == berichten.c.identificatie,
        claim.c.bericht != scope.bericht,
    )


@per_message("TR135", on="Header")
def tr135(scope: Scope, berichten: Any) -> Select[Any]:
    """The message is dated after the day on which it is judged."""
    return select(literal(1)).where(berichten.c.id == scope.bericht, berichten.c.dagtekening > scope.vandaag)
