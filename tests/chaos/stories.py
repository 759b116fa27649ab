"""What the clients send: stories of one citizen each, through the APIs and as bytes, in both standards and roles."""

from collections.abc import Iterator
from typing import Any

from services.demo.people import client
from tests.chaos.load import GiveUpError, Sender
from tests.chaos.raw import FAULTS, TARIEF, Case, credit, spoiled
from tests.chaos.world import AANBIEDERS, GEMEENTEN, MAP, World

FAULTY = 0.05 * 7
"""A raw story has about seven messages: one of them is faulty in this part of the stories."""
API = 0.35
"""Which part of the stories goes through the APIs of allocation and billing."""


def _bsn(number: int) -> str:
    """A BSN of the test range for each number: of three in a row at least one has a last digit (elfproef)."""
    for first in range(99900000 + 3 * number, 99900000 + 3 * number + 3):
        last = sum(int(digit) * weight for digit, weight in zip(str(first), range(9, 1, -1), strict=True)) % 11
        if last < 10:
            return f"{first}{last}"
    raise AssertionError(number)


def contracts(world: World) -> None:
    """Every pair has a contract with its tariff, on both sides."""
    for standaard in ("ijw", "iwmo"):
        for gemeente in GEMEENTEN:
            for aanbieder in AANBIEDERS:
                case = Case(standaard, gemeente, aanbieder, "", "")
                _contract(world, case, gemeente, aanbieder)
                if aanbieder != MAP:
                    _contract(world, case, aanbieder, gemeente)


def _contract(world: World, case: Case, own: str, other: str) -> None:
    api, nummer = world.api(own, "allocation"), f"{case.standaard}-{other}"
    begin = {"begindatum": "2024-01-01"}
    contract = {"nummer": nummer, "tegenpartij": other, "standaard": case.standaard}
    api.put("/v1/contracten", json=contract | begin).raise_for_status()
    product = {"product_categorie": case.product["categorie"], "product_code": case.product["code"]}
    tarief = {"contract": nummer, "eenheid": "04", "tarief": TARIEF} | product
    api.put("/v1/tarieven", json=tarief | begin).raise_for_status()


def tell(sender: Sender, number: int, fault: str | None = None) -> None:
    """The story of a number; with a `fault`, one as bytes that has it."""
    choice = sender.choice
    bsn = _bsn(number)
    sender.book.bsns.add(bsn)
    pair = choice.choice(("ijw", "iwmo")), choice.choice(GEMEENTEN), choice.choice(AANBIEDERS)
    case = Case(*pair, bsn, str(500_000_000 + number))
    if fault is None and case.aanbieder != MAP and choice.random() < API:
        _through_api(sender, case)
    else:
        _as_bytes(sender, case, fault)


def _as_bytes(sender: Sender, case: Case, fault: str | None) -> None:
    for step, (soort, data, name) in enumerate(_messages(sender, case, fault)):
        if sender.ended.is_set():
            raise GiveUpError
        down = soort in ("301", "319")
        code = case.gemeente if down or case.aanbieder == MAP else case.aanbieder  # the hub brings what MAP sends
        if name in ("xsd", "doctype"):
            sender.refuse(code, data, f"{case.nummer}x{step}")
        else:
            sender.xml(code, data, soort)
            sender.book.count(f"fout {name}" if name else "geldig", 1)


def _messages(sender: Sender, case: Case, wanted: str | None) -> Iterator[tuple[str, bytes, str]]:
    """Kind, bytes and planted fault of each message of a story, in their order."""
    kinds = ["301", "315", "319", "305", "323", "credit", "307", "317"]
    faulty = sender.choice.randrange(len(kinds)) if sender.choice.random() < FAULTY else -1
    faulty = 1 if wanted else faulty
    dropped = sender.choice.randrange(2, len(kinds))
    for step, kind in enumerate(kinds[: dropped + 1]):
        identificatie = f"{case.nummer}x{step}"
        if step == faulty:
            fault = wanted or sender.choice.choice(FAULTS)
            yield "323", spoiled(case, fault, identificatie), fault
        elif kind == "credit":
            yield "323", credit(case, identificatie), ""
        else:
            yield kind, case.message(kind, identificatie), ""


def _through_api(sender: Sender, case: Case) -> None:
    toewijzing = _allocate(sender, case)
    path = f"/toewijzingen/{toewijzing}"
    sender.until(lambda: sender.get(case.aanbieder, "allocation", path).status_code == 200)
    start = {"toewijzing": toewijzing, "begindatum": "2026-04-03"}
    _step(sender, case.aanbieder, "allocation", "/starts", "305", start)
    for volume in (sender.choice.randint(5, 12), sender.choice.randint(1, 4)):
        _claim(sender, case, toewijzing, volume)
    change = {"einddatum": "2026-10-31", "reden_wijziging": "07"}
    _step(sender, case.gemeente, "allocation", f"{path}/wijzigingen", "301", change)
    stop = start | {"einddatum": "2026-05-01", "reden_beeindiging": "31"}
    _step(sender, case.aanbieder, "allocation", "/stops", "307", stop)


def _step(sender: Sender, code: str, service: str, path: str, soort: str, body: dict[str, Any]) -> Any:
    sender.pause()
    return sender.made(sender.post(code, service, path, json=body), "bericht", code, soort)


def _allocate(sender: Sender, case: Case) -> str:
    body = {
        "standaard": case.standaard,
        "aanbieder": case.aanbieder,
        "client": client(case.bsn, "Wit", "Tom", "1980-02-14"),
        "product": case.product,
        "toegang": "wijkteam",
        "ingangsdatum": "2026-04-01",
        "einddatum": "2026-12-31",
        "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
    }
    return str(_step(sender, case.gemeente, "allocation", "/toewijzingen", "301", body)["id"])


def _claim(sender: Sender, case: Case, toewijzing: str, volume: int) -> None:
    """Record a delivery and send the declaratie of its month; another story may have claimed it along with its own."""
    body = {"toewijzing": toewijzing, "maand": "2026-04", "volume": volume}
    recorded = sender.post(case.aanbieder, "billing", "/leveringen", json=body)
    if not recorded.is_success:
        sender.book.fault(f"een levering is geweigerd: {recorded.status_code} {recorded.text[:300]}")
        raise GiveUpError
    wanted = {"standaard": case.standaard, "gemeente": case.gemeente, "maand": "2026-04"}
    answer = sender.post(case.aanbieder, "billing", "/declaraties", json=wanted)
    if answer.status_code == 422 and "LEEG" in answer.text:
        sender.book.count("niets te declareren")
        return
    made = sender.made(answer, "bericht", case.aanbieder, "323")
    path = f"/declaraties/{made['bericht']}"
    sender.until(lambda: sender.get(case.aanbieder, "billing", path).json()["status"] in ("goedgekeurd", "afgekeurd"))
