"""Under load and attack: who is slow is cut off, who asks too much is told so, and every answer is a problem.

The short form of `make slow-clients` is here too: see tests/proofs/slow.py.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import APIRouter, Body, Request, Response

from shared import limits
from shared.errors import Refused
from shared.limits import MAX_JSON, MAX_XML, MB, REMEMBERED, Buckets, Known, _network
from shared.web import create_app
from tests.bench.frame import peak_mb
from tests.chain import listening
from tests.proofs import slow
from tests.services.web import has_its_headers, is_a_problem

DEADLINE = 2.0


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[slow.Served]:
    """Messaging in a process of its own, in a hurry."""
    own: dict[str, object] = {"receive_seconds": DEADLINE, "keep_alive_seconds": 1}
    own |= {"requests_per_second": 10**6, "failed_sign_ins_per_minute": 10**6}
    with slow.serving_messaging(tmp_path_factory.mktemp("served"), **own) as made:
        yield made


def eventually(look: Callable[[], bool]) -> bool:
    """Whether something becomes so."""
    until = time.monotonic() + 30
    while not look():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def raw(url: str, data: bytes) -> httpx.Response:
    """What the server answers to some bytes before it closes."""
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30) as sock:
        sock.sendall(data)
        said = b""
        while got := sock.recv(65_536):
            said += got
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return httpx.Response(int(first.split()[1]), headers=dict(line.split(": ", 1) for line in lines), content=body)


def is_refused(answer: httpx.Response, status: int, retry: bool = False) -> None:
    """A problem with all its headers, that tells nothing of what we are made of."""
    assert answer.status_code == status
    has_its_headers(answer)
    is_a_problem(answer)
    assert ("retry-after" in answer.headers) == retry
    assert "server" not in answer.headers
    assert not re.search("uvicorn|starlette|fastapi|h11|python|Traceback", f"{answer.headers}{answer.text}", re.I)


class TestWhoIsSlow:
    def test_is_cut_off_whatever_it_does_slowly_and_nothing_is_left_of_it(self, served: slow.Served) -> None:
        clients = slow.trickle(served.url, served.key, 44, DEADLINE, seed=7)
        assert {client.kind for client in clients} == set(slow.KINDS)
        assert [client.kind for client in clients if client.closed is None] == []
        told = {kind: {slow.status(c.said) for c in clients if c.kind == kind} for kind in slow.KINDS}
        late = ("nothing", "request line", "headers", "body", "chunks", "json")
        assert [told[kind] for kind in late] == [{"408"}] * len(late)
        assert told["body without a key"] == {"401"}
        gone = eventually(lambda: slow.connections(served.url) == 0)  # at their side, before we let go of ours
        for client in clients:
            client.sock.close()
        assert gone
        assert httpx.get(f"{served.url}/health/ready").status_code == 200

    def test_is_told_why(self, served: slow.Served) -> None:
        is_refused(raw(served.url, b"GET /v1/berichten HTTP/1.1\r\nHost: x\r\n"), 408)

    def test_leaves_no_trace_of_an_error(self, served: slow.Served) -> None:
        raw(served.url, next(slow.pieces("body", served.key)))
        assert "Traceback" not in served.log.read_text()
        assert "ClientDisconnect" not in served.log.read_text()

    def test_is_not_who_takes_his_time_between_requests(self, served: slow.Served) -> None:
        with httpx.Client(base_url=served.url) as client:
            for _ in range(4):
                assert client.get("/health/live").status_code == 200
                time.sleep(DEADLINE / 3)

    def test_what_is_no_http_is_told_so(self, served: slow.Served) -> None:
        for data in (
            b"geen http\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
            b"\x16\x03\x01\x00\r\n\r\n",
        ):
            is_refused(raw(served.url, data), 400)

    def test_a_body_that_goes_wrong_halfway_is_told_so(self, served: slow.Served) -> None:
        is_refused(raw(served.url, next(slow.pieces("chunks", served.key)) + b"geen getal\r\n"), 400)


class TestABody:
    def test_in_json_is_at_most_one_megabyte_and_a_message_25(self, served: slow.Served) -> None:
        key = {"Authorization": f"Bearer {served.key}"}
        for path, most in (("toegang", MAX_JSON), ("controles", MAX_XML), ("bestaat-niet", MAX_JSON)):
            for content in (b" " * (most + 1), (b" " * 65_536 for _ in range(most // 65_536 + 1))):
                kind = "application/xml" if most == MAX_XML else "application/json"
                url, headers = f"{served.url}/v1/{path}", {**key, "Content-Type": kind}
                answer = httpx.post(url, content=content, headers=headers, timeout=60)
                if path != "bestaat-niet" or isinstance(content, bytes):
                    is_refused(answer, 413)

    def test_without_end_takes_no_memory_beyond_its_limit(self, served: slow.Served) -> None:
        key = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/xml"}
        before = peak_mb(served.pid)
        for path in ("berichten", "toegang", "bestaat-niet"):
            pieces = (b" " * MB for _ in range(300))
            with suppress(httpx.TransportError):  # cut off while it went on sending: fine too
                answer = httpx.post(f"{served.url}/v1/{path}", content=pieces, headers=key, timeout=60)
                assert answer.status_code >= 400
        assert peak_mb(served.pid) - before < 4 * MAX_XML / MB


@contextmanager
def limited(monkeypatch: pytest.MonkeyPatch, router: APIRouter, **narrow: object) -> Iterator[str]:
    """An app of ours with narrow limits."""
    for name, value in {"requests_per_second": 10**6, "failed_sign_ins_per_minute": 10**6, **narrow}.items():
        monkeypatch.setenv(f"ZORGKETEN_{name.upper()}", str(value))
    with listening(create_app("proef", "Een proef.", router)) as url:
        assert httpx.get(f"{url}/health/live").status_code == 200
        yield url


class Doors:
    """Routes that wait, sign in, take a body and fail."""

    def __init__(self) -> None:
        self.router, self.open, self.waiting = APIRouter(), threading.Semaphore(0), threading.Semaphore(0)
        self.router.get("/wacht")(self.wait)
        self.router.get("/deur")(self.door)
        self.router.post("/tekst", openapi_extra={"requestBody": {"content": {"application/xml": {}}}})(self.read)
        self.router.post("/json")(self.json)
        self.router.get("/stuk")(self.broken)

    def wait(self) -> str:
        self.waiting.release()
        assert self.open.acquire(timeout=30)
        return "klaar"

    def door(self, request: Request) -> str:
        if request.headers.get("authorization") != "Bearer goed":
            raise Refused(401, "Niet aangemeld")
        return "binnen"

    async def read(self, request: Request) -> Response:
        return Response(str(len(await request.body())))

    def json(self, body: Annotated[Any, Body()]) -> int:
        return len(body)

    def broken(self) -> None:
        raise RuntimeError("dit mag niemand zien")


@pytest.fixture
def doors() -> Doors:
    return Doors()


class TestWhenItIsFull:
    def test_the_next_request_hears_so_at_once_and_the_others_finish(
        self, monkeypatch: pytest.MonkeyPatch, doors: Doors
    ) -> None:
        with limited(monkeypatch, doors.router, max_requests=5, max_threads=2) as url, ThreadPoolExecutor(3) as pool:
            busy = [pool.submit(httpx.get, f"{url}/v1/wacht", timeout=60) for _ in range(3)]
            assert doors.waiting.acquire(timeout=30)
            assert doors.waiting.acquire(timeout=30)
            assert eventually(lambda: httpx.get(f"{url}/v1/bestaat-niet").status_code == 503)
            other = {"Authorization": "Bearer ander"}  # half of the places are for others
            assert httpx.get(f"{url}/bestaat-niet", headers=other).status_code == 404
            assert not doors.waiting.acquire(blocking=False)  # two threads, so the third waits for one
            for path in ("/v1/deur", "/v1/json", "/health/ready", "/bestaat-niet"):
                is_refused(httpx.get(url + path), 503, retry=True)
            assert httpx.get(f"{url}/health/live").status_code == 200
            doors.open.release(3)
            assert [answer.result().text for answer in busy] == ['"klaar"'] * 3
            assert httpx.get(f"{url}/v1/deur").status_code == 401

    def test_who_still_sends_his_request_takes_no_place(self, monkeypatch: pytest.MonkeyPatch, doors: Doors) -> None:
        with limited(monkeypatch, doors.router, max_requests=1) as url:
            head = b"POST /v1/tekst HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"
            address = (urlsplit(url).hostname, urlsplit(url).port)
            slow_ones = [socket.create_connection(address) for _ in range(5)]
            for sock in slow_ones:
                sock.sendall(head)
            assert httpx.post(f"{url}/v1/tekst", content=b"x").text == "1"
            for sock in slow_ones:
                sock.sendall(b"4567890")
                assert b" 200 " in sock.recv(4096)
                sock.close()

    def test_bodies_that_do_not_fit_together_are_refused(self, monkeypatch: pytest.MonkeyPatch, doors: Doors) -> None:
        with limited(monkeypatch, doors.router, max_body_memory_mb=2) as url:
            for _ in range(3):  # what was held is let go of
                is_refused(httpx.post(f"{url}/v1/tekst", content=b" " * (2 * MB + 1)), 503, retry=True)
                assert httpx.post(f"{url}/v1/tekst", content=b" " * 2 * MB).text == str(2 * MB)

    def test_one_connection_more_hears_so_and_many_more_are_closed(
        self, monkeypatch: pytest.MonkeyPatch, doors: Doors
    ) -> None:
        with limited(monkeypatch, doors.router, max_connections=5) as url:
            address = (urlsplit(url).hostname, urlsplit(url).port)
            held = [socket.create_connection(address) for _ in range(5)]
            is_refused(httpx.get(f"{url}/v1/deur"), 503, retry=True)
            for sock in held:
                sock.close()
            assert eventually(lambda: httpx.get(f"{url}/v1/deur").status_code == 401)

    def test_a_failure_of_ours_says_nothing(self, monkeypatch: pytest.MonkeyPatch, doors: Doors) -> None:
        with limited(monkeypatch, doors.router) as url:
            is_refused(httpx.get(f"{url}/v1/stuk"), 500)


class TestWhoAsksTooMuch:
    def test_is_told_when_to_come_back_and_others_are_not(self, monkeypatch: pytest.MonkeyPatch, doors: Doors) -> None:
        monkeypatch.setattr(limits, "BURST", 500)  # five at once, and no other comes free while this is asked
        with limited(monkeypatch, doors.router, requests_per_second=5 / 500) as url:
            one, other = ({"Authorization": f"Bearer {name}"} for name in ("een", "ander"))
            told = [httpx.get(f"{url}/v1/deur", headers=one) for _ in range(8)]
            assert [answer.status_code for answer in told[:4]] == [401] * 4
            is_refused(told[-1], 429, retry=True)
            assert int(told[-1].headers["retry-after"]) >= 1
            assert httpx.get(f"{url}/v1/deur", headers=other).status_code == 401

    def test_and_guesses_keys_is_kept_out_while_who_has_one_is_not(
        self, monkeypatch: pytest.MonkeyPatch, doors: Doors
    ) -> None:
        with limited(monkeypatch, doors.router, failed_sign_ins_per_minute=5) as url:
            good = {"Authorization": "Bearer goed"}
            assert httpx.get(f"{url}/v1/deur", headers=good).status_code == 200
            told = [httpx.get(f"{url}/v1/deur", headers={"Authorization": f"Bearer {n}"}) for n in range(8)]
            assert [answer.status_code for answer in told[:5]] == [401] * 5
            is_refused(told[-1], 429, retry=True)
            assert httpx.get(f"{url}/v1/deur", headers=good).status_code == 200
            away = {"Authorization": "Bearer x", "X-Forwarded-For": "192.0.2.1"}
            assert httpx.get(f"{url}/v1/deur", headers=away).status_code == 401
            assert httpx.get(f"{url}/v1/openapi.json", headers={"Authorization": "Bearer y"}).status_code == 429


class TestTheCounting:
    def test_a_bucket_refills_with_time_and_never_holds_more_than_its_size(self) -> None:
        now = [0.0]
        buckets = Buckets(rate=2, size=4, clock=lambda: now[0])
        assert [buckets.take(b"a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
        assert buckets.take(b"b") == 0
        now[0] = 0.5
        assert [buckets.take(b"a"), buckets.take(b"a")] == [0, 0.5]
        now[0] = 1000
        assert [buckets.take(b"a") for _ in range(5)] == [0, 0, 0, 0, 0.5]

    def test_only_so_many_clients_are_remembered(self) -> None:
        buckets, known = Buckets(1, 1), Known()
        for number in range(REMEMBERED + 10):
            buckets.take(str(number).encode())
            known.note(str(number).encode(), good=True)
        assert (len(buckets._left), len(known._seen)) == (REMEMBERED, REMEMBERED)
        assert b"0" not in known
        assert str(REMEMBERED).encode() in known

    def test_of_ipv6_a_whole_network_is_one_client(self) -> None:
        assert _network("2001:db8:1:2::1") == _network("2001:db8:1:2:ffff::9") != _network("2001:db8:1:3::1")
        assert _network("192.0.2.1") != _network("192.0.2.2")
