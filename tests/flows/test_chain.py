"""The chain end to end, with the story of the demo on the real services."""

from services.demo import people
from tests.chain import Chain


def test_an_allocation_reaches_the_provider_and_is_accepted(chain: Chain) -> None:
    body = {
        "standaard": "ijw",
        "aanbieder": chain.jeugdhulp.code,
        "client": people.SAM,
        "product": {"categorie": "50", "code": "50P4M"},
        "ingangsdatum": "2025-09-01",
        "omvang": {"volume": 1, "eenheid": "82", "frequentie": "6"},
    }
    made = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body)
    chain.drain()
    seen = chain.jeugdhulp.get("allocation", f"/toewijzingen/{made['id']}")
    own = {"bericht": None, "besluit": None}
    assert seen | own == made | own
    assert chain.gemeente.get("messaging", f"/berichten/{made['bericht']}")["status"] == "goedgekeurd"
