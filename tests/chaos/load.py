"""Clients that send from a seeded plan and repeat, with the same key and bytes, until they are acknowledged."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.chaos.world import World

CLIENTS = 28
PATIENCE = 180.0
"""Seconds after which a message that nobody acknowledges counts as lost."""
TWIN, AGAIN = 0.03, 0.05
"""Which part is sent twice at the same moment, and which part once more afterwards."""
BACKLOG = 250
"""Messages under way above which the clients wait: a client that is told nothing does not flood."""


class GiveUpError(Exception):
    """A story that cannot go on: the run has ended, or it went wrong and was written down."""


@dataclass(frozen=True, slots=True)
class Ack:
    """A message that was acknowledged: in whose ledger, what kind, and its bytes when we made them."""

    id: UUID
    eigenaar: str
    soort: str
    data: bytes | None


@dataclass
class Book:
    """What the clients know: acknowledged messages, what was refused at once, and what went wrong."""

    acks: list[Ack] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    bsns: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, None] = field(default_factory=dict)
    backlog: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count."""
        with self._lock:
            self.counts[what] += number

    def fault(self, text: str) -> None:
        """Write down a violation, once."""
        with self._lock:
            if text not in self.wrong:
                print(f"  ✗ {text}", flush=True)
            self.wrong[text] = None

    def acknowledge(self, ack: Ack) -> None:
        """Write down a message that was acknowledged."""
        with self._lock:
            self.acks.append(ack)
            self.counts[f"bericht {ack.soort}"] += 1


class Sender:
    """One client: a story at a time."""

    def __init__(self, world: World, book: Book, name: str, choice: random.Random, ended: threading.Event) -> None:
        self.world, self.book, self.choice, self.ended, self._name = world, book, choice, ended, name
        self._number = 0

    def post(self, code: str, service: str, path: str, **body: Any) -> httpx.Response:
        """POST until there is an answer below 500; some are sent twice at once, some once more afterwards."""
        self._number += 1
        headers = {"Idempotency-Key": f"{self._name}-{self._number}", **body.pop("headers", {})}

        def once() -> httpx.Response:
            return self._persist(code, service, path, headers=headers, **body)

        answers = self._twice(once) if self.choice.random() < TWIN else [once()]
        if self.choice.random() < AGAIN:
            self.book.count("herhaling")
            answers.append(once())
        if len({(a.status_code, a.content if a.is_success else b"") for a in answers}) > 1:
            seen = [(a.status_code, a.text[:200]) for a in answers]
            self.book.fault(f"dezelfde sleutel, een ander antwoord: {service}{path} {seen}")
        return answers[0]

    def _twice(self, once: Callable[[], httpx.Response]) -> list[httpx.Response]:
        self.book.count("tegelijk dubbel")
        with ThreadPoolExecutor(2) as pool:
            return [future.result() for future in [pool.submit(once), pool.submit(once)]]

    def _persist(self, code: str, service: str, path: str, **options: Any) -> httpx.Response:
        api, deadline = self.world.api(code, service), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = api.post(f"/v1{path}", **options)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
                self.book.count(f"HTTP {answer.status_code}")
            except httpx.HTTPError:
                self.book.count("verbinding weg")
            self.book.count("opnieuw geprobeerd")
            time.sleep(0.3)
        self.book.fault(f"na {PATIENCE:.0f} s niet bevestigd: {service}{path}")
        raise GiveUpError

    def made(self, answer: httpx.Response, name: str, code: str, soort: str, data: bytes | None = None) -> Any:
        """The JSON of an answer that acknowledges a message. Raises GiveUpError when it refuses."""
        if not answer.is_success:
            self.book.fault(f"een goed verzoek ({soort}) is geweigerd: {answer.status_code} {answer.text[:300]}")
            raise GiveUpError
        self.book.acknowledge(Ack(UUID(answer.json()[name]), code, soort, data))
        return answer.json()

    def xml(self, code: str, data: bytes, soort: str) -> str:
        """Bring a message as bytes; its id."""
        self.pause()
        answer = self.post(code, "messaging", "/berichten", content=data, headers={"Content-Type": "application/xml"})
        return str(self.made(answer, "id", code, soort, data)["id"])

    def refuse(self, code: str, data: bytes, identificatie: str) -> None:
        """Bring a message that must be refused at once, and of which nothing may be kept."""
        self.pause()
        answer = self.post(code, "messaging", "/berichten", content=data, headers={"Content-Type": "application/xml"})
        if answer.status_code != 422:
            self.book.fault(f"een fout bericht is niet geweigerd: {answer.status_code}")
        self.book.refused.append(identificatie)
        self.book.count("meteen geweigerd")

    def pause(self) -> None:
        """A moment of rest, longer while there is much under way."""
        time.sleep(self.choice.uniform(0, 0.3))
        while self.book.backlog > BACKLOG and not self.ended.is_set():
            time.sleep(0.2)

    def until(self, look: Callable[[], bool]) -> None:
        """Wait until something is so. Raises GiveUpError when the run ends first."""
        while not self.ended.is_set():
            try:
                if look():
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.4)
        raise GiveUpError

    def get(self, code: str, service: str, path: str) -> httpx.Response:
        """One GET."""
        return self.world.api(code, service).get(f"/v1{path}")


class Load:
    """All clients, until `stop`."""

    def __init__(self, world: World, seed: int, tell: Callable[["Sender", int], None]) -> None:
        self.world, self.book, self._seed, self._tell = world, Book(), seed, tell
        self.ended = threading.Event()
        self._numbers = iter(range(1, 1_000_000))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]

    def start(self) -> None:
        """Begin sending."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No new steps; what is being sent is first acknowledged."""
        self.ended.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> int:
        with self._lock:
            return next(self._numbers)

    def _client(self) -> None:
        while not self.ended.is_set():
            number = self._next()
            choice = random.Random(f"{self._seed}/{number}")
            sender = Sender(self.world, self.book, f"{self._seed}-{number}", choice, self.ended)
            try:
                self._tell(sender, number)
                self.book.count("verhalen")
            except GiveUpError:
                self.book.count("verhalen afgebroken")
            except Exception as error:
                self.book.fault(f"een client is gestruikeld: {type(error).__name__}: {str(error)[:200]}")
