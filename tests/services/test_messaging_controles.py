"""Checking without sending, what was really wrong with what was refused, and who may ask for a judgement."""

from typing import Any
from uuid import uuid4

from shared.standard.level1 import MAX_BYTES
from tests.chain import Chain
from tests.services.messaging import get, is_problem, kept, xml


class TestAControl:
    def control(self, chain: Chain, data: bytes) -> dict[str, Any]:
        before = kept()
        kind = {"Content-Type": "application/xml"}
        found: dict[str, Any] = chain.gemeente.call("POST", "messaging", "/controles", content=data, headers=kind)
        assert kept() == before
        return found

    def test_a_valid_message_is_valid_and_not_kept(self, chain: Chain) -> None:
        assert self.control(chain, xml()) == {"berichtsoort": "JW301", "geldig": True, "bevindingen": []}

    def test_a_message_of_others_may_be_controlled_too(self, chain: Chain) -> None:
        assert self.control(chain, xml(wijzig={"Header[1].ontvanger": "12345678"}))["geldig"]

    def test_every_fault_of_level_1_is_told(self, chain: Chain) -> None:
        found = self.control(chain, xml("JW323").replace(b"2026-04-30", b"2026-04-31"))
        assert (found["berichtsoort"], found["geldig"]) == ("JW323", False)
        assert [(f["niveau"], f["retourcode"]) for f in found["bevindingen"]] == [(1, "")] * 3

    def test_every_fault_of_level_2_is_told_with_what_to_do(self, chain: Chain) -> None:
        wrong = {"Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "1", "Client[1].bsn": "999900007"}
        found = self.control(chain, xml("JW323", wijzig=wrong))
        assert sorted(f["code"] for f in found["bevindingen"]) == ["CS002", "TR358"]
        assert {(f["niveau"], f["retourcode"]) for f in found["bevindingen"]} == {(2, "0001")}
        assert all(f["melding"] and f["vervolgstap"] and f["pad"] and f["regel"] for f in found["bevindingen"])

    def test_what_is_no_message_has_no_kind(self, chain: Chain) -> None:
        found = self.control(chain, b"<x/>")
        assert (found["berichtsoort"], found["geldig"]) == ("", False)

    def test_a_message_above_25_mb_is_too_large(self, chain: Chain) -> None:
        kind = {"Content-Type": "application/xml"}
        chain.gemeente.call("POST", "messaging", "/controles", 413, content=b" " * (MAX_BYTES + 1), headers=kind)


def test_a_sender_whose_message_is_refused_with_0001_sees_what_was_really_wrong(chain: Chain) -> None:
    wrong = {"Declaratie[1].totaal_ingediend_bedrag_totaal_bedrag": "1", "Client[1].bsn": "999900007"}
    sent = chain.post(chain.jeugdhulp, xml("JW323", wijzig=wrong)).json()["id"]
    chain.drain()
    found = get(chain.jeugdhulp, f"/v1/berichten/{sent}").json()
    assert found["status"] == "afgekeurd"
    assert sorted(f["code"] for f in found["bevindingen"]) == ["CS002", "TR358"]
    assert all(f["melding"] and f["vervolgstap"] for f in found["bevindingen"])
    answer = get(chain.jeugdhulp, f"/v1/berichten/{sent}/antwoord").content
    assert answer.count(b"RetourCode>") == 2
    assert b">0001<" in answer
    [came] = get(chain.gemeente, "/v1/berichten?richting=inkomend").json()["berichten"]
    assert get(chain.gemeente, f"/v1/berichten/{came['id']}").json()["bevindingen"] == found["bevindingen"]


def test_only_messaging_may_ask_for_a_judgement(chain: Chain) -> None:
    for service in ("allocation", "billing"):
        asked = chain.gemeente.apis[service].call("POST", "/v1/beoordelingen", json={"berichten": [str(uuid4())]})
        assert (asked.status_code, is_problem(asked)) == (401, True)
