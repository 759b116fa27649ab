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


def earlier(days: int, soort: str = "3__") -> date:
    """Have the messages of a kind come in some days earlier, at the same time of the day; the day on which they came.

    Between 23:00 and midnight so many times 24 hours can be another day: in summer the clock is an hour ahead.
    """
    zone = "AT TIME ZONE 'Europe/Amsterdam'"
    then = f"(aangemaakt {zone} - interval '{days} days') {zone}"
    query(f"UPDATE bericht SET aangemaakt = {then} WHERE soort LIKE '{soort}' RETURNING 1")
    return vandaag() - timedelta(days)


def report(party: Party, path: str, toewijzing: Json, **body: Any) -> None:
    party.call("POST", "allocation", path, 202, json={"toewijzing": toewijzing["id"], **BEGIN, **body})
