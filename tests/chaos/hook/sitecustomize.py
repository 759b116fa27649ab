"""Dies at a named point, once, when a file with its name lies in the folder ZORGKETEN_CHAOS_PUNTEN.

Only the processes of the chaos run have this folder in their PYTHONPATH: in the product there are no such points.
Whoever takes the file away is the one that dies, so each file kills one process.
"""

import functools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

PUNTEN = os.environ.get("ZORGKETEN_CHAOS_PUNTEN", "")
_wrote = threading.local()
"""Whether this thread wrote a message in its transaction: only such a commit is worth dying at."""


def point(name: str) -> None:
    """Die here when the harness asked for it."""
    try:
        (Path(PUNTEN) / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, attribute: str, name: str) -> None:
    """Have a point before and after a function."""
    inner = getattr(owner, attribute)

    @functools.wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> Any:
        point(f"{name}-voor")
        made = inner(*args, **kwargs)
        point(f"{name}-na")
        return made

    setattr(owner, attribute, outer)


def around_async(owner: Any, attribute: str, name: str) -> None:
    """Have a point before and after a coroutine function."""
    inner = getattr(owner, attribute)

    @functools.wraps(inner)
    async def outer(*args: Any, **kwargs: Any) -> Any:
        point(f"{name}-voor")
        made = await inner(*args, **kwargs)
        point(f"{name}-na")
        return made

    setattr(owner, attribute, outer)


def _marking(inner: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> Any:
        _wrote.here = True
        return inner(*args, **kwargs)

    return outer


def _commits() -> None:
    from sqlalchemy.engine.default import DefaultDialect

    inner = DefaultDialect.do_commit

    def outer(self: Any, connection: Any) -> None:
        wrote, _wrote.here = getattr(_wrote, "here", False), False
        if wrote:
            point("commit-voor")
        inner(self, connection)
        if wrote:
            point("commit-na")

    DefaultDialect.do_commit = outer  # type: ignore[method-assign]


def _answers() -> None:
    """Around the answer to a POST: what was committed may stay unacknowledged, never the other way round."""
    from fastapi import FastAPI

    inner = FastAPI.__call__

    async def outer(self: Any, scope: Any, receive: Any, send: Any) -> None:
        good = False

        async def sending(message: Any) -> None:
            nonlocal good
            if message["type"] == "http.response.start":
                good = scope["method"] == "POST" and message["status"] < 300
                if good:
                    point("antwoord-voor")
            await send(message)
            if good and message["type"] == "http.response.body" and not message.get("more_body"):
                point("antwoord-na")

        await inner(self, scope, receive, sending if scope["type"] == "http" else send)

    FastAPI.__call__ = outer  # type: ignore[method-assign]


def _install() -> None:
    from procrastinate.manager import JobManager

    from shared import clients, jobs
    from shared.db import ledger

    around_async(JobManager, "fetch_job", "haal")
    around_async(JobManager, "finish_job", "klaar")
    _commits()
    around(clients, "push", "verstuur")
    around(clients, "assess", "vraag")
    around(jobs, "defer", "taak")
    around(jobs, "defer_messages", "taak")
    around(ledger, "store", "opslaan")
    ledger.store = _marking(ledger.store)
    ledger.set_status = _marking(ledger.set_status)
    around(os, "fsync", "bestand")
    from services.messaging import channels

    around(channels, "to_folder", "map")
    _answers()


def _log() -> None:
    log = os.open(os.environ["ZORGKETEN_CHAOS_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)


if PUNTEN:
    _log()
    _install()
