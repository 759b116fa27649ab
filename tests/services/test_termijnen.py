"""Terms: what is due, when and by whom, for both parties, and that it drops out when it is done."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.allocation.termijnen import queries
from services.allocation.termijnen.gedaan import GEDAAN
from services.allocation.termijnen.situaties import SITUATIES
from services.demo import people
from services.demo.stage import Party
from shared import termen
from shared.calendar import FEESTDAGEN, add_working_days, is_working_day, vandaag, working_days
from shared.db.session import Namens, transaction
from shared.standard.codec import encode
from shared.termen import TERMEN, load
from tests.builders import message
from tests.chain import Chain, query
from tests.services.allocating import allocate, change
from tools import feestdagen

Json = dict[str, Any]
BEGIN = {"begindatum": "2025-09-01"}
IDENTIFICATIE = "Header[1].bericht_identificatie_identificatie"


def terms(party: Party, *codes: str, **options: Any) -> list[Json]:
    """The terms of a party, of these kinds when some are named."""
    asked = "&".join(f"{name}={value}" for name, value in options.items())
    found: list[Json] = party.get("allocation", f"/termijnen?{asked}")["termijnen"]
    return [term for term in found if not codes or term["termijn"] in codes]


def told(party: Party, *codes: str) -> list[tuple[str, str, str]]:
    """Of each term its code, who has to act and its status."""
    return [(term["termijn"], term["wie"], term["status"]) for term in terms(party, *codes)]


def earlier(days: int) -> date:
    """Have everything in the ledgers come in some days earlier; the day on which it then came."""
    query(f"UPDATE bericht SET aangemaakt = aangemaakt - interval '{days} days' RETURNING 1")
    return vandaag() - timedelta(days)


def report(party: Party, path: str, toewijzing: Json, **body: Any) -> None:
    party.call("POST", "allocation", path, 202, json={"toewijzing": toewijzing["id"], **BEGIN, **body})


class TestTheData:
    def test_every_term_comes_from_its_rule(self) -> None:
        working = {code: (term.grondslag, term.aantal) for code, term in TERMEN.items() if term.eenheid == "werkdagen"}
        assert working == {
            "retourbericht": ("OP090", 3),
            "declaratie-antwoord": ("OP090x4", 10),
            "start": ("OP271", 5),
            "wachten": ("OP271", 5),
            "levertijd": ("", None),
            "stop": ("OP272", 5),
            "verzoek-toewijzing": ("OP274", 5),
            "verzoek-wijziging": ("OP346", 5),
        }
        weeks = {code: (term.grondslag, term.aantal) for code, term in TERMEN.items() if term.eenheid == "weken"}
        assert weeks == {
            "onderzoek-toewijzing": ("OP274", 8),
            "onderzoek-wijziging": ("OP346", 8),
            "woonplaats": ("OP359", 2),
        }
        assert TERMEN["woonplaats"].standaarden == ("ijw",)

    def test_every_situation_is_used_and_known(self) -> None:
        assert {term.situatie for term in TERMEN.values()} == SITUATIES.keys()
        assert {term.gedaan for term in TERMEN.values()} - {""} == GEDAAN.keys()

    def test_what_is_no_duty_is_never_late(self) -> None:
        other = {code: term.daarna for code, term in TERMEN.items() if term.daarna != "te-laat"}
        assert other == {"wachten": "herinnering", "woonplaats": "vervalt"}

    @pytest.mark.parametrize(
        "wrong",
        [("gemeente", "iemand"), (",10,", ",0,"), (",weken,", ",jaren,"), ("ijw iwmo", ""), ("vervalt", "later")],
    )
    def test_a_wrong_row_is_refused(self, tmp_path: Path, wrong: tuple[str, str]) -> None:
        good = Path(termen.__file__).with_name("termijnen.csv").read_text("utf-8")
        (tmp_path / "x.csv").write_text(good.replace(*wrong), "utf-8")
        with pytest.raises(ValueError, match=r"termijnen\.csv"):
            load(tmp_path / "x.csv")

    def test_the_days_for_sql_are_those_of_the_calendar(self) -> None:
        off = frozenset({date(2026, 5, 5), date(2026, 11, 20)})
        dag = queries.Dag("0193", date(2026, 11, 22), off)
        for offset in range(len(dag.nummers)):
            day = dag.eerste + timedelta(offset)
            for number in (1, 3, 5, 10):
                assert dag.werkdagen[dag.nummers[offset] + number - 1] == add_working_days(day, number, off)
        assert dag.eerste + timedelta(len(dag.nummers) - 1) == dag.vandaag
        assert len(dag.werkdagen) - dag.nummers[-1] >= 520  # the longest term of delivery of a product

    def test_the_public_holidays_are_those_that_the_tool_makes(self) -> None:
        assert [(day.isoformat(), name) for day, name in FEESTDAGEN.items()] == list(feestdagen.rows())

    def test_of_a_year_without_holidays_only_weekends_are_free(self) -> None:
        assert is_working_day(date(2041, 1, 1))
        assert not is_working_day(date(2041, 1, 5))

    def test_a_day_off_is_no_working_day(self) -> None:
        assert is_working_day(date(2026, 5, 5))
        assert not is_working_day(date(2026, 5, 5), {date(2026, 5, 5)})
        assert not is_working_day(date(2025, 5, 5))


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


class TestDoneTooLate:
    """Starts and stops that were told too late: by whom, and how many working days."""

    def allocated(self, chain: Chain, days: int, **changes: Any) -> Json:
        """An allocation that came some days ago."""
        made = allocate(chain, **changes)
        chain.drain()
        earlier(days)
        return made

    def late(self, chain: Chain) -> list[tuple[str, str, str, str, int]]:
        """The same for both parties."""
        chain.drain()
        found = [terms(party, gedaan="true") for party in (chain.gemeente, chain.jeugdhulp)]
        assert all((term["wie"], term["status"]) == ("65656055", "te-laat") for terms_ in found for term in terms_)
        names = ("termijn", "sinds", "uiterlijk", "gedaan_op", "werkdagen_te_laat")
        [one, other] = [[tuple(term[name] for name in names) for term in terms_] for terms_ in found]
        assert one == other
        return one

    def test_a_start_from_its_first_day_or_from_the_allocation_when_that_came_later(self, chain: Chain) -> None:
        retroactive, ahead = (
            self.allocated(chain, days, client=who) for days, who in ((7, people.SAM), (30, people.NOOR))
        )
        report(chain.jeugdhulp, "/starts", retroactive)
        began = vandaag() - timedelta(20)
        report(chain.jeugdhulp, "/starts", ahead, begindatum=began.isoformat())
        expected = []
        for since in (vandaag() - timedelta(37), began):
            last = add_working_days(since, 5)
            late = working_days(last, vandaag())
            expected.append(("start", since.isoformat(), last.isoformat(), vandaag().isoformat(), late))
        assert self.late(chain) == expected
        assert terms(chain.gemeente) == []
        assert (
            terms(chain.gemeente, gedaan="true", soort="stop")
            == terms(chain.gemeente, gedaan="true", soort="woonplaats")
            == []
        )

    def test_what_was_told_on_the_last_day_was_in_time(self, chain: Chain) -> None:
        made = self.allocated(chain, 60)
        days = next(days for days in range(1, 20) if add_working_days(vandaag() - timedelta(days), 5) >= vandaag())
        while add_working_days(vandaag() - timedelta(days + 1), 5) >= vandaag():
            days += 1
        report(chain.jeugdhulp, "/starts", made, begindatum=(vandaag() - timedelta(days)).isoformat())
        assert self.late(chain) == []

    def test_a_correction_does_not_tell_anew(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        earlier(30)
        report(chain.jeugdhulp, "/starts", made, status_aanlevering="3")
        chain.drain()
        report(chain.jeugdhulp, "/starts", made, begindatum="2025-09-02")
        assert self.late(chain) == []

    def test_a_stop_from_its_last_day_or_from_what_made_it_the_last_day(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        earlier(30)
        ended = (vandaag() - timedelta(12)).isoformat()
        change(chain, made, einddatum=ended)
        chain.drain()
        report(chain.jeugdhulp, "/stops", made, einddatum=ended, reden_beeindiging="31")
        assert self.late(chain) == []  # the municipality ended it today only
        other = self.allocated(chain, 30, client=people.NOOR)
        report(chain.jeugdhulp, "/starts", other, begindatum=vandaag().isoformat())
        chain.drain()
        query("UPDATE start_product SET begindatum = '2025-09-01' RETURNING 1")
        report(chain.jeugdhulp, "/stops", other, einddatum=ended, reden_beeindiging="31")
        last = add_working_days(date.fromisoformat(ended), 5)
        found = [term for term in self.late(chain) if term[0] == "stop"]
        expected = ("stop", ended, last.isoformat(), vandaag().isoformat(), working_days(last, vandaag()))
        assert found == [expected] or working_days(last, vandaag()) == 0

    def test_a_final_stop_after_a_temporary_one_is_not_judged(self, chain: Chain) -> None:
        made = self.allocated(chain, 0)
        report(chain.jeugdhulp, "/starts", made)
        chain.drain()
        report(chain.jeugdhulp, "/stops", made, einddatum=vandaag().isoformat(), reden_beeindiging="20")
        chain.drain()
        earlier(30)
        report(chain.jeugdhulp, "/stops", made, einddatum=vandaag().isoformat(), reden_beeindiging="31")
        assert self.late(chain) == []


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
