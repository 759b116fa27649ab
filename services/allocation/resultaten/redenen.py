"""What a stop reason (JZ588, WMO588) says of a trajectory: redenen.csv, checked at import.

`volgens-plan`, `uitval` (dropout) and `doorstroom` are ends of a trajectory; `geen` is an administrative end, which
counts in no figure.
"""

from csv import DictReader
from pathlib import Path

EINDEN = ("volgens-plan", "uitval", "doorstroom", "geen")
_DATA = Path(__file__).with_name("redenen.csv")


def load(path: Path = _DATA) -> dict[tuple[str, str], str]:
    """The end of each reason, by standard and code. Raises ValueError when one is unknown."""
    with path.open(encoding="utf-8", newline="") as file:
        ends = {(row["standaard"], row["code"]): row["einde"] for row in DictReader(file)}
    if unknown := set(ends.values()) - set(EINDEN):
        raise ValueError(f"redenen.csv: {sorted(unknown)} is geen einde")
    return ends


EINDE = load()
UITVAL = tuple(reden for reden, einde in EINDE.items() if einde == "uitval")
GETELD = tuple(reden for reden, einde in EINDE.items() if einde != "geen")
