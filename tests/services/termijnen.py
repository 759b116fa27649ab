"""What the tests of terms share: the terms that an organisation sees, and what is reported of an allocation."""

from datetime import date, timedelta
from typing import Any

from services.demo.stage import Party
from shared.calendar import vandaag
from tests.chain import query

Json = dict[str, Any]
BEGIN = {"begindatum": "2025-09-01"}
IDENTIFICATIE = "Header[1].bericht_identificatie_identificatie"


def terms(party: Party, *codes: str, **options: Any) -> list[Json]:
    """The terms of a party, of these kinds when some are named."""
    asked = "&".join(f"{name}={value}" for name, value in options.items())
    found: list[Json] = party.get("allocation", f"/termijnen?{asked}")["termijnen"]
    return [term for term in found if not codes or term["termijn"] in codes]


def told(party: Party, *codes: str) -> list[tuple[str, str, str]]:
    """Of each term its code, who has to act and its status."""
    return [(term["termijn"], term["wie"], term["status"]) for term in terms(party, *codes)]


def earlier(days: int) -> date:
    """Have everything in the ledgers come in some days earlier; the day on which it then came."""
    query(f"UPDATE bericht SET aangemaakt = aangemaakt - interval '{days} days' RETURNING 1")
    return vandaag() - timedelta(days)


def report(party: Party, path: str, toewijzing: Json, **body: Any) -> None:
    party.call("POST", "allocation", path, 202, json={"toewijzing": toewijzing["id"], **BEGIN, **body})
