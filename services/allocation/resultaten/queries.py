"""Trajectories that ended, what was recorded of them, and their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, case, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from services.allocation.meldingen import KEY, direction, removed, running, told
from services.allocation.modellen import Cel, models, profile
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
        .join_from(holder, stop, and_(stop.c.bericht == holder.c.id, t.geldig(holder.c.status)))
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
    def gemiddelde(self) -> float:
        """The average, which of yes and no is a share of 0 to 1. Raises ZeroDivisionError of nobody."""
        return self.som / self.aantal


@dataclass(frozen=True, slots=True)
class Deel:
    """A trajectory that ended, with what it is divided by and its figures by name."""

    standaard: str
    aanbieder: str
    gemeente: str
    product: str
    profiel: str
    maten: Mapping[str, Maat]


def figures(session: Session, eigenaar: str, begin: date, eind: date) -> list[Deel]:
    """The trajectories that ended in a period, by law and allocation."""
    stop, known = ended(eigenaar), models(session, eigenaar)
    columns = (stop.c[name] for name in (*KEY, "toewijzing_nummer", "product_categorie", "product_code"))
    query = (
        select(*columns, *_measures(stop))
        .select_from(stop.outerjoin(t.resultaat, _of(stop)))
        .where(stop.c.einddatum.between(begin, eind), _reason(stop).in_(GETELD))
        .order_by(stop.c.standaard, stop.c.tegenpartij, stop.c.toewijzing_nummer)
    )
    return [_part(row, known.of(row)) for row in session.execute(query)]


def _part(row: Row[Any], cel: Cel) -> Deel:
    gemeente, aanbieder = sorted((row.eigenaar, row.tegenpartij), key=len)
    product = f"{row.product_categorie}/{row.product_code or ''}" if row.product_categorie else ""
    values = {name: getattr(row, name) for name in ("beeindigd", "uitval", *VASTGELEGD)}
    measures = {name: Maat(value is not None, value or 0) for name, value in values.items()}
    return Deel(row.standaard, aanbieder, gemeente, product, profile(cel) or product, measures)


def _reason(stop: Any) -> Any:
    return tuple_(stop.c.standaard, stop.c.reden_beeindiging)


def _measures(stop: Any) -> list[Any]:
    """What each figure says of a trajectory, as a number; NULL where nothing is known."""
    outcome = t.resultaat.c
    values = {"beeindigd": literal(1), "uitval": case((_reason(stop).in_(UITVAL), 1), else_=0)}
    values |= {"rapportcijfer": outcome.rapportcijfer, "geholpen": cast(outcome.geholpen == "ja", Integer)}
    values |= {name: cast(outcome[name], Integer) for name in DOELEN}
    return [value.label(name) for name, value in values.items()]
