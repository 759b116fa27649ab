"""Rows from a CSV file, as a spreadsheet saves it: each row a model, and every fault told by its row."""

import csv
import io
import re
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
    found, faults = gather(content, model)
    if faults:
        raise _refused(faults)
    return found


def gather(content: bytes, model: type[M]) -> tuple[list[tuple[int, M]], list[Fault]]:
    """As `read`, but what is wrong beside the rows that are right, so that those can be judged further.

    Raises Refused (422) when no row can be told: the file is no text, or its header is wrong.
    """
    found: list[tuple[int, M]] = []
    faults: list[Fault] = []
    for number, row in _rows(content, model):
        if isinstance(row, Fault):
            faults.append(row)
            continue
        try:
            found.append((number, model.model_validate(_nested(row), strict=False)))
        except ValidationError as error:
            faults += faults_of(error.errors(), f"/regel {number}")
    if not found and not faults:
        raise refuse("LEEG", "Er staan geen regels in het bestand. Zet onder de kop een regel per gegeven.")
    return found, faults


def row_of(fault: Fault) -> int:
    """The row that a fault is in, of a file or of a list: to tell all of them in order. 0 when it is in none."""
    found = re.search("[0-9]+", fault.pad)
    return int(found[0]) if found else 0


def _refused(faults: list[Fault]) -> Refused:
    more = len(faults) - FAULTS
    detail = "Herstel de genoemde regels en lees het bestand opnieuw in; er is niets vastgelegd."
    return Refused(
        422, "Het bestand klopt niet", faults[:FAULTS], detail + (f" Er zijn nog {more} fouten." if more > 0 else "")
    )


def refuse(code: str, melding: str, number: int = 1) -> Refused:
    """The refusal of a file for one reason."""
    return _refused([_fault(code, melding, number)])


def _rows(content: bytes, model: type[Model]) -> Iterator[tuple[int, dict[str, str] | Fault]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("CODERING", "Het bestand is geen UTF-8. Sla het op als 'CSV UTF-8'.") from None
    if "\0" in text:
        raise refuse("CODERING", "Het bestand bevat een nulteken. Sla het opnieuw op als 'CSV UTF-8'.")
    lines, header = reader(text), list[str]()
    try:
        for values in lines:
            if not header:
                header = [name.strip() for name in values]
                _check_header(header, model)
            elif lines.line_num > ROWS + 1:
                text = f"Het bestand heeft meer dan {ROWS} regels. Splits het."
                return (yield lines.line_num, _fault("TE_GROOT", text, lines.line_num))
            elif any(value.strip() for value in values):
                yield lines.line_num, _row(header, values, lines.line_num)
    except csv.Error:
        text = "Deze regel is geen CSV. Controleer de aanhalingstekens."
        yield lines.line_num, _fault("CSV", text, lines.line_num)


def _fault(code: str, melding: str, number: int, column: str = "") -> Fault:
    return Fault(code, f"/regel {number}{column}", melding)


def _check_header(header: list[str], model: type[Model]) -> None:
    """See that each column is a field, once. Raises Refused (422) with each that is not, by its place."""
    faults = []
    for place, name in enumerate(header, 1):
        if name and name.partition(".")[0] not in model.model_fields:
            text = f"Deze kolom bestaat niet. Kies uit: {', '.join(model.model_fields)}."
            faults.append(_fault("KOLOM", text, 1, f"/kolom {place}"))
        elif name and name in header[: place - 1]:
            faults.append(_fault("KOLOM", "Deze kolom staat er al eerder. Houd er één over.", 1, f"/kolom {place}"))
    if faults:
        raise _refused(faults)


def reader(text: str) -> Any:
    """A csv.reader of a text, separated by what its first line has: `;` or `,`. Iterating raises csv.Error."""
    first = text.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)


def _row(header: list[str], values: list[str], number: int) -> dict[str, str] | Fault:
    if len(values) != len(header):
        text = f"Deze regel heeft {len(values)} kolommen en de eerste {len(header)}. Maak ze gelijk."
        return _fault("KOLOMMEN", text, number)
    if any(len(value) > FIELD for value in values):
        return _fault("TE_LANG", f"Een veld is langer dan {FIELD} tekens. Kort het in.", number)
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
