"""Every operation for every credential and object: who may, who may not, and that nobody learns what is another's."""

import base64
import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services import organisations
from services.demo.stage import Party
from shared import oidc
from shared.calendar import system_clock
from shared.config import SERVICES
from shared.db.session import act_for, owner, owner_engine
from shared.db.tables import metadata
from shared.roles import ALLES, RECHTEN, ROLLEN
from shared.security import Toegang, grant_access, new_key, proof_of_certificate, proof_of_key, proof_of_person
from tests.chain import Chain, query
from tests.provider import Provider
from tests.tokens import claims, key, signed
from tests.trust import matrix as m
from tests.trust.money import paid
from tests.trust.operations import basis, levensloop, lokaal, termijnen, toewijzen, verzoeken

SECRET = "geheim van de proxy"
ENVIRONMENT = {
    "ZORGKETEN_PROXY_GEHEIM": SECRET,
    "ZORGKETEN_REQUESTS_PER_SECOND": "100000",
    "ZORGKETEN_FAILED_SIGN_INS_PER_MINUTE": "6000000",
}
NAMES = {m.GEMEENTE: "Zwolle", m.AANBIEDER: "De IJssel", m.ANDERE_GEMEENTE: "Elders", m.ANDERE_AANBIEDER: "Thuis"}
PAIRS = ((m.GEMEENTE, m.AANBIEDER), (m.ANDERE_GEMEENTE, m.ANDERE_AANBIEDER))


def give(organisatie: str, proof: bytes, soort: str, rollen: tuple[str, ...], days: int = 365) -> str:
    """An access in the database; how it is known there."""
    with owner() as session:
        act_for(session, organisatie)
        toegang = Toegang(proof, soort, "matrix", rollen, system_clock() + timedelta(days=days))
        grant_access(session, organisatie, toegang)
    return proof.hex()


def with_keys(organisatie: str) -> Iterator[m.Credential]:
    """Keys with each role, each right and all; one that expired, one that was ended."""
    for naam, rollen in m.NAMES.items():
        yield m.known(f"sleutel {naam}", organisatie, m.bearer(keyed(organisatie, rollen)), rollen)
    yield m.Credential("vervallen sleutel", organisatie, m.bearer(keyed(organisatie, ALLES, days=-1)))


def keyed(organisatie: str, rollen: tuple[str, ...], days: int = 365) -> str:
    secret = new_key()
    give(organisatie, proof_of_key(secret), "sleutel", rollen, days)
    return secret


def ended(organisatie: str, messaging: httpx.Client) -> m.Credential:
    """A key that was ended as a manager does."""
    secret, manager = keyed(organisatie, ALLES), keyed(organisatie, ("beheerder",))
    path = f"/v1/toegang/{proof_of_key(secret).hex()}"
    assert messaging.delete(path, headers=m.bearer(manager)).status_code == 204
    return m.Credential("beëindigde sleutel", organisatie, m.bearer(secret))


def with_persons(organisatie: str, openid: Provider) -> Iterator[m.Credential]:
    """People who signed in, each with a role; and two tokens of theirs that are not for us or no longer good."""
    for rol in ROLLEN:
        naam = f"{rol} {organisatie}"
        give(organisatie, proof_of_person(openid.issuer, naam.replace(" ", ".")), "persoon", (rol,))
        yield m.known(f"persoon {rol}", organisatie, m.bearer(openid.token(naam)), (rol,))
    sub = f"alles.{organisatie}"
    give(organisatie, proof_of_person(openid.issuer, sub), "persoon", ALLES)
    for what, changes in {"ander publiek": {"aud": "ander"}, "verlopen": {"exp": 1}}.items():
        token = signed(claims(openid, sub=sub, **changes), key(openid))
        yield m.Credential(f"token {what}", organisatie, m.bearer(token))


def with_certificates(organisatie: str) -> Iterator[m.Credential]:
    """A client certificate, as the proxy shows it and as somebody else would (RFC 9440)."""
    der = f"certificaat van {organisatie}".encode()
    give(organisatie, proof_of_certificate(der), "certificaat", ALLES)
    shown = {"Client-Cert": f":{base64.b64encode(der).decode()}:"}
    yield m.known("certificaat", organisatie, shown | {"X-Proxy-Geheim": SECRET}, ALLES)
    yield m.Credential("certificaat zonder geheim", organisatie, shown)
    yield m.Credential("certificaat met ander geheim", organisatie, shown | {"X-Proxy-Geheim": "x"})


def without_access(organisatie: str) -> Iterator[m.Credential]:
    """Nobody, somebody that nobody knows, and the services themselves, who have no business on a user's route."""
    yield m.Credential("anoniem", organisatie, {})
    yield m.Credential("onzin", organisatie, m.bearer("onzin"))
    yield m.Credential("onbekende sleutel", organisatie, m.bearer(new_key()))
    for service in (*SERVICES, "elders"):
        yield m.Credential(f"dienst {service}", organisatie, {}, None, service)


