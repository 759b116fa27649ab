"""A client without a sense of shame: BSNs in every place of a request, and what is said to it where all may read it."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from shared.db import postgres
from shared.db.server import server_of
from shared.standard.codec import encode
from tests.builders import message
from tests.proofs.finding import guises
from tests.proofs.installed import Installed
from tests.proofs.nasty_json import filled
from tests.proofs.nasty_values import BODIES
from tests.proofs.wire import Answer, Wire

_OWN_NUMBERS = ("nummer", "contract", "referentie_aanbieder", "commentaar")
"""What a party calls its own things: nine digits there may be anything, and come back as they were."""
_GOOD = ("JW301", "WMO301", "JW305", "JW323", "WMO323", "JW317", "JW315")


@dataclass
class Said:
    """What the services and the tools said where everybody may read it, by the place where they said it."""

    places: dict[str, list[bytes]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)

    def add(self, place: str, text: bytes) -> None:
        """Note what was said in a place."""
        self.places.setdefault(place, []).append(text)

    def answer(self, answer: Answer) -> None:
        """Note of an answer what no caller may find a BSN in: its headers, its addresses, and refusals as a whole."""
        self.requests[f"{answer.status // 100}xx"] += 1
        self.add("koppen van antwoorden", repr(dict(answer.headers)).encode())
        if answer.status >= 400:
            self.add("foutmeldingen", answer.body)
        elif answer.headers.get("content-type") == "application/json" and answer.body:
            told = json.loads(answer.body)
            self.add("adressen", str(told.get("volgende")).encode() if isinstance(told, dict) else b"")


@dataclass(frozen=True)
class Client:
    """A client without a sense of shame: BSNs in every place of a request."""

    target: Installed
    said: Said
    bsns: Iterator[str]
    wire: Wire
    thin: int = 1
    numbers: bool = True
    """Whether BSNs go where any number may stand: page markers are looked up as they are."""

    def ask(self, service: str, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """A request of whoever may do it."""
        answer = Answer(0, {}, b"")
        for key in self.target.keys.values():
            answer = self.wire.ask(service, method, path, body, **{"Authorization": f"Bearer {key}", **headers})
            self.said.answer(answer)
            if answer.status not in (401, 403):
                break
        return answer

    def post(self, xml: bytes, **headers: str) -> None:
        """A message, to be checked and to be brought."""
        for path in ("/v1/controles", "/v1/berichten"):
            self.ask("messaging", "POST", path, xml, **{"Content-Type": "application/xml", **headers})


def messages(client: Client) -> None:
    """BSNs as values, in wrong places, as names, attributes, comments, and in another guise."""
    rng = random.Random(7)
    for number, name in enumerate(_GOOD * (2 if client.thin == 1 else 1)):
        bsn = next(client.bsns)
        good = encode(message(name, {"Client[1].bsn": bsn, **_numbered(name, number)}))
        client.post(good, Idempotency_Key=f"sleutel {number}")
        client.post(good, Idempotency_Key=next(client.bsns))
        client.post(
            good.replace(b"<", b"<!--" + next(client.bsns).encode() + b"--><", 9).replace(b"--><?xml", b"--><!--", 1)
        )
        for change in _changes(next(client.bsns).encode()):
            client.post(change(good))
        places = [at for at in range(200, len(good)) if good[at : at + 1] == b">"]
        for at in rng.sample(places, 12):
            client.post(good[: at + 1] + rng.choice(list(guises(next(client.bsns)).values())) + good[at + 1 :])


def _numbered(name: str, number: int) -> dict[str, str]:
    return {"Header[1].bericht_identificatie_identificatie": f"K{name}{number}"[:12]}


def _changes(bsn: bytes) -> Iterable[Callable[[bytes], bytes]]:
    yield lambda xml: xml.replace(b"301:Client>", b"301:b" + bsn + b">")
    yield lambda xml: xml.replace(b":Client>", b":Client a" + bsn + b'="' + bsn + b'">', 1)
    yield lambda xml: xml.replace(b"xmlns:", b"xmlns:b" + bsn + b'="urn:' + bsn + b'" xmlns:', 1)
    yield lambda xml: xml.replace(b"/schema", b"/" + bsn, 1)
    yield lambda xml: xml.replace(b"</", b"&b" + bsn + b";</", 1)
    yield lambda xml: xml.replace(b"?>", b"?><!DOCTYPE b [<!ENTITY b '" + bsn + b"'>]>", 1)
    yield lambda xml: xml[: len(xml) // 2] + b"<b" + bsn
    yield lambda xml: xml.replace(b"UTF-8", bsn, 1)
    yield lambda xml: xml.replace(b"<", b"<?b" + bsn + b" " + bsn + b"?><", 2)[4:]


def texts(client: Client) -> None:
    """BSNs in what a client may write as it likes: names, explanations, addresses."""
    for number, name in enumerate(
        ("commentaar", "naam_geslachtsnaam_achternaam", "naam_voornamen", "communicatie_taal")
    ):
        bsn, told = next(client.bsns), next(client.bsns)
        for value in (told, f"Zie {told[:3]}.{told[3:6]}.{told[6:]}", f"bel {told}, dank"):
            change = {"Client[1].bsn": bsn, f"Client[1].{name}": value[:25], **_numbered("T", number)}
            client.post(encode(message("JW301", change)))


def urls(client: Client) -> None:
    """BSNs in addresses and in headers, of every operation of every service."""
    for service in client.target.urls:
        document = json.loads(client.ask(service, "GET", "/v1/openapi.json").body)
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                _addresses(client, service, method.upper(), path, operation)
                content = operation.get("requestBody", {}).get("content", {})
                if "application/json" in content:
                    _json(client, service, method.upper(), path, BODIES.get(f"{method.upper()} {path}", {}))


def _addresses(client: Client, service: str, method: str, path: str, operation: Mapping[str, Any]) -> None:
    bsn = next(client.bsns)
    taken = [found for found in operation.get("parameters", []) if client.numbers or not _is_number(found["schema"])]
    for address in {
        filled(path, bsn if "storingen" not in path or client.numbers else f"x{bsn}"),
        f"{filled(path)}/{bsn}",
        f"{filled(path)}?limit=1&bsn={bsn}",
        f"/{bsn}",
        f"{filled(path)}#{bsn}",
    }:
        client.ask(service, method, address.partition("#")[0])
    for found in taken:
        for value in (next(client.bsns), f"{bsn[:4]}.{bsn[4:6]}.{bsn[6:]}"):
            if found["in"] == "query":
                client.ask(service, method, f"{filled(path)}?{found['name']}={quote(value)}")
            if found["in"] == "header":
                client.ask(service, method, filled(path), **{found["name"]: value})
    for header in (
        "Authorization",
        "Organisatie",
        "User-Agent",
        "X-Bsn",
        "Cookie",
        "Content-Type",
        "X-Request-Id",
        "Traceparent",
        "X-Forwarded-For",
        "Host",
        "Referer",
        "Client-Cert",
        "If-None-Match",
        "Accept-Language",
    )[:: client.thin]:
        client.ask(service, method, filled(path), **{header: next(client.bsns)})
    client.wire.raw(service, f"{next(client.bsns)} /{next(client.bsns)} {next(client.bsns)}\r\n\r\n".encode(), 0.05)


def _is_number(schema: Mapping[str, Any]) -> bool:
    return any(option.get("type") == "integer" for option in schema.get("anyOf", [schema]))


def _json(client: Client, service: str, method: str, path: str, base: Mapping[str, Any]) -> None:
    for key in [*(name for name in base if name not in _OWN_NUMBERS), next(client.bsns)][:: client.thin]:
        bsn = next(client.bsns)
        for value in (bsn, int(bsn), [bsn], {bsn: bsn}, f"{bsn[:3]} {bsn[3:6]} {bsn[6:]}"):
            body = json.dumps({**base, key: value}).encode()
            client.ask(
                service, method, filled(path), body, **{"Content-Type": "application/json", "Idempotency-Key": bsn}
            )
    if "client" in base:
        body = json.dumps({**base, "client": {**base["client"], "bsn": next(client.bsns)}}).encode()
        for _ in range(2):
            headers = {"Content-Type": "application/json", "Idempotency-Key": next(client.bsns)}
            client.ask(service, method, filled(path), body, **headers)
    for body in (f'{{"{next(client.bsns)}', next(client.bsns), f"[{next(client.bsns)}]"):
        client.ask(service, method, filled(path), body.encode(), **{"Content-Type": "application/json"})


def outage(client: Client) -> None:
    """BSNs in addresses while the database is away: what fails then is logged."""
    server_of(client.target.home.resolve() / "postgres").stop()
    for service, path in (
        ("messaging", "/v1/berichten"),
        ("allocation", "/v1/toewijzingen"),
        ("billing", "/v1/declaraties"),
    ):
        for address in (f"{path}/{next(client.bsns)}", f"{path}?organisatie={next(client.bsns)}"):
            client.ask(service, "GET", address)
    client.post(encode(message("JW301", {"Client[1].bsn": next(client.bsns)})))
    with postgres.start(client.target.home):
        client.ask("messaging", "GET", "/health/ready")
