"""Telling of people without small counts, however they are divided and whenever they are counted (ADR 0014)."""

from collections.abc import Sequence

DREMPEL = 10
"""Of fewer people than this nothing is told, and nothing finer than this of more."""
Verteld = int | None


def shown(tables: Sequence[Sequence[int]], drempel: int = DREMPEL) -> tuple[list[list[Verteld]], Verteld]:
    """What may be told of counts: of each table, that each divide the same people, its groups; and of all together.

    A count is told in steps of `drempel`, rounded down, so that to subtract what was told leaves a margin wider than
    a small count; None is fewer than one step. Where so many numbers stand at the edge of their step that together
    they still tell a hidden one, nothing is told.

    >>> shown([[40, 12, 3], [55]])
    ([[40, 10, None], [50]], 50)
    >>> shown([[4, 3]])
    ([[None, None]], None)
    """
    told = [[_told(count, drempel) for count in table] for table in tables]
    total = _told(sum(tables[0]), drempel) if tables else None
    if any(_forced(table, _reach(told, total, drempel), drempel) for table in told):
        return [[None] * len(table) for table in told], None
    return told, total


def _told(count: int, drempel: int) -> Verteld:
    return count - count % drempel or None


def _reach(told: Sequence[Sequence[Verteld]], total: Verteld, drempel: int) -> tuple[int, int]:
    """The lowest and highest number of people that every table and the total leave open."""
    least = [sum(count or 0 for count in table) for table in (*told, [total])]
    most = [low + (drempel - 1) * len(table) for low, table in zip(least, (*told, [total]), strict=True)]
    return max(least), min(most)


def _forced(table: Sequence[Verteld], reach: tuple[int, int], drempel: int) -> bool:
    """Whether the highest of the others leave a hidden group no other count than the highest that is hidden."""
    others = sum(count or 0 for count in table) + (drempel - 1) * (len(table) - 1)
    return None in table and reach[0] - others >= drempel - 1 > 0


def coarse(value: float, stap: float, laagst: float, hoogst: float) -> float:
    """An average in steps. An edge also tells what lies beyond it: the extreme itself would tell of everybody.

    >>> coarse(0.33, 0.05, 0.1, 0.9), coarse(1.0, 0.05, 0.1, 0.9)
    (0.35, 0.9)
    """
    return round(min(max(round(value / stap) * stap, laagst), hoogst), 2)
