"""Lines that are kept as their leaves are the nodes that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.standard.catalogue import messages
from shared.standard.node import Lines, Node, Run, joined, leaves_of, those

KIND = messages()["JW323"].classes["Prestatie"]
TARIEF, VORIG = "product_tarief", "product_referentie_vorig_referentie_nummer"
counts = st.lists(st.integers(1, 4), max_size=4)


def lines_of(sizes: list[int]) -> tuple[Lines, list[Node]]:
    """Lines below several clients, and the same as nodes; every other one has no tariff."""
    runs, nodes = list[Run](), list[Node]()
    for client, size in enumerate(sizes):
        parent, first, run = Node("Client", KIND, None, client + 1), len(nodes) + 1, list[Node]()
        for number in range(first, first + size):
            texts = {name: f"{name} {number}" for name in KIND.fields if name != TARIEF or number % 2}
            run.append(Node("Prestatie", KIND, parent, number, texts, line=10 * number))
        leaves = [tuple(map(node.values.get, KIND.fields)) for node in run]
        runs.append(Run(parent, first, leaves, [10 * node.volgnummer for node in run]))
        nodes += run
    return Lines(KIND, runs), nodes


def places(nodes: object) -> list[tuple[int, int | None, int]]:
    return [(node.volgnummer, node.line, node.parent.volgnummer) for node in nodes]  # type: ignore[attr-defined]


@given(counts)
def test_they_are_a_sequence_of_those_nodes(sizes: list[int]) -> None:
    lines, nodes = lines_of(sizes)
    assert len(lines) == len(nodes)
    assert lines == nodes
    assert nodes == lines
    assert places(lines) == places(nodes)
    assert places(reversed(lines)) == places(reversed(nodes))
    assert places(lines[place] for place in range(len(nodes))) == places(nodes)
    assert lines != [*nodes, Node("Prestatie", KIND, None, 1)]


@pytest.mark.parametrize("place", [3, -1])
def test_beyond_the_last_there_is_none_and_none_is_counted_from_the_end(place: int) -> None:
    with pytest.raises(IndexError):
        lines_of([2, 1])[0][place]


@given(counts)
def test_leaves_are_read_without_making_nodes(sizes: list[int]) -> None:
    lines, nodes = lines_of(sizes)
    for names in ((TARIEF,), (VORIG, TARIEF, "eenheid")):
        expected = [tuple(map(node.values.get, names)) for node in nodes]
        assert leaves_of(lines, *names) == leaves_of(nodes, *names) == expected


@given(counts, counts)
def test_joined_they_are_lines_and_with_nodes_among_them_nodes(some: list[int], others: list[int]) -> None:
    (lines, nodes), (more, more_nodes) = lines_of(some), lines_of(others)
    assert isinstance(joined([lines, more]), Lines)
    assert joined([lines, more]) == [*nodes, *more_nodes]
    assert joined([lines, more_nodes]) == [*nodes, *more_nodes]
    assert joined([]) == []


@given(counts, st.data())
def test_those_that_are_wanted(sizes: list[int], data: st.DataObject) -> None:
    lines, nodes = lines_of(sizes)
    wanted = data.draw(st.lists(st.booleans(), min_size=len(nodes), max_size=len(nodes)))
    assert places(those(lines, wanted)) == places(node for node, wish in zip(nodes, wanted, strict=True) if wish)
