"""Levels 1 and 2 and the decoding to rows, without a database: a large 323, many small 305s, and the command.

Each part runs in a process of its own, so that its memory is its own. The floor of the messages is bare
lxml parsing and XSD validation of the same bytes; that of the command is starting Python with lxml.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from shared import level2
from shared.db.rows import _rows
from shared.db.tables import classes
from shared.standard.codec import encode
from shared.standard.level1 import check
from shared.standard.xsd import compiled
from tests.bench.frame import Result, best_seconds, median_seconds, peak_mb
from tests.builders import message

LINES = 27_000
SMALL = 1_000


def run() -> Iterator[Result]:
    """The three benchmarks."""
    large, small = _apart("large"), _apart("small")
    yield Result(
        f"JW323 van {LINES} regels: niveau 1, niveau 2 en rijen",
        large["seconds"] / large["floor"],
        6.0,
        large["seconds"],
        large["peak_mb"],
        f"lxml parse + XSD van {large['megabytes']:.0f} MB: {large['floor'] * 1000:.0f} ms",
    )
    yield Result(
        f"{SMALL} kleine JW305's: niveau 1, niveau 2 en rijen",
        small["seconds"] / small["floor"],
        7.5,
        small["seconds"],
        small["peak_mb"],
        f"{SMALL}× lxml parse + XSD: {small['floor'] * 1000:.0f} ms",
    )
    yield _command()


def _apart(part: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "tests.bench.level12", part], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _bare(bodies: list[bytes]) -> None:
    schema = compiled("JW323" if b"jw323" in bodies[0][:400] else "JW305")
    for body in bodies:
        schema.assertValid(etree.fromstring(body))


class _Plain(dict[str, str]):
    """Takes a BSN for what stands for it: pseudonyms belong to storing, which `invoice` measures."""

    def __missing__(self, bsn: str) -> str:
        return bsn


def _ours(bodies: list[bytes]) -> None:
    for body in bodies:
        document = check(body).document()
        if level2.check(document):
            raise AssertionError("het voorbeeld zou zonder bevindingen zijn")
        for name, nodes in document.by_class().items():
            if name in classes:
                list(_rows((), nodes, _Plain()))


def _measure(bodies: list[bytes], times: int) -> None:
    _ours(bodies[:1])
    seconds, floor = best_seconds(lambda: _ours(bodies), times), best_seconds(lambda: _bare(bodies), times)
    size = sum(map(len, bodies)) / 1024 / 1024
    print(json.dumps({"seconds": seconds, "floor": floor, "peak_mb": peak_mb("self"), "megabytes": size}))


def _large() -> list[bytes]:
    """A 323 with that many lines, made by repeating the first line of the example as text."""
    text = encode(message("JW323")).decode()
    start, end = text.index("<jw323:Client>"), text.index("</jw323:Clienten>")
    client = text[start:end]
    first, last = client.index("<jw323:Prestatie>"), client.rindex("</jw323:Prestaties>")
    line = client[first:last]
    line = line[: line.index("</jw323:Prestatie>") + len("</jw323:Prestatie>")]
    number = line[line.index("<ijw:ReferentieNummer>") + 22 : line.index("</ijw:ReferentieNummer>")]
    allocation = line[line.index("ToewijzingNummer>") + 17 : line.index("</jw323:ToewijzingNummer>")]
    lines = [
        line.replace(f">{number}<", f">R{i}<").replace(f"ToewijzingNummer>{allocation}<", f"ToewijzingNummer>{i + 1}<")
        for i in range(LINES)
    ]
    amount = int(line[line.index("<ijw:Bedrag>") + 12 : line.index("</ijw:Bedrag>")])
    head, tail = text[:start], text[end:]
    before = head[head.index("<ijw:TotaalBedrag>") + 18 : head.index("</ijw:TotaalBedrag>")]
    head = head.replace(f"TotaalBedrag>{before}<", f"TotaalBedrag>{amount * LINES}<")
    return [(head + client[:first] + "\r\n".join(lines) + "</jw323:Prestaties></jw323:Client>" + tail).encode()]


def _command() -> Result:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "JW305.xml"
        path.write_bytes(encode(message("JW305")))
        ours = median_seconds(lambda: _run("-m", "services", "validate", str(path)), 5)
        floor = median_seconds(lambda: _run("-c", "import lxml.etree"), 5)
    return Result("zorgketen validate van één bericht", ours / floor, 0.8 / floor, ours, 0.0, "python met lxml")


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    if sys.argv[1] == "large":
        _measure(_large(), 5)
    else:
        _measure([encode(message("JW305")) for _ in range(SMALL)], 9)
