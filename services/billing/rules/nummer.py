"""Numbers that a provider uses once under a law (level 3). A message that was refused as a whole used none."""

from typing import Any

from sqlalchemy import Select, and_, or_, select

from shared.db import geldig
from shared.db import tables as t
from shared.judging import of_exchange
from shared.rules import Scope, per_message


@per_message("TR314", on="Prestatie")
def tr314(scope: Scope, line: Any) -> Select[Any]:
    """The ReferentieNummer is that of an earlier line, also of a refused one: before, or higher up in this message."""
    other = t.prestatie.alias("ander")
    above, here = other.c.volgnummer < line.c.volgnummer, other.c.bericht == scope.bericht
    used = select(1).where(
        of_exchange(other, scope),
        other.c.product_referentie_referentie_nummer == line.c.product_referentie_referentie_nummer,
        or_(and_(here, above), and_(~here, geldig.holds(other))),
    )
    return select(line.c.volgnummer).where(line.c.bericht == scope.bericht, geldig.looked_up(used))


@per_message("TR333", on="Declaratie")
def tr333(scope: Scope, declaratie: Any) -> Select[Any]:
    """The DeclaratieNummer is that of an earlier declaratie."""
    other = declaratie.alias("ander")
    used = select(1).where(
        of_exchange(other, scope),
        other.c.declaratie_nummer == declaratie.c.declaratie_nummer,
        other.c.bericht != scope.bericht,
        geldig.holds(other),
    )
    return select(declaratie.c.volgnummer).where(declaratie.c.bericht == scope.bericht, geldig.looked_up(used))
