"""The chain end to end, with the story of the demo on the real services."""

from tests.chain import Chain
from tests.services.allocating import allocate


def test_an_allocation_reaches_the_provider_and_is_accepted(chain: Chain) -> None:
    made = allocate(chain)
    chain.drain()
    seen = chain.jeugdhulp.get("allocation", f"/toewijzingen/{made['id']}")
    own = {"bericht": None, "besluit": None}
    assert seen | own == made | own
    assert chain.gemeente.get("messaging", f"/berichten/{made['bericht']}")["status"] == "goedgekeurd"
