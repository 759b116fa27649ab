"""Jeugdwet: a youth profile with one fixed tariff (model A), a wrong tariff and its repair, from start to stop."""

from datetime import date, timedelta
from typing import Any

from services.demo.modellen import contract
from services.demo.people import NOOR, SAM
from services.demo.stage import Party, Stage
from shared.calendar import Periode, month_of

PRODUCT = {"categorie": "50", "code": "504M"}
"""What profile 4 (treatment from child factors), intensity middle comes to: a row of the table profile × intensity."""
ARRANGEMENT = {"model": "jeugdprofielen", "assen": {"profiel": "4", "intensiteit": "midden"}}
OUD, NIEUW = 412_500, 425_000
"""The tariff of the whole trajectory, in eurocents, before and after the indexation."""


def months(vandaag: date) -> list[Periode]:
    """The three calendar months before today, oldest first."""
    found: list[Periode] = []
    day = vandaag
    for _ in range(3):
        found.insert(0, month_of(month_of(day).begin - timedelta(1)))
        day = found[0].begin
    return found


def _prices(stage: Stage, periods: list[Periode]) -> None:
    """Both parties keep the contract; the provider has missed that the tariff was indexed in the second month."""
    terms = {"perceel": "profielen", "raamcontract": "JW-PROFIELEN", "acceptatieplicht": True}
    contract(stage.gemeente, "JW-A", "ijw", stage.jeugdhulp.code, **terms)
    contract(stage.jeugdhulp, "JW-A", "ijw", stage.gemeente.code)
    _price(stage.gemeente, OUD, date(2024, 1, 1), periods[0].eind)
    _price(stage.gemeente, NIEUW, periods[1].begin, None)
    _price(stage.jeugdhulp, OUD, date(2024, 1, 1), None)


def _price(party: Party, tarief: int, begin: date, eind: date | None) -> None:
    body = {
        "contract": "JW-A",
        "product_categorie": PRODUCT["categorie"],
        "product_code": PRODUCT["code"],
        "eenheid": "82",
        "tarief": tarief,
        "begindatum": begin.isoformat(),
        "einddatum": eind.isoformat() if eind else None,
    }
    party.call("PUT", "allocation", "/tarieven", json=body)


def _allocate(stage: Stage, child: dict[str, Any], period: Periode) -> str:
    body = {
        "standaard": "ijw",
        "aanbieder": stage.jeugdhulp.code,
        "client": child,
        "arrangement": ARRANGEMENT,
        "toegang": "huisarts",
        "ingangsdatum": period.begin.isoformat(),
    }
    made = stage.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body)
    name = child["naam"]["voornamen"]
    text = f"profiel 4, intensiteit midden, één traject voor {name} vanaf {period.begin} ({made['id']})"
    stage.accepted(stage.gemeente, stage.jeugdhulp, made["bericht"], "JW301", text)
    start = {"toewijzing": made["id"], "begindatum": period.begin.isoformat()}
    sent = stage.jeugdhulp.call("POST", "allocation", "/starts", 202, json=start)
    stage.accepted(stage.jeugdhulp, stage.gemeente, sent["bericht"], "JW305", f"{name} is gestart")
    return str(made["id"])


def _deliver(stage: Stage, toewijzing: str, period: Periode) -> None:
    body = {"toewijzing": toewijzing, "maand": f"{period.begin:%Y-%m}", "volume": 1}
    stage.jeugdhulp.call("POST", "billing", "/leveringen", 201, json=body)


def play(stage: Stage, vandaag: date) -> None:
    """The story of two children with the same profile."""
    stage.chapter("Jeugdwet: profiel × intensiteit met één vast tarief")
    periods = months(vandaag)
    _prices(stage, periods)
    sam, noor = _allocate(stage, SAM, periods[0]), _allocate(stage, NOOR, periods[1])
    _deliver(stage, sam, periods[0])
    _deliver(stage, noor, periods[1])
    _invoice(stage, periods)
    stop = {
        "toewijzing": sam,
        "begindatum": periods[0].begin.isoformat(),
        "einddatum": periods[2].eind.isoformat(),
        "reden_beeindiging": "31",
    }
    sent = stage.jeugdhulp.call("POST", "allocation", "/stops", 202, json=stop)
    stage.accepted(stage.jeugdhulp, stage.gemeente, sent["bericht"], "JW307", "traject van Sam volgens plan beëindigd")


def _invoice(stage: Stage, periods: list[Periode]) -> None:
    first = stage.declare(stage.jeugdhulp, "ijw", f"{periods[1].begin:%Y-%m}")
    stage.expect("de regel met het juiste tarief is toegekend", first["toegekend_bedrag"], OUD)
    [refused] = [line for line in first["regels"] if line["uitkomst"] == "afgewezen"]
    [reason] = refused["redenen"]
    stage.expect("de regel met het oude tarief krijgt 0611 (TR418)", reason["retourcode"], "0611")
    stage.note(f"{reason['betekenis']} {reason['vervolgstap']}")
    _price(stage.jeugdhulp, OUD, date(2024, 1, 1), periods[0].eind)
    _price(stage.jeugdhulp, NIEUW, periods[1].begin, None)
    stage.note(f"{stage.jeugdhulp.naam} herstelt het tarief en declareert in de volgende maand opnieuw")
    second = stage.declare(stage.jeugdhulp, "ijw", f"{periods[2].begin:%Y-%m}")
    stage.expect("de herstelde regel is toegekend", second["toegekend_bedrag"], NIEUW)
