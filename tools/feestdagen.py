"""Make shared/feestdagen.csv: the public holidays of the Netherlands, once, from the package holidays (ADR 0015)."""

import csv
import sys
from collections.abc import Iterator

import holidays

JAREN = range(2015, 2041)


def rows(years: range = JAREN) -> Iterator[tuple[str, str]]:
    """The holidays of some years, by date."""
    found = holidays.country_holidays("NL", years=years, language="nl")
    return ((day.isoformat(), name) for day, name in sorted(found.items()))


if __name__ == "__main__":
    csv.writer(sys.stdout, lineterminator="\n").writerows([("datum", "naam"), *rows()])
