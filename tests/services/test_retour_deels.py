"""The answer to a declaratie is made of the lines with findings alone, and is that of the whole declaratie."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.messaging.retour import build_return, clean_lines
from shared.level2.declaratie import signed, sum_of_lines
from shared.rules import Finding
from shared.standard.codec import encode, without_lines
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.builders import ANDER_BSN, message
from tests.services.retour import KENMERK

CLIENTS, LINES = 4, 3
PLACES = st.one_of(
    st.tuples(st.just("Prestatie"), st.integers(1, CLIENTS * LINES)),
    st.tuples(st.just("Client"), st.integers(1, CLIENTS)),
    st.tuples(st.sampled_from(("Declaratie", "Header")), st.just(1)),
)


def declaratie() -> bytes:
    """Four clients with three lines each, and the total of these."""
    more: dict[str, object] = {f"Client[{number}]": {"bsn": ANDER_BSN} for number in range(2, CLIENTS + 1)}
    document = message("JW323", more)
    [node] = document.root.all("Declaratie")
    node.values["totaal_ingediend_bedrag_totaal_bedrag"] = str(sum_of_lines(node))
    return encode(document)


def lines(document: Document) -> list[tuple[int, int]]:
    """The lines that were read, each with its client."""
    return [(client.volgnummer, line.volgnummer) for client in document.root.all("Client") for line in client.children]


HEEN = check(declaratie())


def test_lines_keep_their_numbers_when_those_before_them_are_left_out() -> None:
    found = [Finding("TR340", 3, "9340", "Prestatie", 8)]
    assert lines(HEEN.document(clean_lines(found))) == [(3, 7), (3, 8), (3, 9)]
    assert lines(HEEN.document(without_lines)) == []


@given(st.lists(PLACES, max_size=6))
def test_the_answer_is_that_of_the_whole(places: Sequence[tuple[str, int]]) -> None:
    found = [Finding("TR340", 3, "9340", *place) for place in places]
    whole = build_return(HEEN.document(), found, KENMERK)
    assert build_return(HEEN.document(clean_lines(found)), found, KENMERK) == whole


@given(st.sets(st.integers(1, CLIENTS * LINES)))
def test_what_is_granted_is_the_sum_of_the_lines_that_are_not_rejected(rejected: set[int]) -> None:
    answer = build_return(HEEN.document(), [Finding("TR340", 3, "9340", "Prestatie", n) for n in rejected], KENMERK)
    clean = [line for line in HEEN.document().root.all("Prestatie") if line.volgnummer not in rejected]
    granted = signed(answer.root.children[1], "totaal_toegekend_bedrag", "totaal_bedrag")
    assert granted == sum(signed(line, "ingediend_bedrag", "bedrag") for line in clean)
