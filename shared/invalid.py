"""What is wrong with a value that a model refused, in Dutch and without the value: it may be a BSN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shared.errors import Fault

_BOUNDS = {
    "expected": "{}",
    "pattern": "{}",
    "min_length": "een lengte van minstens {}",
    "max_length": "een lengte van hoogstens {}",
    "ge": "minstens {}",
    "le": "hoogstens {}",
    "gt": "meer dan {}",
    "lt": "minder dan {}",
}
"""The bounds that mean something to a user; others that pydantic tells are its own."""
_INVALID = {
    "missing": "Dit veld ontbreekt. Vul het in.",
    "extra_forbidden": "Dit veld bestaat niet. Laat het weg, of controleer de naam.",
    "json_invalid": "De inhoud is geen geldige JSON.",
    "string_pattern_mismatch": "De waarde heeft niet de juiste vorm.",
    "value_error": "De waarde klopt niet.",
}
_KINDS = {
    "int": "Vul een geheel getal in, zonder komma, punt of eenheid; een bedrag in eurocenten: 6150 voor € 61,50.",
    "date": "Vul een datum in als jjjj-mm-dd, zoals 2025-01-31.",
    "bool": "Vul true (ja) of false (nee) in.",
    "string": "Vul tekst in, tussen aanhalingstekens.",
    "list": "Geef een lijst: [ … ].",
    "dict": "Geef velden met hun waarden: { … }.",
    "model": "Geef velden met hun waarden: { … }.",
    "float": "Vul een getal in, met een punt voor de decimalen.",
    "decimal": "Vul een getal in, met een punt voor de decimalen.",
}
"""What to fill in, by the first word of a kind of error: int_parsing, date_type, list_type."""
_LENGTHS = ("string_too", "too_")
_ALTERNATIVES = re.compile(r"\^\(([\w-]+(?:\|[\w-]+)+)\)\$")
_SHAPES = {
    r"\S": "iets anders dan spaties",
    "^[0-9]{2}$": "2 cijfers, met de nul vooraan: 02",
    "^[0-9]{4}$": "4 cijfers, met de nul vooraan: 0193",
    "^[0-9]{8}$": "8 cijfers, met de nul vooraan",
    "^[0-9]{9}$": "9 cijfers, met de nul vooraan",
    "^([0-9]{4}|[0-9]{8})$": "4 cijfers van een gemeente of 8 van een aanbieder",
    "^[1246]$": "1, 2, 4 of 6",
    "^[13]$": "1 of 3",
    "^[0-9]{2}-[0-9]{2}$": "MM-DD, zoals 07-01",
    "^20[0-9]{2}-(0[1-9]|1[0-2])$": "jjjj-mm, zoals 2025-10",
    "^[0-9]{4}-(ijw|iwmo)-[0-9]{1,9}$": "gemeentecode-wet-nummer, zoals 0193-ijw-10001",
    "^[A-Za-z0-9._-]{1,36}$": "1 tot 36 letters, cijfers of . _ -",
    "^[A-Za-z0-9 ._-]{0,60}$": "hoogstens 60 letters, cijfers, spaties of . _ -",
    "^[a-z0-9][a-z0-9._-]{0,59}$": "hoogstens 60 kleine letters, cijfers of . _ -",
}
"""Patterns in words; what is not here is told by the OpenAPI."""


def faults_of(errors: Iterable[Mapping[str, Any]], place: str = "") -> list[Fault]:
    """The faults that pydantic found, each with its place in the input; `place` comes before it."""
    return [
        Fault(error["type"], (place + _json_path(error["loc"])).rstrip("/") or "/", _explain(error)) for error in errors
    ]


def _json_path(parts: Sequence[str | int]) -> str:
    """Where in the input; a name that cannot be one of ours is written as `*`: it may hold a BSN."""
    known = (str(part) if isinstance(part, int) or re.fullmatch("[A-Za-z_-]{1,40}", part) else "*" for part in parts)
    return "/" + "/".join(known)


def _explain(error: Mapping[str, Any]) -> str:
    """Dutch, from the kind of error and the bounds of the field; never from the value."""
    told = error.get("ctx") or {}
    if isinstance(cause := told.get("error"), ValueError):
        return f"De waarde klopt niet: {cause}."
    bounds = [_BOUNDS[name].format(_shown(name, bound)) for name, bound in told.items() if name in _BOUNDS]
    extra = f" Verwacht: {', '.join(bounds)}.".replace("' or '", "' of '") if bounds else ""
    return _what(error["type"]) + extra


def _what(kind: str) -> str:
    if kind in _INVALID:
        return _INVALID[kind]
    if kind.startswith(_LENGTHS):
        return "De waarde is te kort of te lang."
    general = "De waarde is niet van de juiste soort of ligt buiten de grenzen."
    return _KINDS.get(kind.partition("_")[0], general)


def _shown(name: str, bound: Any) -> str:
    if name == "pattern":
        return _described(str(bound))
    day = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(bound))  # as pydantic writes one
    return date(*map(int, day.groups())).isoformat() if day else str(bound)


def _described(pattern: str) -> str:
    """A pattern in words.

    >>> _described("^(ijw|iwmo)$"), _described("^(a|b|c)$")
    ('ijw of iwmo', 'a, b of c')
    """
    if found := _ALTERNATIVES.fullmatch(pattern):
        *others, last = found[1].split("|")
        return f"{', '.join(others)} of {last}"
    return _SHAPES.get(pattern, "wat de OpenAPI (/v1/openapi.json) bij dit veld zegt")
