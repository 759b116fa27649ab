"""How a client moved between two days: the five movements of the purchasing policy, as arithmetic on allocations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.allocation.modellen import GEBIEDEN, INTENSITEIT

SOORT = "soort"
ACTIVEREND, ONDERSTEUNEND = "activerend", "ondersteunend"
BEWEGINGEN = (
    *("gestart", "gestopt", "lichter", "gelijk", "zwaarder"),
    *("minder_gebieden", "minder_intensief", "uitgestroomd", "minder_maatwerk", "naar_ondersteunend"),
)
Assen = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Zorg:
    """An allocation of a client on a day.

    `niveaus` are the places of its cell on the axes of its model, from 0; `bedrag` is in eurocents a year.
    """

    bsn: str
    standaard: str
    model: str
    aanbieder: str
    bedrag: int
    assen: Assen = field(default_factory=dict)
    niveaus: Mapping[str, int] = field(default_factory=dict)
    gebieden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stand:
    """All care of a client at one provider under one model on a day; None for what is not known."""

    intensiteit: int | None
    gebieden: int | None
    bedrag: int
    soorten: frozenset[str]


def stand(care: Iterable[Zorg]) -> Stand:
    """The heaviest intensity, the number of areas and the amount of care together."""
    rows = list(care)
    levels = [row.niveaus[INTENSITEIT] for row in rows if INTENSITEIT in row.niveaus]
    named = frozenset[str]().union(*(row.gebieden for row in rows))
    by_axis = [row.niveaus[GEBIEDEN] for row in rows if GEBIEDEN in row.niveaus]
    return Stand(
        intensiteit=max(levels, default=None),
        gebieden=max(by_axis, default=None) if by_axis else len(named) or None,
        bedrag=sum(row.bedrag for row in rows),
        soorten=frozenset(row.assen[SOORT] for row in rows if SOORT in row.assen),
    )


def direction(before: Stand, after: Stand) -> str:
    """Lighter, heavier or the same; when nothing tells, or both ways at once, the amount decides.

    >>> direction(Stand(2, 3, 900, frozenset()), Stand(1, 3, 700, frozenset()))
    'lichter'
    >>> direction(Stand(1, 2, 500, frozenset()), Stand(2, 1, 600, frozenset()))
    'zwaarder'
    """
    steps = {_step(before.intensiteit, after.intensiteit), _step(before.gebieden, after.gebieden)}
    if steps == {None} or {-1, 1} <= steps:
        steps = {_step(before.bedrag, after.bedrag)}
    return "lichter" if -1 in steps else "zwaarder" if 1 in steps else "gelijk"


def _step(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else (after > before) - (after < before)


def movements(before: Iterable[Zorg], after: Iterable[Zorg]) -> dict[tuple[str, str, str, str], frozenset[str]]:
    """The movements of each client under a law, per model and provider: (bsn, standaard, model, aanbieder).

    Who changes provider or model stops at one and starts at the other.
    """
    old, new = _grouped(before), _grouped(after)
    laws = {(key[0], key[1]) for key in new}
    bespoke = [_bespoke(groups) for groups in (old, new)]
    found = {}
    for key in old.keys() | new.keys():
        client = (key[0], key[1])
        names = {_change(old.get(key), new.get(key))}
        if key in old and key in new:
            names |= _finer(stand(old[key]), stand(new[key]))
        if key in old and client not in laws:
            names.add("uitgestroomd")
        if key in old and not key[2] and client in laws and bespoke[1].get(client, 0) < bespoke[0][client]:
            names.add("minder_maatwerk")
        found[key] = frozenset(names)
    return found


def _grouped(care: Iterable[Zorg]) -> dict[tuple[str, str, str, str], list[Zorg]]:
    groups: dict[tuple[str, str, str, str], list[Zorg]] = {}
    for row in care:
        groups.setdefault((row.bsn, row.standaard, row.model, row.aanbieder), []).append(row)
    return groups


def _bespoke(groups: Mapping[tuple[str, str, str, str], list[Zorg]]) -> dict[tuple[str, str], int]:
    """How many allocations outside of any model each client has under a law."""
    found: dict[tuple[str, str], int] = {}
    for (bsn, standaard, model, _), rows in groups.items():
        if not model:
            found[bsn, standaard] = found.get((bsn, standaard), 0) + len(rows)
    return found


def _change(before: list[Zorg] | None, after: list[Zorg] | None) -> str:
    if before is None:
        return "gestart"
    return "gestopt" if after is None else direction(stand(before), stand(after))


def _finer(before: Stand, after: Stand) -> set[str]:
    told = {
        "minder_gebieden": _step(before.gebieden, after.gebieden) == -1,
        "minder_intensief": _step(before.intensiteit, after.intensiteit) == -1,
        "naar_ondersteunend": ACTIVEREND in before.soorten and after.soorten == {ONDERSTEUNEND},
    }
    return {name for name, holds in told.items() if holds}
