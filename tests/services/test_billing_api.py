"""Declaraties over the API: what is claimed, what comes of it on both sides, and what is claimed again."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.demo import people
from services.demo.stage import Party
from shared.calendar import month_of, vandaag
from shared.standard.level1 import check
from shared.standard.node import Node
from tests.chain import Chain, query
from tests.services.claims import (
    DAGBESTEDING,
    PRIJS,
    TARIEF,
    Json,
    agree,
    allocate,
    claim,
    codes,
    declaraties,
    declare,
    deliver,
    kept,
    outcomes,
    overtaken,
    reasons,
    send,
    to_pay,
)


def lines(aanbieder: Party, declaratie: Json) -> list[Node]:
    """The lines of the 323 itself."""
    return list(check(aanbieder.xml(declaratie["bericht"])).document().root.all("Prestatie"))


def by_day(chain: Chain) -> str:
    """An allocation whose tariff only the municipality keeps."""
    price = PRIJS | {"product_categorie": DAGBESTEDING["categorie"], "product_code": DAGBESTEDING["code"]}
    chain.gemeente.call("PUT", "allocation", "/tarieven", json=price)
    return allocate(chain, chain.begeleiding, client=people.ANNIE, product=DAGBESTEDING)


class TestADeclaratie:
    def test_it_is_sent_judged_and_seen_alike_from_both_sides(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        made = claim(chain.begeleiding, "2025-10")
        body = made.json()
        assert (made.status_code, body["regels"], body["ingediend_bedrag"]) == (202, 1, 12 * TARIEF)
        assert made.headers["location"] == f"/v1/declaraties/{body['bericht']}"
        [waiting] = declaraties(chain.begeleiding)
        assert (waiting["toegekend_bedrag"], outcomes(waiting)) == (None, [(12 * TARIEF, "in behandeling")])
        chain.drain()
        [own], [seen] = declaraties(chain.begeleiding), declaraties(chain.gemeente)
        assert (own["richting"], seen["richting"]) == ("uitgaand", "inkomend")
        assert (own["tegenpartij"], seen["tegenpartij"]) == ("0193", "65656056")
        assert shared(own) == shared(seen)
        assert (own["status"], own["toegekend_bedrag"]) == ("goedgekeurd", 12 * TARIEF)
        assert outcomes(own) == [(12 * TARIEF, "toegekend")]

    def test_a_refused_line_has_its_reason_and_next_step_on_both_sides(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        deliver(chain.begeleiding, hours, "2025-11", 10)
        overtaken(chain, chain.begeleiding, hours, "2025-11", volume=2)
        [own], [seen] = declaraties(chain.begeleiding), declaraties(chain.gemeente)
        assert shared(own) == shared(seen)
        assert outcomes(own) == [(12 * TARIEF, "afgewezen"), (10 * TARIEF, "toegekend")]
        assert own["toegekend_bedrag"] == 10 * TARIEF
        [reason] = own["regels"][0]["redenen"]
        assert (reason["retourcode"], reason["regel"]) == ("9321", "TR321")
        assert reason["betekenis"] != ""
        assert reason["vervolgstap"] != ""

    def test_one_declaratie_is_found_by_its_id_and_by_its_owners_only(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        bericht = declare(chain, chain.begeleiding, "2025-10")["bericht"]
        answers = [
            party.apis["billing"].call("GET", f"/v1/declaraties/{key}")
            for party, key in ((chain.jeugdhulp, bericht), (chain.gemeente, bericht), (chain.begeleiding, uuid4()))
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1

    def test_the_list_goes_on_at_volgende(self, chain: Chain, hours: str) -> None:
        for maand in ("2025-10", "2025-11", "2025-12"):
            deliver(chain.begeleiding, hours, maand, 3)
            declare(chain, chain.begeleiding, maand)
        found, path = [], "/declaraties?limit=2"
        while path:
            page = chain.begeleiding.get("billing", path)
            found += [row["begindatum"] for row in page["declaraties"]]
            assert len(found) < 10, "it never ends"
            path = (page["volgende"] or "").partition("/v1")[2]
        assert found == ["2025-12-01", "2025-11-01", "2025-10-01"]

    def test_earlier_months_that_were_not_claimed_go_along_and_later_ones_wait(self, chain: Chain, hours: str) -> None:
        for maand, volume in (("2025-10", 1), ("2025-11", 2), ("2025-12", 3)):
            deliver(chain.begeleiding, hours, maand, volume)
        found = declare(chain, chain.begeleiding, "2025-11")
        assert [line["volume"] for line in found["regels"]] == [1, 2]
        found = declare(chain, chain.begeleiding, "2025-12")
        assert [line["volume"] for line in found["regels"]] == [3]

    def test_clients_have_their_own_part(self, chain: Chain, hours: str) -> None:
        annie = allocate(chain, chain.begeleiding, client=people.ANNIE)
        deliver(chain.begeleiding, hours, "2025-10", 1)
        deliver(chain.begeleiding, annie, "2025-10", 2)
        found = lines(chain.begeleiding, declare(chain, chain.begeleiding, "2025-10"))
        told = {(line.parent.get("bsn") if line.parent else "", line.get("geleverd_volume")) for line in found}
        assert told == {("999900043", "1"), ("999900031", "2")}

    def test_a_refused_line_is_claimed_again_once_it_is_right(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        assert reasons(overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)) == [["9321"]]
        deliver(chain.begeleiding, hours, "2025-10", 8)
        again = declare(chain, chain.begeleiding, "2025-11")
        assert outcomes(again) == [(8 * TARIEF, "toegekend")]
        assert again["regels"][0]["vorige_referentie"] is None
        assert to_pay(chain) == {("iwmo", "65656056"): 8 * TARIEF}

    def test_what_waits_for_an_answer_is_not_claimed_twice(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        assert claim(chain.begeleiding, "2025-10").status_code == 202
        for volume in (12, 11):
            deliver(chain.begeleiding, hours, "2025-10", volume)
            again = claim(chain.begeleiding, "2025-11")
            assert (again.status_code, codes(again)) == (422, ["LEEG"])
        chain.drain()
        assert [bedrag for bedrag, _ in outcomes(declare(chain, chain.begeleiding, "2025-11"))] == [
            -12 * TARIEF,
            11 * TARIEF,
        ]

    def test_a_change_is_a_credit_first_and_then_a_debit(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        first = declare(chain, chain.begeleiding, "2025-10")
        deliver(chain.begeleiding, hours, "2025-11", 15)
        deliver(chain.begeleiding, hours, "2025-10", 11)
        found = declare(chain, chain.begeleiding, "2025-11")
        assert outcomes(found) == [
            (-12 * TARIEF, "toegekend"),
            (11 * TARIEF, "toegekend"),
            (15 * TARIEF, "toegekend"),
        ]
        [credit, *debits] = lines(chain.begeleiding, found)
        [original] = lines(chain.begeleiding, first)
        own = {"product_referentie_referentie_nummer", "product_referentie_vorig_referentie_nummer"}
        own.add("ingediend_bedrag_debet_credit")
        assert {k: v for k, v in credit.values.items() if k not in own} == {
            k: v for k, v in original.values.items() if k not in own
        }
        named = "product_referentie_vorig_referentie_nummer"
        assert credit.get(named) == original.get("product_referentie_referentie_nummer")
        assert [debit.get(named) for debit in debits] == ["", ""]
        assert to_pay(chain) == {("iwmo", "65656056"): 26 * TARIEF}

    def test_a_delivery_of_nothing_takes_back_what_was_granted(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        deliver(chain.begeleiding, hours, "2025-10", 0)
        found = declare(chain, chain.begeleiding, "2025-11")
        assert outcomes(found) == [(-12 * TARIEF, "toegekend")]
        assert (found["ingediend_bedrag"], found["toegekend_bedrag"]) == (-12 * TARIEF, -12 * TARIEF)
        assert shared(found) == shared(declaraties(chain.gemeente)[0])
        assert to_pay(chain) == {("iwmo", "65656056"): 0}
        assert codes(claim(chain.begeleiding, "2025-12")) == ["LEEG"]

    def test_a_tariff_agreed_afterwards_is_a_credit_at_the_old_and_a_debit_at_the_new(
        self, chain: Chain, hours: str
    ) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        agree(chain, chain.begeleiding, {"tarief": 6_300})
        found = declare(chain, chain.begeleiding, "2025-11")
        assert outcomes(found) == [(-12 * TARIEF, "toegekend"), (12 * 6_300, "toegekend")]

    def test_nothing_is_claimed_of_what_is_granted_already(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declare(chain, chain.begeleiding, "2025-10")
        before = kept()
        again = claim(chain.begeleiding, "2025-11")
        assert (again.status_code, codes(again)) == (422, ["LEEG"])
        assert kept() == before

    def test_ten_claims_at_once_make_one_declaratie(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: claim(chain.begeleiding, "2025-10"), range(10)))
        assert sorted(answer.status_code for answer in answers) == [202] + [422] * 9
        assert {tuple(codes(answer)) for answer in answers if answer.status_code == 422} == {("LEEG",)}
        assert query("SELECT count(*) FROM prestatie")[0][0] == 1
        chain.drain()
        assert to_pay(chain) == {("iwmo", "65656056"): 12 * TARIEF}

    def test_a_month_that_is_not_over_waits(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        after = month_of(vandaag()).eind + timedelta(1)
        for day in (after - timedelta(1), after, date(2098, 12, 1)):
            if day <= vandaag():  # today is the last of its month
                continue
            refused = claim(chain.begeleiding, f"{day:%Y-%m}")
            assert (refused.status_code, codes(refused)) == (422, ["TR137"])

    def test_without_a_tariff_nothing_is_sent(self, chain: Chain, hours: str) -> None:
        other = by_day(chain)
        deliver(chain.begeleiding, hours, "2025-10", 12)
        deliver(chain.begeleiding, other, "2025-10", 1)
        before = kept()
        refused = claim(chain.begeleiding, "2025-10")
        assert (refused.status_code, codes(refused)) == (422, ["TR418"])
        assert "999900031" not in refused.text
        assert kept() == before

    def test_a_withdrawn_delivery_needs_no_tariff(self, chain: Chain, hours: str) -> None:
        other = by_day(chain)
        deliver(chain.begeleiding, hours, "2025-10", 12)
        for volume in (1, 0):
            deliver(chain.begeleiding, other, "2025-10", volume)
        assert outcomes(declare(chain, chain.begeleiding, "2025-10")) == [(12 * TARIEF, "toegekend")]

    @pytest.mark.parametrize(
        "changes",
        [{"gemeente": "0200"}, {"standaard": "ijw"}, {"maand": "2025-09"}],
        ids=["another municipality", "another law", "an earlier month"],
    )
    def test_there_is_nothing_to_claim_elsewhere(self, chain: Chain, hours: str, changes: Json) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        body = {"standaard": "iwmo", "gemeente": "0193", "maand": "2025-10", **changes}
        refused = send(chain.begeleiding, "/declaraties", body)
        assert (refused.status_code, codes(refused)) == (422, ["LEEG"])

    @pytest.mark.parametrize(
        "changes", [{"maand": "2025-10-01"}, {"maand": 202510}, {"gemeente": "193"}, {"nu": True}, {"standaard": "zvw"}]
    )
    def test_input_of_another_form_is_refused(self, chain: Chain, changes: Mapping[str, Any]) -> None:
        body = {"standaard": "iwmo", "gemeente": "0193", "maand": "2025-10", **changes}
        assert send(chain.begeleiding, "/declaraties", body).status_code == 422

    def test_a_municipality_claims_nothing(self, chain: Chain) -> None:
        assert claim(chain.gemeente, "2025-10").status_code == 403


def shared(declaratie: Json) -> Json:
    """What both sides must see alike; a line has the id of its message at its own side."""
    told = {name: value for name, value in declaratie.items() if name not in ("bericht", "richting", "tegenpartij")}
    lines = [{name: value for name, value in line.items() if name != "id"} for line in told["regels"]]
    return told | {"regels": lines}


@pytest.mark.parametrize("key", ["", "zk_onbekend"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/leveringen"),
        ("POST", "/declaraties"),
        ("GET", "/declaraties"),
        ("GET", f"/declaraties/{UUID(int=1)}"),
        ("GET", "/te-betalen"),
        ("POST", "/beoordelingen"),
    ],
)
def test_no_door_opens_without_a_key(services: dict[str, str], method: str, path: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    refused = httpx.request(method, f"{services['billing']}/v1{path}", json={}, headers=headers)
    assert refused.status_code == 401
