"""`zorgketen validate`: levels 1 and 2 of a file, for people or, with --json, for programs."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.messaging.inspection import Verdict, inspect
from shared.errors import Refused
from shared.standard.catalogue import RELEASE, messages

OK, FINDINGS, UNUSABLE = 0, 1, 2


def report(name: str, *, as_json: bool) -> int:
    """Check a file (`-` is standard input) and print the outcome; 0 valid, 1 findings, 2 unusable."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        verdict = inspect(data)
    except (OSError, Refused) as error:
        print(f"zorgketen: {name}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(_line(name, verdict), ensure_ascii=False) if as_json else _text(name, verdict))
    return FINDINGS if verdict.bevindingen else OK


def _line(name: str, verdict: Verdict) -> dict[str, Any]:
    message = messages().get(verdict.berichtsoort)
    return {
        "bestand": name,
        "berichtsoort": verdict.berichtsoort or None,
        "standaard": message.standaard if message else None,
        "versie": RELEASE if message else None,
        "geldig": not verdict.bevindingen,
        "bevindingen": [asdict(finding) for finding in verdict.bevindingen],
    }


def _text(name: str, verdict: Verdict) -> str:
    lines = [f"{name}: {verdict.berichtsoort or 'onbekend bericht'}: {'ongeldig' if verdict.bevindingen else 'geldig'}"]
    for finding in verdict.bevindingen:
        place = f"regel {finding.regel}, {finding.pad}" if finding.regel else finding.pad
        lines.append(f"  niveau {finding.niveau} {finding.code} {place}\n    {finding.melding} {finding.vervolgstap}")
    return "\n".join(lines)
