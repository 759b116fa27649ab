"""The check before sending, and what became of each delivery."""

import re
from typing import Any

import httpx

from services.demo import people
from services.demo.stage import Party
from tests.chain import Chain
from tests.services.claims import (
    DAGBESTEDING,
    PRIJS,
    TARIEF,
    agree,
    allocate,
    claim,
    declare,
    deliver,
    kept,
    overtaken,
    resent,
    send,
)

Json = dict[str, Any]


def check(party: Party, maand: str, **more: str) -> Json:
    body = {"standaard": "iwmo", "gemeente": "0193", "maand": maand, **more}
    answer = send(party, "/declaraties/controle", body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def against(line: Json) -> list[tuple[str, str]]:
    """Why a line would be refused; each reason with words for what it means and what to do."""
    assert all(len(why["betekenis"]) > 10 and len(why["vervolgstap"]) > 10 for why in line["redenen"])
    return [(why["regel"], why["retourcode"]) for why in line["redenen"]]


def warned(found: Json) -> list[str]:
    return [warning["code"] for warning in found["waarschuwingen"]]


class TestACheckBeforeSending:
    def test_what_is_right_can_be_sent_and_nothing_stays_behind(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        before = kept()
        found = check(chain.begeleiding, "2025-10")
        after = kept()
        assert (found["verstuurbaar"], found["redenen"], found["waarschuwingen"]) == (True, [], [])
        assert found["ingediend_bedrag"] == 12 * TARIEF
        [line] = found["regels"]
        told = ("toewijzing", "debet_credit", "begindatum", "einddatum", "volume", "bedrag", "redenen")
        assert [line[name] for name in told] == [hours, "D", "2025-10-07", "2025-10-31", 12, 12 * TARIEF, []]
        assert after.pop("verwerking") == before.pop("verwerking") + 1, "the reading is in the log"
        assert after == before
        assert claim(chain.begeleiding, "2025-10").status_code == 202

    def test_it_logs_no_message_that_was_never_sent(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        check(chain.begeleiding, "2025-10")
        lines = chain.begeleiding.get("messaging", "/verwerkingen")["verwerkingen"]
        assert not [line for line in lines if line["handeling"] == "bericht uitgaand"]
        assert lines[0]["handeling"] == "declaratie samengesteld"

    def test_each_line_that_would_be_refused_is_named_with_all_its_reasons(self, chain: Chain, hours: str) -> None:
        annie = allocate(chain, chain.begeleiding, client=people.ANNIE)
        price = {"product_categorie": "07", "product_code": "07A04"}  # which the provider did not record
        chain.gemeente.call("PUT", "allocation", "/tarieven", json=PRIJS | price)
        other = allocate(chain, chain.begeleiding, client=people.ANNIE, product=DAGBESTEDING)
        for maand, volume in (("2025-10", 13), ("2025-11", 15)):
            deliver(chain.begeleiding, hours, maand, volume)
        deliver(chain.begeleiding, annie, "2025-11", 16)
        deliver(chain.begeleiding, other, "2025-11", 1)
        found = check(chain.begeleiding, "2025-11")
        assert not found["verstuurbaar"]
        reasons = {(line["toewijzing"], line["begindatum"]): against(line) for line in found["regels"]}
        assert reasons == {
            (hours, "2025-10-07"): [("TR321", "9321")],
            (hours, "2025-11-01"): [],
            (annie, "2025-11-01"): [("TR321", "9321")],
            (other, "2025-11-01"): [("TR418", "0611")],
        }

    def test_sending_it_names_the_same_lines_and_no_bsn(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 13)
        refused = claim(chain.begeleiding, "2025-10")
        assert refused.status_code == 422
        [finding] = refused.json()["bevindingen"]
        assert (finding["code"], finding["pad"]) == (
            "TR321",
            f"/toewijzing/{hours}/product/02A03/periode/2025-10-07",
        )
        words = (hours.rpartition("-")[2], "02A03", "2025-10-07", "2025-10-31", "volume 13", "799.50", "9321")
        assert all(word in finding["melding"] for word in words)
        assert not re.search("9999000[0-9]{2}", refused.text)

    def test_a_month_before_the_last_one_says_which_month_is_right(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 3)
        declare(chain, chain.begeleiding, "2025-11")
        deliver(chain.begeleiding, hours, "2025-10", 3)
        [reason] = check(chain.begeleiding, "2025-10")["redenen"]
        assert reason["regel"] == "TR318"
        assert "2025-11" in reason["vervolgstap"]
        assert "2025-11" in claim(chain.begeleiding, "2025-10").json()["bevindingen"][0]["melding"]
        assert check(chain.begeleiding, "2025-11")["verstuurbaar"]

    def test_nothing_to_claim_and_a_month_that_is_not_over_are_told(self, chain: Chain, hours: str) -> None:
        found = check(chain.begeleiding, "2025-10")
        assert ([why["regel"] for why in found["redenen"]], found["verstuurbaar"]) == (["LEEG"], False)
        found = check(chain.begeleiding, "2098-12")
        assert [why["regel"] for why in found["redenen"]] == ["TR137", "LEEG"]

    def test_a_municipality_has_nothing_to_check(self, chain: Chain) -> None:
        body = {"standaard": "iwmo", "gemeente": "0193", "maand": "2025-10"}
        assert send(chain.gemeente, "/declaraties/controle", body).status_code == 403

    def test_the_product_period_follows_an_allocation_that_was_stretched(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-12", 3)
        resent(hours, einddatum="2026-01-31")
        chain.drain()
        assert check(chain.begeleiding, "2025-12")["regels"][0]["einddatum"] == "2025-12-31"
        assert declare(chain, chain.begeleiding, "2025-12")["toegekend_bedrag"] == 3 * TARIEF
        assert [why["regel"] for why in check(chain.begeleiding, "2025-12")["redenen"]] == ["LEEG"]


class TestWarnings:
    def test_the_tariff_of_an_hour_per_minute(self, chain: Chain, hours: str) -> None:
        agree(chain, chain.begeleiding, {"eenheid": "01", "tarief": 4_000})
        deliver(chain.begeleiding, hours, "2025-10", 45, eenheid="01")
        found = check(chain.begeleiding, "2025-10")
        assert (found["verstuurbaar"], warned(found)) == (True, ["TARIEF"])
        assert claim(chain.begeleiding, "2025-10").status_code == 202

    def test_a_sixtieth_of_an_hour_is_usual(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 45, eenheid="01")
        assert warned(check(chain.begeleiding, "2025-10")) == []

    def test_output_of_a_whole_trajectory_before_its_last_month(self, chain: Chain) -> None:
        agree(chain, chain.begeleiding, {"eenheid": "82", "tarief": 90_000})
        once = {"volume": 1, "eenheid": "82", "frequentie": "6"}
        toewijzing = allocate(chain, chain.begeleiding, omvang=once)
        deliver(chain.begeleiding, toewijzing, "2025-10", 1)
        assert warned(check(chain.begeleiding, "2025-10")) == ["TRAJECT"]
        deliver(chain.begeleiding, toewijzing, "2025-10", 0)
        deliver(chain.begeleiding, toewijzing, "2025-12", 1)
        assert warned(check(chain.begeleiding, "2025-12")) == []
        assert declare(chain, chain.begeleiding, "2025-12")["toegekend_bedrag"] == 90_000

    def test_months_that_are_passed_over(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 3)
        declare(chain, chain.begeleiding, "2025-10")
        deliver(chain.begeleiding, hours, "2025-12", 3)
        found = check(chain.begeleiding, "2025-12")
        assert (found["verstuurbaar"], warned(found)) == (True, ["OVERGESLAGEN"])
        assert "2025-11" in found["waarschuwingen"][0]["melding"]

    def test_a_change_of_what_waits_for_an_answer(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 3)
        claim(chain.begeleiding, "2025-10")
        deliver(chain.begeleiding, hours, "2025-10", 4)
        found = check(chain.begeleiding, "2025-10")
        assert (found["regels"], warned(found)) == ([], ["WACHT"])


class TestWhatBecameOfADelivery:
    def states(self, party: Party, **asked: str) -> list[tuple[str, str]]:
        path = "/leveringen?" + "&".join(f"{name}={value}" for name, value in asked.items())
        return [(row["begindatum"][:7], row["stand"]) for row in party.get("billing", path)["leveringen"]]

    def test_it_goes_from_state_to_state(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        assert self.states(chain.begeleiding) == [("2025-10", "nog niet gedeclareerd")]
        claim(chain.begeleiding, "2025-10")
        assert self.states(chain.begeleiding) == [("2025-10", "wacht op antwoord")]
        chain.drain()
        assert self.states(chain.begeleiding) == [("2025-10", "toegekend")]
        deliver(chain.begeleiding, hours, "2025-10", 0)
        [row] = chain.begeleiding.get("billing", "/leveringen")["leveringen"]
        assert (row["stand"], row["gewijzigd"], row["bedrag"]) == ("toegekend", True, 12 * TARIEF)
        claim(chain.begeleiding, "2025-11")
        assert self.states(chain.begeleiding) == [("2025-10", "wacht op antwoord")]
        chain.drain()
        assert self.states(chain.begeleiding) == [("2025-10", "gecrediteerd")]

    def test_a_refused_one_tells_why_and_what_to_do(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 12)
        declaratie = overtaken(chain, chain.begeleiding, hours, "2025-10", volume=2)
        [row] = chain.begeleiding.get("billing", "/leveringen")["leveringen"]
        assert (row["stand"], row["declaratie"]) == ("afgewezen", declaratie["bericht"])
        assert row["referentie"] == declaratie["regels"][0]["referentie"]
        assert row["redenen"] == declaratie["regels"][0]["redenen"]
        deliver(chain.begeleiding, hours, "2025-10", 0)
        assert self.states(chain.begeleiding) == [("2025-10", "ingetrokken")]

    def test_the_list_is_filtered_and_goes_on_at_volgende(self, chain: Chain, hours: str) -> None:
        annie = allocate(chain, chain.begeleiding, client=people.ANNIE)
        for maand in ("2025-10", "2025-11", "2025-12"):
            deliver(chain.begeleiding, hours, maand, 3)
            deliver(chain.begeleiding, annie, maand, 3)
        assert self.states(chain.begeleiding, maand="2025-11") == [("2025-11", "nog niet gedeclareerd")] * 2
        assert self.states(chain.begeleiding, standaard="ijw") == []
        assert self.states(chain.begeleiding, gemeente="0200") == []
        found, path = [], "/leveringen?limit=4&gemeente=0193"
        while path:
            page = chain.begeleiding.get("billing", path)
            found += [(row["begindatum"][:7], row["toewijzing"]) for row in page["leveringen"]]
            assert len(found) < 10, "it never ends"
            path = (page["volgende"] or "").partition("/v1")[2]
        assert [maand for maand, _ in found] == ["2025-12"] * 2 + ["2025-11"] * 2 + ["2025-10"] * 2
        assert len(set(found)) == 6

    def test_who_reads_it_is_in_the_log_and_others_see_nothing(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 3)
        answer: httpx.Response = chain.begeleiding.apis["billing"].call("GET", "/v1/leveringen")
        assert "9999000" not in answer.text
        [line, *_] = chain.begeleiding.get("messaging", "/verwerkingen")["verwerkingen"]
        assert line["handeling"] == "leveringen ingezien"
        assert self.states(chain.jeugdhulp) == []
        assert chain.gemeente.apis["billing"].call("GET", "/v1/leveringen").status_code == 403
