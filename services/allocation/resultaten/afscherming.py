"""Hiding small counts in a table of groups with a total, so that what is hidden cannot be worked out either."""

from collections.abc import Sequence

DREMPEL = 10
"""Of fewer people than this nothing is shown."""


def hidden(counts: Sequence[int], drempel: int = DREMPEL) -> tuple[frozenset[int], bool]:
    """Which groups are hidden, and whether the total is.

    Groups of fewer than `drempel` are hidden, and with them the smallest others until what is left over of the total
    no longer tells them; groups of the same size go together, so that their order tells nothing either. When no
    group is left to hide, the total is hidden. Groups of 0 are nobody.

    >>> hidden([40, 12, 3])
    (frozenset({1, 2}), False)
    >>> hidden([4, 3])
    (frozenset({0, 1}), True)
    """
    small = [count for count in counts if 0 < count < drempel]
    others = sorted(count for count in counts if count >= drempel)
    while small and _known(small, drempel):
        if not others:
            break
        level = others[0]
        small += [count for count in others if count == level]
        others = [count for count in others if count > level]
    places = (place for place, count in enumerate(counts) if 0 < count <= max(small, default=0))
    return frozenset(places), bool(small) and _known(small, drempel)


def _known(small: Sequence[int], drempel: int) -> bool:
    """Whether the sum of hidden counts tells a small one: too few together, or each as low or as high as it can be."""
    together, many = sum(small), len(small)
    return many < 2 or together < max(drempel, 2 * many) or together == many * (drempel - 1)
