"""Wmo: home support in hours a week, what fits in a month, a credit with its correction, and what is refused."""

import re
from typing import Any

from services.demo.modellen import contract
from services.demo.people import ANNIE, WILLEM
from services.demo.stage import Stage, euros

PRODUCT = {"categorie": "02", "code": "02A03"}
TARIEF = 6_150
"""Eurocents per hour."""
XML = {"Content-Type": "application/xml"}


def _deliver(stage: Stage, toewijzing: str, maand: str, uren: int) -> None:
    body = {"toewijzing": toewijzing, "maand": maand, "volume": uren}
    stage.begeleiding.call("POST", "billing", "/leveringen", 201, json=body)


def _contracts(stage: Stage) -> None:
    """The municipality has the tariff in its framework; the provider keeps a copy of its own."""
    terms = {"perceel": "ambulant", "raamcontract": "WMO-INSPANNING"}
    contract(stage.gemeente, "WMO-C", "iwmo", stage.begeleiding.code, **terms)
    contract(stage.begeleiding, "WMO-C", "iwmo", stage.gemeente.code)
    tarief = {
        "contract": "WMO-C",
        "product_categorie": PRODUCT["categorie"],
        "product_code": PRODUCT["code"],
        "eenheid": "04",
        "tarief": TARIEF,
        "begindatum": "2025-01-01",
    }
    stage.begeleiding.call("PUT", "allocation", "/tarieven", json=tarief)


def _allocate(stage: Stage, person: dict[str, Any], begin: str, eind: str, uren: int) -> str:
    body = {
        "standaard": "iwmo",
        "aanbieder": stage.begeleiding.code,
        "client": person,
        "product": PRODUCT,
        "toegang": "gemeente",
        "ingangsdatum": begin,
        "einddatum": eind,
        "omvang": {"volume": uren, "eenheid": "04", "frequentie": "2"},
    }
    made = stage.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=body)
    text = f"begeleiding voor {person['naam']['voornamen']}, {uren} uur per week, {begin} t/m {eind}"
    stage.accepted(stage.gemeente, stage.begeleiding, made["bericht"], "WMO301", text)
    return str(made["id"])


def play(stage: Stage) -> None:
    """The story of Willem's hours, then of what goes wrong and how its sender learns of it."""
    stage.chapter("Wmo: 3 uur begeleiding per week, gedeclareerd per maand")
    _contracts(stage)
    willem = _allocate(stage, WILLEM, "2025-10-07", "2025-12-30", 3)
    start = {"toewijzing": willem, "begindatum": "2025-10-07"}
    sent = stage.begeleiding.call("POST", "allocation", "/starts", 202, json=start)
    stage.accepted(stage.begeleiding, stage.gemeente, sent["bericht"], "WMO305", "begeleiding van Willem is gestart")
    _deliver(stage, willem, "2025-10", 12)
    october = stage.declare(stage.begeleiding, "iwmo", "2025-10")
    stage.expect("oktober: 12 uur past in 4 weken × 3 uur", october["toegekend_bedrag"], 12 * TARIEF)
    _deliver(stage, willem, "2025-11", 16)
    _foreseen(stage)
    _duplicate(stage, october["bericht"])
    _correct(stage, willem)
    _withdraw(stage)
    _format_fault(stage, october["bericht"])
    _content_fault(stage, october["bericht"])


def _foreseen(stage: Stage) -> None:
    body = {"standaard": "iwmo", "gemeente": stage.gemeente.code, "maand": "2025-11"}
    refused = stage.begeleiding.call("POST", "billing", "/declaraties", 422, json=body)
    [finding] = refused["bevindingen"]
    text = "november: 16 uur past niet in 5 weken × 3 uur: TR321, nog voor er iets is verstuurd"
    stage.expect(text, finding["code"], "TR321")
    stage.note(finding["melding"])


