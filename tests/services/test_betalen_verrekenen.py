"""Netting takes back as much of advances as it can, and never too much."""

from hypothesis import given
from hypothesis import strategies as st

from services.billing.betalen.verrekenen import Post, Voorschot, settle

AMOUNTS = st.integers(-(10**9), 10**9)


@given(st.lists(AMOUNTS), st.lists(st.integers(1, 10**9)), st.lists(st.integers(1, 10**9)))
def test_netting_takes_back_as_much_as_it_can_and_never_too_much(
    granted: list[int], due: list[int], paid: list[int]
) -> None:
    posts = [Post("prestatie", each) for each in granted] + [Post("termijn", each) for each in due]
    found = settle(posts, [Voorschot(f"T{number}", 1, each) for number, each in enumerate(paid)])
    assert found.verrekend == min(sum(paid), max(0, sum(granted)))
    assert found.bedrag == sum(granted) + sum(due) - found.verrekend
    assert found.bedrag >= 0 or not found.can_be_settled
    assert all(0 < -each.bedrag <= paid[int((each.taakbekostiging or "T0")[1:])] for each in found.verrekeningen)
