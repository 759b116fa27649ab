"""What is wrong with a value that a model refused, in Dutch and without the value: it may be a BSN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.errors import Fault

_BOUNDS = {
    "expected": "{}",
    "pattern": "de vorm {}",
    "min_length": "een lengte van minstens {}",
    "max_length": "een lengte van hoogstens {}",
    "ge": "minstens {}",
    "le": "hoogstens {}",
}
_INVALID = {
    "missing": "Dit veld ontbreekt.",
    "extra_forbidden": "Dit veld bestaat niet.",
    "json_invalid": "De inhoud is geen geldige JSON.",
    "string_pattern_mismatch": "De waarde heeft niet de juiste vorm.",
    "value_error": "De waarde klopt niet.",
}


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
    bounds = {k: v for k, v in (error.get("ctx") or {}).items() if k != "error"}
    cause = (error.get("ctx") or {}).get("error")
    if isinstance(cause, ValueError):
        return f"De waarde klopt niet: {cause}."
    told = (_BOUNDS.get(name, f"{name} {{}}").format(bound) for name, bound in bounds.items())
    extra = f" Verwacht: {', '.join(told)}.".replace("' or '", "' of '") if bounds else ""
    return _INVALID.get(error["type"], "De waarde is niet van de juiste soort of ligt buiten de grenzen.") + extra
