"""Levels 1 and 2 of a message without a database: for `zorgketen validate` and `POST /v1/controles`."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared import level2
from shared.errors import Refused
from shared.rules import Explained, explain
from shared.standard.level1 import check


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is, as far as it was recognised, and everything that is wrong with it."""

    berichtsoort: str
    bevindingen: Sequence[Explained]


def inspect(data: bytes) -> Verdict:
    """Level 1 and, when that holds, level 2. Raises Refused (413) for a message above the size limit."""
    try:
        document = check(data).document()
    except Refused as refusal:
        if refusal.status == 413:
            raise
        faults = [Explained(1, f.code, f.pad, f.regel, "", f.melding, "") for f in refusal.faults]
        return Verdict(refusal.detail, faults)
    return Verdict(document.type.name, explain(document, level2.check(document)))
