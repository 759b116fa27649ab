"""What one client, and all of them together, may ask of a process; more is refused at once, and nothing waits for ever.

`Guard` stands between the server and the app. It counts the requests at work, the bytes of bodies that are held, the
requests of each credential, and the sign-ins of each address that failed.
"""

import math
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.config import Settings, settings

MB = 1024 * 1024
MAX_XML, MAX_JSON = 25 * MB, 1 * MB
"""Bytes of a request body: a message, and anything else."""
REMEMBERED = 10_000
"""How many clients are remembered; the one that was away for longest is forgotten first, and starts afresh."""
BURST = 2
"""How many seconds' worth of requests may come at once."""
ALIVE = "/health/live"
"""The only address without limits: that a process has much to do is no reason to end it."""
_PER_PROCESS = secrets.token_bytes(32)


@dataclass(slots=True)
class Buckets:
    """A token bucket for each client: so many per second, and so many at once."""

    rate: float
    size: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[bytes, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, client: bytes) -> float:
        """Seconds until there is a token for this client; 0 when there is one now."""
        return max(0.0, (1 - self._now(client)) / self.rate)

    def take(self, client: bytes) -> float:
        """Take a token when there is one; what `wait` said before that."""
        wait = self.wait(client)
        if not wait:
            self._left[client] = (self._now(client) - 1, self.clock())
            self._left.move_to_end(client)
            if len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return wait

    def _now(self, client: bytes) -> float:
        left, then = self._left.get(client, (self.size, self.clock()))
        return min(self.size, left + (self.clock() - then) * self.rate)


@dataclass(slots=True)
class Known:
    """The credentials that were good not long ago: others at the same address do not keep them out."""

    _seen: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def __contains__(self, client: bytes) -> bool:
        return client in self._seen

    def note(self, client: bytes, *, good: bool) -> None:
        """Remember a credential that was good just now, or forget one that was not."""
        self._seen.pop(client, None)
        if good:
            self._seen[client] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a request comes from, and what it shows of its sender, both unreadable; `None` when it shows nothing."""

    address: bytes
    credential: bytes | None

    @property
    def name(self) -> bytes:
        """Under what its requests are counted."""
        return self.credential or self.address

    @classmethod
    def of(cls, scope: Scope) -> "Asker":
        """Who sends this request."""
        headers = Headers(scope=scope)
        shown = headers.get("authorization") or headers.get("client-cert")
        client = scope.get("client") or ("",)
        return cls(_hidden(_network(client[0])), _hidden(shown) if shown else None)


def _hidden(text: str) -> bytes:
    return blake2b(text.encode(), key=_PER_PROCESS, digest_size=16).digest()


def _network(host: str) -> str:
    """An address; of IPv6 the /64, as whoever has one address there has them all."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not looked at: the status of the answer, what to do, and after how many seconds."""

    status: int
    detail: str
    retry: int | None = None
    close: bool = False


class Stop(HTTPException):
    """A refusal while the app already reads the body."""

    def __init__(self, refusal: Refusal) -> None:
        retry = {"Retry-After": str(refusal.retry)} if refusal.retry else {}
        close = {"Connection": "close"} if refusal.close else {}
        super().__init__(refusal.status, refusal.detail, (retry | close) or None)


TWO_LENGTHS = Refusal(400, "Geef Content-Length of Transfer-Encoding, niet allebei.", close=True)
"""A proxy could read the end of such a request elsewhere than we do, and take what is behind it for another's."""
BUSY = Refusal(503, "Er is op dit moment te veel werk. Probeer het over enkele seconden opnieuw.", 2)


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"Dit adres neemt hoogstens {limit // MB} MB aan. Verdeel de inhoud over meer verzoeken.")


def _too_many(wait: float) -> Refusal:
    return Refusal(429, "U vraagt meer dan mag. Wacht even en ga daarna rustiger door.", math.ceil(wait))


