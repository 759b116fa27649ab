"""The server below the app: uvicorn with deadlines, a limit on connections, and problems instead of plain text.

uvicorn lets a client take for ever to send its request (Kludex/uvicorn#157) or to read its answer. Here both have
a deadline. A request that is cut off ends its connection.
"""

import asyncio
import fcntl
import resource
import socket
import struct
import sys
import termios
from typing import Any, cast

import anyio.to_thread
import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.config import settings
from shared.web import titled

LINGER = 5.0
"""Seconds in which a client that was refused halfway may stop sending, so that it can read the refusal."""
SPARE = 100
"""Connections above the limit that are told so; more are just closed."""
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: let go of what the client did not take in; the kernel would offer it for minutes more."""
GRACE = 30
"""Seconds in which requests may finish when the process has to end."""


class Protocol(H11Protocol):
    """One connection, with a deadline for its request and one for its answer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        config = cast("Config", self.config)
        self._seconds, self._most = config.receive_seconds, config.max_connections
        self._linger = min(LINGER, self._seconds)
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self.transport.get_extra_info("socket")
        return found

    @property
    def _over(self) -> int:
        return len(self.connections) - self._most

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is here: its first request must come in time."""
        super().connection_made(transport)
        self._refused = self._over > 0
        if self._over > SPARE:
            self._cut()
        self._arm(self._linger if self._refused else self._seconds)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; they do not put off its deadline."""
        if self.transport.is_closing():
            return
        if self._refused:
            self._farewell(503, "Er zijn te veel verbindingen. Probeer het over enkele seconden opnieuw.")
            return
        super().data_received(data)
        self._follow()

    def on_response_complete(self) -> None:
        """An answer is on its way: the client must take it in time, and the next request has a deadline of its own."""
        super().on_response_complete()
        self._watch_sending()
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self._disarm()
            self._arm(self._linger)
        self._follow()

    def pause_writing(self) -> None:
        """The client does not keep up with its answer."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """The client took in most of its answer."""
        super().resume_writing()
        self._stop_sending()
        self._watch_sending()

    def timeout_keep_alive_handler(self) -> None:
        """No next request came; what the client did not even take in by now, it will never."""
        if self._unread():
            self._cut()
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._disarm()
        self._stop_sending()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def send_400_response(self, msg: str) -> None:
        """What the client sends is no HTTP."""
        self._farewell(400, "Dit is geen geldig HTTP-verzoek.")

    def _follow(self) -> None:
        """Have a deadline if and only if a request is on its way."""
        state, partial = self.conn.their_state, self.conn.trailing_data[0]
        idle = state is h11.IDLE and self.timeout_keep_alive_task is not None and not partial
        if state in (h11.IDLE, h11.SEND_BODY) and not idle:
            self._arm(self._seconds)
        else:
            self._disarm()

    def _arm(self, seconds: float) -> None:
        if self._receiving is None:
            self._receiving = self.loop.call_later(seconds, self._too_late)

    def _disarm(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _too_late(self) -> None:
        if self._refused or self.transport.is_closing():
            self._cut()
        else:
            self._farewell(408, "Verstuur het hele verzoek vlot achter elkaar.")

    def _watch_sending(self) -> None:
        if self._sending is None and self.transport.get_write_buffer_size():
            self._sending = self.loop.call_later(self._seconds, self._cut)

    def _unread(self) -> int:
        """Bytes of answers that the client did not take in yet, here and in the kernel."""
        kernel = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(kernel, sys.byteorder)

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _cut(self) -> None:
        """Close, whatever the client still has to take in."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def _farewell(self, status: int, detail: str) -> None:
        """Say why, unless an answer has begun, and close."""
        cycle = self.cycle
        begun = cycle is not None and cycle.response_started and self.conn.their_state is not h11.IDLE
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE) or begun:
            self._cut()
            return
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        answer = titled(status, detail)
        head = h11.Response(status_code=status, headers=[*answer.raw_headers, (b"connection", b"close")])
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._watch_sending()


class Config(uvicorn.Config):
    """How an app is served, with the limits that the settings have now."""

    def __init__(self, app: ASGIApp, **options: Any) -> None:
        """Serve an app; `options` are those of uvicorn."""
        chosen = settings()
        self.receive_seconds, self.max_connections = chosen.receive_seconds, chosen.max_connections
        self.max_threads = chosen.max_threads
        super().__init__(
            app,
            http=Protocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=chosen.keep_alive_seconds,
            timeout_graceful_shutdown=GRACE,
            forwarded_allow_ips=chosen.proxy_adressen,
            **options,
        )


class Server(uvicorn.Server):
    """The server of an app, with its threads bounded."""

    async def startup(self, sockets: Any = None) -> None:
        """Begin to listen."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = cast("Config", self.config).max_threads
        await super().startup(sockets)


def server(app: ASGIApp, **options: Any) -> Server:
    """The server of an app as the settings have it: `run` it. Each connection may have a file open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return Server(Config(app, **options))
