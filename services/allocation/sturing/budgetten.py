"""Commitments per ceiling, provider, product, model or month: one query each."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Row, Select, Text, and_, cast, func, null, select
from sqlalchemy.orm import Session

from services.allocation.modellen import models
from services.allocation.sturing.models import Budgetregel
from shared import waarde
from shared.db import inkoop
from shared.db import tables as t

SOMMEN = ("toewijzingen", "vastgelegd", "prognose")
VERDELINGEN = ("plafond", "aanbieder", "product", "model", "maand")


def budgets(
    session: Session, gemeente: str, jaar: int, per: str, standaard: str | None, vandaag: date
) -> list[Budgetregel]:
    """What allocations commit in a year, or in the period of each ceiling that has days in it; by law and key."""
    own = [t.toegewezen_product.c.standaard == standaard] if standaard else []
    current = waarde.allocations(gemeente, *own)
    if per == "plafond":
        return [_ceiling(row) for row in session.execute(_ceilings(gemeente, current, jaar, standaard, vandaag))]
    if per == "model":
        return _by_model(session, gemeente, current, jaar, vandaag)
    query = _grouped(gemeente, current, jaar, per, vandaag)
    return [Budgetregel.model_validate(row._asdict()) for row in session.execute(query)]


def _year(current: Any, jaar: int, vandaag: date) -> Any:
    return waarde.monthly(current, waarde.window(date(jaar, 1, 1), date(jaar, 12, 31)), vandaag=vandaag)


def _by_model(session: Session, gemeente: str, current: Any, jaar: int, vandaag: date) -> list[Budgetregel]:
    """One query of the allocations, put together by the table of arrangements of each."""
    found = _year(current, jaar, vandaag)
    columns = ("standaard", "toewijzing_nummer", "product_categorie", "product_code")
    key = tuple(found.c[name] for name in columns)
    known = models(session, gemeente)
    sums: dict[tuple[str, str], list[int]] = {}
    for row in session.execute(select(*key, *_sums(found)).group_by(*key)):
        group = sums.setdefault((row.standaard, known.of(row)[0]), [0, 0, 0])
        amounts = (row.toewijzingen, int(row.vastgelegd), int(row.prognose))
        group[:] = [one + more for one, more in zip(group, amounts, strict=True)]
    names = _model_names(session, gemeente)
    return [
        Budgetregel.model_validate(
            {"standaard": law, "sleutel": model, "naam": names.get(model), **dict(zip(SOMMEN, group, strict=True))}
        )
        for (law, model), group in sorted(sums.items())
        if group[2]
    ]


def _model_names(session: Session, gemeente: str) -> dict[str, str]:
    row = inkoop.arrangementmodel.c
    return {
        found.model: found.naam
        for found in session.execute(select(row.model, row.naam).where(row.eigenaar == gemeente))
    }


def _sums(found: Any) -> tuple[Any, ...]:
    return (
        func.count(found.c.toewijzing_nummer.distinct()).label("toewijzingen"),
        func.coalesce(func.sum(found.c.bedrag), 0).label("vastgelegd"),
        func.coalesce(func.sum(found.c.prognose), 0).label("prognose"),
    )


def _ceilings(gemeente: str, current: Any, jaar: int, standaard: str | None, vandaag: date) -> Select[Any]:
    plafond = waarde.ceilings(gemeente, jaar, standaard)
    found = waarde.monthly(current, plafond, waarde.under, vandaag=vandaag)
    key = (found.c.naam, found.c.begin)
    sums = select(*key, *_sums(found)).group_by(*key).cte("sommen").prefix_with("MATERIALIZED")
    same = and_(sums.c.naam == plafond.c.naam, sums.c.begin == plafond.c.begin)
    kept = (plafond.c.standaard, plafond.c.naam, plafond.c.begin, plafond.c.bedrag, plafond.c.waarschuw_bij)
    totals = (func.coalesce(sums.c[name], 0).label(name) for name in SOMMEN)
    return select(*kept, *totals).select_from(plafond.outerjoin(sums, same)).order_by(*kept[:3])


def _ceiling(row: Row[Any]) -> Budgetregel:
    share = int(row.vastgelegd) * 100 // row.bedrag
    return Budgetregel(
        standaard=row.standaard,
        sleutel=row.naam,
        naam=f"vanaf {row.begin}",
        toewijzingen=row.toewijzingen,
        vastgelegd=int(row.vastgelegd),
        prognose=int(row.prognose),
        plafond=row.bedrag,
        resterend=row.bedrag - int(row.vastgelegd),
        percentage=share,
        waarschuwing=share >= row.waarschuw_bij,
        overschrijding_verwacht=row.prognose > row.bedrag,
    )


def _grouped(gemeente: str, current: Any, jaar: int, per: str, vandaag: date) -> Select[Any]:
    found = _year(current, jaar, vandaag)
    sleutel = func.coalesce(_key(found, per), "").label("sleutel")
    query = select(found.c.standaard, sleutel, *_sums(found))
    sums = query.group_by(found.c.standaard, sleutel).having(func.sum(found.c.prognose) > 0).subquery("sommen")
    whole = (cast(sums.c[name], BigInteger).label(name) for name in ("vastgelegd", "prognose"))
    columns = (sums.c.standaard, sums.c.sleutel, _name(gemeente, sums, per).label("naam"), sums.c.toewijzingen, *whole)
    return select(*columns).order_by(sums.c.standaard, sums.c.sleutel)


def product_key(row: Any) -> Any:
    """Category and code of a product as one text: 45/45A03, 45 without a code, empty without a product."""
    return func.concat_ws("/", row.c.product_categorie, row.c.product_code)


def _key(found: Any, per: str) -> Any:
    keys = {
        "aanbieder": found.c.tegenpartij,
        "product": product_key(found),
        "maand": func.to_char(found.c.maand, "YYYY-MM"),
    }
    return keys[per]


def _name(gemeente: str, sums: Any, per: str) -> Any:
    """The name that the purchase data have for a key."""
    aanbieder, product = inkoop.aanbieder, inkoop.product
    code = func.nullif(product.c.product_code, "")
    named = {
        "aanbieder": (aanbieder, aanbieder.c.agb == sums.c.sleutel),
        "product": (
            product,
            and_(
                func.concat_ws("/", product.c.product_categorie, code) == sums.c.sleutel,
                product.c.standaard == sums.c.standaard,
            ),
        ),
    }
    if per not in named:
        return cast(null(), Text)
    table, same = named[per]
    return select(func.max(table.c.naam)).where(table.c.eigenaar == gemeente, same).scalar_subquery()
