"""Rows from a CSV file, as a spreadsheet saves it: each row a model, and every fault told by its row."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.contracts import Model
from shared.errors import Fault, Refused
from shared.invalid import faults_of

M = TypeVar("M", bound=Model)
ROWS, FAULTS, FIELD = 50_000, 200, 10_000
"""How many rows a file may have, how many faults are told at once, and how long a field may be."""


def read(content: bytes, model: type[M]) -> list[tuple[int, M]]:
    """The rows of a CSV file with their numbers (the header is row 1), empty fields left out.

    UTF-8, with or without a byte order mark; separated by `;` or `,`. A column `a.b` fills field b of a.
    Raises Refused (422) with every fault, by row and column.
    """
    found, faults = [], []
    for number, row in _rows(content):
        try:
            found.append((number, model.model_validate(_nested(row), strict=False)))
        except ValidationError as error:
            faults += faults_of(error.errors(), f"/regel {number}")
    if faults:
        raise _refused(faults)
    return found


def _refused(faults: list[Fault]) -> Refused:
    more = len(faults) - FAULTS
    detail = "Herstel de genoemde regels en lees het bestand opnieuw in; er is niets vastgelegd."
    return Refused(
        422, "Het bestand klopt niet", faults[:FAULTS], detail + (f" Er zijn nog {more} fouten." if more > 0 else "")
    )


def refuse(code: str, melding: str, number: int = 1) -> Refused:
    """The refusal of a file for one reason."""
    return _refused([Fault(code, f"/regel {number}", melding)])


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("CODERING", "Het bestand is geen UTF-8. Sla het op als 'CSV UTF-8'.") from None
    if "\0" in text:
        raise refuse("CODERING", "Het bestand bevat een nulteken. Sla het opnieuw op als 'CSV UTF-8'.")
    lines = reader(text)
    header: list[str] = []
    try:
        for values in lines:
            if header and any(value.strip() for value in values):
                yield lines.line_num, _row(header, values, lines.line_num)
            header = header or [name.strip() for name in values]
    except csv.Error:
        raise refuse("CSV", "Deze regel is geen CSV. Controleer de aanhalingstekens.", lines.line_num) from None


def reader(text: str) -> Any:
    """A csv.reader of a text, separated by what its first line has: `;` or `,`. Iterating raises csv.Error."""
    first = text.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)


def _row(header: list[str], values: list[str], number: int) -> dict[str, str]:
    if len(values) != len(header):
        raise refuse("KOLOMMEN", "Deze regel heeft een ander aantal kolommen dan de eerste.", number)
    if number > ROWS + 1:
        raise refuse("TE_GROOT", f"Het bestand heeft meer dan {ROWS} regels. Splits het.", number)
    if any(len(value) > FIELD for value in values):
        raise refuse("TE_LANG", f"Een veld is langer dan {FIELD} tekens.", number)
    return {name: value.strip() for name, value in zip(header, values, strict=True) if value.strip()}


def _nested(row: Mapping[str, str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in row.items():
        outer, _, inner = name.partition(".")
        if not inner:
            nested[name] = value
        elif isinstance(holder := nested.setdefault(outer, {}), dict):
            holder[inner] = value
    return nested
