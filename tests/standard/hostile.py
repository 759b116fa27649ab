"""Nasty inputs for level 1 and for inspection, each judged in a process of its own.

`python -m tests.standard.hostile DIR` judges them all and prints a JSON line each. A canary, the BSN 999900006,
is in values, names, namespaces and targets; nothing that is said of an input may hold it.
"""

import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lxml import etree

from services.messaging.inspection import inspect
from shared.errors import Refused
from shared.standard.codec import encode
from shared.standard.level1 import check
from shared.standard.xsd import compiled
from tests.builders import message
from tests.standard.edges import full

CANARY = "999900006"
ACCEPTED, REFUSED, BY_XSD = "accepted", "refused", "as the XSD says"
GOOD = encode(message("JW301", {"Client[1].commentaar": f"Bel {CANARY}"}))
BODY = GOOD.partition(b"?>\r\n")[2]
ROOT = BODY.partition(b">")[0] + b">"
_PLACE = b"<jw301:Relaties>"
Make = Callable[[], bytes]


class Corpus(dict[str, tuple[Make, str]]):
    """Inputs by name, each with what should become of it; they are made when it is their turn."""

    def add(self, name: str, data: bytes | Make, outcome: str) -> None:
        """An input as it is."""
        assert name not in self, name
        self[name] = (data if callable(data) else lambda: data), outcome

    def within(self, name: str, piece: bytes | Make, outcome: str) -> None:
        """A good message with something between two elements."""
        self.add(name, lambda: GOOD.replace(_PLACE, _made(piece) + _PLACE), outcome)

    def attributed(self, name: str, attribute: bytes | Make, outcome: str) -> None:
        """A good message with something in a tag."""
        self.add(name, lambda: GOOD.replace(_PLACE, _PLACE[:-1] + b" " + _made(attribute) + b">"), outcome)

    def texted(self, name: str, text: bytes | Make, outcome: str) -> None:
        """A good message with something in its Commentaar."""
        self.add(name, lambda: GOOD.replace(b"Bel ", b"Bel " + _made(text)), outcome)


def _made(piece: bytes | Make) -> bytes:
    return piece() if callable(piece) else piece


def corpus(home: Path, port: int) -> Corpus:
    """Every input; some point to files in a folder and to a port, which nobody may open."""
    from tests.standard import hostile_large, hostile_small

    found = Corpus()
    hostile_small.fill(found, home, port)
    hostile_large.fill(found)
    return found


def judge(make: Make, expected: str) -> dict[str, Any]:
    """What becomes of an input: made here, judged in a child, so that its memory and its time are its own."""
    data = make()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        with os.fdopen(writer, "w") as file:
            json.dump(_judged(data, expected), file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        told = file.read()
    os.waitpid(child, 0)
    return {"size": len(data)} | (json.loads(told) if told else {"error": "killed"})


def _judged(data: bytes, expected: str) -> dict[str, Any]:
    before, said = _peak(), ""
    found: dict[str, Any] = {"error": None, "seconds": 0.0, "expected": expected}
    for step in (check, inspect):
        began = time.process_time()
        try:
            verdict: Any = step(data)
            faults = [asdict(finding) for finding in verdict.bevindingen] if step is inspect else []
            found[step.__name__] = REFUSED if any(fault["niveau"] == 1 for fault in faults) else ACCEPTED
        except Refused as refusal:
            faults = [asdict(fault) for fault in refusal.faults]
            found[step.__name__] = REFUSED
            said += f"{refusal} {refusal!r} {refusal.__context__}"
            found["faults"] = len(faults) or (refusal.status == 413)
        except Exception as error:
            found["error"] = f"{step.__name__} raises {type(error).__name__}"
        found["seconds"] = max(found["seconds"], time.process_time() - began)
        said += json.dumps(faults, ensure_ascii=False)
        verdict = faults = None
    found["memory"] = _peak() - before
    found["told"] = CANARY in said
    found["expected"] = _by_xsd(data) if expected == BY_XSD else expected
    return found


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _by_xsd(data: bytes) -> str:
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return REFUSED
    name = root.tag.rpartition("/schema}")[0].rpartition("/")[2].upper()
    return ACCEPTED if compiled(name).validate(root) else REFUSED


def main(home: Path) -> None:
    """Judge them all; the last line tells whether somebody called."""
    home.joinpath("secret").write_text(CANARY, "ascii")
    os.mkfifo(home / "fifo")
    for name in ("JW301", "JW302", "JW323"):
        inspect(full(name))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        for name, (make, expected) in corpus(home, server.getsockname()[1]).items():
            print(json.dumps({"name": name, **judge(make, expected)}), flush=True)
        try:
            server.accept()
            print(json.dumps({"called": True}))
        except BlockingIOError:
            print(json.dumps({"called": False}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