def everybody(organisatie: str, openid: Provider, messaging: httpx.Client) -> list[m.Credential]:
    return [
        *with_keys(organisatie),
        ended(organisatie, messaging),
        *with_persons(organisatie, openid),
        *with_certificates(organisatie),
        *without_access(organisatie),
    ]


def told(chain: Chain, gemeente: str, aanbieder: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The story of a pair: an allocation that was accepted, and a declaratie that was answered; what came of it."""
    payer, carer = chain.parties[gemeente], chain.parties[aanbieder]
    for party, other in ((payer, aanbieder), (carer, gemeente)):
        party.call("PUT", "allocation", "/contracten", json={**basis.CONTRACT, "tegenpartij": other})
        party.call("PUT", "allocation", "/tarieven", json=basis.TARIEF)
    for product in basis.PRODUCTEN:
        payer.call("PUT", "allocation", "/producten", json={"naam": "x", "begindatum": "2024-01-01", **product})
    made = told_once(payer, ("allocation", "POST", "/v1/toewijzingen"), basis.TOEWIJZING | {"aanbieder": aanbieder})
    chain.drain()
    carer.call("POST", "billing", "/leveringen", 201, json={**basis.LEVERING, "toewijzing": made["id"]})
    told_once(carer, ("allocation", "POST", "/v1/verzoeken/toewijzing"), verzoeken.VOT | {"gemeente": gemeente})
    declared = told_once(carer, ("billing", "POST", "/v1/declaraties"), basis.DECLARATIE | {"gemeente": gemeente})
    chain.drain()
    ended = termijnen.ended(chain, payer, carer)
    voorstel, pgb = toewijzen.rejected(payer, aanbieder), toewijzen.pgb(payer)
    plans = levensloop.plans(payer, chain.party(keyed(gemeente, ALLES), gemeente), aanbieder)
    for party in (payer, carer):
        [seen] = party.get("billing", "/declaraties")["declaraties"]
        assert seen["status"] == "goedgekeurd"
        yield (party.code, "toewijzing"), made["id"]
        yield (party.code, "bericht"), seen["bericht"]
        yield (party.code, "beëindigd"), ended
        yield (party.code, "voorstel"), voorstel
        yield (party.code, "pgb"), pgb
        yield from (((party.code, kind), value) for kind, value in plans.items())
        yield from (((party.code, kind), value) for kind, value in termijnen.objects(party, seen["bericht"]))
        yield from (((party.code, kind), value) for kind, value in verzoeken.requests(party).items())
        yield from (((party.code, kind), value) for kind, value in lokaal.objects(party, seen["regels"][0]["id"]))
        yield (party.code, "toegang"), give(party.code, proof_of_key(new_key()), "sleutel", ALLES)
        yield (party.code, "opschoning"), proposed(party.code)
        yield from (((party.code, kind), value) for kind, value in paid(party.code).items())
        yield (party.code, "storing"), str(stuck(party.code, seen["bericht"]))
    assert declared["regels"] == 1


def told_once(party: Party, operation: m.Key, body: m.Json) -> m.Json:
    """Do what an operation of the matrix does, in such a way that the matrix repeats it."""
    answer = party.apis[operation[0]].call(*operation[1:], json=body, headers=m.once(operation))
    assert answer.status_code == m.OPERATIONS[operation].gives[0], answer.text
    made: m.Json = answer.json()
    return made


def stuck(organisatie: str, bericht: str) -> int:
    """A job that was put aside, as test_access has one for real."""
    job = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) VALUES ('default',"
        f'\'messaging.deliver\', \'{{"organisatie": "{organisatie}", "bericht": "{bericht}"}}\', \'failed\', 13)'
        " RETURNING id"
    )
    reason = f"INSERT INTO storing VALUES ('{organisatie}', '{bericht}', 'deliver', 'OSError in to_folder') RETURNING 1"
    query(reason)
    return int(query(job)[0][0])


def proposed(organisatie: str) -> str:
    """A proposal to delete that was carried out."""
    rows = query(
        "INSERT INTO opschoning (eigenaar, id, tot_ijw, tot_iwmo, berichten, voorgesteld_door, goedgekeurd_door,"
        f" uitgevoerd_op) VALUES ('{organisatie}', gen_random_uuid(), '2000-01-01', '2000-01-01', '{{}}', 'a', 'b',"
        " now()) RETURNING id"
    )
    return str(rows[0][0])


def park() -> None:
    """Put the jobs aside again that were released."""
    query("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo' AND attempts >= 13 RETURNING 1")


@pytest.fixture(scope="module")
def world(services: dict[str, str], openid: Provider) -> Iterator[m.World]:
    """Two pairs of organisations with the same in their ledgers, and every credential of the first pair."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, value in {**openid.environment, **ENVIRONMENT}.items():
            patch.setenv(name, value)
        stack.callback(fresh)
        fresh()
        keys = {code: registered(code) for code in NAMES}
        clients = {name: stack.enter_context(httpx.Client(base_url=url, timeout=60)) for name, url in services.items()}
        objects = {("", "lijst"): "WJ001", ("", "soort"): "contracten"} | dict(
            item for pair in PAIRS for item in told(chain_of(services, keys, pair), *pair)
        )
        yield m.World(
            clients={**clients},
            documents={name: client.get("/v1/openapi.json").json() for name, client in clients.items()},
            objects=objects,
            credentials=[who for code in PAIRS[0] for who in everybody(code, openid, clients["messaging"])],
            park=park,
        )
    empty()


def fresh() -> None:
    """The apps with the limits of the environment as it is now, and no keys of an issuer yet."""
    oidc._Keys.cache_clear()
    for name in SERVICES:
        importlib.import_module(f"services.{name}.app").app.middleware_stack = None


def chain_of(services: dict[str, str], keys: dict[str, str], pair: tuple[str, str]) -> Chain:
    """The chain as a pair sees it; a chain has three parties."""
    third = next(code for code in keys if code not in pair)
    return Chain(services, {code: keys[code] for code in (*pair, third)})


def registered(code: str) -> str:
    """An organisation of this installation; its first key."""
    with owner() as session:
        organisations.register(session, code, NAMES[code])
    return keyed(code, ALLES)


def empty() -> None:
    with owner_engine().begin() as connection:
        names = ", ".join([*metadata.tables, "procrastinate_jobs", "procrastinate_periodic_defers"])
        connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")


@pytest.mark.parametrize("operation", m.OPERATIONS, ids=" ".join)
def test_every_cell_answers_as_the_roles_say(world: m.World, operation: m.Key) -> None:
    wrong, cells = [], 0
    for who in world.credentials:
        answers = {whose: m.ask(world, operation, who, whose) for whose in m.OPERATIONS[operation].objects}
        cells += len(answers)
        statuses = {whose: answer.status_code for whose, answer in answers.items()}
        expected = {whose: m.wanted(operation, who, whose) for whose in answers}
        if statuses != expected:
            wrong.append((who.organisatie, who.naam, statuses, expected))
        alike = [
            m.shown(answer) for whose, answer in answers.items() if whose != m.EIGEN or answer.status_code in (401, 403)
        ]
        if any(answer != alike[0] for answer in alike):
            wrong.append((who.organisatie, who.naam, "verschil", alike))
    print(f"{' '.join(operation)}: {cells} cellen, {len(wrong)} fout")
    assert wrong == []
    assert cells == len(world.credentials) * len(m.OPERATIONS[operation].objects)


def test_every_operation_is_in_the_matrix_with_the_right_that_it_asks_for(world: m.World) -> None:
    there = {place: told for place, told in m.found(world.documents) if place[2] not in m.OPEN}
    assert there.keys() == m.OPERATIONS.keys()
    doors = {place: told["security"] for place, told in there.items()}
    for place, operation in m.OPERATIONS.items():
        user = [{"HTTPBearer": [operation.recht]}, {"OpenIdConnect": [operation.recht]}]
        assert doors[place] == (user if operation.recht else [{"Dienst": []}]), place


def test_no_operation_is_hidden_from_the_openapi(world: m.World) -> None:
    pages = {"/v1/openapi.json", "/v1/docs", "/v1/docs/oauth2-redirect", "/v1/static"}
    for name in SERVICES:
        app = importlib.import_module(f"services.{name}.app").app
        assert set(paths(app.routes)) == pages | {place[2] for place, _ in m.found({name: world.documents[name]})}


def paths(routes: Any, prefix: str = "") -> Iterator[str]:
    """The paths of routes and of the routers in them, told or not."""
    for route in routes:
        if hasattr(route, "path"):
            yield prefix + route.path
        else:
            yield from paths(route.original_router.routes, prefix + route.include_context.prefix)


def test_what_is_open_tells_nothing(world: m.World) -> None:
    for client in world.clients.values():
        for path in m.OPEN:
            assert client.get(path).json() == {"status": "ok"}


def test_the_matrix_has_every_role_and_right_and_each_is_good_for_something(world: m.World) -> None:
    assert {operation.recht for operation in m.OPERATIONS.values()} - {""} <= RECHTEN.keys()
    names = {who.naam for who in world.credentials}
    assert {f"sleutel {name}" for name in (*ROLLEN, *RECHTEN)} <= names
    assert {f"persoon {rol}" for rol in ROLLEN} <= names
