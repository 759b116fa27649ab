"""Trajectories that ended, what was recorded of them, and their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, case, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from services.allocation.meldingen import KEY, direction, removed, running, told
from services.allocation.resultaten.redenen import GETELD, UITVAL
from services.allocation.rules.regie import VERWIJDEREN
from services.allocation.rules.stop import TIJDELIJK
from shared.db import audit
from shared.db import tables as t

DOELEN = ("zelf_verder", "geen_nieuwe_start", "problemen_verminderd", "doel_bereikt")
VASTGELEGD = ("rapportcijfer", "geholpen", *DOELEN)
Nummer = tuple[str, str, int]
"""Standard, other party and ToewijzingNummer: an allocation in one's own ledger."""


def ended(eigenaar: str, *conditions: Any) -> Any:
    """The allocations of an organisation whose delivery was stopped for good and did not begin again: the last stop."""
    stop, holder = t.stop_product, t.bericht.alias("stopbericht")
    exchange = [stop.c[name] for name in (*KEY, "toewijzing_nummer")]
    query: Select[Any] = (
        select(stop)
        .join_from(holder, stop, and_(stop.c.bericht == holder.c.id, holder.c.status.in_(t.GELDIG)))
        .where(
            holder.c.eigenaar == eigenaar,
            holder.c.richting == direction(eigenaar, "aanbieder"),
            holder.c.soort == "307",
            stop.c.toewijzing_nummer.is_not(None),
            stop.c.reden_beeindiging != TIJDELIJK,
            stop.c.status_aanlevering != VERWIJDEREN,
            ~removed("StopProduct", stop, holder),
            ~told("StartProduct", stop, running),
            *conditions,
        )
        .ext(distinct_on(*exchange))
        .order_by(*exchange, stop.c.einddatum.desc(), holder.c.volgorde.desc())
    )
    return query.subquery("einde")


def stops(session: Session, eigenaar: str, numbers: Sequence[Nummer]) -> dict[Nummer, Row[Any]]:
    """The final stops of allocations, by allocation; those that have none are left out."""
    stop = t.stop_product.c
    chosen = tuple_(stop.standaard, stop.tegenpartij, stop.toewijzing_nummer).in_(numbers)
    rows = session.execute(select(ended(eigenaar, stop.toewijzing_nummer.in_([n[2] for n in numbers]), chosen)))
    return {(row.standaard, row.tegenpartij, row.toewijzing_nummer): row for row in rows}


def providers(session: Session, gemeente: str, numbers: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The provider of each of a municipality's allocations, by standard and number; unknown ones are left out."""
    row = t.toegewezen_product.c
    known = tuple_(row.standaard, row.toewijzing_nummer).in_(numbers)
    narrowed = row.toewijzing_nummer.in_([number for _, number in numbers])
    query = select(row.standaard, row.toewijzing_nummer, row.tegenpartij).where(
        row.eigenaar == gemeente, narrowed, known
    )
    return {(law, number): other for law, number, other in session.execute(query.distinct())}


def keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record what came of trajectories; what was recorded of one before is replaced."""
    values = insert(t.resultaat)
    key = [column.name for column in t.resultaat.primary_key]
    changed = {name: values.excluded[name] for name in ("bericht", *VASTGELEGD)} | {"vastgelegd": func.now()}
    if rows:
        session.execute(values.on_conflict_do_update(index_elements=key, set_=changed), list(rows))


def recorded(session: Session, eigenaar: str, *, tegenpartij: str | None, standaard: str | None) -> list[Row[Any]]:
    """What an organisation has recorded of what ended, with the stop as it stands by now, by allocation."""
    wanted = {"tegenpartij": tegenpartij, "standaard": standaard}
    narrowed = (t.stop_product.c[name] == value for name, value in wanted.items() if value is not None)
    row, stop = t.resultaat, ended(eigenaar, *narrowed)
    query = select(row, stop.c.einddatum, stop.c.reden_beeindiging, stop.c.bsn).join(stop, _of(stop))
    rows = list(session.execute(query.order_by(*row.primary_key)))
    audit.note(session, "resultaten ingezien", "lijst", {found.bsn: "" for found in rows})
    return rows


def _of(stop: Any) -> ColumnElement[bool]:
    """The condition that an outcome is that of the allocation of a stop, whichever stop it was recorded at."""
    return and_(*(t.resultaat.c[name] == stop.c[name] for name in (*KEY, "toewijzing_nummer")))


@dataclass(frozen=True, slots=True)
class Maat:
    """A figure of a group: of how many people it is, and the sum of what is known of each."""

    aantal: int
    som: int

    def __add__(self, other: "Maat") -> "Maat":
        return Maat(self.aantal + other.aantal, self.som + other.som)

    @property
    def gemiddelde(self) -> float | None:
        """The average, which of yes and no is a share of 0 to 1; None of nobody."""
        return self.som / self.aantal if self.aantal else None


@dataclass(frozen=True, slots=True)
class Deel:
    """The trajectories of a provider and a product under a law, with their figures by name."""

    standaard: str
    aanbieder: str
    gemeente: str
    product: str
    maten: Mapping[str, Maat]


def figures(session: Session, eigenaar: str, jaar: int) -> list[Deel]:
    """The trajectories that ended in a year, by law, other party and product."""
    stop = ended(eigenaar)
    product = stop.c.product_categorie + "/" + func.coalesce(stop.c.product_code, "")
    groups = (stop.c.standaard, stop.c.tegenpartij, func.coalesce(product, "").label("product"))
    query = (
        select(*groups, *_measures(stop))
        .select_from(stop.outerjoin(t.resultaat, _of(stop)))
        .where(stop.c.einddatum.between(date(jaar, 1, 1), date(jaar, 12, 31)), _reason(stop).in_(GETELD))
        .group_by(*groups)
        .order_by(*groups)
    )
    return [_part(eigenaar, row) for row in session.execute(query)]


def _part(eigenaar: str, row: Row[Any]) -> Deel:
    gemeente, aanbieder = sorted((eigenaar, row.tegenpartij), key=len)
    measures = {name: Maat(getattr(row, f"n_{name}"), getattr(row, f"som_{name}")) for name in ("uitval", *VASTGELEGD)}
    ended_ = Maat(row.n_uitval, row.n_uitval)
    return Deel(row.standaard, aanbieder, gemeente, row.product, {"beeindigd": ended_, **measures})


def _reason(stop: Any) -> Any:
    return tuple_(stop.c.standaard, stop.c.reden_beeindiging)


def _measures(stop: Any) -> list[Any]:
    """Of each figure the number of people and their sum."""
    outcome = t.resultaat.c
    sums = {"uitval": case((_reason(stop).in_(UITVAL), 1), else_=0), "rapportcijfer": outcome.rapportcijfer}
    sums["geholpen"] = cast(outcome.geholpen == "ja", Integer)
    sums |= {name: cast(outcome[name], Integer) for name in DOELEN}
    return [
        part
        for name, value in sums.items()
        for part in (func.count(value).label(f"n_{name}"), func.coalesce(func.sum(value), 0).label(f"som_{name}"))
    ]
