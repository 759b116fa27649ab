"""What messaging refuses: what is hostile, too large or no message, and who is not let in."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from services import organisations
from shared.calendar import system_clock
from shared.db.session import owner
from shared.standard.level1 import MAX_BYTES
from tests.chain import Chain
from tests.services.messaging import DAGTEKENING, codes, get, is_problem, kept, xml

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
