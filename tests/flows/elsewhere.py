"""What tests of other parties share: an allocation, a partner elsewhere, and answers made by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services import organisations
from services.demo.stage import Party
from services.messaging.retour import Kenmerk, build_return
from shared.db.session import owner
from shared.rules import Finding
from shared.standard.codec import encode
from shared.standard.document import Document
from shared.standard.level1 import check
from tests.chain import Chain, query
from tests.services.allocating import allocate

Json = dict[str, Any]


ELDERS = "65656059"


def status(party: Party, bericht: str) -> str:
    return str(party.get("messaging", f"/berichten/{bericht}")["status"])


def told(party: Party, bericht: str) -> list[tuple[str, str]]:
    """The findings of a message, as code and return code."""
    found = party.get("messaging", f"/berichten/{bericht}")["bevindingen"]
    return sorted((finding["code"], finding["retourcode"]) for finding in found)


def inkomend(party: Party, soort: str) -> list[Json]:
    path = f"/berichten?richting=inkomend&berichtsoort={soort}"
    rows: list[Json] = party.get("messaging", path)["berichten"]
    return rows


def withdraw(chain: Chain, toewijzing: str, einddatum: str) -> str:
    """The end date brought forward; the 301 that tells it."""
    body = {"einddatum": einddatum, "reden_wijziging": "07"}
    made = chain.gemeente.call("POST", "allocation", f"/toewijzingen/{toewijzing}/wijzigingen", 201, json=body)
    return str(made["bericht"])


@pytest.fixture
def elders(chain: Chain, tmp_path: Path) -> Path:
    """A provider elsewhere, whose messages are put into a folder."""
    with owner() as session:
        organisations.register(session, ELDERS, "Aanbieder elders", "map", str(tmp_path / "uit"))
    return tmp_path / "uit"


def offer(chain: Chain, **changes: Any) -> Json:
    """An allocation for the provider elsewhere, brought to its channel."""
    made = allocate(chain, **{"aanbieder": ELDERS} | changes)
    chain.drain()
    return made


def answer_to(sender: Party, bericht: str, *findings: Finding, identificatie: str = "X1") -> Document:
    heen = check(sender.xml(bericht)).document()
    return build_return(heen, findings, Kenmerk(identificatie, date(2026, 1, 5)))


def bring(chain: Chain, receiver: Party, document: Document) -> str:
    """Post a message as its receiver, as it came in from elsewhere, and have it processed."""
    taken = chain.post(receiver, encode(document))
    assert taken.status_code == 202, taken.text
    chain.drain()
    return str(taken.json()["id"])


def jobs(task: str, state: str = "todo") -> int:
    rows = query(f"SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messaging.{task}' AND status = '{state}'")
    return int(rows[0][0])


def try_again(chain: Chain) -> None:
    """Let the jobs that failed run now, and not after their pause."""
    with owner() as session:
        waiting = "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"
        session.connection().exec_driver_sql(waiting)
    chain.drain()
