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

from services.demo import people
from shared.roles import ALLES, RECHTEN, ROLLEN, rights
from shared.standard.codec import encode
from shared.tokens import service_token
from tests.builders import message

Json = dict[str, Any]
Key = tuple[str, str, str]
EIGEN, VREEMD, AFWEZIG = "eigen", "van een ander", "afwezig"
GEMEENTE, AANBIEDER = "0193", "65656055"
ANDERE_GEMEENTE, ANDERE_AANBIEDER = "0200", "65656056"
ABSENT = {
    "toewijzing": "0193-iwmo-999999999",
    "bericht": str(UUID(int=7)),
    "toegang": "0" * 64,
    "storing": str(2**61),
    "opschoning": str(UUID(int=7)),
    "lijst": "BESTAATNIET",
}


@dataclass(frozen=True)
class Operation:
    """What an operation asks for: the right ("" for a service), which side may, and what its id is of.

    `gives` are the statuses for an own object, and for one that is another's or not there; `body` is what its body
    holds beside what the OpenAPI says.
    """

    recht: str
    wie: str = "beide"
    object: str = ""
    gives: tuple[int, int] = (200, 404)
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objects(self) -> tuple[str, ...]:
        """Which objects it can be asked for."""
        if not self.object:
            return (EIGEN,)
        return (EIGEN, AFWEZIG) if self.object == "lijst" else (EIGEN, VREEMD, AFWEZIG)


CONTRACT = {"nummer": "M1", "standaard": "iwmo", "begindatum": "2024-01-01"}
TARIEF = {
    "contract": "M1",
    "product_categorie": "02",
    "product_code": "02A03",
    "eenheid": "04",
    "tarief": 6_150,
    "begindatum": "2024-01-01",
}
TOEWIJZING = {
    "standaard": "iwmo",
    "client": people.WILLEM,
    "product": {"categorie": "02", "code": "02A03"},
    "ingangsdatum": "2025-10-07",
    "einddatum": "2025-12-30",
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
LEVERING = {"maand": "2025-10", "volume": 3}
DECLARATIE = {"standaard": "iwmo", "maand": "2025-10"}
OPERATIONS: Mapping[tuple[str, str, str], Operation] = {
    ("allocation", "POST", "/v1/toewijzingen"): Operation("toewijzen", "gemeente", gives=(201, 0), body=TOEWIJZING),
    ("allocation", "GET", "/v1/toewijzingen"): Operation("lezen"),
    ("allocation", "GET", "/v1/toewijzingen/{id}"): Operation("lezen", object="toewijzing"),
    ("allocation", "POST", "/v1/toewijzingen/{id}/wijzigingen"): Operation(
        "toewijzen", "gemeente", "toewijzing", (201, 404), {"reden_wijziging": "10", "einddatum": "2026-01-31"}
    ),
    ("allocation", "POST", "/v1/starts"): Operation("leveren", "aanbieder", "toewijzing", (202, 404)),
    ("allocation", "POST", "/v1/stops"): Operation(
        "leveren", "aanbieder", "toewijzing", (202, 404), {"reden_beeindiging": "31", "einddatum": "2025-12-01"}
    ),
    ("allocation", "POST", "/v1/beoordelingen"): Operation("", object="bericht"),
    ("billing", "PUT", "/v1/contracten"): Operation("beheren", body=CONTRACT),
    ("billing", "GET", "/v1/contracten"): Operation("lezen"),
    ("billing", "PUT", "/v1/tarieven"): Operation("beheren", body=TARIEF),
    ("billing", "GET", "/v1/tarieven"): Operation("lezen"),
    ("billing", "POST", "/v1/leveringen"): Operation("leveren", "aanbieder", "toewijzing", (201, 404), LEVERING),
    ("billing", "POST", "/v1/declaraties"): Operation("declareren", "aanbieder", gives=(202, 0), body=DECLARATIE),
    ("billing", "GET", "/v1/declaraties"): Operation("lezen"),
    ("billing", "GET", "/v1/declaraties/{id}"): Operation("lezen", object="bericht"),
    ("billing", "GET", "/v1/betaalvoorstellen"): Operation("lezen", "gemeente"),
    ("billing", "POST", "/v1/beoordelingen"): Operation("", object="bericht"),
    ("messaging", "POST", "/v1/berichten"): Operation("uitwisselen", gives=(202, 0)),
    ("messaging", "GET", "/v1/berichten"): Operation("lezen"),
    ("messaging", "GET", "/v1/berichten/{id}"): Operation("lezen", object="bericht"),
    ("messaging", "GET", "/v1/berichten/{id}/xml"): Operation("inzien", object="bericht"),
    ("messaging", "GET", "/v1/berichten/{id}/antwoord"): Operation("inzien", object="bericht"),
    ("messaging", "POST", "/v1/controles"): Operation("lezen"),
    ("messaging", "GET", "/v1/codelijsten"): Operation("lezen"),
    ("messaging", "GET", "/v1/codelijsten/{lijst}"): Operation("lezen", object="lijst"),
    ("messaging", "POST", "/v1/toegang"): Operation(
        "beheren", gives=(201, 0), body={"rollen": ["raadpleger"], "uitgever": "https://aanmelden.example", "sub": "x"}
    ),
    ("messaging", "GET", "/v1/toegang"): Operation("beheren"),
    ("messaging", "DELETE", "/v1/toegang/{kenmerk}"): Operation("beheren", object="toegang", gives=(204, 404)),
    ("messaging", "GET", "/v1/verwerkingen"): Operation("controleren"),
    ("messaging", "GET", "/v1/storingen"): Operation("beheren"),
    ("messaging", "GET", "/v1/bewaartermijnen"): Operation("beheren"),
    ("messaging", "PUT", "/v1/bewaartermijnen"): Operation("beheren", body={"jaren": 20}),
    ("messaging", "POST", "/v1/opschoningen"): Operation("beheren", gives=(422, 0)),  # nothing is that old
    ("messaging", "GET", "/v1/opschoningen/{id}"): Operation("beheren", object="opschoning"),
    ("messaging", "POST", "/v1/opschoningen/{id}/goedkeuring"): Operation(
        "goedkeuren",
        object="opschoning",
        gives=(409, 404),  # it was carried out already
    ),
    ("messaging", "POST", "/v1/storingen/{id}/hervatting"): Operation("beheren", object="storing", gives=(202, 404)),
}
"""Every operation of the three services. What is new here must be added: its right, its side, its id, its body."""
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
        if kind == "lijst":
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
        return {}, {}
    headers = once(key, value)
    if isinstance(body, bytes):
        return headers | {"Content-Type": "application/xml"}, {"content": body}
    return headers, {"json": body | _of_the_world(body, organisatie, value) | dict(OPERATIONS[key].body)}


def once(key: Key, value: str = "") -> Json:
    """The header that gives every call of an operation on an object one effect."""
    return {"Idempotency-Key": sha256(f"{key} {value}".encode()).hexdigest()}


def _of_the_world(body: Json, organisatie: str, value: str) -> Json:
    other = AANBIEDER if organisatie == GEMEENTE else GEMEENTE
    there = {"toewijzing": value, "bericht": value, "organisatie": organisatie, "gemeente": GEMEENTE}
    there |= {"tegenpartij": other, "aanbieder": AANBIEDER}
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