def _duplicate(stage: Stage, bericht: str) -> None:
    stage.chapter("Hetzelfde bericht nog eens, zoals het via het knooppunt binnenkomt")
    data = stage.begeleiding.xml(bericht)
    stage.tell(stage.begeleiding, stage.gemeente, "WMO323", "de declaratie van oktober, een tweede keer")
    again = stage.gemeente.call("POST", "messaging", "/berichten", 202, content=data, headers=XML)
    answer = stage.gemeente.xml(again["id"], "antwoord").decode()
    stage.expect("het antwoord is een Header met 9056", _codes(answer), ["9056"])


def _correct(stage: Stage, willem: str) -> None:
    stage.chapter("Een fout in oktober: eerst credit, dan opnieuw debet")
    _deliver(stage, willem, "2025-10", 11)
    _deliver(stage, willem, "2025-11", 15)
    december = stage.declare(stage.begeleiding, "iwmo", "2025-12")
    kinds = ["credit" if line["bedrag"] < 0 else "debet" for line in december["regels"]]
    stage.expect("oktober gaat eruit en er weer in, november is hersteld", kinds, ["credit", "debet", "debet"])
    wanted = (-12 + 11 + 15) * TARIEF
    stage.expect(f"alles toegekend: {euros(wanted)}", december["toegekend_bedrag"], wanted)


def _withdraw(stage: Stage) -> None:
    stage.chapter("Een toewijzing wordt voortijdig ingetrokken")
    annie = _allocate(stage, ANNIE, "2026-01-05", "2026-12-31", 2)
    change = {"einddatum": "2026-02-28", "reden_wijziging": "07"}
    made = stage.gemeente.call("POST", "allocation", f"/toewijzingen/{annie}/wijzigingen", 201, json=change)
    text = "Annie verhuist: de toewijzing eindigt op 2026-02-28, onder hetzelfde nummer"
    stage.accepted(stage.gemeente, stage.begeleiding, made["bericht"], "WMO301", text)
    seen = stage.begeleiding.get("allocation", f"/toewijzingen/{annie}")
    stage.expect(f"{stage.begeleiding.naam} ziet de nieuwe einddatum", seen["einddatum"], "2026-02-28")


def _format_fault(stage: Stage, bericht: str) -> None:
    stage.chapter("Wat een afzender ziet van een fout")
    good = stage.begeleiding.xml(bericht).decode()
    bad = re.sub(r"<wmo323:Eenheid>04</wmo323:Eenheid>\s*", "", good).replace(">2025-10-31<", ">2025-10-32<")
    stage.tell(stage.begeleiding, stage.gemeente, "WMO323", "zonder eenheid, met 32 oktober")
    refused = stage.begeleiding.apis["messaging"].call("POST", "/v1/berichten", content=bad, headers=XML)
    found = refused.json()["bevindingen"]
    stage.expect("niveau 1: 422 met alle fouten tegelijk", (refused.status_code, len(found)), (422, 3))
    for finding in found:
        stage.note(f"regel {finding['regel']}: {finding['pad'].rpartition('/')[2]}: {finding['melding']}")


def _content_fault(stage: Stage, bericht: str) -> None:
    good = stage.begeleiding.xml(bericht).decode()
    wrong = re.sub(r"(<iwmo:TotaalBedrag>)\d+", r"\g<1>1", good)
    wrong = re.sub(r"(<iwmo:Identificatie>)\w+", r"\g<1>ANDERS1", wrong)
    stage.tell(stage.begeleiding, stage.gemeente, "WMO323", "met een totaal van één cent")
    sent = stage.begeleiding.call("POST", "messaging", "/berichten", 202, content=wrong, headers=XML)
    found = stage.begeleiding.answered(sent["id"])
    answer = stage.begeleiding.xml(sent["id"], "antwoord").decode()
    stage.expect("niveau 2: het antwoord zegt alleen 0001", _codes(answer), ["0001"])
    [finding] = found["bevindingen"]
    stage.expect("de eigen controle zegt waarom: TR358", finding["code"], "TR358")
    stage.note(f"{finding['melding']} {finding['vervolgstap']}")


def _codes(xml: str) -> list[str]:
    return re.findall(r"<\w+:RetourCode>(\w+)<", xml)
