"""The API of messaging: what it takes, once, and shows to its owner only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.chain import Chain, query
from tests.services.messaging import DAGTEKENING, codes, get, is_problem, kept, xml


class TestWhatIsTaken:
    def test_a_message_for_the_caller_is_taken_with_the_address_where_it_is_found(self, chain: Chain) -> None:
        taken = chain.post(chain.gemeente, xml("JW323"))
        assert taken.status_code == 202
        assert taken.headers["location"] == f"/v1/berichten/{taken.json()['id']}"
        found = get(chain.gemeente, taken.headers["location"]).json()
        assert (found["richting"], found["berichtsoort"], found["tegenpartij"]) == ("inkomend", "JW323", "65656055")
        assert (found["identificatie"], found["dagtekening"], found["status"]) == ("B0001", "2026-05-06", "ontvangen")

    def test_a_message_of_the_caller_is_taken_to_be_delivered(self, chain: Chain) -> None:
        sent = chain.post(chain.jeugdhulp, xml("JW323")).json()["id"]
        found = get(chain.jeugdhulp, f"/v1/berichten/{sent}").json()
        assert (found["richting"], found["tegenpartij"], found["status"]) == ("uitgaand", "0193", "klaar")

    @pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "Application/XML"])
    def test_xml_has_more_than_one_name(self, chain: Chain, kind: str) -> None:
        assert chain.post(chain.gemeente, xml(), **{"Content-Type": kind}).status_code == 202

    def test_the_xml_comes_back_byte_for_byte(self, chain: Chain) -> None:
        odd = xml().replace(b'"UTF-8"?>\r\n', b"'utf-8' standalone='yes' ?>\n<!-- een\tcommentaar -->")
        odd = (
            odd.replace(b"jw301:", b"j:")
            .replace(b"xmlns:jw301", b"xmlns:j")
            .replace(b"</j:Bericht>", b"</j:Bericht >\n\n")
        )
        odd = odd.replace(b"Zweeds", "Frysk &amp; &lt;ß&#62;".encode())
        sent = chain.post(chain.gemeente, odd).json()["id"]
        chain.drain()
        [came] = get(chain.jeugdhulp, "/v1/berichten?richting=inkomend").json()["berichten"]
        for party, bericht in ((chain.gemeente, sent), (chain.jeugdhulp, came["id"])):
            found = get(party, f"/v1/berichten/{bericht}/xml")
            assert found.content == odd
            assert found.headers["content-type"].startswith("application/xml")

    def test_the_answer_is_there_once_the_message_is_judged_the_same_bytes_on_both_sides(self, chain: Chain) -> None:
        sent = chain.post(chain.gemeente, xml()).json()["id"]
        assert get(chain.gemeente, f"/v1/berichten/{sent}/antwoord").status_code == 404
        chain.drain()
        [came] = get(chain.jeugdhulp, "/v1/berichten?richting=inkomend&berichtsoort=301").json()["berichten"]
        [given] = get(chain.jeugdhulp, "/v1/berichten?richting=uitgaand").json()["berichten"]
        answers = {
            get(chain.gemeente, f"/v1/berichten/{sent}/antwoord").content,
            get(chain.jeugdhulp, f"/v1/berichten/{came['id']}/antwoord").content,
            get(chain.jeugdhulp, f"/v1/berichten/{given['id']}/xml").content,
        }
        assert len(answers) == 1
        assert b"<jw302:BerichtCode>437<" in answers.pop()
        assert given["antwoord_op"] == came["id"]

    def test_a_message_dated_in_the_far_future_does_not_spoil_the_list(self, chain: Chain) -> None:
        chain.post(chain.jeugdhulp, xml(wijzig={DAGTEKENING: "9999-12-31"}))
        chain.post(chain.jeugdhulp, xml("JW305", wijzig={DAGTEKENING: "0001-01-01"}))
        found = get(chain.jeugdhulp, "/v1/berichten").json()["berichten"]
        assert [row["dagtekening"] for row in found] == ["0001-01-01", "9999-12-31"]


class TestIdempotency:
    def test_the_same_key_and_bytes_are_the_same_message(self, chain: Chain) -> None:
        key = {"Idempotency-Key": "levering-1"}
        first, second = (chain.post(chain.gemeente, xml(), **key) for _ in range(2))
        assert first.status_code == second.status_code == 202
        assert first.json() == second.json()
        chain.drain()
        assert chain.post(chain.gemeente, xml(), **key).json() == first.json()
        assert len(get(chain.gemeente, "/v1/berichten?berichtsoort=301").json()["berichten"]) == 1
        assert len(get(chain.jeugdhulp, "/v1/berichten?berichtsoort=301").json()["berichten"]) == 1

    @pytest.mark.parametrize("receiver", [True, False])
    def test_the_same_key_for_other_bytes_is_a_conflict(self, chain: Chain, receiver: bool) -> None:
        party, key = chain.jeugdhulp if receiver else chain.gemeente, {"Idempotency-Key": "levering-1"}
        chain.post(party, xml(), **key)
        before = kept()
        refused = chain.post(party, xml(identificatie="B0002"), **key)
        assert (refused.status_code, is_problem(refused)) == (409, True)
        assert kept() == before

    def test_a_key_is_one_organisations_own(self, chain: Chain) -> None:
        key = {"Idempotency-Key": "levering-1"}
        assert chain.post(chain.gemeente, xml("JW323"), **key).status_code == 202
        assert chain.post(chain.jeugdhulp, xml("JW301"), **key).status_code == 202

    @pytest.mark.parametrize("key", ["", "x" * 101])
    def test_a_key_has_one_to_a_hundred_characters(self, chain: Chain, key: str) -> None:
        refused = chain.post(chain.gemeente, xml(), **{"Idempotency-Key": key})
        assert (refused.status_code, is_problem(refused)) == (422, True)

    def test_thirty_deliveries_at_once_with_one_key_are_one_message(self, chain: Chain) -> None:
        answers = at_once(30, lambda: chain.post(chain.jeugdhulp, xml(), **{"Idempotency-Key": "levering-1"}))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert query("SELECT count(*) FROM bericht")[0][0] == 1
        assert query("SELECT count(*) FROM procrastinate_jobs")[0][0] == 1

    def test_of_thirty_deliveries_at_once_without_key_one_is_accepted_and_the_others_get_9056(
        self, chain: Chain
    ) -> None:
        data = xml(wijzig={"ToegewezenProduct[1].referentie_aanbieder": ""})
        answers = at_once(30, lambda: chain.post(chain.jeugdhulp, data))
        assert {answer.status_code for answer in answers} == {202}
        chain.drain()
        came = [get(chain.jeugdhulp, f"/v1/berichten/{answer.json()['id']}").json() for answer in answers]
        told = sorted((row["status"], *(f["retourcode"] for f in row["bevindingen"])) for row in came)
        assert told == [("afgekeurd", "9056")] * 29 + [("goedgekeurd",)]
        given = [get(chain.jeugdhulp, f"/v1/berichten/{row['id']}/antwoord").content.count(b">9056<") for row in came]
        assert sorted(given) == [0] + [1] * 29
        assert query("SELECT count(*) FROM toegewezen_product")[0][0] == 2

    def test_a_sender_cannot_use_an_identificatie_twice(self, chain: Chain) -> None:
        chain.post(chain.gemeente, xml())
        before = kept()
        again = chain.post(chain.gemeente, xml(wijzig={"Client[1].communicatie_taal": "Deens"}))
        assert (again.status_code, codes(again)) == (409, ["TR056"])
        assert kept() == before

    def test_of_ten_sendings_at_once_of_one_message_one_is_taken(self, chain: Chain) -> None:
        answers = at_once(10, lambda: chain.post(chain.gemeente, xml()))
        assert sorted(answer.status_code for answer in answers) == [202] + [409] * 9
        assert query("SELECT count(*) FROM bericht")[0][0] == 1

    def test_an_identificatie_is_used_per_kind_of_message_and_per_law(self, chain: Chain) -> None:
        for name in ("JW305", "JW307", "WMO305"):
            assert chain.post(chain.jeugdhulp, xml(name)).status_code == 202


def at_once(times: int, work: Callable[[], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(work) for _ in range(times)]]


@pytest.mark.parametrize("part", ["", "/xml", "/antwoord"])
def test_somebody_elses_message_and_none_at_all_are_the_same_to_the_byte(chain: Chain, part: str) -> None:
    sent = chain.post(chain.gemeente, xml()).json()["id"]
    chain.drain()
    [came] = get(chain.jeugdhulp, "/v1/berichten?richting=inkomend").json()["berichten"]

    def seen(bericht: Any) -> tuple[int, bytes, dict[str, str]]:
        answer = get(chain.begeleiding, f"/v1/berichten/{bericht}{part}")
        return answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k != "date"}

    assert seen(sent) == seen(came["id"]) == seen(uuid4()) == seen(UUID(int=0))
    assert seen(sent)[0] == 404
    assert get(chain.jeugdhulp, f"/v1/berichten/{sent}{part}").status_code == 404
    assert get(chain.gemeente, f"/v1/berichten/{came['id']}{part}").status_code == 404
