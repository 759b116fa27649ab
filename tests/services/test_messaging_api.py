"""The API of messaging: what it takes and refuses, and that what it takes is kept once and shown to its owner only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services import organisations
from services.demo.stage import Party
from shared.calendar import system_clock
from shared.db.session import owner
from shared.db.tables import metadata
from shared.standard.codec import encode
from shared.standard.level1 import MAX_BYTES
from tests.builders import message
from tests.chain import Chain, query

IDENTIFICATIE = "Header[1].bericht_identificatie_identificatie"
DAGTEKENING = "Header[1].bericht_identificatie_dagtekening"


def xml(name: str = "JW301", **changes: object) -> bytes:
    """A valid message; JW301 goes from the gemeente to jeugdhulp, JW323 the other way."""
    wijzig = {IDENTIFICATIE: changes.pop("identificatie", "B0001"), **changes.pop("wijzig", {})}  # type: ignore[dict-item]
    return encode(message(name, wijzig))


def kept() -> dict[str, int]:
    """How many rows each table holds, and how many jobs wait."""
    tables = [*metadata.tables, "procrastinate_jobs"]
    return {name: query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def get(party: Party, path: str) -> httpx.Response:
    return party.apis["messaging"].call("GET", path)


def codes(response: httpx.Response) -> list[str]:
    return [finding["code"] for finding in response.json()["bevindingen"]]


def is_problem(response: httpx.Response) -> bool:
    return response.headers["content-type"] == "application/problem+json" and response.json()["title"] != ""


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


DOCTYPE = b'<!DOCTYPE x [<!ENTITY e "v">]>'
BOMB = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


def declared(doctype: bytes, entity: bytes = b"Zweeds") -> bytes:
    return xml().replace(DECLARATION, DECLARATION + doctype).replace(b"Zweeds", entity)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no xml": lambda: b"geachte heer, mevrouw",
    "json": lambda: b'{"bsn": "999900006"}',
    "half a message": lambda: xml()[:1500],
    "two messages": lambda: xml() + xml(),
    "a doctype": lambda: declared(DOCTYPE),
    "an entity": lambda: declared(DOCTYPE, b"&e;"),
    "an entity bomb": lambda: declared(BOMB, b"&a11;"),
    "an external entity": lambda: declared(EXTERNAL, b"&e;"),
    "an external doctype": lambda: declared(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "an unknown entity": lambda: xml().replace(b"Zweeds", b"&nbsp;"),
    "a byte order mark": lambda: b"\xef\xbb\xbf" + xml(),
    "utf-16": lambda: xml().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-16 without mark": lambda: xml().decode().replace("UTF-8", "UTF-16LE").encode("utf-16-le"),
    "utf-32": lambda: xml().decode().replace("UTF-8", "UTF-32").encode("utf-32"),
    "utf-7": lambda: xml().replace(b"UTF-8", b"UTF-7"),
    "latin-1": lambda: xml().decode().replace("UTF-8", "ISO-8859-1").replace("Zweeds", "Fëroërs").encode("latin-1"),
    "latin-1 that says utf-8": lambda: xml().decode().replace("Zweeds", "Fëroërs").encode("latin-1"),
    "a nul": lambda: xml().replace(b"Zweeds", b"Zw\x00eds"),
    "a nul as reference": lambda: xml().replace(b"Zweeds", b"Zw&#0;eds"),
    "a huge depth": lambda: b"<a>" * 100_000 + b"</a>" * 100_000,
    "a huge depth in a message": lambda: xml().replace(b"Zweeds", b"<a>" * 5_000 + b"</a>" * 5_000),
    "a huge attribute": lambda: xml().replace(b"<jw301:Header>", b"<jw301:Header a='%s'>" % (b"x" * 11_000_000)),
    "many attributes": lambda: b"<a %s/>" % b" ".join(b"a%d=''" % n for n in range(100_000)),
    "another namespace": lambda: xml().replace(b"3_2/jw301", b"3_1/jw301"),
    "another root": lambda: xml().replace(b"jw301:Bericht", b"jw301:Brief"),
    "a gzip": lambda: b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a year beyond all calendars": lambda: xml(wijzig={DAGTEKENING: "99999-01-01"}),
    "a year before our era": lambda: xml(wijzig={DAGTEKENING: "-0001-01-01"}),
}


class TestWhatIsRefused:
    def test_every_fault_of_format_comes_at_once_with_its_place_and_nothing_is_kept(self, chain: Chain) -> None:
        bad = xml("JW323").replace(b"2026-04-30", b"2026-04-31").replace(b"<jw323:Eenheid>83</jw323:Eenheid>", b"")
        before = kept()
        refused = chain.post(chain.jeugdhulp, bad)
        assert (refused.status_code, is_problem(refused)) == (422, True)
        lines = bad.decode().splitlines()
        found = refused.json()["bevindingen"]
        assert len(found) == 4
        for finding in found[:3]:
            assert finding["code"] == "cvc-datatype-valid-1-2-1"
            assert finding["pad"].endswith("ijw:Einddatum[1]")
            assert "2026-04-31" in lines[finding["regel"] - 1]
        assert "Eenheid" in found[3]["melding"]
        assert kept() == before

    @pytest.mark.parametrize("what", HOSTILE)
    def test_what_is_no_message_is_a_problem_and_leaves_nothing(self, chain: Chain, what: str) -> None:
        before = kept()
        refused = chain.post(chain.gemeente, HOSTILE[what]())
        assert (refused.status_code, is_problem(refused)) == (422, True)
        assert refused.json()["bevindingen"] != []
        assert "999900006" not in refused.text
        assert kept() == before

    @pytest.mark.parametrize("size", [MAX_BYTES + 1, 2 * MAX_BYTES])
    def test_a_message_above_25_mb_is_too_large(self, chain: Chain, size: int) -> None:
        refused = chain.post(chain.gemeente, b" " * size)
        assert (refused.status_code, is_problem(refused)) == (413, True)

    def test_a_stream_without_a_length_is_cut_off_at_25_mb(self, chain: Chain) -> None:
        kind = {"Content-Type": "application/xml"}
        pieces = (b" " * 65_536 for _ in range(MAX_BYTES // 65_536 + 1))
        refused = chain.gemeente.apis["messaging"].call("POST", "/v1/berichten", content=pieces, headers=kind)
        assert (refused.status_code, is_problem(refused)) == (413, True)

    def test_a_message_of_exactly_25_mb_is_looked_at(self, chain: Chain) -> None:
        small = xml()
        gaps = small.count(b"\r\n\t\t\t")
        padded = small.replace(b"\r\n\t\t\t", b"\r\n\t\t\t" + b"\n" * ((MAX_BYTES - len(small)) // gaps))
        padded += b"\n" * (MAX_BYTES - len(padded))
        assert (len(padded), chain.post(chain.gemeente, padded).status_code) == (MAX_BYTES, 202)

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
    @pytest.mark.parametrize("path", ["berichten", "controles"])
    def test_only_xml_is_taken(self, chain: Chain, kind: str, path: str) -> None:
        headers = {"Content-Type": kind}
        refused = chain.gemeente.apis["messaging"].call("POST", f"/v1/{path}", content=xml(), headers=headers)
        assert (refused.status_code, is_problem(refused)) == (415, True)

    def test_a_message_between_two_others_is_not_for_a_third(self, chain: Chain) -> None:
        before = kept()
        refused = chain.post(chain.begeleiding, xml())
        assert (refused.status_code, is_problem(refused)) == (403, True)
        assert kept() == before

    def test_nobody_sends_an_answer_by_hand(self, chain: Chain) -> None:
        before = kept()
        refused = chain.post(chain.jeugdhulp, xml("JW302"))
        assert (refused.status_code, is_problem(refused)) == (422, True)
        assert kept() == before

    def test_a_receiver_that_nobody_knows_cannot_be_sent_to(self, chain: Chain) -> None:
        before = kept()
        refused = chain.post(chain.gemeente, xml(wijzig={"Header[1].ontvanger": "12345678"}))
        assert (refused.status_code, codes(refused)) == (422, ["ONTVANGER"])
        assert kept() == before


KEYS = ["", "Bearer", "Bearer zk_", "Bearer zk_onbekend", "Bearer onbekend", "Basic MDE5Mzp6aw==", "Bearer zk_\xff"]
DOORS = [
    ("GET", "/v1/berichten"),
    ("GET", f"/v1/berichten/{UUID(int=1)}"),
    ("GET", f"/v1/berichten/{UUID(int=1)}/xml"),
    ("GET", f"/v1/berichten/{UUID(int=1)}/antwoord"),
    ("POST", "/v1/berichten"),
    ("POST", "/v1/controles"),
]


class TestWhoIsLetIn:
    @pytest.mark.parametrize("key", KEYS)
    @pytest.mark.parametrize(("method", "path"), DOORS)
    def test_no_door_opens_without_a_key_that_is_known(
        self, services: dict[str, str], method: str, path: str, key: str
    ) -> None:
        headers = {b"Authorization": key.encode("latin-1")} if key else {}
        refused = httpx.request(method, services["messaging"] + path, headers=headers)
        assert (refused.status_code, is_problem(refused)) == (401, True)
        assert refused.headers["www-authenticate"] == "Bearer"

    def test_a_stranger_learns_nothing_of_what_is_accepted(self, services: dict[str, str]) -> None:
        big = httpx.post(services["messaging"] + "/v1/berichten", content=b"x", headers={"Content-Type": "text/plain"})
        assert big.status_code == 401

    def test_a_key_opens_until_the_moment_it_expires(self, chain: Chain) -> None:
        now = system_clock()
        with owner() as session:
            organisations.give_key(session, "0193", "zk_straks", "test", now + timedelta(minutes=1))
            organisations.give_key(session, "0193", "zk_verlopen", "test", now - timedelta(seconds=1))
        assert get(chain.party("zk_straks"), "/v1/berichten").status_code == 200
        assert get(chain.party("zk_verlopen"), "/v1/berichten").status_code == 401


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


@pytest.fixture
def filled(chain: Chain) -> Chain:
    """Seven messages that came in for the gemeente, and two that it sent; none is processed."""
    for number, name in enumerate(["JW305", "WMO323", "JW323", "JW323", "JW307", "JW305", "JW323"]):
        assert chain.post(chain.gemeente, xml(name, identificatie=f"I{number}")).status_code == 202
    for number in range(2):
        assert chain.post(chain.gemeente, xml("WMO301", identificatie=f"U{number}")).status_code == 202
    return chain


def listed(party: Party, options: str) -> list[str]:
    """The Identificaties of a list, from the first page to the last."""
    found: list[str] = []
    path: str | None = f"/v1/berichten?{options}"
    while path is not None:
        page = get(party, path).json()
        found += [row["identificatie"] for row in page["berichten"]]
        assert len(found) < 20, "it never ends"
        path = page["volgende"] and "/v1/" + page["volgende"].partition("/v1/")[2]
    return found


ALL = ["U1", "U0", "I6", "I5", "I4", "I3", "I2", "I1", "I0"]


class TestTheList:
    @pytest.mark.parametrize("limit", [1, 2, 3, 8, 9, 10, 200])
    def test_following_volgende_gives_each_message_once_the_newest_first(self, filled: Chain, limit: int) -> None:
        assert listed(filled.gemeente, f"limit={limit}") == ALL

    def test_a_page_keeps_its_filters(self, filled: Chain) -> None:
        assert listed(filled.gemeente, "limit=2&richting=inkomend&berichtsoort=323") == ["I6", "I3", "I2", "I1"]

    @pytest.mark.parametrize(
        ("options", "wanted"),
        [
            ("richting=uitgaand", ["U1", "U0"]),
            ("richting=inkomend", ["I6", "I5", "I4", "I3", "I2", "I1", "I0"]),
            ("berichtsoort=305", ["I5", "I0"]),
            ("berichtsoort=301&richting=inkomend", []),
            ("status=klaar", ["U1", "U0"]),
            ("status=afgekeurd", []),
            ("organisatie=65656055&berichtsoort=307", ["I4"]),
            ("organisatie=65656056", []),
        ],
    )
    def test_filters_narrow_it(self, filled: Chain, options: str, wanted: list[str]) -> None:
        assert listed(filled.gemeente, options) == wanted

    def test_it_holds_no_message_of_somebody_else(self, filled: Chain) -> None:
        assert listed(filled.jeugdhulp, "limit=200") == []
        filled.drain()
        assert set(listed(filled.jeugdhulp, "richting=inkomend&berichtsoort=301")) == {"U0", "U1"}
        assert listed(filled.begeleiding, "limit=200") == []

    @pytest.mark.parametrize(
        "options",
        ["limit=0", "limit=201", "limit=x", "na=-1", f"na={2**63}", "richting=heen", "berichtsoort=JW323", "status=A"],
    )
    def test_an_option_that_cannot_be_is_refused(self, filled: Chain, options: str) -> None:
        refused = get(filled.gemeente, f"/v1/berichten?{options}")
        assert (refused.status_code, is_problem(refused)) == (422, True)


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
