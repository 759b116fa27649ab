"""What an OpenAPI document says of a value: just enough of JSON Schema."""

import json
import re
from typing import Any

Json = dict[str, Any]


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def at(document: Json, schema: Json, place: tuple[str, ...]) -> Json:
    """The schema of a place in a body."""
    for key in place:
        options = [_resolved(document, option) for option in _options(document, schema)]
        schema = next(
            o["items"] if key.isdecimal() else o["properties"][key]
            for o in options
            if {"items", "properties"} & o.keys()
        )
    return schema


def _options(document: Json, schema: Json) -> list[Json]:
    schema = _resolved(document, schema)
    return [
        one
        for option in schema.get("anyOf", [schema])
        for one in ([option] if option is schema else _options(document, option))
    ]


_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def allows(document: Json, schema: Json, text: str) -> bool:
    """Whether the contract allows a value, by its type, pattern and bounds; what no JSON is, it never does."""
    try:
        value = json.loads(text, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError):
        return len(text) > 4000 and text.isdecimal()  # what Python does not read; its type is judged below all the same
    return _any(document, schema, value)


def _any(document: Json, schema: Json, value: Any) -> bool:
    return any(_allows(document, option, value) for option in _options(document, schema))


def _allows(document: Json, schema: Json, value: Any) -> bool:
    kind = _TYPES.get(schema.get("type", ""))
    if kind is not None and type(value) is not kind:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        whole = set(schema.get("required", ())) <= set(value) <= set(known or value)
        return whole and all(_any(document, known[name], below) for name, below in value.items() if name in known)
    if isinstance(value, str):
        sized = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return sized and re.search(schema.get("pattern", "").replace("$", r"\Z"), value) is not None
    if isinstance(value, int):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def example(document: Json, schema: Json) -> Any:
    """Something of the right types, where no good body is known."""
    option = _options(document, schema)[0]
    if "enum" in option or option.get("examples"):
        return (option.get("enum") or option["examples"])[0]
    if option.get("type") == "object":
        return {name: example(document, below) for name, below in option.get("properties", {}).items()}
    if option.get("type") == "array":
        return [example(document, option["items"])]
    return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(option.get("type", ""), "A")
