"""The authorisation matrix: what each operation asks for, every credential there is, and what each cell must answer.

`OPERATIONS` is written by hand, on purpose apart from the code: an operation that is not in it, or that asks for
something else than it says here, fails the test. Bodies come from the OpenAPI, with what the world of the test has.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from hypothesis import find, settings
from hypothesis import strategies as st

from shared.roles import ALLES, RECHTEN, ROLLEN, rights
from shared.standard.codec import encode
from shared.tokens import service_token
from tests.builders import message
from tests.trust.operation import AFWEZIG, EIGEN, OPENBAAR, Key
from tests.trust.operations import OPERATIONS

Json = dict[str, Any]
GEMEENTE, AANBIEDER = "0193", "65656055"
ANDERE_GEMEENTE, ANDERE_AANBIEDER = "0200", "65656056"
ABSENT = {
    "toewijzing": "0193-iwmo-999999999",
    "bericht": str(UUID(int=7)),
    "toegang": "0" * 64,
    "storing": str(2**61),
    "opschoning": str(UUID(int=7)),
    "betaalvoorstel": str(UUID(int=7)),
    "rekening": str(UUID(int=7)),
    "voorstel": str(UUID(int=7)),
    "pgb": str(UUID(int=7)),
    "contract": "BESTAATNIET",
    "omzetting": str(UUID(int=7)),
    "herindeling": str(UUID(int=7)),
    "verzoek": f"{UUID(int=7)}-1",
    "verzoek om af te wijzen": f"{UUID(int=7)}-1",
    "verzoek om te onderzoeken": f"{UUID(int=7)}-1",
    "signaal": str(UUID(int=7)),
    "vrije dag": "2027-03-01",
    "beëindigd": "0193-iwmo-999999999",
    "lijst": "BESTAATNIET",
    "soort": "bestaatniet",
    "lokale regel": str(UUID(int=7)),
    "prestatie": f"{UUID(int=7)}-1",
}


AS_CSV = {
    *("/v1/inkoop/{soort}", "/v1/leveringen/import"),
    *("/v1/resultaten/import-csv", "/v1/taakbekostigingen/import-csv"),
}
"""What takes a spreadsheet."""
OPEN = {"/health/live", "/health/ready"}
"""What is open to everybody."""


@dataclass(frozen=True)
class Credential:
    """What a caller shows, for which organisation, and what it gives: no rights known (None), rights, or a service."""

    naam: str
    organisatie: str
    headers: Mapping[str, str]
    rechten: frozenset[str] | None = None
    dienst: str = ""


NAMES: Mapping[str, tuple[str, ...]] = {
    **{rol: (rol,) for rol in ROLLEN},
    **{recht: (recht,) for recht in RECHTEN},
    "alles": tuple(ALLES),
}
"""What a key can hold: each role alone, each right alone, all."""


def bearer(token: str) -> Json:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


def known(naam: str, organisatie: str, headers: Mapping[str, str], rollen: tuple[str, ...]) -> Credential:
    """A credential that is known, with its roles or rights."""
    return Credential(naam, organisatie, headers, rights(rollen))


@dataclass
class World:
    """The running services, and what there is in them of each organisation, by organisation and kind of object."""

    clients: Mapping[str, httpx.Client]
    documents: Mapping[str, Json]
    objects: Mapping[tuple[str, str], str]
    credentials: list[Credential]
    park: Callable[[], None]
    bodies: dict[Key, Any] = field(default_factory=dict)

    def id_of(self, kind: str, organisatie: str, whose: str) -> str:
        """The id of an object of the organisation itself, of another, or of nobody."""
        other = {GEMEENTE: ANDERE_GEMEENTE, AANBIEDER: ANDERE_AANBIEDER}
        if whose == AFWEZIG:
            return ABSENT[kind]
        if kind in OPENBAAR:
            return self.objects["", kind]
        return self.objects[organisatie if whose == EIGEN else other[organisatie], kind]


def found(documents: Mapping[str, Json]) -> Iterator[tuple[Key, Json]]:
    """Every operation that the services themselves tell of."""
    for service, document in documents.items():
        for path, methods in document["paths"].items():
            yield from (((service, method.upper(), path), told) for method, told in methods.items())


def ask(world: World, key: Key, who: Credential, whose: str) -> httpx.Response:
    """Ask for one cell."""
    service, method, path = key
    wanted = OPERATIONS[key]
    if wanted.object == "storing" and whose == EIGEN:
        world.park()
    value = world.id_of(wanted.object, who.organisatie, whose) if wanted.object else ""
    name = path.partition("{")[2].partition("}")[0]
    headers, content = _content(world, key, who.organisatie, value)
    shows = bearer(service_token(who.dienst)) if who.dienst else who.headers  # of a service it is good for a minute
    address = path.replace(f"{{{name}}}", value)
    return world.clients[service].request(method, address, headers={**shows, **headers}, **content)


def _content(world: World, key: Key, organisatie: str, value: str) -> tuple[Json, Json]:
    """Headers and body; the key makes that the calls of all credentials have one effect for an organisation."""
    if key not in world.bodies:
        told = dict(found(world.documents))[key]
        asked = told.get("requestBody", {}).get("content", {})
        schema = asked.get("application/json", {}).get("schema")
        world.bodies[key] = (
            (example(world.documents[key[0]], schema) if schema else encode(message("JW301"))) if asked else None
        )
    body = world.bodies[key]
    if body is None:
        return once(key, value), {}
    if key[2] in AS_CSV:
        return {"Content-Type": "text/csv"}, {"content": b"nummer"}
    headers = once(key, value)
    if isinstance(body, bytes):
        return headers | {"Content-Type": "application/xml"}, {"content": body}
    return headers, {"json": body | _of_the_world(body, organisatie, value) | dict(OPERATIONS[key].body)}


def once(key: Key, value: str = "") -> Json:
    """The header that gives every call of an operation on an object one effect."""
    return {"Idempotency-Key": sha256(f"{key} {value}".encode()).hexdigest()}


def _of_the_world(body: Json, organisatie: str, value: str) -> Json:
    other = AANBIEDER if organisatie == GEMEENTE else GEMEENTE
    there: Json = {"toewijzing": value, "bericht": value, "organisatie": organisatie, "gemeente": GEMEENTE}
    there |= {"berichten": [value], "tegenpartij": other, "aanbieder": AANBIEDER}
    return {name: value for name, value in there.items() if name in body}


def example(document: Json, schema: Json) -> Any:
    """The smallest thing that a schema of the OpenAPI allows, by its own example when it has one."""
    if "$ref" in schema:
        return example(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "examples" in schema or "const" in schema or "enum" in schema:
        return [*schema.get("examples", ()), *schema.get("enum", ()), schema.get("const")][0]
    if "anyOf" in schema:
        return example(document, schema["anyOf"][0])
    if schema["type"] == "object":
        return {name: example(document, schema["properties"][name]) for name in schema.get("required", ())}
    if schema["type"] == "array":
        return [example(document, schema["items"])] * schema.get("minItems", 0)
    return _leaf(schema)


def _leaf(schema: Json) -> Any:
    if schema["type"] != "string":
        return schema.get("minimum", 1)
    if "format" in schema:
        return {"date": "2025-10-07", "uuid": str(UUID(int=1))}[schema["format"]]
    pattern = st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else st.just("x")
    return find(pattern, bool, settings=settings(database=None, derandomize=True))


def wanted(key: Key, who: Credential, whose: str) -> int:
    """The status that a cell must have, from shared/roles.py and the operation."""
    operation = OPERATIONS[key]
    fits, fails = operation.gives
    gives = fits if whose == EIGEN else fails
    if not operation.recht:
        return gives if who.dienst == key[0] else 401
    if who.rechten is None:
        return 401
    side = "gemeente" if len(who.organisatie) == 4 else "aanbieder"
    if operation.recht not in who.rechten or operation.wie not in ("beide", side):
        return 403
    return gives


def shown(answer: httpx.Response) -> tuple[int, bytes, Json]:
    """All of an answer that somebody could learn from."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers
