"""Counts are told so that nobody finds a small one, however they are subtracted (ADR 0014)."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from services.allocation.resultaten.afscherming import DREMPEL, shown

Counts = list[list[int]]
HIDES = 3


class TestTelling:
    @given(st.lists(st.lists(st.integers(0, 25), min_size=2, max_size=2), min_size=1, max_size=4))
    def test_who_subtracts_what_is_told_never_finds_a_small_count(self, cells: Counts) -> None:
        """Rows and columns divide the same people: of both, any of their groups together, and the total."""
        (rows, columns), total = shown(both_ways(cells))
        told = [[count for count in groups if count is not None] for groups in (rows, columns, [total])]
        sums = [sum(some) for groups in told for size in range(5) for some in combinations(groups, size)]
        assert not [(one, other) for one in sums for other in sums if 0 < one - other < DREMPEL]

    @given(
        st.integers(1, 3).flatmap(
            lambda width: st.lists(st.lists(st.integers(0, 7), min_size=width, max_size=width), min_size=1, max_size=3)
        )
    )
    def test_who_works_out_every_possibility_knows_no_small_count(self, cells: Counts) -> None:
        """All tables with the same total that would be told alike, each group of which leaves more than one count."""
        tables = both_ways(cells)
        told, total = shown(tables, HIDES)
        alike = [possible(groups, total) for groups in told]
        sums = set.intersection(*({sum(world) for world in worlds} for worlds in alike))
        for groups, counts, worlds in zip(told, tables, alike, strict=True):
            for place, count in enumerate(groups):
                left = {world[place] for world in worlds if sum(world) in sums}
                assert counts[place] in left or total is None
                assert count is not None or counts[place] == 0 or len(left) > 1, (tables, told, total)


def both_ways(cells: Counts) -> Counts:
    """The same people by row and by column."""
    return [[sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]]


def possible(told: list[int | None], total: int | None) -> list[tuple[int, ...]]:
    """Every table that a told one may stand for, when nothing was withheld beside small counts."""
    ranges = [range(HIDES) if count is None else range(count, count + HIDES) for count in told]
    whole = range(HIDES) if total is None else range(total, total + HIDES)
    return [world for world in product(*ranges) if total is None or sum(world) in whole]
