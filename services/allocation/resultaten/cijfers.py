"""Figures of trajectories that ended, as far as they may be told."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from services.allocation.resultaten import queries
from services.allocation.resultaten.afscherming import coarse, shown
from services.allocation.resultaten.models import Cijfers, Groep, Tabel
from services.allocation.resultaten.queries import Deel, Maat

VERDELINGEN = ("aanbieder", "product", "profiel", "gemeente")
AANDEEL, CIJFER = (0.05, 0.1, 0.9), (0.5, 1.5, 9.5)
"""The step, and what stands for all that is lower and higher: of 10 people a share of 0.1 is one of them or none."""
Maten = Mapping[str, Maat]


def tables(session: Session, eigenaar: str, begin: date, eind: date) -> list[Tabel]:
    """The figures of the trajectories that ended in a period that may be told, per standard and way of dividing."""
    parts = queries.figures(session, eigenaar, begin, eind)
    laws = sorted({part.standaard for part in parts})
    return [table for law in laws for table in _tables(law, [part for part in parts if part.standaard == law])]


def _tables(standaard: str, parts: Sequence[Deel]) -> list[Tabel]:
    divided = [_divided(per, parts) for per in VERDELINGEN]
    told = {
        name: shown([[maten[name].aantal for maten in groups.values()] for groups in divided])
        for name in Cijfers.model_fields
    }
    total = _cijfers(_together(parts), {name: whole for name, (_, whole) in told.items()})
    return [
        Tabel(
            standaard=standaard,
            per=per,
            groepen=_groups(groups, {n: of[at] for n, (of, _) in told.items()}),
            totaal=total,
        )
        for at, (per, groups) in enumerate(zip(VERDELINGEN, divided, strict=True))
    ]


def _divided(per: str, parts: Sequence[Deel]) -> dict[str, Maten]:
    groups: dict[str, list[Deel]] = {}
    for part in parts:
        groups.setdefault(getattr(part, per), []).append(part)
    return {key: _together(groups[key]) for key in sorted(groups)}


def _together(parts: Sequence[Deel]) -> Maten:
    return {name: sum((part.maten[name] for part in parts), Maat(0, 0)) for name in Cijfers.model_fields}


def _groups(groups: Mapping[str, Maten], told: Mapping[str, Sequence[int | None]]) -> list[Groep]:
    """The groups of which anything is told: of no other it is told that it has anybody."""
    found = [
        (key, _cijfers(maten, {name: counts[place] for name, counts in told.items()}))
        for place, (key, maten) in enumerate(groups.items())
    ]
    return [Groep(sleutel=key, cijfers=cijfers) for key, cijfers in found if cijfers.beeindigd is not None]


def _cijfers(maten: Maten, told: Mapping[str, int | None]) -> Cijfers:
    values = {name: None if count is None else _value(name, maten[name], count) for name, count in told.items()}
    return Cijfers.model_validate(values)


def _value(name: str, maat: Maat, told: int) -> float:
    return told if name == "beeindigd" else coarse(maat.gemiddelde, *(CIJFER if name == "rapportcijfer" else AANDEEL))
