"""Commitments by ceiling, provider, product, lot, model or month, or several of these at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Date, Row, Select, Text, cast, func, literal, null, select
from sqlalchemy.orm import Session

from services.allocation.sturing import verdelingen
from services.allocation.sturing.models import Budgetregel
from services.allocation.sturing.plafonds import ceiling_of, scopes, standing
from services.allocation.sturing.prognose import runs_on
from services.allocation.sturing.verdelingen import KOLOMMEN, Vraag
from shared import waarde
from shared.db import tables as t

SOMMEN = ("toewijzingen", "vastgelegd", "prognose", "zonder_bedrag")
Key = tuple[Any, ...]
"""A law, and a key for each thing that is added up by."""


def budgets(session: Session, vraag: Vraag) -> list[Budgetregel]:
    """What allocations and tasks commit in a year, or in the period of each ceiling that has days in it."""
    bought = verdelingen.known(session, vraag.gemeente)
    sums: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for row in _rows(session, vraag):
        key = (row.standaard, *(bought.key(per, row) for per in vraag.per))
        sums[key].update({name: int(getattr(row, name)) for name in SOMMEN})
    ceilings = session.execute(select(_ceilings(vraag))).all()
    for row in ceilings if vraag.per == ("plafond",) else ():
        sums.setdefault((row.standaard, (row.naam, row.begin)), Counter())
    return [
        Budgetregel.model_validate(_labels(vraag, bought, key) | {name: sums[key][name] for name in SOMMEN} | more)
        for key, more in sorted(_against(vraag, sums, ceilings).items())
    ]


def _rows(session: Session, vraag: Vraag) -> Iterator[Row[Any]]:
    yield from session.execute(_allocated(vraag))
    if vraag.standaard is None and "plafond" not in vraag.per:  # tasks have no law, so they fall under no ceiling
        yield from session.execute(_tasks(vraag))


def _labels(vraag: Vraag, bought: verdelingen.Inkoop, key: Key) -> dict[str, Any]:
    law, keys = key[0], dict(zip(vraag.per, key[1:], strict=True))
    texts = {per: verdelingen.shown(each) for per, each in keys.items()}
    name = bought.name(vraag.per[0], law, key[1])
    told = {"standaard": law, "sleutel": " | ".join(texts.values()), "naam": name}
    return told | {per: text for per, text in texts.items() if per != "plafond"}


def _against(vraag: Vraag, sums: Mapping[Key, Counter[str]], ceilings: Iterable[Row[Any]]) -> dict[Key, dict[str, Any]]:
    """How the ceiling of each row stands, if it has one; of a ceiling that is split up, as a whole."""
    known = scopes(ceilings)
    about = {key: ceiling_of(vraag, key) for key in sums}
    totals: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for key, scope in about.items():
        totals[scope].update(sums[key])
    return {key: standing(known[of], totals[of]) if of in known else {} for key, of in about.items()}


def _allocated(vraag: Vraag) -> Select[Any]:
    own = [t.toegewezen_product.c.standaard == vraag.standaard] if vraag.standaard else []
    current = waarde.allocations(vraag.gemeente, *own)
    year = waarde.window(date(vraag.jaar, 1, 1), date(vraag.jaar, 12, 31))
    window = (_ceilings(vraag), waarde.under) if "plafond" in vraag.per else (year,)
    found = waarde.monthly(current, *window, runs_on=runs_on(current, vraag.vandaag))
    key = [found.c[name] for name in dict.fromkeys(("standaard", *chain(*(KOLOMMEN[per] for per in vraag.per))))]
    query = select(*key, *_sums(found)).group_by(*key)
    return query.where(found.c.tegenpartij == vraag.aanbieder) if vraag.aanbieder else query


def _sums(found: Any) -> tuple[Any, ...]:
    numbers = func.count(found.c.toewijzing_nummer.distinct())
    return (
        numbers.label("toewijzingen"),
        numbers.filter(found.c.onbekend).label("zonder_bedrag"),
        func.sum(found.c.bedrag).label("vastgelegd"),
        func.sum(found.c.prognose).label("prognose"),
    )


def _tasks(vraag: Vraag) -> Select[Any]:
    """The instalments of a year, as rows of allocations; advances are taken back from what allocations commit."""
    task, part = t.taakbekostiging.c, t.betaaltermijn.c
    month = cast(func.date_trunc("month", part.vervaldatum), Date).label("maand")
    nothing = [cast(null(), Text).label(name) for name in ("product_categorie", "product_code", "toewijzing_nummer")]
    amount, none = func.sum(part.bedrag), literal(0)
    sums = (none, amount, amount, none)
    query = (
        select(literal("").label("standaard"), task.aanbieder.label("tegenpartij"), month, *nothing)
        .add_columns(*(cast(one, BigInteger).label(name) for one, name in zip(sums, SOMMEN, strict=True)))
        .where(task.eigenaar == vraag.gemeente, part.eigenaar == task.eigenaar, part.taakbekostiging == task.nummer)
        .where(part.soort == "termijn", part.vervaldatum.between(date(vraag.jaar, 1, 1), date(vraag.jaar, 12, 31)))
        .group_by(task.aanbieder, month)
        .having(amount > 0)
    )
    return query.where(task.aanbieder == vraag.aanbieder) if vraag.aanbieder else query


def _ceilings(vraag: Vraag) -> Any:
    """The ceilings with days in a year; of a provider those about it, as others are filled by all."""
    found = waarde.ceilings(vraag.gemeente, vraag.jaar, vraag.standaard)
    if not vraag.aanbieder:
        return found
    return select(found).where(found.c.aanbieder == vraag.aanbieder).subquery("plafond_van_aanbieder")
