"""Terms as they run: return messages, delivery, requests; each organisation sees its own."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.allocation.termijnen import queries
from shared.calendar import add_working_days, vandaag
from shared.db.session import Namens, transaction
from shared.standard.codec import encode
from tests.builders import message
from tests.chain import Chain, query
from tests.services.allocating import allocate, change
from tests.services.termijnen import IDENTIFICATIE, earlier, report, terms, told


class TestReturnMessages:
    def test_what_came_in_has_to_be_answered_and_then_drops_out(self, chain: Chain) -> None:
        chain.post(chain.jeugdhulp, encode(message("JW301")))
        [term] = terms(chain.jeugdhulp)
        assert (term["termijn"], term["wie"], term["tegenpartij"]) == ("retourbericht", "65656055", "0193")
        assert term["uiterlijk"] == add_working_days(vandaag(), 3).isoformat()
        came = earlier(9)
        [term] = terms(chain.jeugdhulp)
        assert (term["sinds"], term["status"]) == (came.isoformat(), "te-laat")
        assert term["uiterlijk"] == add_working_days(came, 3).isoformat()
        chain.drain()
        assert terms(chain.jeugdhulp, "retourbericht") == []

    def test_of_what_was_delivered_the_answer_is_waited_for(self, chain: Chain, tmp_path: Path) -> None:
        query(f"INSERT INTO organisatie VALUES ('65656099', 'Elders', false, 'map', '{tmp_path}') RETURNING 1")
        allocate(chain, aanbieder="65656099")
        assert terms(chain.gemeente, "retourbericht") == []
        chain.drain()
        assert told(chain.gemeente, "retourbericht") == [("retourbericht", "65656099", "open")]
        earlier(9)
        assert told(chain.gemeente, "retourbericht") == [("retourbericht", "65656099", "te-laat")]

    def test_what_was_judged_and_not_answered_stays(self, chain: Chain) -> None:
        chain.post(chain.jeugdhulp, encode(message("JW301")))
        query("UPDATE procrastinate_jobs SET task_name = 'messaging.assess' RETURNING 1")
        query("UPDATE bericht SET status = 'goedgekeurd' RETURNING 1")
        assert told(chain.jeugdhulp, "retourbericht") == [("retourbericht", "65656055", "open")]

    def test_a_declaratie_has_ten_working_days(self, chain: Chain) -> None:
        chain.post(chain.gemeente, encode(message("JW323")))
        [term] = terms(chain.gemeente)
        assert (term["termijn"], term["wie"], term["grondslag"]) == ("declaratie-antwoord", "0193", "OP090x4")
        assert term["uiterlijk"] == add_working_days(vandaag(), 10).isoformat()
        assert terms(chain.jeugdhulp) == []


class TestDelivery:
    def test_an_allocation_without_a_start_waits_until_it_starts_for_both(self, chain: Chain) -> None:
        made = allocate(chain)
        chain.drain()
        for party in (chain.gemeente, chain.jeugdhulp):
            [term] = terms(party)
            assert (term["termijn"], term["wie"], term["toewijzing"]) == ("wachten", "65656055", made["id"])
            assert term["uiterlijk"] == add_working_days(vandaag(), 5).isoformat()
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        assert terms(chain.gemeente) == terms(chain.jeugdhulp) == []
        report(chain.jeugdhulp, "/starts", made, status_aanlevering="3")
        assert told(chain.jeugdhulp, "wachten") == [("wachten", "65656055", "open")]

    def test_what_begins_later_does_not_run_and_what_was_deleted_neither(self, chain: Chain) -> None:
        allocate(chain, ingangsdatum=(vandaag() + timedelta(3)).isoformat())
        gone = allocate(chain, product={"categorie": "45", "code": "45A03"})
        change(chain, gone, reden_wijziging="13", einddatum="2025-09-01")
        assert terms(chain.gemeente, "wachten", "start") == []

    def test_a_change_does_not_begin_the_term_anew(self, chain: Chain) -> None:
        made = allocate(chain)
        came = earlier(20)
        change(chain, made, einddatum="2027-12-31")
        [term] = terms(chain.gemeente, "wachten")
        assert (term["sinds"], term["status"]) == (came.isoformat(), "nadert")  # a start is due after delivery began

    def test_what_was_delivered_without_a_start_is_told_as_such(self, chain: Chain) -> None:
        made = allocate(chain)
        chain.drain()
        levering = {"toewijzing": made["id"], "maand": "2025-10", "volume": 1, "eenheid": "82"}
        chain.jeugdhulp.call("POST", "billing", "/leveringen", 201, json=levering)
        assert told(chain.jeugdhulp) == [("start", "65656055", "open")]
        assert told(chain.gemeente) == [("wachten", "65656055", "open")]  # it cannot know yet

    def test_the_term_of_delivery_of_a_product_runs_beside_it(self, chain: Chain) -> None:
        values = "'0193', 'ijw', '50', '50P4M', 'Profiel 4', '82', '6', 'output', 8, '2025-01-01'"
        columns = "eigenaar, standaard, product_categorie, product_code, naam, eenheid, frequentie, bekostiging"
        columns += ", levertermijn, begindatum"
        query(f"INSERT INTO product ({columns}) VALUES ({values}) RETURNING 1")
        allocate(chain)
        [term] = terms(chain.gemeente, "levertijd")
        assert (term["uiterlijk"], term["grondslag"]) == (add_working_days(vandaag(), 8).isoformat(), "")

    def test_the_end_of_an_allocation_asks_for_a_final_stop(self, chain: Chain) -> None:
        made = allocate(chain, einddatum="2025-12-31")
        chain.drain()
        report(chain.jeugdhulp, "/starts", made)
        for party in (chain.gemeente, chain.jeugdhulp):
            chain.drain()
            [term] = terms(party)
            assert (term["termijn"], term["wie"], term["sinds"]) == ("stop", "65656055", vandaag().isoformat())
        report(chain.jeugdhulp, "/stops", made, einddatum="2025-11-30", reden_beeindiging="20")
        assert told(chain.jeugdhulp) == [("stop", "65656055", "open")]
        report(chain.jeugdhulp, "/stops", made, einddatum="2025-12-31", reden_beeindiging="31")
        chain.drain()
        assert terms(chain.gemeente) == terms(chain.jeugdhulp) == []


class TestRequests:
    def asked(self, chain: Chain, name: str = "JW315") -> None:
        if name == "JW317":
            chain.post(chain.gemeente, encode(message("JW301")))
            chain.drain()
        chain.post(chain.jeugdhulp, encode(message(name, {IDENTIFICATIE: "B0009"})))
        chain.drain()
        query("UPDATE bericht SET status = 'goedgekeurd' WHERE soort IN ('315', '317') RETURNING 1")

    def answer(self, chain: Chain, antwoord: str, name: str, **changes: Any) -> None:
        klasse = "AangevraagdProduct" if name == "JW315" else "Verzoek"
        reference = message(name).root.all(klasse).__next__().get("referentie_aanbieder")
        wanted = {"verzoek_antwoord": antwoord, "referentie_aanbieder": reference, **changes}
        wanted["reden_afwijzing_verzoek"] = "2" if antwoord == "1" else None
        leaves = {"Antwoord[1]": wanted, IDENTIFICATIE: f"B001{antwoord}"}
        chain.post(chain.gemeente, encode(message("JW319", leaves)))

    @pytest.mark.parametrize(("name", "what"), [("JW315", "toewijzing"), ("JW317", "wijziging")])
    def test_a_request_is_answered_investigated_and_decided(self, chain: Chain, name: str, what: str) -> None:
        self.asked(chain, name)
        kinds = (f"verzoek-{what}", f"onderzoek-{what}")
        first = {term["bericht"]: term for term in terms(chain.gemeente, *kinds)}
        assert first
        for party in (chain.gemeente, chain.jeugdhulp):
            for term in terms(party, *kinds):
                assert (term["termijn"], term["wie"]) == (f"verzoek-{what}", "0193")
                assert term["uiterlijk"] == add_working_days(vandaag(), 5).isoformat()
        before = len(terms(chain.gemeente, *kinds))
        self.answer(chain, "2", name)
        investigated = terms(chain.gemeente, f"onderzoek-{what}")
        assert len(investigated) == 1
        assert len(terms(chain.gemeente, *kinds)) == before
        dated = date.fromisoformat("2026-05-06")
        assert investigated[0]["uiterlijk"] == (dated + timedelta(weeks=8)).isoformat()
        self.answer(chain, "1", name)
        assert len(terms(chain.gemeente, *kinds)) == before - 1

    def test_where_somebody_lives_is_decided_within_two_weeks(self, chain: Chain) -> None:
        self.asked(chain)
        for term in terms(chain.gemeente, "woonplaats"):
            assert term["uiterlijk"] == (vandaag() + timedelta(weeks=2)).isoformat()
        assert len(terms(chain.gemeente, "woonplaats")) == len(terms(chain.gemeente, "verzoek-toewijzing")) > 0
        earlier(14)
        assert {status for _, _, status in told(chain.gemeente, "woonplaats")} == {"nadert"}
        earlier(1)
        assert terms(chain.gemeente, "woonplaats") == []


def test_each_organisation_sees_its_own_terms_only(chain: Chain) -> None:
    allocate(chain)
    chain.drain()
    assert terms(chain.begeleiding) == []
    with transaction(Namens("65656056", "test")) as session:
        dag = queries.Dag("0193", vandaag(), frozenset())  # even when a query asks for another
        assert queries.listed(session, dag, queries.Filter()) == []
