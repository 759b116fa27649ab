"""What the tests of the life of an allocation share: allocations around today, and calls that say what came of them."""

from datetime import date, timedelta
from typing import Any

from services.demo import people
from services.demo.stage import Party
from shared.calendar import vandaag
from tests.chain import Chain, query

Json = dict[str, Any]
JEUGD, WMO = "65656055", "65656056"
VANDAAG = vandaag()
BEGIN, EIND = VANDAAG - timedelta(40), VANDAAG + timedelta(30)
WEEKLY: Json = {
    "standaard": "iwmo",
    "aanbieder": WMO,
    "client": people.WILLEM,
    "product": {"categorie": "02", "code": "02A03"},
    "toegang": "wijkteam",
    "ingangsdatum": BEGIN.isoformat(),
    "einddatum": EIND.isoformat(),
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
"""Three hours a week, running now."""
TOTAL: Json = WEEKLY | {"omvang": {"volume": 40, "eenheid": "04", "frequentie": "6"}}
BUDGET: Json = {k: v for k, v in WEEKLY.items() if k != "omvang"} | {"product": {"categorie": "02"}, "budget": 100_000}


def day(number: int) -> str:
    """So many days from today."""
    return (VANDAAG + timedelta(number)).isoformat()


def after(when: date, number: int) -> str:
    return (when + timedelta(number)).isoformat()


def post(party: Party, path: str, body: Json | None = None, status: int = 201) -> Json:
    answer = party.apis["allocation"].call("POST", f"/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    told: Json = answer.json()
    return told


def codes(party: Party, path: str, body: Json | None = None, status: int = 422) -> list[str]:
    """Why a request is refused."""
    return [fault["code"] for fault in post(party, path, body, status)["bevindingen"]]


def allocate(chain: Chain, told: Json = WEEKLY, **changes: Any) -> str:
    """A new allocation that its provider accepted; its id."""
    made = str(post(chain.gemeente, "/toewijzingen", told | changes)["id"])
    chain.drain()
    return made


def ceiling(chain: Chain) -> None:
    """A ceiling over the days around today, which everything passes."""
    row = {"naam": "P", "standaard": "iwmo", "bedrag": 1, "begindatum": day(-9), "einddatum": day(9)}
    chain.gemeente.call("PUT", "allocation", "/plafonds", json=row)


def start(chain: Chain, toewijzing: str, begindatum: str, status: int = 202) -> Json:
    made = post(chain.begeleiding, "/starts", {"toewijzing": toewijzing, "begindatum": begindatum}, status)
    chain.drain()
    return made


def stop(chain: Chain, toewijzing: str, begindatum: str, einddatum: str, reden: str, status: int = 202) -> Json:
    body = {"toewijzing": toewijzing, "begindatum": begindatum, "einddatum": einddatum, "reden_beeindiging": reden}
    made = post(chain.begeleiding, "/stops", body, status)
    chain.drain()
    return made


def everything_accepted(chain: Chain) -> None:
    """Work off what waits; nobody refused anything that the other sent."""
    chain.drain()
    heen = "soort IN ('301', '305', '307', '315', '317', '319', '323')"
    assert query(f"SELECT soort, richting, status FROM bericht WHERE {heen} AND status <> 'goedgekeurd'") == []


def seen(party: Party, toewijzing: str) -> Json:
    told: Json = party.get("allocation", f"/toewijzingen/{toewijzing}")
    return told


def levering(party: Party, toewijzing: str) -> tuple[str, list[str]]:
    """How a delivery stands, and each start of it."""
    told = party.get("allocation", f"/toewijzingen/{toewijzing}/levering")
    return told["stand"], [start["stand"] for start in told["leveringen"]]