class Guard:
    """The limits as an ASGI middleware; `refuse` makes the answer to what is refused, `complete` adds its headers.

    `xml` has the addresses that take a message, `public` tells which addresses need no credential.
    """

    def __init__(
        self,
        app: ASGIApp,
        refuse: Callable[[Refusal], ASGIApp],
        complete: Callable[[str, MutableHeaders], None],
        xml: Callable[[], Collection[str]],
        public: Callable[[str], bool],
    ) -> None:
        """Guard an app, with the limits that the settings have now."""
        self._app, self._refuse, self._complete, self._xml, self._public = app, refuse, complete, xml(), public
        chosen: Settings = settings()
        rate, failures = chosen.requests_per_second, chosen.failed_sign_ins_per_minute
        self.rates = Buckets(rate, rate * BURST)
        self.failures = Buckets(failures / 60, failures)
        self.known = Known()
        self.at_work, self.held = Counter[bytes](), 0
        self.max_at_work, self._max_held = chosen.max_requests, chosen.max_body_memory_mb * MB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asker, path = Asker.of(scope), scope["path"]

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(path, MutableHeaders(scope=message))
                self._learn(asker, path, message["status"])
            await send(message)

        if path == ALIVE:
            await self._app(scope, receive, complete)
        elif refusal := self._refusal(scope, asker):
            await self._refuse(refusal)(scope, receive, complete)
        else:
            visit = _Visit(self, asker.name, receive, complete, self.body_limit(path))
            with visit:
                await self._app(scope, visit.receive, visit.send)

    def body_limit(self, path: str) -> int:
        """How many bytes of body an address takes."""
        return MAX_XML if path in self._xml else MAX_JSON

    def _refusal(self, scope: Scope, asker: Asker) -> Refusal | None:
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            return TWO_LENGTHS
        length, limit = headers.get("content-length", "0"), self.body_limit(scope["path"])
        if not length.isdecimal() or int(length) > limit:
            return _too_large(limit)
        if asker.credential and asker.credential not in self.known and (wait := self.failures.wait(asker.address)):
            return _too_many(wait)
        if wait := self.rates.take(asker.name):
            return _too_many(wait)
        return BUSY if self.is_full(asker.name, 0) else None

    def is_full(self, name: bytes, own: int) -> bool:
        """Whether there is no place for a request, beside those of `own`: a client gets half of them at most."""
        return self.at_work.total() - own >= self.max_at_work or self.at_work[name] - own >= (self.max_at_work + 1) // 2

    def work(self, name: bytes, change: int) -> None:
        """Count a request of a client that begins or ends."""
        self.at_work[name] += change
        if not self.at_work[name]:
            del self.at_work[name]

    def hold(self, size: int) -> bool:
        """Count the bytes of a body that is held; False when that is more than fits."""
        self.held += size
        return self.held <= self._max_held

    def _learn(self, asker: Asker, path: str, status: int) -> None:
        if asker.credential is None:
            return
        if status == 401:
            self.known.note(asker.credential, good=False)
            self.failures.take(asker.address)
        elif status < 300 and not self._public(path):
            self.known.note(asker.credential, good=True)


class _Visit:
    """One request: it is at work, except while it waits for its client."""

    def __init__(self, guard: Guard, name: bytes, receive: Receive, send: Send, limit: int) -> None:
        self._guard, self._name, self._receive, self._send, self._limit = guard, name, receive, send, limit
        self._size, self._read = 0, False

    def __enter__(self) -> None:
        self._guard.work(self._name, 1)

    def __exit__(self, *_: object) -> None:
        self._guard.work(self._name, -1)
        self._guard.held -= self._size

    async def receive(self) -> Message:
        """The next piece of the body. Raises Stop (413, 503)."""
        if self._read:
            return await self._receive()
        with self._waiting():
            message = await self._receive()
        if message["type"] == "http.request":
            self._count(len(message.get("body", b"")))
            self._read = not message.get("more_body", False)
            if self._read and self._guard.is_full(self._name, 1):
                raise Stop(BUSY)
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer: the client may be slow to take it in."""
        with self._waiting():
            await self._send(message)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self._guard.work(self._name, -1)
        try:
            yield
        finally:
            self._guard.work(self._name, 1)

    def _count(self, size: int) -> None:
        self._size += size
        fits = self._guard.hold(size)
        if self._size > self._limit:
            raise Stop(_too_large(self._limit))
        if not fits:
            raise Stop(BUSY)
