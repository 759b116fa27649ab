"""What ceilings warn of: the share that allocations commit under each, the new one included.

Adding up all allocations of a large municipality takes a second. So the sum is remembered in this process for some
minutes, and what is allocated here meanwhile is added to it. A warning may so lag behind what was changed, deleted or
allocated in another process since; it holds nothing back, and `GET /v1/budgetten` always counts anew.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from services.allocation.toewijzen import checks
from shared import waarde
from shared.db import inkoop
from shared.db import tables as t
from shared.db.session import on_trial

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
    """The ceilings of a municipality for a law, and what is committed under each."""

    plafonds: Sequence[Row[Any]]
    totalen: Totals


GEEN = Vooraf((), {})
"""Nothing to warn of."""


def before(session: Session, gemeente: str, standaard: str) -> Vooraf:
    """What is asked before the exchange is locked to send a new allocation, as it can take longest."""
    row = inkoop.plafond.c
    query = select(inkoop.plafond).where(row.eigenaar == gemeente, row.standaard == standaard)
    rows = session.execute(query.order_by(row.naam, row.begindatum)).all()
    return Vooraf(rows, _committed(session, gemeente, standaard, rows) if rows else {})


def warnings(session: Session, changes: Iterable[checks.Change], known: Vooraf) -> list[str]:
    """What the ceilings of new or changed allocations warn of, where they commit more.

    From now on they are in the sums, unless this is a trial: nothing is sent then.
    """
    if not known.plafonds:
        return []
    more = _more(session, changes)
    with _LOCK:
        totals = dict(known.totalen) if on_trial(session) else known.totalen
        for name, amount in more.items():
            totals[name] = totals.get(name, 0) + amount
    names = ((row, (row.naam, row.begindatum)) for row in known.plafonds)
    return [text for row, name in names if more.get(name, 0) > 0 and (text := _warning(row, totals[name]))]


def _more(session: Session, changes: Iterable[checks.Change]) -> Totals:
    """What changes add under each ceiling."""
    found: Totals = {}
    for before, after in changes:
        for values, sign in ((before, -1), (after, 1)):
            for name, amount in _totals(session, _of_one(), values).items() if values else ():
                found[name] = found.get(name, 0) + sign * amount
    return found


@cache
def _of_one() -> Select[Any]:
    """The sums of one version of an allocation, given by parameters.

    It has no number yet, and no reason to be taken back. To build it takes longer than Postgres does.
    """
    row = checks.as_row("bericht", "bsn", "toewijzing_nummer", "reden_wijziging")
    return _sums(row, bindparam("eigenaar"), bindparam("standaard"))


def _warning(plafond: Row[Any], total: int) -> str:
    share = total * 100 // plafond.bedrag
    if share < plafond.waarschuw_bij:
        return ""
    return f"Plafond '{plafond.naam}': {share}% is vastgelegd (waarschuwing vanaf {plafond.waarschuw_bij}%)."


def _committed(session: Session, gemeente: str, standaard: str, plafonds: Sequence[Row[Any]]) -> Totals:
    now = time.monotonic()
    key = (gemeente, standaard, *map(tuple, plafonds))  # a ceiling that was changed is another one
    if (known := _SUMS.get(key)) is not None and now - known[0] < HOUDBAAR:
        return known[1]
    current = waarde.allocations(gemeente, t.toegewezen_product.c.standaard == standaard)
    totals = _totals(session, _sums(current, gemeente, standaard), {})
    with _LOCK:
        if len(_SUMS) >= ONTHOUDEN:
            _SUMS.clear()
        _SUMS[key] = (now, totals)
    return totals


def _totals(session: Session, sums: Select[Any], values: Mapping[str, Any]) -> Totals:
    return {(row.naam, row.begin): int(row.bedrag) for row in session.execute(sums, values)}


def _sums(current: Any, gemeente: Any, standaard: Any) -> Select[Any]:
    """What allocations (rows of a SELECT) commit under each ceiling in its period."""
    ceiling = inkoop.plafond
    window = select(ceiling, ceiling.c.begindatum.label("begin"), ceiling.c.einddatum.label("eind"))
    own = window.where(ceiling.c.eigenaar == gemeente, ceiling.c.standaard == standaard).subquery("plafond")
    found = waarde.monthly(current, own, waarde.under)
    names = (found.c.naam, found.c.begin)
    return select(*names, func.sum(found.c.bedrag).label("bedrag")).group_by(*names)
