"""Tariffs in declaraties that stand out, against what is usual for that product at that municipality."""

from fractions import Fraction
from typing import Any

from sqlalchemy import Numeric, Row, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from services.billing.inzicht.basis import Vraag, lines
from services.billing.inzicht.models import OpvallendeRegel
from services.billing.opvallend import MINST, factor, outside, told
from shared.db import audit
from shared.db import tables as t

MOST = 1_000
"""How many lines are listed at once."""
_MEANT = {
    60: "Het lijkt een tarief per uur waar per minuut is gevraagd.",
    -60: "Het lijkt een tarief per minuut waar per uur is gevraagd.",
}
_PRODUCT = ("standaard", "product_categorie", "product_code")


def unusual(session: Session, vraag: Vraag) -> tuple[list[OpvallendeRegel], bool]:
    """The debit lines whose tariff is about 10, 60 or 100 times too high or too low, and whether these are all.

    So is a tariff per hour or minute that care never has, whatever was agreed.

    Usual is the median of the tariffs that were agreed on for the product, or without those of its debit lines in
    the period; hours and minutes are compared by the hour.
    """
    rows = list(session.execute(_suspects(vraag).limit(MOST + 1)))
    sized = [(row, _factor(row)) for row in rows[:MOST]]
    found = [(row, size) for row, size in sized if size is not None or told(row.tarief, row.eenheid)]
    for row, _ in found:
        audit.note(session, "opvallend tarief ingezien", row.bericht, [row.bsn])
    return [_line(row, size) for row, size in found], len(rows) <= MOST


def _factor(row: Row[Any]) -> int | None:
    return factor(row.tarief, Fraction(row.gebruikelijk))


def _line(row: Row[Any], size: int | None) -> OpvallendeRegel:
    high = f"Dit tarief is ongeveer {abs(size)} keer te {'hoog' if size > 0 else 'laag'}." if size else ""
    step = "Vraag na wat er bedoeld is voordat er wordt betaald."
    return OpvallendeRegel(
        standaard=row.standaard,
        tegenpartij=row.tegenpartij,
        declaratie=row.bericht,
        declaratie_nummer=row.declaratie_nummer,
        referentie=row.referentie,
        product=f"{row.product_categorie}/{row.product_code}",
        eenheid=row.eenheid,
        tarief=row.tarief,
        gebruikelijk=round(float(row.gebruikelijk), 1),
        factor=size,
        melding=" ".join(
            part for part in (high, _MEANT.get(size or 0, "") or told(row.tarief, row.eenheid), step) if part
        ),
    )


def _hourly(tarief: Any, eenheid: Any) -> Any:
    """A tariff as it is compared: of minutes by the hour."""
    return cast(tarief, Numeric) * case((eenheid == "01", 60), else_=1)


def _unit(eenheid: Any) -> Any:
    return case((eenheid == "01", "04"), else_=eenheid)


def _suspects(vraag: Vraag) -> Select[Any]:
    line = lines(vraag)
    debits = select(line).where(line.c.teken == "D", line.c.tarief > 0).cte("debet")
    agreed, claimed = _agreed(vraag).subquery("afgesproken"), _claimed(debits).subquery("gedeclareerd")
    same = [
        and_(*(one.c[name] == debits.c[name] for name in _PRODUCT), one.c.per == _unit(debits.c.eenheid))
        for one in (agreed, claimed)
    ]
    by_hour = func.coalesce(agreed.c.mediaan, claimed.c.mediaan)
    usual = cast(by_hour, Numeric) / case((debits.c.eenheid == "01", 60), else_=1)
    far = or_(debits.c.tarief >= usual * MINST, debits.c.tarief * MINST <= usual)
    stands_out = or_(far, outside(debits.c.tarief, debits.c.eenheid))
    return (
        select(debits, usual.label("gebruikelijk"), t.declaratie.c.declaratie_nummer)
        .join_from(debits, t.declaratie, t.declaratie.c.bericht == debits.c.bericht)
        .outerjoin(agreed, same[0])
        .outerjoin(claimed, same[1])
        .where(stands_out)
        .order_by(debits.c.volgorde.desc(), debits.c.volgnummer)
    )


def _agreed(vraag: Vraag) -> Select[Any]:
    tarief, contract = t.tarief, t.contract
    key = (contract.c.standaard, tarief.c.product_categorie, tarief.c.product_code)
    unit = _unit(tarief.c.eenheid).label("per")
    middle = func.percentile_cont(0.5).within_group(_hourly(tarief.c.tarief, tarief.c.eenheid)).label("mediaan")
    return (
        select(*key, unit, middle)
        .join(contract, and_(contract.c.eigenaar == tarief.c.eigenaar, contract.c.nummer == tarief.c.contract))
        .where(tarief.c.eigenaar == vraag.eigenaar, tarief.c.begindatum <= vraag.tot, tarief.c.tarief > 0)
        .group_by(*key, unit)
    )


def _claimed(debits: Any) -> Select[Any]:
    key, unit = tuple(debits.c[name] for name in _PRODUCT), _unit(debits.c.eenheid).label("per")
    middle = func.percentile_cont(0.5).within_group(_hourly(debits.c.tarief, debits.c.eenheid)).label("mediaan")
    return select(*key, unit, middle).group_by(*key, unit)
