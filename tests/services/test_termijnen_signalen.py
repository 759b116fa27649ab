"""The list of terms in pages, days off, and the job that raises what is late or near: once, whatever happens to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from services.allocation import tasks
from services.allocation.termijnen import flows, queries
from services.demo import people
from services.demo.stage import Party
from shared.calendar import add_working_days, vandaag
from shared.db.session import Namens, transaction
from shared.jobs import run_worker
from tests.chain import Chain, query
from tests.services.allocating import allocate
from tests.services.termijnen import earlier, report, terms

Json = dict[str, Any]


def own_days(party: Party) -> list[Json]:
    found: list[Json] = party.get("allocation", "/vrije-dagen")["vrije_dagen"]
    return found


@pytest.fixture
def waiting(chain: Chain) -> Json:
    """An allocation that has waited for its start for long, which is a reminder and never late."""
    made = allocate(chain)
    chain.drain()
    earlier(30)
    return made


def raised(chain: Chain, options: str = "") -> list[Json]:
    """What was raised for the municipality, after the job has run."""
    tasks.signaleer(organisatie="0193")
    found: list[Json] = chain.gemeente.get("allocation", f"/signalen{options}")["signalen"]
    return found


class TestTheList:
    def test_filters_narrow_it(self, chain: Chain, waiting: Json) -> None:
        allocate(chain, client=people.NOOR)
        assert [term["status"] for term in terms(chain.gemeente, status="nadert")] == ["nadert"]
        assert terms(chain.gemeente, status="te-laat") == []
        assert [term["status"] for term in terms(chain.gemeente, status="open")] == ["open"]
        assert len(terms(chain.gemeente, soort="wachten")) == 2
        assert terms(chain.gemeente, soort="stop") == []
        assert len(terms(chain.gemeente, partij="65656055")) == 2
        assert terms(chain.gemeente, partij="65656056") == []

    def test_it_comes_in_pages_the_first_last_day_first(self, chain: Chain, waiting: Json) -> None:
        for who in (people.NOOR, people.ANNIE, people.WILLEM):
            allocate(chain, client=who)
        found = list(self.pages(chain))
        assert found == terms(chain.gemeente)
        assert [term["uiterlijk"] for term in found] == sorted(term["uiterlijk"] for term in found)
        assert found[0]["toewijzing"] == waiting["id"]

    def pages(self, chain: Chain) -> Iterator[Json]:
        following = "/v1/termijnen?limit=1&soort=wachten"
        while following:
            answer = chain.gemeente.apis["allocation"].call("GET", following).json()
            assert len(answer["termijnen"]) == 1
            yield from answer["termijnen"]
            following = answer["volgende"]

    @pytest.mark.parametrize("na", ["2026-02-30_wachten_x", "x", "2026-01-01_wachten", "2026-01-01_a_b_c"])
    def test_a_place_that_is_none_is_refused(self, chain: Chain, na: str) -> None:
        assert chain.gemeente.apis["allocation"].call("GET", f"/v1/termijnen?na={na}").status_code == 422

    def test_what_is_very_late_tells_its_own_last_day(self, chain: Chain, waiting: Json) -> None:
        came = earlier(1500)
        query("UPDATE toegewezen_product SET ingangsdatum = '2020-01-01' RETURNING 1")
        [term] = terms(chain.gemeente)
        since = came - timedelta(30)
        assert (term["sinds"], term["uiterlijk"]) == (since.isoformat(), add_working_days(since, 5).isoformat())

    def test_no_person_is_told_and_the_log_tells_who_was_looked_at(self, chain: Chain, waiting: Json) -> None:
        [term] = terms(chain.gemeente)
        assert not any("bsn" in name or waiting["bsn"][-3:] == value for name, value in term.items())
        assert query("SELECT count(*) FROM verwerking WHERE handeling = 'termijnen ingezien'")[0][0] == 1

    def test_a_term_that_comes_near_is_told_as_such(self, chain: Chain) -> None:
        allocate(chain)
        days = 0
        while not terms(chain.gemeente, status="nadert"):
            days += 1
            earlier(1)
            assert days < 8
        [term] = terms(chain.gemeente)
        assert vandaag().isoformat() <= term["uiterlijk"] <= add_working_days(vandaag(), 2).isoformat()


class TestDaysOff:
    def test_a_day_off_moves_the_last_day_until_it_is_withdrawn(self, chain: Chain) -> None:
        allocate(chain)
        last = terms(chain.gemeente)[0]["uiterlijk"]
        body = {"datum": last, "omschrijving": "Brugdag", "werkdag": False}
        assert chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json=body) == body
        assert own_days(chain.gemeente) == [body]
        later = add_working_days(vandaag(), 6).isoformat()
        assert terms(chain.gemeente)[0]["uiterlijk"] == later != last
        for _ in range(2):
            gone = chain.gemeente.apis["allocation"].call("DELETE", f"/v1/vrije-dagen/{last}")
            assert gone.status_code == 204
        assert terms(chain.gemeente)[0]["uiterlijk"] == last
        assert own_days(chain.gemeente) == []
        chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json=body)
        assert terms(chain.gemeente)[0]["uiterlijk"] == later

    def test_a_public_holiday_can_be_a_working_day(self, chain: Chain) -> None:
        found = chain.gemeente.get("allocation", "/vrije-dagen")
        assert {"datum": "2026-04-03", "naam": "Goede vrijdag"} in found["feestdagen"]
        body = {"datum": "2026-04-03", "omschrijving": "Gewoon open", "werkdag": True}
        chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json=body)
        for code, last in (("0193", "2026-04-03"), ("65656055", "2026-04-07")):
            with transaction(Namens(code, "test")) as session:
                off = queries.today(session, code, date(2026, 4, 2)).vrij
            assert add_working_days(date(2026, 4, 2), 1, off).isoformat() == last
        answer = chain.gemeente.apis["allocation"].call("PUT", "/v1/vrije-dagen", json=body | {"datum": "2026-04-04"})
        assert (answer.status_code, answer.json()["bevindingen"][0]["code"]) == (422, "WERKDAG")
        assert own_days(chain.gemeente) == [body]

    def test_it_is_that_of_its_organisation_only(self, chain: Chain) -> None:
        chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json={"datum": "2027-05-05", "omschrijving": "x"})
        assert own_days(chain.jeugdhulp) == []
        assert chain.jeugdhulp.apis["allocation"].call("DELETE", "/v1/vrije-dagen/2027-05-05").status_code == 404


class TestSignals:
    def test_what_is_late_is_raised_once(self, chain: Chain, waiting: Json) -> None:
        [first] = raised(chain)
        assert (first["termijn"], first["object"], first["status"]) == ("wachten", waiting["id"], "nadert")
        assert raised(chain) == [first]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: tasks.signaleer(organisatie="0193"), range(4)))
        assert raised(chain) == [first]
        assert query("SELECT count(*) FROM signaal")[0][0] == 1

    def test_what_is_not_near_yet_is_not_raised(self, chain: Chain) -> None:
        allocate(chain)
        assert raised(chain) == []

    def test_who_saw_it_first_is_kept(self, chain: Chain, waiting: Json) -> None:
        [found] = raised(chain)
        path = f"/signalen/{found['id']}/gezien"
        seen = chain.gemeente.call("POST", "allocation", path)
        assert seen["gezien_door"] is not None
        assert chain.gemeente.call("POST", "allocation", path) == seen
        assert raised(chain) == [seen]
        assert raised(chain, "?gezien=true") == [seen]
        assert raised(chain, "?gezien=false") == []
        other = chain.jeugdhulp.apis["allocation"].call("POST", f"/v1{path}")
        assert other.status_code == 404

    def test_what_is_done_ends_and_asks_anew_when_it_comes_back(self, chain: Chain, waiting: Json) -> None:
        [first] = raised(chain)
        chain.gemeente.call("POST", "allocation", f"/signalen/{first['id']}/gezien")
        report(chain.jeugdhulp, "/starts", waiting)
        chain.drain()
        assert raised(chain) == []
        report(chain.jeugdhulp, "/starts", waiting, status_aanlevering="3")
        chain.drain()
        [again] = raised(chain)
        assert (again["id"], again["gezien_op"]) == (first["id"], None)

    def test_near_becomes_late_in_the_same_signal(self, chain: Chain) -> None:
        ended = allocate(chain, einddatum="2025-12-31")
        chain.drain()
        report(chain.jeugdhulp, "/starts", ended)
        chain.drain()
        earlier(30)
        [first] = raised(chain)
        query("UPDATE signaal SET status = 'nadert', gezien_door = 'x', gezien_op = now() RETURNING 1")
        [again] = raised(chain)
        assert (again["id"], again["status"], again["gezien_door"]) == (first["id"], "te-laat", None)

    def test_a_last_day_that_moves_is_told_in_a_signal_that_stays_seen(self, chain: Chain, waiting: Json) -> None:
        [first] = raised(chain)
        seen = chain.gemeente.call("POST", "allocation", f"/signalen/{first['id']}/gezien")
        day = {"datum": first["uiterlijk"], "omschrijving": "Brugdag"}
        chain.gemeente.call("PUT", "allocation", "/vrije-dagen", json=day)
        later = add_working_days(date.fromisoformat(first["uiterlijk"]), 1).isoformat()
        assert raised(chain) == [seen | {"uiterlijk": later}]

    def test_a_job_that_is_killed_halfway_leaves_nothing_and_the_next_does_it(
        self, chain: Chain, waiting: Json
    ) -> None:
        with pytest.raises(KeyboardInterrupt), transaction(Namens("0193", "test")) as session:
            flows.signal(session, "0193", vandaag())
            raise KeyboardInterrupt
        assert query("SELECT count(*) FROM signaal")[0][0] == 0
        assert len(raised(chain)) == 1

    def test_the_periodic_job_does_it_for_every_organisation_here(self, chain: Chain, waiting: Json) -> None:
        for _ in range(2):
            tasks.signalen(timestamp=0)
        for _ in range(2):  # of two jobs with the same lock one waits for the other
            run_worker(wait=False)
        assert query("SELECT eigenaar FROM signaal ORDER BY 1") == [("0193",), ("65656055",)]
        assert query("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'allocation%%'")[0][0] == 0

    def test_they_come_in_pages(self, chain: Chain, waiting: Json) -> None:
        allocate(chain, client=people.NOOR)
        earlier(30)
        whole = raised(chain)
        assert len(whole) == 2
        first = chain.gemeente.get("allocation", "/signalen?limit=1")
        rest = chain.gemeente.apis["allocation"].call("GET", first["volgende"]).json()
        assert first["signalen"] + rest["signalen"] == whole
        assert rest["volgende"] is None
