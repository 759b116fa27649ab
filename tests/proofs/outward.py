"""Watching whom the processes of an installation talk to: libxml2 opens its own sockets, so the kernel is asked."""

import threading
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from sqlalchemy import make_url

from tests.proofs.installed import Installed


class Outward:
    """While the block runs: the connections of the processes that are not with each other or with Postgres."""

    def __init__(self, target: Installed, interval: float = 0.1) -> None:
        self._pids = list(target.pids.values())
        self._ours = {urlsplit(url).port for url in target.urls.values()} | {make_url(target.database).port}
        self._interval, self._ended = interval, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.found: set[str] = set()
        self.looked = 0

    def __enter__(self) -> "Outward":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._interval):
            self.look()

    def look(self) -> None:
        """Look once."""
        own = {inode for pid in self._pids for inode in _sockets(pid)}
        for protocol in ("tcp", "tcp6", "udp", "udp6"):
            for local, remote, inode in _connections(protocol):
                if inode in own and remote[1] and not {local[1], remote[1]} & self._ours:
                    self.found.add(f"{protocol} {remote[0]}:{remote[1]}")
        self.looked += 1


def _sockets(pid: int) -> set[str]:
    found = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                name = str(entry.readlink())
            except OSError:
                continue
            if name.startswith("socket:["):
                found.add(name[8:-1])
    except OSError:
        return found
    return found


def _connections(protocol: str) -> list[tuple[tuple[str, int], tuple[str, int], str]]:
    lines = [line.split() for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]]
    return [(_end(words[1]), _end(words[2]), words[9]) for words in lines]


def _end(text: str) -> tuple[str, int]:
    address, _, port = text.partition(":")
    return address, int(port, 16)
