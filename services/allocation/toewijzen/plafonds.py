"""What ceilings warn of: the share that allocations commit under each, the new one included.

Adding up all allocations of a large municipality takes a second. So the sum is remembered in this process for some
minutes, and what is allocated here meanwhile is added to it. A warning may so lag behind what was changed, deleted or
allocated in another process since; it holds nothing back, and `GET /v1/budgetten` always counts anew.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from services.allocation.models import NieuweToewijzing
from services.allocation.toewijzen import checks
from shared import waarde
from shared.db import inkoop
from shared.db import tables as t

HOUDBAAR = 600.0
"""Seconds after which everything is added up again."""
ONTHOUDEN = 1000
"""How many sums a process remembers at most."""
Totals = dict[tuple[str, date], int]
"""Eurocents by name and first day of a ceiling."""
_SUMS: dict[tuple[Any, ...], tuple[float, Totals]] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Vooraf:
    """The ceilings that a new allocation falls under, and what is committed under all of them."""

    plafonds: Sequence[Row[Any]]
    totalen: Totals


def before(session: Session, gemeente: str, wanted: NieuweToewijzing) -> Vooraf:
    """What is asked before the exchange is locked to send a new allocation, as it can take longest."""
    rows = _over(session, gemeente, wanted)
    return Vooraf(rows, _committed(session, gemeente, wanted.standaard) if rows else {})


def warnings(session: Session, gemeente: str, wanted: NieuweToewijzing, known: Vooraf) -> list[str]:
    """What the ceilings warn of once an allocation was made; from now on it is in the sums."""
    if not known.plafonds:
        return []
    own = _sums(session, gemeente, wanted.standaard, _row(gemeente, wanted))
    with _LOCK:
        for name, amount in own.items():
            known.totalen[name] = known.totalen.get(name, 0) + amount
    totals = [(row, known.totalen.get((row.naam, row.begindatum), 0)) for row in known.plafonds]
    return [text for row, total in totals if (text := _warning(row, total))]


def _row(gemeente: str, wanted: NieuweToewijzing) -> Any:
    """A new allocation as the sums look at one; it has no number yet, and no reason to be taken back."""
    unknown = ("bericht", "bsn", "toewijzing_nummer", "reden_wijziging")
    return checks.as_row(checks.values_of(gemeente, wanted) | dict.fromkeys(unknown))


def _over(session: Session, gemeente: str, wanted: NieuweToewijzing) -> Sequence[Row[Any]]:
    plafond, product = inkoop.plafond, wanted.product
    same = {
        "aanbieder": wanted.aanbieder,
        "perceel": checks.lot_of(session, gemeente, wanted),
        "product_categorie": product.categorie if product else None,
        "product_code": product.code if product else None,
    }
    query = select(plafond).where(
        plafond.c.eigenaar == gemeente,
        plafond.c.standaard == wanted.standaard,
        *(or_(plafond.c[name].is_(None), plafond.c[name] == value) for name, value in same.items()),
        plafond.c.begindatum <= (wanted.einddatum or checks.OPEN),
        plafond.c.einddatum >= wanted.ingangsdatum,
    )
    return session.execute(query.order_by(plafond.c.naam, plafond.c.begindatum)).all()


def _warning(plafond: Row[Any], total: int) -> str:
    share = total * 100 // plafond.bedrag
    if share < plafond.waarschuw_bij:
        return ""
    return f"Plafond '{plafond.naam}': {share}% is vastgelegd (waarschuwing vanaf {plafond.waarschuw_bij}%)."


def _committed(session: Session, gemeente: str, standaard: str) -> Totals:
    row, now = inkoop.plafond.c, time.monotonic()
    query = select(inkoop.plafond).where(row.eigenaar == gemeente, row.standaard == standaard)
    ceilings = tuple(tuple(found) for found in session.execute(query.order_by(row.naam, row.begindatum)))
    key = (gemeente, standaard, ceilings)  # a ceiling that was changed is another one
    if (known := _SUMS.get(key)) is not None and now - known[0] < HOUDBAAR:
        return known[1]
    current = waarde.allocations(gemeente, t.toegewezen_product.c.standaard == standaard)
    totals = _sums(session, gemeente, standaard, current)
    with _LOCK:
        if len(_SUMS) >= ONTHOUDEN:
            _SUMS.clear()
        _SUMS[key] = (now, totals)
    return totals


def _sums(session: Session, gemeente: str, standaard: str, current: Any) -> Totals:
    """What allocations (rows of a SELECT) commit under each ceiling in its period."""
    ceiling = inkoop.plafond
    window = select(ceiling, ceiling.c.begindatum.label("begin"), ceiling.c.einddatum.label("eind"))
    own = window.where(ceiling.c.eigenaar == gemeente, ceiling.c.standaard == standaard).subquery("plafond")
    found = waarde.monthly(current, own, waarde.under)
    names = (found.c.naam, found.c.begin)
    rows = session.execute(select(*names, func.sum(found.c.bedrag).label("bedrag")).group_by(*names))
    return {(row.naam, row.begin): int(row.bedrag) for row in rows}
