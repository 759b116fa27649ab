"""Talking to the services as no decent client does, and what each answer must look like all the same."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

CANARY = "999900006"
_ENGLISH = re.compile(r"\b(the|should|must|invalid|error|required|input|field|not found|unable|expected|or)\b", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body; status 0 when the connection was closed without an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Connections that are kept open, one per thread and service."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls, self._own = urls, threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._all:
            connection.close()

    def ask(self, service: str, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request. Raises OSError or HTTPException when twice nothing comes back."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for attempt in (1, 2):
            connection = self._connection(service)
            try:
                connection.request(method, path, body or None, named)
                response = connection.getresponse()
                return Answer(response.status, _lowered(response.getheaders()), response.read())
            except (OSError, http.client.HTTPException):  # closed because it was idle, or after a refusal
                connection.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _connection(self, service: str) -> http.client.HTTPConnection:
        kept: dict[str, http.client.HTTPConnection] = self._own.__dict__.setdefault("kept", {})
        if service not in kept:
            address = urlsplit(self._urls[service])
            kept[service] = http.client.HTTPConnection(str(address.hostname), address.port, timeout=120)
            self._all.append(kept[service])
        return kept[service]

    def raw(self, service: str, data: bytes, silence: float = 0.5) -> list[Answer]:
        """All answers to bytes as they are, until nothing more comes."""
        address = urlsplit(self._urls[service])
        received = b""
        with socket.create_connection((str(address.hostname), address.port or 80), timeout=10) as connection:
            with suppress(OSError):  # refused while we are still sending
                connection.sendall(data)
            with suppress(OSError):
                while piece := connection.recv(65536):
                    received += piece
                    connection.settimeout(silence)
        return _answers(received)


def _lowered(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _answers(data: bytes) -> list[Answer]:
    found = []
    while data.startswith(b"HTTP/"):
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = _lowered([(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)])
        size = int(headers.get("content-length", len(rest)))
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":
            size = rest.find(b"0\r\n\r\n") + 5
        found += [Answer(status, headers, rest[:size])] if status >= 200 else []
        data = rest[size:] if status >= 200 else rest
    return found


def wrong(answer: Answer) -> str:
    """What is wrong with an answer whatever was asked, or nothing."""
    if answer.status >= 500:
        return f"status {answer.status}"
    if answer.status < 400:
        return ""
    if answer.headers.get("content-type") != "application/problem+json":
        return f"{answer.status} is geen problem+json maar {answer.headers.get('content-type')}"
    if CANARY.encode() in answer.body:
        return f"{answer.status} herhaalt het BSN"
    return _wrong_problem(answer)


def _wrong_problem(answer: Answer) -> str:
    if not answer.body:
        return ""  # a HEAD
    try:
        told = json.loads(answer.body)
        words = [told["title"], told["detail"], *(found["melding"] for found in told["bevindingen"])]
    except (ValueError, LookupError, TypeError):
        return f"{answer.status} is geen leesbaar probleem"
    if told["status"] != answer.status or not told["title"]:
        return f"{answer.status} noemt een andere status of geen titel"
    english = [word for word in words if _ENGLISH.search(word)]
    return f"{answer.status} is geen Nederlands: {english[0][:80]}" if english else ""
