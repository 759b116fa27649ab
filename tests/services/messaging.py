"""What the tests of messaging share: a message as bytes, what is kept, and what an answer says."""

import httpx

from services.demo.stage import Party
from shared.db.tables import metadata
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import query

IDENTIFICATIE = "Header[1].bericht_identificatie_identificatie"
DAGTEKENING = "Header[1].bericht_identificatie_dagtekening"


def xml(name: str = "JW301", **changes: object) -> bytes:
    """A valid message; JW301 goes from the gemeente to jeugdhulp, JW323 the other way."""
    wijzig = {IDENTIFICATIE: changes.pop("identificatie", "B0001"), **changes.pop("wijzig", {})}  # type: ignore[dict-item]
    return encode(message(name, wijzig))


def kept() -> dict[str, int]:
    """How many rows each table holds, and how many jobs wait."""
    tables = [*metadata.tables, "procrastinate_jobs"]
    return {name: query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def get(party: Party, path: str) -> httpx.Response:
    return party.apis["messaging"].call("GET", path)


def codes(response: httpx.Response) -> list[str]:
    return [finding["code"] for finding in response.json()["bevindingen"]]


def is_problem(response: httpx.Response) -> bool:
    return response.headers["content-type"] == "application/problem+json" and response.json()["title"] != ""
