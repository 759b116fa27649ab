"""Task-based sums from a CSV file: a row per instalment, each with the sum that it belongs to."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from services.billing.betalen.models import Taakbekostiging, Taakregel
from shared.errors import Fault
from shared.invalid import faults_of

OF_TASK = tuple(name for name in Taakregel.model_fields if name != "termijn")
Placed = tuple[str, Taakbekostiging]
"""A sum with its place in the input."""


def of_rows(rows: Sequence[tuple[int, Taakregel]]) -> tuple[list[Placed], list[Fault]]:
    """The sums of a file, each at its first row; and what is wrong, by row."""
    grouped: dict[str, list[tuple[int, Taakregel]]] = {}
    for number, row in rows:
        grouped.setdefault(row.nummer, []).append((number, row))
    found, faults = [], [fault for group in grouped.values() for fault in _differing(group)]
    for (number, first), *rest in grouped.values():
        told: dict[str, Any] = {name: getattr(first, name) for name in OF_TASK}
        parts = [row.termijn for row in (first, *(row for _, row in rest)) if row.termijn is not None]
        try:
            found.append((f"/regel {number}", Taakbekostiging(**told, termijnen=parts)))
        except ValidationError as error:
            faults += faults_of(error.errors(), f"/regel {number}")
    return found, faults


def _differing(group: Sequence[tuple[int, Taakregel]]) -> Iterator[Fault]:
    first = group[0][1]
    text = "De eerste regel met dit nummer zegt iets anders. Maak ze gelijk."
    for number, row in group[1:]:
        for name in OF_TASK:
            if getattr(row, name) != getattr(first, name):
                yield Fault("AFWIJKEND", f"/regel {number}/{name}", text)
