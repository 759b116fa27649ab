"""`zorgketen validate`: levels 1 and 2 of a file, for people or, with --json, for programs."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.messaging.inspection import Verdict, inspect
from shared.errors import Refused

OK, FINDINGS, UNUSABLE = 0, 1, 2


def report(name: str, *, as_json: bool, xsd_dir: Path | None) -> int:
    """Check a file (`-` is standard input) and print the outcome; 0 valid, 1 findings, 2 unusable."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        verdict = inspect(data, xsd_dir)
    except (OSError, Refused) as error:
        print(f"zorgketen: {name}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return UNUSABLE
    print(json.dumps(_line(name, verdict), ensure_ascii=False) if as_json else _text(name, verdict))
    return FINDINGS if verdict.bevindingen else OK


def _line(name: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "bestand": name,
        "berichtsoort": verdict.berichtsoort or None,
        "standaard": verdict.standaard or None,
        "versie": verdict.versie or None,
        "geldig": not verdict.bevindingen,
        "bevindingen": [asdict(finding) for finding in verdict.bevindingen],
        **({"toelichting": verdict.toelichting} if verdict.toelichting else {}),
    }


def _text(name: str, verdict: Verdict) -> str:
    kind = f"{verdict.berichtsoort} {verdict.versie}" if verdict.berichtsoort else "onbekend bericht"
    outcome = "ongeldig" if verdict.bevindingen else "geldig"
    lines = [f"{name}: {kind}: {outcome}. {verdict.toelichting}".removesuffix(". ")]
    for finding in verdict.bevindingen:
        place = f"regel {finding.regel}, {finding.pad}" if finding.regel else finding.pad
        lines.append(f"  niveau {finding.niveau} {finding.code} {place}\n    {finding.melding} {finding.vervolgstap}")
    return "\n".join(lines)
