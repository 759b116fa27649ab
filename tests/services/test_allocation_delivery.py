"""Starts and stops over the API, and who may do what."""

from typing import Any

import pytest

from shared.standard.document import Document
from tests.chain import Chain
from tests.services.allocating import WMO, Json, allocate, codes, kept, send, sent, status, wanted


class TestStartAndStop:
    @pytest.fixture
    def toewijzing(self, chain: Chain) -> str:
        made = allocate(chain, **WMO)
        chain.drain()
        return str(made["id"])

    def report(self, chain: Chain, path: str, **body: Any) -> Document:
        """A report that is accepted, as the provider sent it."""
        made = chain.begeleiding.call("POST", "allocation", path, 202, json=body)
        chain.drain()
        assert status(chain.begeleiding, made["bericht"]) == "goedgekeurd"
        return sent(chain.begeleiding, made["bericht"])

    def test_a_start_and_a_stop_are_told_and_accepted(self, chain: Chain, toewijzing: str) -> None:
        begin = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        start = self.report(chain, "/starts", **begin)
        stop = self.report(chain, "/stops", **begin, einddatum="2025-12-01", reden_beeindiging="31")
        nummer = toewijzing.rpartition("-")[2]
        told = {
            "toewijzing_nummer": nummer,
            "product_categorie": "02",
            "product_code": "02A03",
            "toewijzing_ingangsdatum": "2025-10-07",
            "begindatum": "2025-10-07",
            "status_aanlevering": "1",
        }
        [started], [stopped] = start.root.all("StartProduct"), stop.root.all("StopProduct")
        assert (start.type.name, stop.type.name) == ("WMO305", "WMO307")
        assert started.values == told
        assert stopped.values == told | {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        assert next(start.root.all("Client")).get("bsn") == "999900006"

    def test_a_start_is_taken_back_with_status_3(self, chain: Chain, toewijzing: str) -> None:
        begin = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        self.report(chain, "/starts", **begin)
        removal = self.report(chain, "/starts", **begin, status_aanlevering="3")
        assert [start.get("status_aanlevering") for start in removal.root.all("StartProduct")] == ["3"]

    @pytest.mark.parametrize(
        ("path", "changes"),
        [
            ("/starts", {"begindatum": "2025-10-32"}),
            ("/starts", {"status_aanlevering": "2"}),
            ("/starts", {"einddatum": "2025-12-01"}),
            ("/stops", {"einddatum": "2025-10-06"}),
            ("/stops", {"reden_beeindiging": "99"}),
            ("/stops", {"reden_beeindiging": None}),
        ],
    )
    def test_what_cannot_be_reported_is_refused(self, chain: Chain, toewijzing: str, path: str, changes: Json) -> None:
        body = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        if path == "/stops":
            body |= {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        before = kept()
        refused = send(chain.begeleiding, path, body | changes)
        assert (refused.status_code, codes(refused) != []) == (422, True)
        assert kept() == before

    def test_on_anothers_allocation_and_on_none_the_answer_is_the_same(self, chain: Chain, toewijzing: str) -> None:
        begin = {"begindatum": "2025-10-07"}
        other = send(chain.jeugdhulp, "/starts", {"toewijzing": toewijzing, **begin})
        none = send(chain.jeugdhulp, "/starts", {"toewijzing": "0193-iwmo-999999999", **begin})
        assert (other.status_code, other.content) == (none.status_code, none.content)
        assert other.status_code == 404


class TestWhoMayDoWhat:
    @pytest.mark.parametrize("path", ["/toewijzingen", "/toewijzingen/0193-ijw-1/wijzigingen"])
    def test_a_provider_does_not_allocate(self, chain: Chain, path: str) -> None:
        body = wanted() if path == "/toewijzingen" else {"reden_wijziging": "07", "volume": 2}
        refused = send(chain.jeugdhulp, path, body)
        assert (refused.status_code, codes(refused)) == (403, [])

    @pytest.mark.parametrize("path", ["/starts", "/stops"])
    def test_a_municipality_does_not_start_or_stop(self, chain: Chain, path: str) -> None:
        body = {"toewijzing": "0193-ijw-1", "begindatum": "2025-10-07"}
        if path == "/stops":
            body |= {"einddatum": "2025-12-01", "reden_beeindiging": "31"}
        assert send(chain.gemeente, path, body).status_code == 403

    def test_an_allocation_is_for_its_two_parties_only(self, chain: Chain) -> None:
        made = allocate(chain)
        chain.drain()
        answers = [
            chain.begeleiding.apis["allocation"].call("GET", f"/v1/toewijzingen/{toewijzing}")
            for toewijzing in (made["id"], "0193-ijw-999999999")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert chain.begeleiding.get("allocation", "/toewijzingen") == {"toewijzingen": []}
