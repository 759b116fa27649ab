"""What the tests of steps over many allocations share: doing the work of a plan, approving it, its lines."""

from typing import Any

from services.demo.stage import Party
from shared.jobs import run_worker
from tests.chain import Chain
from tests.flows.levensloop import post

Json = dict[str, Any]


def work(chain: Chain) -> None:
    """Do all that waits, the jobs of plans too."""
    chain.drain()
    run_worker(wait=False)
    chain.drain()


def approve(chain: Chain, plan: Json, who: Party | None = None, status: int = 200) -> Json:
    return post(who or chain.colleague(), f"/omzettingen/{plan['id']}/goedkeuring", None, status)


def lines(party: Party, plan: Json) -> list[Json]:
    told: list[Json] = party.get("allocation", f"/omzettingen/{plan['id']}")["regels"]
    return told
