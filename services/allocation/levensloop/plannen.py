"""Planning what is done with a set of allocations: which run on, what each is worth, and keeping the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, cast, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from services.allocation.levensloop.samen import Nieuw, leaves
from services.allocation.toewijzen import bestaand, checks
from shared import waarde
from shared.db import geldig
from shared.db import levensloop as lt
from shared.db import tables as t
from shared.errors import Fault

DAG = timedelta(1)
JAAR = 364
"""What has no end counts for its first year: so many days after the first."""
SNAPSHOT = (
    *("product_categorie", "product_code", "ingangsdatum", "einddatum"),
    *("omvang_volume", "omvang_eenheid", "omvang_frequentie", "budget"),
)
"""What a plan goes by: an allocation in which one of these is another by then is left alone."""
_DATES = ("ingangsdatum", "einddatum")


@dataclass(frozen=True, slots=True)
class Gepland:
    """What happens to one allocation: its last day and why, what takes its place, and what is against it."""

    row: Row[Any]
    einddatum: date
    reden: str
    nieuw: Nieuw | None = None
    fouten: tuple[Fault, ...] = ()


def running(session: Session, gemeente: str, per: date, *conditions: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The allocations of a municipality that are valid on a day or later, with what they are worth from it on.

    `conditions` are on toegewezen_product. By provider, client and number; deleted ones are left out.
    """
    current = waarde.allocations(gemeente, *conditions)
    price = waarde.price_of(current, func.greatest(current.c.ingangsdatum, per))
    until = func.coalesce(current.c.einddatum, cast(literal(per), t.toegewezen_product.c.einddatum.type) + JAAR)
    query = (
        select(current, waarde.worth(current, price, per, until).label("waarde"))
        .select_from(current.outerjoin(price, literal(True)))
        .where(or_(current.c.einddatum.is_(None), current.c.einddatum >= per), ~geldig.vervallen(current))
    )
    order = (current.c.standaard, current.c.tegenpartij, current.c.bsn, current.c.toewijzing_nummer)
    return session.execute(query.order_by(*order)).all()


def begins_later(row: Row[Any], per: date) -> tuple[Fault, ...]:
    """What is against ending an allocation before a day on which it has not begun."""
    if row.ingangsdatum < per:
        return ()
    text = "Deze toewijzing begint pas op die dag of later. Verwijder haar, en stel zo nodig een andere vast."
    return (Fault("TR004", "/ingangsdatum", text),)


def keep(session: Session, gemeente: str, head: dict[str, Any], lines: Sequence[Gepland]) -> UUID:
    """Store a plan and its lines: its id."""
    key: UUID = head.get("id") or uuid4()
    session.execute(insert(lt.omzetting).values(**head | {"eigenaar": gemeente, "id": key}))
    worths: dict[str, int] = {}
    rows = [
        {"eigenaar": gemeente, "omzetting": key, "volgnummer": number, **_line(session, line, worths)}
        for number, line in enumerate(lines, 1)
    ]
    if rows:
        session.execute(insert(lt.omzettingsregel), rows)
    return key


def _line(session: Session, line: Gepland, worths: dict[str, int]) -> dict[str, Any]:
    row = line.row
    return {
        **{name: getattr(row, name) for name in ("standaard", "tegenpartij", "bsn", "toewijzing_nummer")},
        "einddatum": line.einddatum,
        "reden_wijziging": line.reden,
        "oud": snapshot(row),
        "nieuw": _as_json(line.nieuw) if line.nieuw else None,
        "fouten": [{"code": fault.code, "melding": fault.melding} for fault in line.fouten],
        "waarde_oud": row.waarde,
        "waarde_nieuw": _worth(session, line.nieuw, row, worths) if line.nieuw else 0,
    }


def _worth(session: Session, new: Nieuw, row: Row[Any], known: dict[str, int]) -> int:
    """Eurocents that a new allocation commits over its run; one of equal content is asked once; unknown is 0."""
    content = f"{row.standaard} {row.tegenpartij} {_as_json(new)}"
    if content not in known:
        known[content] = checks.amount(session, checks.values_of(row.eigenaar, new.toewijzing)) or 0
    return known[content]


def snapshot(row: Any) -> dict[str, Any]:
    """What a plan goes by of an allocation, as JSON."""
    return {name: _plain(getattr(row, name)) for name in SNAPSHOT if getattr(row, name) is not None}


def _as_json(new: Nieuw) -> dict[str, Any]:
    told = {name: _plain(value) for name, value in leaves(new.toewijzing).items()}
    return told | ({"model": new.model, "assen": dict(new.assen or {})} if new.model else {})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def planned(line: Row[Any]) -> Nieuw:
    """What takes the place of an allocation, from its line."""
    told = {name: line.nieuw.get(name) for name in SNAPSHOT}
    told |= {name: date.fromisoformat(told[name]) for name in _DATES if told[name] is not None}
    place = {name: getattr(line, name) for name in ("eigenaar", "standaard", "tegenpartij")}
    row = SimpleNamespace(**place, **told)
    return Nieuw(bestaand.as_wanted(row), line.nieuw.get("model"), line.nieuw.get("assen"), line.toewijzing_nummer)
