"""Requests as tests make and decide them, in either law."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from services.demo import people
from services.demo.stage import Party
from shared.calendar import vandaag
from tests.chain import Chain

Json = dict[str, Any]
HUISARTS = {"type": "02", "zorgverlener_code": "01234567"}
WEKELIJKS = {"volume": 3, "eenheid": "04", "frequentie": "2"}
MEER = WEKELIJKS | {"volume": 5}
TOTAAL = {"volume": 40, "eenheid": "04", "frequentie": "6"}


def over(days: int) -> str:
    """The day that lies so many days after today."""
    return (vandaag() + timedelta(days)).isoformat()


@dataclass(frozen=True)
class Wet:
    """A law with words of its own: a provider, a citizen, and two products."""

    standaard: str
    aanbieder: str
    client: Mapping[str, Any]
    product: Json
    ander: Json


IJW = Wet("ijw", "65656055", people.SAM, {"categorie": "45", "code": "45A03"}, {"categorie": "43", "code": "43A04"})
IWMO = Wet(
    "iwmo", "65656056", people.WILLEM, {"categorie": "02", "code": "02A03"}, {"categorie": "07", "code": "07A04"}
)


def party(chain: Chain, wet: Wet) -> Party:
    """The provider of a law."""
    return chain.parties[wet.aanbieder]


def post(party: Party, path: str, body: Json) -> httpx.Response:
    return party.apis["allocation"].call("POST", f"/v1{path}", json=body)


def verkort(client: Mapping[str, Any]) -> Json:
    """A citizen as a 315 names him."""
    name = {part: value for part, value in client["naam"].items() if part != "naam_gebruik"}
    return {field: client[field] for field in ("bsn", "geboortedatum", "geslacht")} | {"naam": name}


def product(wet: Wet, **changes: Any) -> Json:
    """A product as a 315 asks for it: three hours a week from next week on, for half a year."""
    asked = {
        "product": wet.product,
        "toewijzing_ingangsdatum": over(7),
        "toewijzing_einddatum": over(190),
        "omvang": WEKELIJKS,
        "verwijzer": HUISARTS,
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


def vot(wet: Wet, *products: Json, **changes: Any) -> Json:
    """The body of a request for allocation."""
    body = {"standaard": wet.standaard, "gemeente": "0193", "client": verkort(wet.client)}
    return body | {"producten": list(products or [product(wet)])} | changes


def vow(wet: Wet, **verzoek: Any) -> Json:
    """The body of a request for change: the three groups of products."""
    body = {"standaard": wet.standaard, "gemeente": "0193", "bsn": wet.client["bsn"]}
    return body | {"verzoek": {"reden_verzoek": "1"} | verzoek}


def asked(chain: Chain, wet: Wet, body: Json) -> list[Json]:
    """The requests that came of a body, sent and judged."""
    kind = "wijziging" if "verzoek" in body else "toewijzing"
    response = post(party(chain, wet), f"/verzoeken/{kind}", body)
    assert response.status_code == 202, response.text
    chain.drain()
    made: list[Json] = response.json()["verzoeken"]
    return made


def waiting(chain: Chain, status: str = "open") -> list[Json]:
    """The requests of a status as the municipality has them."""
    found: list[Json] = chain.gemeente.get("allocation", f"/verzoeken?status={status}")["verzoeken"]
    return found


def decide(chain: Chain, verzoek: Json, decision: str, **body: Any) -> httpx.Response:
    """What the municipality answers to a decision, with its consequences done."""
    response = post(chain.gemeente, f"/verzoeken/{verzoek['id']}/{decision}", body)
    chain.drain()
    return response


def granted(chain: Chain, verzoek: Json, **body: Any) -> Json:
    """A request that was granted, as the municipality sees it; its 301 was accepted."""
    response = decide(chain, verzoek, "inwilliging", **body)
    assert response.status_code == 201, response.text
    seen: Json = chain.gemeente.get("allocation", f"/verzoeken/{verzoek['id']}")
    assert [(a["soort"], a["status"]) for a in seen["antwoorden"]][-1] == ("toewijzing", "goedgekeurd")
    return seen


def toewijzingen(party: Party) -> dict[int, Json]:
    """The allocations of an organisation as they stand, by number."""
    found = party.get("allocation", "/toewijzingen")["toewijzingen"]
    return {row["toewijzing_nummer"]: row for row in found}


def see(party: Party, verzoek: Json) -> Json:
    """A request as an organisation sees it."""
    seen: Json = party.get("allocation", f"/verzoeken/{verzoek['id']}")
    return seen


def codes(response: httpx.Response) -> list[str]:
    """The codes of a refusal, sorted; each has words that say what to do, and no BSN."""
    assert response.status_code == 422, response.text
    assert "9999000" not in response.text
    findings = response.json()["bevindingen"]
    assert all(len(finding["melding"]) > 40 for finding in findings)
    return sorted(finding["code"] for finding in findings)


def allocated(chain: Chain, wet: Wet, **changes: Any) -> int:
    """An allocation of three hours a week, from a month ago until the days of a request; its number."""
    body = {
        "standaard": wet.standaard,
        "aanbieder": wet.aanbieder,
        "client": wet.client,
        "product": wet.product,
        "toegang": "wijkteam",
        "ingangsdatum": over(-30),
        "einddatum": over(100),
        "omvang": WEKELIJKS,
    }
    wanted = {name: value for name, value in (body | changes).items() if value is not None}
    made = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=wanted)
    chain.drain()
    return int(made["toewijzing_nummer"])


def changing(nummer: int, **changes: Any) -> Json:
    """What a 317 asks of an allocation: five hours a week from next week on, until its end."""
    wanted = {
        "toewijzing_nummer": nummer,
        "gewenste_ingangsdatum": over(7),
        "einddatum": over(100),
        "omvang": MEER,
    }
    return {name: value for name, value in (wanted | changes).items() if value is not None}


def fresh(wet: Wet, **changes: Any) -> Json:
    """A product more, from next week on."""
    wanted = {"product": wet.ander, "gewenste_ingangsdatum": over(7), "einddatum": over(190), "omvang": WEKELIJKS}
    return {name: value for name, value in (wanted | changes).items() if value is not None}
