"""What its receiver would refuse is not sent: the sender is told at once, with every finding, and nothing is kept."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.demo import people
from services.demo.stage import Party
from shared.db import tables as t
from shared.errors import Refused
from shared.outbox import send
from shared.standard.catalogue import messages
from shared.standard.codec import encode
from tests.builders import AANBIEDER, GEMEENTE, message
from tests.chain import Chain
from tests.flows.elsewhere import status
from tests.rules.test_levels34 import MAART, made, tell
from tests.services import allocating as allocation
from tests.services import claims as billing
from tests.services.claims import TARIEF, claim, codes, declare, deliver, kept

Json = dict[str, Any]
BEGIN = "2025-10-07"


def refused(response: httpx.Response, *wanted: str) -> Json:
    """The one problem that tells these codes, with a place and words for each."""
    assert response.status_code == 422, response.text
    problem: Json = response.json()
    assert sorted(codes(response)) == sorted(wanted)
    assert all(finding["pad"].startswith("/") and len(finding["melding"]) > 20 for finding in problem["bevindingen"])
    assert not re.search(r"9999000\d\d", response.text)
    return problem


def post(chain: Chain, party: Party, path: str, body: Json) -> httpx.Response:
    return party.apis["allocation"].call("POST", f"/v1{path}", json=body)


STEPS = {
    "start": ("/starts", {}),
    "later start": ("/starts", {"begindatum": "2025-10-08"}),
    "no start": ("/starts", {"status_aanlevering": "3"}),
    "pause": ("/stops", {"einddatum": "2025-11-01", "reden_beeindiging": "20"}),
    "stop": ("/stops", {"einddatum": "2025-12-01", "reden_beeindiging": "31"}),
    "early stop": ("/stops", {"einddatum": "2025-10-20", "reden_beeindiging": "31"}),
    "no stop": ("/stops", {"einddatum": "2025-12-01", "reden_beeindiging": "31", "status_aanlevering": "3"}),
}


class TestAReport:
    def step(self, chain: Chain, toewijzing: str, name: str) -> httpx.Response:
        path, more = STEPS[name]
        return post(chain, chain.begeleiding, path, {"toewijzing": toewijzing, "begindatum": BEGIN, **more})

    @pytest.mark.parametrize(
        ("steps", "wanted"),
        [
            (["start", "start"], ["TR074", "TR326"]),
            (["start", "later start"], ["TR326"]),
            (["no start"], ["TR063"]),
            (["start", "no start", "no start"], ["TR063"]),
            (["start", "stop", "no start"], ["TR071"]),
            (["stop"], ["TR382"]),
            (["start", "no start", "stop"], ["TR382"]),
            (["no stop"], ["TR063"]),
            (["start", "pause", "pause"], ["TR074", "TR413"]),
            (["start", "pause", "early stop"], ["TR414"]),
            (["start", "stop", "stop"], ["TR074", "TR415"]),
        ],
        ids=", ".join,
    )
    @pytest.mark.parametrize("answered", [True, False])
    def test_what_does_not_follow_is_told_beforehand(
        self, chain: Chain, hours: str, steps: Sequence[str], wanted: Sequence[str], answered: bool
    ) -> None:
        for name in steps[:-1]:
            assert self.step(chain, hours, name).status_code == 202
            if answered:
                chain.drain()
        before = kept()
        refused(self.step(chain, hours, steps[-1]), *wanted)
        assert kept() == before

    @pytest.mark.parametrize(
        "steps",
        [
            ["start", "pause", "stop"],
            ["start", "no start", "later start"],
            ["start", "stop", "no stop", "pause", "stop"],
        ],
        ids=", ".join,
    )
    def test_what_follows_is_sent_and_accepted(self, chain: Chain, hours: str, steps: Sequence[str]) -> None:
        sent = [self.step(chain, hours, name) for name in steps]
        assert [response.status_code for response in sent] == [202] * len(steps)
        chain.drain()
        assert {status(chain.begeleiding, response.json()["bericht"]) for response in sent} == {"goedgekeurd"}

    def test_of_starts_at_once_one_is_sent(self, chain: Chain, hours: str) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: self.step(chain, hours, "start").status_code, range(4)))
        assert sorted(answers) == [202, 422, 422, 422]

    def test_a_later_change_of_the_product_does_not_alter_what_started(self, chain: Chain, hours: str) -> None:
        self.step(chain, hours, "start")
        chain.drain()
        [row] = chain.gemeente.get("allocation", "/toewijzingen")["toewijzingen"]
        other = chain.gemeente.xml(row["bericht"]).decode().replace(">02A03<", ">02A04<")
        other = re.sub(r"(<iwmo:Identificatie>)\w+", r"\g<1>ANDERS", other)
        later = re.sub(r"(:Toewijzingstijd>)\d[^<]+", r"\g<1>23:59:59", other)
        sent = chain.post(chain.gemeente, later.encode()).json()["id"]
        chain.drain()
        assert status(chain.gemeente, sent) == "goedgekeurd"
        assert chain.begeleiding.get("allocation", f"/toewijzingen/{hours}")["product_code"] == "02A04"
        for name in ("stop", "no stop", "no start"):
            told = self.step(chain, hours, name)
            assert told.status_code == 202, told.text
            chain.drain()
            assert status(chain.begeleiding, told.json()["bericht"]) == "goedgekeurd"
        assert b">02A04<" not in chain.begeleiding.xml(told.json()["bericht"])

    def test_bytes_that_the_sender_made_himself_are_sent_as_they_are(self, chain: Chain, hours: str) -> None:
        first = self.step(chain, hours, "start").json()["bericht"]
        again = re.sub(rb"(<iwmo:Identificatie>)\w+", rb"\g<1>ANDERS", chain.begeleiding.xml(first))
        sent = chain.post(chain.begeleiding, again)
        assert sent.status_code == 202
        chain.drain()
        assert status(chain.begeleiding, first) == "goedgekeurd"
        assert status(chain.begeleiding, sent.json()["id"]) == "afgekeurd"


class TestADeclaratie:
    def test_more_than_was_allocated(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 13)
        deliver(chain.begeleiding, hours, "2025-11", 16)
        before = kept()
        refused(claim(chain.begeleiding, "2025-11"), "TR321", "TR321")
        assert kept() == before
        deliver(chain.begeleiding, hours, "2025-10", 12)
        deliver(chain.begeleiding, hours, "2025-11", 15)
        assert declare(chain, chain.begeleiding, "2025-11")["toegekend_bedrag"] == 27 * TARIEF

    def test_after_the_allocation_was_withdrawn(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-12", 3)
        withdrawn = {"einddatum": "2025-11-30", "reden_wijziging": "07"}
        assert post(chain, chain.gemeente, f"/toewijzingen/{hours}/wijzigingen", withdrawn).status_code == 201
        chain.drain()
        refused(claim(chain.begeleiding, "2025-12"), "TR308", "TR321", "TR388")

    def test_a_month_before_the_last_one(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-11", 3)
        claim(chain.begeleiding, "2025-11")
        deliver(chain.begeleiding, hours, "2025-10", 3)
        refused(claim(chain.begeleiding, "2025-10"), "TR318")
        chain.drain()
        refused(claim(chain.begeleiding, "2025-10"), "TR318")
        assert declare(chain, chain.begeleiding, "2025-11")["toegekend_bedrag"] == 3 * TARIEF

    def test_more_than_the_budget(self, chain: Chain, hours: str) -> None:
        budget = {"product": {"categorie": "02"}, "omvang": None, "budget": 2 * TARIEF, "client": people.ANNIE}
        toewijzing = billing.allocate(chain, chain.begeleiding, **budget)
        product = {"product_code": "02A03", "eenheid": "04"}
        deliver(chain.begeleiding, toewijzing, "2025-10", 3, **product)
        refused(claim(chain.begeleiding, "2025-10"), "TR369")
        deliver(chain.begeleiding, toewijzing, "2025-10", 2, **product)
        assert declare(chain, chain.begeleiding, "2025-10")["toegekend_bedrag"] == 2 * TARIEF


class TestAPriceThatOnlyTheReceiverKnows:
    """A 323 by hand in the ledger of its sender, at a tariff that no contract has."""

    @pytest.mark.parametrize(("contracts", "wanted"), [([], []), ([{}], ["TR418"])])
    def test_a_sender_without_contract_is_not_asked_for_it(
        self, session: Session, contracts: Sequence[Json], wanted: list[str]
    ) -> None:
        parties = [{"code": code, "naam": code, "hier": True, "kanaal": "lokaal"} for code in (GEMEENTE, AANBIEDER)]
        session.execute(insert(t.organisatie), parties)
        kind, place = messages()["JW323"], {"eigenaar": AANBIEDER, "tegenpartij": GEMEENTE}
        for number, row in enumerate(({"bericht": "301"}, {"bericht": "323", "regels": MAART}), 1):
            tell(session, kind, number, row | place)
        if contracts:
            contract = {"nummer": "C9", "standaard": "ijw", "begindatum": "2021-01-01", **place}
            session.execute(insert(t.contract).values(contract))
        try:
            send(session, AANBIEDER, made("JW323", {}))
            found = []
        except Refused as refusal:
            found = [fault.code for fault in refusal.faults]
        assert found == wanted


class TestAnAllocation:
    @pytest.mark.parametrize("aanbieder", ["65656055", "65656056"], ids=["its own", "another"])
    def test_numbers_that_a_municipality_brought_itself_are_passed_over(self, chain: Chain, aanbieder: str) -> None:
        """TR332: else the same client would get a change of what was brought, and others a refusal."""
        first = allocation.allocate(chain)["toewijzing_nummer"]
        for following, identificatie in ((first + 1, "EIGEN1"), (first + 2, "EIGEN2")):
            product = {"toewijzing_nummer": str(following), "referentie_aanbieder": ""}
            header = {"ontvanger": aanbieder, "bericht_identificatie_identificatie": identificatie}
            changes = {"ToegewezenProduct[2]": False, "ToegewezenProduct[1]": product, "Header[1]": header}
            assert chain.post(chain.gemeente, encode(message("JW301", changes))).status_code == 202
        made = allocation.allocate(chain, product=allocation.ANDERS, client=people.NOOR)
        assert made["toewijzing_nummer"] == first + 3

    def test_a_code_that_the_contract_has_in_another_category_only(self, chain: Chain) -> None:
        contract = {"nummer": "C2", "tegenpartij": "65656055", "standaard": "ijw", "begindatum": "2024-01-01"}
        chain.gemeente.call("PUT", "allocation", "/contracten", json=contract)
        price = {"contract": "C2", "product_categorie": "45", "product_code": "50P4M", "eenheid": "82", "tarief": 1}
        chain.gemeente.call("PUT", "allocation", "/tarieven", json=price | {"begindatum": "2024-01-01"})
        refused(post(chain, chain.gemeente, "/toewijzingen", allocation.wanted()), "TR381", "TR418")
        assert post(chain, chain.gemeente, "/toewijzingen", allocation.wanted(**allocation.BUDGET)).status_code == 201

    @pytest.mark.parametrize("einddatum", [None, "2025-10-08", "2025-10-06"])
    def test_deleting_is_on_the_first_day(self, chain: Chain, hours: str, einddatum: str | None) -> None:
        body = {"reden_wijziging": "13"} | ({"einddatum": einddatum} if einddatum else {})
        response = post(chain, chain.gemeente, f"/toewijzingen/{hours}/wijzigingen", body)
        problem = refused(response, "CS335", *(["TR004"] if einddatum == "2025-10-06" else []))
        assert {finding["pad"] for finding in problem["bevindingen"]} == {"/einddatum"}

    def test_what_was_granted_is_credited_before_its_allocation_is_deleted(self, chain: Chain, hours: str) -> None:
        deliver(chain.begeleiding, hours, "2025-10", 3)
        declare(chain, chain.begeleiding, "2025-10")
        path, body = f"/toewijzingen/{hours}/wijzigingen", {"reden_wijziging": "13", "einddatum": BEGIN}
        refused(post(chain, chain.gemeente, path, body), "TR385")
        deliver(chain.begeleiding, hours, "2025-10", 0)
        declare(chain, chain.begeleiding, "2025-11")
        deleted = post(chain, chain.gemeente, path, body)
        assert deleted.status_code == 201
        chain.drain()
        assert status(chain.gemeente, deleted.json()["bericht"]) == "goedgekeurd"
