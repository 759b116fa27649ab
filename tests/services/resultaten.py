"""What the tests of outcomes share: trajectories that were stopped for good, and what is recorded of them."""

from typing import Any

from services.demo.stage import Party
from tests.chain import Chain
from tests.services.allocating import allocate

Json = dict[str, Any]
RESULTAAT = {"rapportcijfer": 8, "geholpen": "ja", "zelf_verder": True, "doel_bereikt": False}


def stopped(chain: Chain, reden: str = "31", **changes: Any) -> str:
    """A youth allocation that was started and stopped for good this year; its id."""
    made: str = allocate(chain, **changes)["id"]
    chain.drain()
    begin = {"toewijzing": made, "begindatum": "2025-09-01"}
    carer = next(
        party
        for party in (chain.jeugdhulp, chain.begeleiding)
        if party.code == changes.get("aanbieder", chain.jeugdhulp.code)
    )
    carer.call("POST", "allocation", "/starts", 202, json=begin)
    carer.call(
        "POST", "allocation", "/stops", 202, json=begin | {"einddatum": "2025-10-01", "reden_beeindiging": reden}
    )
    chain.drain()
    return made


def record(party: Party, toewijzing: str, **values: Any) -> Any:
    return party.apis["allocation"].call("POST", "/v1/resultaten", json={"toewijzing": toewijzing, **values})


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pad"]) for fault in answer.json()["bevindingen"]]
