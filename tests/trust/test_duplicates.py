"""The short form of `make duplicates`, in one process: see tests/proofs/duplicates.py."""

import random
from collections.abc import Callable

import pytest

from tests.chain import Chain, query
from tests.proofs import duplicates


@pytest.fixture
def world(chain: Chain) -> duplicates.World:
    return duplicates.World(chain.urls["messaging"], chain.keys, lambda sql: query(sql.replace("%", "%%")), chain.drain)


@pytest.mark.parametrize(
    ("variant", "count", "times"), [(duplicates.same, 10, 20), (duplicates.again, 2, 12), (duplicates.others, 2, 2)]
)
def test_what_is_delivered_many_times_at_once_is_processed_once(
    world: duplicates.World, variant: Callable[..., duplicates.Counts], count: int, times: int
) -> None:
    counted = variant(world, random.Random(7), count, times)
    assert {name: got for name, (got, _) in counted.items()} == {name: want for name, (_, want) in counted.items()}
