"""How municipalities buy: the six models of the reference cases as files, and an allocation from each that has them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.demo import inkoop
from services.demo.people import ANNIE, WILLEM
from services.demo.stage import Party, Stage, euros

FILES = Path(inkoop.__file__).parent
CONTRACTS = {
    "THUIS": ("WMO-THUIS", "thuisondersteuning"),
    "HULP": ("WMO-HULPMIDDELEN", "hulpmiddelen"),
    "VERVOER": ("WMO-VERVOER", "vervoer"),
}
"""The contracts of the provider of home support, each under a framework and for a lot."""


def files() -> Iterator[tuple[str, dict[str, Any]]]:
    """The example files with their names, in order."""
    for path in sorted(FILES.glob("*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))


def load(stage: Stage) -> None:
    """Set up every model as data."""
    stage.chapter("Inkoop: zes modellen, alle als gegevens")
    for naam, told in files():
        if "taakbekostigingen" in told:
            path = "/taakbekostigingen/import"
            made = {"taakbekostigingen": stage.gemeente.call("POST", "billing", path, json=told)["aantal"]}
        else:
            made = stage.gemeente.call("POST", "allocation", "/inkoop", json=told)["aantallen"]
        stage.note(f"{naam}: {', '.join(f'{number} {kind}' for kind, number in made.items() if number)}")
    for nummer, (frame, lot) in CONTRACTS.items():
        contract(stage.gemeente, nummer, "iwmo", stage.begeleiding.code, perceel=lot, raamcontract=frame)
    models = stage.gemeente.get("allocation", "/arrangementmodellen")["arrangementmodellen"]
    stage.expect("drie tabellen van assen", [row["model"] for row in models], sorted(_TABLES))


_TABLES = ("jeugdprofielen", "thuisondersteuning", "vervoer")


def contract(party: Party, nummer: str, standaard: str, tegenpartij: str, **terms: Any) -> None:
    """Keep a contract of one party."""
    body = {"nummer": nummer, "standaard": standaard, "tegenpartij": tegenpartij, "begindatum": "2024-01-01", **terms}
    party.call("PUT", "allocation", "/contracten", json=body)


def allocate(stage: Stage) -> None:
    """An allocation of models B, E and F; A and C have stories of their own, D has none."""
    stage.chapter("Wmo: een arrangement, een hulpmiddel en een vervoersbudget")
    begin = "2026-01-01"
    cell = {"soort": "activerend", "resultaatgebieden": "3-4", "intensiteit": "plus"}
    home = {"model": "thuisondersteuning", "assen": cell}
    areas = ["huishouden", "administratie en financiën", "zelfregie en dagstructuur"]
    run = {"ingangsdatum": begin, "einddatum": "2026-12-31"}
    made = _one(stage, WILLEM, {"arrangement": home, "resultaatgebieden": areas, **run})
    stage.note(f"{made['product_code']}: {euros(made['omvang']['volume'])} per maand, 3-4 resultaatgebieden")
    chair = {"product": {"categorie": "11", "code": "11A01"}, "omvang": _monthly(1)}
    _one(stage, ANNIE, {**chair, "ingangsdatum": begin})
    ride = {"model": "vervoer", "assen": {"dienst": "van-deur-tot-deur"}}
    made = _one(stage, ANNIE, {"arrangement": ride, "ingangsdatum": begin})
    yearly = {"volume": 56_200, "eenheid": "83", "frequentie": "6"}
    stage.expect("vervoer: een jaarbudget per dienst", (made["product_code"], made["omvang"]), ("08A01", yearly))
    wrong = {"product": {"categorie": "11", "code": "11A99"}, "omvang": _monthly(1), "ingangsdatum": begin}
    refused = stage.gemeente.call("POST", "allocation", "/toewijzingen", 422, json=_body(stage, ANNIE, wrong))
    stage.expect("wat niet is ingekocht wordt niet toegewezen", refused["bevindingen"][0]["code"], "PRODUCT")


def _monthly(volume: int) -> dict[str, Any]:
    return {"volume": volume, "eenheid": "82", "frequentie": "4"}


def _body(stage: Stage, person: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    place = {"standaard": "iwmo", "aanbieder": stage.begeleiding.code}
    return {**place, "client": person, "toegang": "gemeente", **what}


def _one(stage: Stage, person: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    body = _body(stage, person, what)
    made: dict[str, Any] = stage.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body)
    text = f"{person['naam']['voornamen']}: categorie {made['product_categorie']}"
    stage.accepted(stage.gemeente, stage.begeleiding, made["bericht"], "WMO301", text)
    return made
