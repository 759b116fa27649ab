"""Nasty JSON and parameters for every operation that the OpenAPI documents of the services name."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from tests.proofs.contract import allows, at, example
from tests.proofs.nasty_values import BODIES, HEADERS, LARGE, PARAMETERS, VALUES, WHOLE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request: of which operation, whether its contract refuses it, and in whose name (empty: a service)."""

    service: str
    operation: str
    path: str
    make: Callable[[], bytes] = bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: bool = False
    what: str = ""


def calls(service: str, document: Json, seed: int) -> Iterator[Call]:
    """Every nasty request that the document gives rise to; the seed shuffles which values go where."""
    rng = random.Random(f"{service} {seed}")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            yield from _parameters(service, name, operation)
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                schema = content["application/json"]["schema"]
                base = BODIES.get(name) or example(document, schema)
                yield from _bodies(service, name, path, document, schema, base, rng)


def filled(path: str, value: str = "") -> str:
    """A path with something in the place of its parameter: what could be there, unless it is given."""
    usual = (
        "0193-ijw-1" if "toewijzing" in path else "1" if "storing" in path else "00000000-0000-4000-8000-000000000000"
    )
    return re.sub(r"\{\w+\}", lambda _: quote(value, safe="") if value else usual, path)


def _parameters(service: str, name: str, operation: Json) -> Iterator[Call]:
    path = name.partition(" ")[2]
    for found in operation.get("parameters", []):
        for value in HEADERS if found["in"] == "header" else PARAMETERS:
            if found["in"] == "header":
                yield Call(service, name, filled(path), headers={found["name"]: value}, what=f"header {found['name']}")
            elif found["in"] == "path" and value:
                yield Call(service, name, filled(path, value), what=f"path {value[:12]!a}")
            elif found["in"] == "query":
                query = f"{found['name']}={quote(value, safe='')}"
                yield Call(service, name, f"{filled(path)}?{query}", what=f"query {found['name']} {value[:12]!a}")
    for query in (
        "?%zz",
        "?a&&&=",
        "?" + "a=1&" * 5000,
        "?limit=1&limit=x",
        "?x%00=1",
        "?limit[]=1",
        "?na=%F0%28%8C%28",
    ):
        yield Call(service, name, filled(path) + query, what=f"query {query[:8]}")


def _bodies(
    service: str, name: str, path: str, document: Json, schema: Json, base: Json, rng: random.Random
) -> Iterator[Call]:
    address = filled(path)
    yield Call(service, name, address, json.dumps(base).encode, what="good")
    for body in WHOLE:
        yield Call(service, name, address, partial(bytes, body), refused=True, what=f"body {body[:12]!r}")
    for place, whole in _places(base):
        kind = at(document, schema, place)
        for value in [*rng.sample(VALUES, len(VALUES)), LARGE]:
            refused = not allows(document, kind, value)
            what = f"{'/'.join(place)} = {value[:16]!a}"
            yield Call(service, name, address, partial(_marked, whole, value), refused=refused, what=what)
        for extra in ('"onbekend": 1, ', '"__class__": "x", ', '"999900006": "999900006", '):
            if isinstance(_found(base, place), dict):
                nested = json.dumps(_found(base, place)).replace("{", "{" + extra, 1)
                what = f"{'/'.join(place)} + {extra}"
                yield Call(service, name, address, partial(_marked, whole, nested), refused=True, what=what)
    first = next(iter(base))
    doubled = json.dumps(base).replace("{", "{" + f'"{first}": null, ', 1)
    yield Call(service, name, address, doubled.encode, what="a key twice")


def _places(base: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every place in a body, and the body with a mark there."""
    yield place, "@@"
    items = base.items() if isinstance(base, dict) else enumerate(base) if isinstance(base, list) else ()
    for key, value in items:
        for below, marked in _places(value, (*place, str(key))):
            yield (
                below,
                {**base, key: marked}
                if isinstance(base, dict)
                else [marked if n == key else v for n, v in enumerate(base)],
            )


def _marked(whole: Any, value: str) -> bytes:
    return json.dumps(whole).replace('"@@"', value).encode()


def _found(base: Any, place: tuple[str, ...]) -> Any:
    for key in place:
        base = base[int(key)] if isinstance(base, list) else base[key]
    return base
