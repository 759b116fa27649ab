"""Levels 1 and 2 of a message without a database: for `zorgketen validate` and `POST /v1/controles`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared import level2
from shared.errors import Refused
from shared.rules import Explained, explain
from shared.standard.catalogue import RELEASE, messages
from shared.standard.document import Document
from shared.standard.level1 import check, impossible_dates
from shared.standard.published import Published


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is, as far as it was recognised, and everything that is wrong with it.

    `toelichting` says so when only level 1 could be checked, or when we do not take in what the standard allows.
    """

    berichtsoort: str
    bevindingen: Sequence[Explained]
    standaard: str = ""
    versie: str = ""
    toelichting: str = ""


def inspect(data: bytes, xsd_dir: Path | None = None) -> Verdict:
    """Level 1 and, when that holds, level 2. Raises Refused (413) for a message above the size limit."""
    try:
        parsed = check(data, xsd_dir)
    except Refused as refusal:
        if refusal.status == 413:
            raise
        faults = [Explained(1, f.code, f.pad, f.regel, "", f.melding, "") for f in refusal.faults]
        kind = messages().get(refusal.detail)
        return Verdict(refusal.detail, faults, kind.standaard if kind else "", RELEASE if kind else "")
    if isinstance(parsed.type, Published):
        own = parsed.type
        return Verdict(own.bericht, (), own.standaard, own.release, "Alleen niveau 1: staat niet in de catalogus.")
    document, kind = parsed.document(), parsed.type
    return Verdict(kind.name, explain(document, level2.check(document)), kind.standaard, RELEASE, _dates(document))


def _dates(document: Document) -> str:
    found = impossible_dates(document)
    return f"Wordt hier niet aangenomen: {found[0].melding} Voor het eerst in {found[0].pad}." if found else ""
