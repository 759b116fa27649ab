"""The provider's whole way: deliveries from a file, a check, a declaratie, refusals, their repair, all granted."""

from typing import Any

from services.demo import people
from services.demo.stage import Party
from tests.chain import Chain, query
from tests.services.claims import (
    TARIEF,
    agree,
    allocate,
    claim,
    codes,
    declare,
    deliver,
    kept,
    outcomes,
    overtaken,
    reasons,
    resent,
    send,
    to_pay,
)
from tests.services.test_leveringen_declareren import check
from tests.services.test_leveringen_vastleggen import load

Json = dict[str, Any]
KOP = "toewijzing;kenmerk;datum;volume\n"


def repair(party: Party, declaratie: Json, *, versturen: bool = False, **headers: str) -> Json:
    path = f"/v1/declaraties/{declaratie['bericht']}/herstel"
    answer = party.apis["billing"].call("POST", path, json={"versturen": versturen}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert all(len(line["uitleg"]) > 20 for line in found["hersteld"])
    return found


def actions(found: Json) -> list[tuple[str, bool]]:
    """What has to be done with each line, and whether that passes."""
    return [(line["handeling"], line["hersteld"]) for line in found["hersteld"]]


def proposed(found: Json) -> list[tuple[str, int, list[str]]]:
    """The lines of the repair, and why they would be refused."""
    rows = found["regels"]
    return [(row["debet_credit"], row["volume"], [why["regel"] for why in row["redenen"]]) for row in rows]


def answer_to(chain: Chain, party: Party, found: Json) -> Json:
    """What became of a repair that was sent."""
    chain.drain()
    declaratie: Json = party.get("billing", f"/declaraties/{found['verstuurd']['bericht']}")
    return declaratie


def test_from_a_file_to_everything_granted(chain: Chain, hours: str) -> None:
    annie = allocate(chain, chain.begeleiding, client=people.ANNIE)
    weeks = ("07", "14", "21", "28")
    rows = [f"{who};{who}-{day};2025-10-{day};3" for who in (hours, annie) for day in weeks]
    file = KOP + "\n".join(rows)
    for _ in range(2):
        assert load(chain.begeleiding, file).status_code == 201
    assert check(chain.begeleiding, "2025-10")["ingediend_bedrag"] == 24 * TARIEF
    first = overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
    assert outcomes(first) == [(12 * TARIEF, "afgewezen"), (12 * TARIEF, "toegekend")]

    found = repair(chain.begeleiding, first)
    assert actions(found) == [("opnieuw indienen", False)]
    assert proposed(found) == [("D", 12, ["TR321"])]
    assert repair(chain.begeleiding, first, versturen=True)["verstuurd"] is None

    load(chain.begeleiding, file.replace("2025-10-28;3", "2025-10-28;0").replace("2025-10-21;3", "2025-10-21;2"))
    load(chain.begeleiding, KOP + "\n".join(rows[4:]))
    found = repair(chain.begeleiding, first, versturen=True)
    assert actions(found) == [("opnieuw indienen", True)]
    second = answer_to(chain, chain.begeleiding, found)
    assert outcomes(second) == [(8 * TARIEF, "toegekend")]
    assert second["regels"][0]["vorige_referentie"] is None
    assert to_pay(chain) == {("iwmo", "65656056"): 20 * TARIEF}
    assert codes(claim(chain.begeleiding, "2025-10")) == ["LEEG"]
    assert load(chain.begeleiding, KOP + "\n".join(rows[4:])).status_code == 201
    assert codes(claim(chain.begeleiding, "2025-10")) == ["LEEG"]
    assert actions(repair(chain.begeleiding, first)) == [("niets", True)]


def test_a_granted_line_is_credited_first_and_then_claimed_as_it_is_now(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 12)
    first = declare(chain, chain.begeleiding, "2025-10")
    assert repair(chain.begeleiding, first)["hersteld"] == []
    deliver(chain.begeleiding, hours, "2025-10", 10)
    before = kept()
    found = repair(chain.begeleiding, first)
    assert actions(found) == [("crediteren en opnieuw indienen", True)]
    assert proposed(found) == [("C", 12, []), ("D", 10, [])]
    assert found["regels"][0]["vorige_referentie"] == first["regels"][0]["referentie"]
    assert {name for name, count in kept().items() if count != before[name]} == {"verwerking"}
    second = answer_to(chain, chain.begeleiding, repair(chain.begeleiding, first, versturen=True))
    assert outcomes(second) == [(-12 * TARIEF, "toegekend"), (10 * TARIEF, "toegekend")]
    assert to_pay(chain) == {("iwmo", "65656056"): 10 * TARIEF}


def test_a_new_tariff_is_a_repair_too(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 12)
    first = declare(chain, chain.begeleiding, "2025-10")
    agree(chain, chain.begeleiding, {"tarief": 6_300})
    second = answer_to(chain, chain.begeleiding, repair(chain.begeleiding, first, versturen=True))
    assert outcomes(second) == [(-12 * TARIEF, "toegekend"), (12 * 6_300, "toegekend")]


def test_what_was_granted_is_not_taken_back_when_its_correction_would_be_refused(chain: Chain, hours: str) -> None:
    for maand, volume in (("2025-10", 12), ("2025-11", 15)):
        deliver(chain.begeleiding, hours, maand, volume)
    first = declare(chain, chain.begeleiding, "2025-11")
    deliver(chain.begeleiding, hours, "2025-10", 13)
    deliver(chain.begeleiding, hours, "2025-11", 14)
    found = repair(chain.begeleiding, first, versturen=True)
    assert actions(found) == [("crediteren en opnieuw indienen", False), ("crediteren en opnieuw indienen", True)]
    assert outcomes(answer_to(chain, chain.begeleiding, found)) == [
        (-15 * TARIEF, "toegekend"),
        (14 * TARIEF, "toegekend"),
    ]
    assert to_pay(chain) == {("iwmo", "65656056"): 26 * TARIEF}


def test_a_refused_line_is_never_credited(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 12)
    first = overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
    deliver(chain.begeleiding, hours, "2025-10", 0)
    found = repair(chain.begeleiding, first, versturen=True)
    assert (actions(found), found["regels"], found["verstuurd"]) == ([("niets", True)], [], None)
    assert codes(claim(chain.begeleiding, "2025-10")) == ["LEEG"]
    deliver(chain.begeleiding, hours, "2025-10", 8)
    assert proposed(repair(chain.begeleiding, first)) == [("D", 8, [])]
    assert query("SELECT count(*) FROM prestatie WHERE ingediend_bedrag_debet_credit = 'C'")[0][0] == 0


def test_a_credit_and_its_debit_that_were_refused_do_not_hide_what_was_granted(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 12)
    declare(chain, chain.begeleiding, "2025-10")
    deliver(chain.begeleiding, hours, "2025-10", 11)
    second = overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
    assert outcomes(second) == [(-12 * TARIEF, "toegekend"), (11 * TARIEF, "afgewezen")]
    deliver(chain.begeleiding, hours, "2025-10", 8)
    found = repair(chain.begeleiding, second, versturen=True)
    assert proposed(found) == [("D", 8, [])]
    assert outcomes(answer_to(chain, chain.begeleiding, found)) == [(8 * TARIEF, "toegekend")]
    assert to_pay(chain) == {("iwmo", "65656056"): 8 * TARIEF}


def test_what_only_the_municipality_can_mend_is_said(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-12", 3)
    first = overtaken(chain, chain.begeleiding, hours, "2025-12", einddatum="2025-11-30")
    found = repair(chain.begeleiding, first, versturen=True)
    assert (actions(found), found["verstuurd"]) == ([("opnieuw indienen", False)], None)
    [line] = found["hersteld"]
    assert any("317" in why["vervolgstap"] for why in line["redenen"] if why["regel"] == "TR308")
    resent(hours, einddatum="2025-12-30")
    chain.drain()
    found = repair(chain.begeleiding, first, versturen=True)
    assert outcomes(answer_to(chain, chain.begeleiding, found)) == [(3 * TARIEF, "toegekend")]


def test_the_same_line_is_not_sent_again_while_nothing_changed(chain: Chain, hours: str) -> None:
    price = {"contract": "C1", "product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
    ours = {**price, "tarief": 7_000, "begindatum": "2024-01-01"}
    chain.begeleiding.call("PUT", "allocation", "/tarieven", json=ours)
    deliver(chain.begeleiding, hours, "2025-10", 3)
    first = declare(chain, chain.begeleiding, "2025-10")
    assert reasons(first) == [["0611"]]
    found = repair(chain.begeleiding, first, versturen=True)
    assert (actions(found), found["verstuurd"]) == ([("opnieuw indienen", False)], None)
    assert proposed(found) == [("D", 3, ["TR418"])]
    chain.begeleiding.call("PUT", "allocation", "/tarieven", json={**ours, "tarief": TARIEF})
    found = repair(chain.begeleiding, first, versturen=True)
    assert outcomes(answer_to(chain, chain.begeleiding, found)) == [(3 * TARIEF, "toegekend")]


def test_while_the_answer_is_not_there_it_waits_and_a_repeated_request_repairs_once(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 3)
    sent = claim(chain.begeleiding, "2025-10").json()
    assert actions(repair(chain.begeleiding, sent, versturen=True)) == [("afwachten", False)]
    chain.drain()
    deliver(chain.begeleiding, hours, "2025-10", 2)
    key = {"Idempotency-Key": "herstel"}
    first, again = (repair(chain.begeleiding, sent, versturen=True, **key) for _ in range(2))
    assert first == again
    assert actions(repair(chain.begeleiding, sent, versturen=True)) == [("afwachten", False)]
    answer_to(chain, chain.begeleiding, first)
    assert to_pay(chain) == {("iwmo", "65656056"): 2 * TARIEF}


def test_only_its_own_provider_repairs_a_declaratie(chain: Chain, hours: str) -> None:
    deliver(chain.begeleiding, hours, "2025-10", 3)
    bericht = declare(chain, chain.begeleiding, "2025-10")["bericht"]
    path = f"/declaraties/{bericht}/herstel"
    assert send(chain.jeugdhulp, path, {}).status_code == 404
    assert send(chain.gemeente, path, {}).status_code == 403
