"""Access itself: for whom somebody works, what is given and ended, what is shown once, and what may be repeated."""

import base64
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from services.demo import people
from services.demo.stage import Party
from shared.db.session import owner
from shared.security import proof_of_key
from tests.chain import Chain, query
from tests.flows.elsewhere import ELDERS, elders, jobs, offer, status, try_again
from tests.provider import Provider
from tests.trust.operations import basis

__all__ = ["elders"]
Json = dict[str, Any]
SECRET = "geheim van de proxy"


@pytest.fixture
def signing_in(openid: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The services take tokens of the provider."""
    for name, value in openid.environment.items():
        monkeypatch.setenv(name, value)
    return openid


def give(party: Party, **body: Any) -> httpx.Response:
    return party.apis["messaging"].call("POST", "/v1/toegang", json={"naam": "Test", **body})


def given(party: Party, *rollen: str, **body: Any) -> Json:
    answer = give(party, rollen=list(rollen), **body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def end(party: Party, kenmerk: str) -> int:
    return party.apis["messaging"].call("DELETE", f"/v1/toegang/{kenmerk}").status_code


def seen(chain: Chain, headers: Json, path: str = "/v1/berichten", service: str = "messaging") -> httpx.Response:
    return httpx.get(chain.urls[service] + path, headers=headers)


def with_key(chain: Chain, key: str, path: str = "/v1/berichten") -> int:
    return seen(chain, {"Authorization": f"Bearer {key}"}, path).status_code


class TestAPerson:
    def test_with_roles_at_two_organisations_chooses_one(self, chain: Chain, signing_in: Provider) -> None:
        who = {"uitgever": signing_in.issuer, "sub": "anna"}
        given(chain.gemeente, "raadpleger", **who)
        given(chain.jeugdhulp, "beheerder", **who)
        token = {"Authorization": f"Bearer {signing_in.token('Anna')}"}
        none = seen(chain, token)
        assert (none.status_code, "header 'Organisatie'" in none.json()["detail"]) == (403, True)
        at = {code: token | {"Organisatie": code} for code in chain.keys}
        assert [seen(chain, at[code]).status_code for code in at] == [200, 200, 403]
        assert [seen(chain, at[code], "/v1/toegang").status_code for code in at] == [403, 200, 403]
        names = seen(chain, at[chain.jeugdhulp.code], "/v1/toegang").json()["toegangen"]
        assert len(names) == len(chain.jeugdhulp.get("messaging", "/toegang")["toegangen"])
        assert seen(chain, token | {"Organisatie": "zomaar"}).status_code == 422

    def test_roles_that_change_do_so_at_once(self, chain: Chain, signing_in: Provider) -> None:
        who = {"uitgever": signing_in.issuer, "sub": "bo"}
        token = {"Authorization": f"Bearer {signing_in.token('Bo')}"}
        assert seen(chain, token).status_code == 401
        kenmerk = given(chain.gemeente, "raadpleger", **who)["kenmerk"]
        assert [seen(chain, token).status_code, seen(chain, token, "/v1/toegang").status_code] == [200, 403]
        assert given(chain.gemeente, "beheerder", **who)["kenmerk"] == kenmerk
        assert seen(chain, token, "/v1/toegang").status_code == 200
        given(chain.gemeente, "auditor", **who)
        assert [seen(chain, token, path).status_code for path in ("/v1/berichten", "/v1/verwerkingen")] == [403, 200]
        assert end(chain.gemeente, kenmerk) == 204
        assert seen(chain, token, "/v1/verwerkingen").status_code == 401

    @pytest.mark.parametrize(
        "half",
        [{"uitgever": "https://x.example"}, {"sub": "x"}, {"uitgever": "https://x", "sub": "x", "certificaat": "y"}],
    )
    def test_half_a_person_is_refused(self, chain: Chain, half: Json) -> None:
        answer = give(chain.gemeente, rollen=["raadpleger"], **half)
        assert (answer.status_code, answer.json()["bevindingen"][0]["code"]) == (422, "TOEGANG")


class TestAKey:
    def test_is_shown_once_and_kept_as_a_hash_only(self, chain: Chain) -> None:
        made = given(chain.gemeente, "raadpleger")
        key = made["sleutel"]
        assert with_key(chain, key) == 200
        assert key not in str(chain.gemeente.get("messaging", "/toegang"))
        rows = [row[0] for row in query("SELECT row_to_json(t)::text FROM toegang t")]
        assert any(proof_of_key(key).hex() in row for row in rows)
        for table in ("toegang", "herhaling", "verwerking", "procrastinate_jobs"):
            for [row] in query(f"SELECT row_to_json(t)::text FROM {table} t"):
                assert key not in row
                assert key.encode().hex() not in row

    def test_that_is_ended_or_expired_opens_nothing_and_stays_visible(self, chain: Chain) -> None:
        first, second = given(chain.gemeente, "raadpleger"), given(chain.gemeente, "raadpleger")
        assert end(chain.gemeente, first["kenmerk"]) == 204
        with owner() as session:
            change = f"UPDATE toegang SET vervalt = now() WHERE bewijs = '\\x{second['kenmerk']}'"
            session.connection().exec_driver_sql(change)
        assert [with_key(chain, made["sleutel"]) for made in (first, second)] == [401, 401]
        listed = {row["kenmerk"] for row in chain.gemeente.get("messaging", "/toegang")["toegangen"]}
        assert {first["kenmerk"], second["kenmerk"]} <= listed

    def test_of_another_organisation_and_none_are_one_answer_to_end(self, chain: Chain) -> None:
        made = given(chain.jeugdhulp, "raadpleger")
        answers = [
            chain.gemeente.apis["messaging"].call("DELETE", f"/v1/toegang/{kenmerk}")
            for kenmerk in (made["kenmerk"], "0" * 64)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert with_key(chain, made["sleutel"]) == 200

    @pytest.mark.parametrize(
        "body", [{"rollen": []}, {"rollen": ["directeur"]}, {"rollen": ["betaler"], "organisatie": "65656055"}]
    )
    def test_is_not_given_for_what_does_not_exist_nor_for_another_organisation(self, chain: Chain, body: Json) -> None:
        assert give(chain.gemeente, **body).status_code == 422
        before = query("SELECT count(*) FROM toegang WHERE eigenaar = '65656055'")
        made = given(chain.gemeente, "beheerder")
        assert with_key(chain, made["sleutel"]) == 200
        assert query("SELECT count(*) FROM toegang WHERE eigenaar = '65656055'") == before


def certificate() -> x509.Certificate:
    """A client certificate as a test authority would make one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "systeem")])
    start = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - it is UTC
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(start).not_valid_after(start + dt.timedelta(days=900)).sign(key, SHA256())


class TestACertificate:
    def test_gives_access_only_as_the_proxy_shows_it(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
        made = certificate()
        given(chain.gemeente, "lezen", certificaat=made.public_bytes(Encoding.PEM).decode())
        shown = {"Client-Cert": f":{base64.b64encode(made.public_bytes(Encoding.DER)).decode()}:"}
        proved = shown | {"X-Proxy-Geheim": SECRET}
        assert seen(chain, proved).status_code == 401
        monkeypatch.setenv("ZORGKETEN_PROXY_GEHEIM", SECRET)
        assert [seen(chain, proved).status_code, seen(chain, proved, "/v1/toegang").status_code] == [200, 403]
        for wrong in (
            shown,
            shown | {"X-Proxy-Geheim": SECRET + "x"},
            proved | {"Client-Cert": ":AAAA:"},
            proved | {"Client-Cert": ":geen base64:"},
        ):
            assert seen(chain, wrong).status_code == 401

    @pytest.mark.parametrize("pem", ["onzin", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "é☃"])
    def test_that_is_none_is_refused(self, chain: Chain, pem: str) -> None:
        answer = give(chain.gemeente, rollen=["lezen"], certificaat=pem)
        assert (answer.status_code, answer.json()["bevindingen"][0]["code"]) == (422, "CERTIFICAAT")
        assert pem not in answer.text


def test_a_bsn_is_whole_for_who_may_look_into_it_only(chain: Chain) -> None:
    made = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=TOEWIJZING)
    bsn = people.WILLEM["bsn"]
    for rol, whole in {"raadpleger": False, "beheerder": False, "betaler": False, "toewijzer": True}.items():
        party = chain.party(given(chain.gemeente, rol)["sleutel"])
        [found] = party.get("allocation", "/toewijzingen")["toewijzingen"]
        assert found["bsn"] == (bsn if whole else f"******{bsn[-3:]}")
        for part in ("xml", "antwoord"):
            answer = party.apis["messaging"].call("GET", f"/v1/berichten/{made['bericht']}/{part}")
            assert (answer.status_code == 403) is not whole
            assert whole or bsn not in answer.text


TOEWIJZING: Json = basis.TOEWIJZING | {"aanbieder": "65656056"}


def send(party: Party, service: str, path: str, body: Json, key: str) -> httpx.Response:
    return party.apis[service].call("POST", f"/v1{path}", json=body, headers={"Idempotency-Key": key})


class TestARepeatedRequest:
    """On every address that makes something and takes an Idempotency-Key."""

    @pytest.fixture
    def asked(self, chain: Chain) -> dict[str, tuple[Party, str, str, Json, Json]]:
        """Who asks what where, and something else under the same key."""
        for party, other in ((chain.gemeente, chain.begeleiding), (chain.begeleiding, chain.gemeente)):
            contract = {"nummer": "C1", "standaard": "iwmo", "begindatum": "2024-01-01", "tegenpartij": other.code}
            party.call("PUT", "allocation", "/contracten", json=contract)
            tarief = {"contract": "C1", "product_categorie": "02", "product_code": "02A03", "eenheid": "04"}
            price = {**tarief, "tarief": 6150, "begindatum": "2024-01-01"}
            party.call("PUT", "allocation", "/tarieven", json=price)
        toewijzing = chain.gemeente.call("POST", "allocation", "/toewijzingen", 201, json=TOEWIJZING)["id"]
        chain.drain()
        levering = {"toewijzing": toewijzing, "maand": "2025-10", "volume": 3}
        chain.begeleiding.call("POST", "billing", "/leveringen", 201, json=levering)
        start = {"toewijzing": toewijzing, "begindatum": "2025-10-07"}
        chain.begeleiding.call("POST", "allocation", "/starts", 202, json=start)
        chain.drain()
        gemeente, carer = chain.gemeente, chain.begeleiding
        stop = {**start, "einddatum": "2025-12-01", "reden_beeindiging": "31"}
        change = {"reden_wijziging": "10", "einddatum": "2025-12-24"}
        declaratie = {"standaard": "iwmo", "gemeente": "0193", "maand": "2025-10"}
        new = TOEWIJZING | {"client": people.ANNIE}
        return {
            "toewijzingen": (gemeente, "allocation", "/toewijzingen", new, new | {"einddatum": "2025-12-29"}),
            "wijzigingen": (
                gemeente,
                "allocation",
                f"/toewijzingen/{toewijzing}/wijzigingen",
                change,
                change | {"einddatum": "2026-01-30"},
            ),
            "starts": (carer, "allocation", "/starts", start | {"status_aanlevering": "3"}, start),
            "stops": (carer, "allocation", "/stops", stop, stop | {"einddatum": "2025-12-02"}),
            "leveringen": (carer, "billing", "/leveringen", levering | {"maand": "2025-11"}, levering),
            "declaraties": (carer, "billing", "/declaraties", declaratie, declaratie | {"maand": "2025-11"}),
        }

    @pytest.mark.parametrize("what", ["toewijzingen", "wijzigingen", "starts", "stops", "leveringen", "declaraties"])
    def test_has_one_effect_and_one_answer(self, asked: dict[str, Any], what: str) -> None:
        party, service, path, body, other = asked[what]
        count = "SELECT (SELECT count(*) FROM bericht) + (SELECT count(*) FROM levering)"
        before = query(count)[0][0]
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: send(party, service, path, body, "een"), range(10)))
        assert {answer.status_code for answer in answers} <= {201, 202}
        assert len({(answer.status_code, answer.content, answer.headers.get("location")) for answer in answers}) == 1
        assert query(count)[0][0] == before + 1
        assert send(party, service, path, body, "een").content == answers[0].content
        assert send(party, service, path, other, "een").status_code == 409
        assert query(count)[0][0] == before + 1

    def test_that_was_refused_uses_up_no_key(self, chain: Chain) -> None:
        wrong = TOEWIJZING | {"aanbieder": "65656099"}
        assert send(chain.gemeente, "allocation", "/toewijzingen", wrong, "een").status_code == 422
        assert query("SELECT count(*) FROM herhaling")[0][0] == 0
        assert send(chain.gemeente, "allocation", "/toewijzingen", TOEWIJZING, "een").status_code == 201

    def test_of_another_organisation_is_another(self, chain: Chain) -> None:
        made = send(chain.gemeente, "allocation", "/toewijzingen", TOEWIJZING, "een")
        chain.drain()
        start = {"toewijzing": made.json()["id"], "begindatum": "2025-10-07"}
        assert send(chain.begeleiding, "allocation", "/starts", start, "een").status_code == 202
        assert query("SELECT count(DISTINCT eigenaar) FROM herhaling")[0][0] == 2


class TestWorkThatIsStuck:
    def test_is_seen_with_its_reason_and_released_once_mended(self, chain: Chain, elders: Path) -> None:
        elders.write_text("hier staat een bestand in de weg")
        made = offer(chain)
        with owner() as session:
            session.connection().exec_driver_sql("UPDATE procrastinate_jobs SET attempts = 12 WHERE status = 'todo'")
        try_again(chain)
        assert jobs("deliver", "failed") == 1
        [stuck] = chain.gemeente.get("messaging", "/storingen")["storingen"]
        assert (stuck["bericht"], stuck["taak"]) == (made["bericht"], "deliver")
        assert "in to_folder (channels.py, regel" in stuck["reden"]
        assert chain.jeugdhulp.get("messaging", "/storingen") == {"storingen": []}
        path = f"/storingen/{stuck['id']}/hervatting"
        for party, wrong in ((chain.jeugdhulp, path), (chain.gemeente, "/storingen/99999999/hervatting")):
            assert party.apis["messaging"].call("POST", f"/v1{wrong}").status_code == 404
        elders.unlink()
        assert chain.gemeente.call("POST", "messaging", path, 202)["id"] == stuck["id"]
        assert chain.gemeente.get("messaging", "/storingen") == {"storingen": []}
        chain.drain()
        assert status(chain.gemeente, made["bericht"]) == "afgeleverd"
        assert [file.suffix for file in elders.iterdir()] == [".xml"]
        assert chain.gemeente.apis["messaging"].call("POST", f"/v1{path}").status_code == 404


def test_nobody_elsewhere_is_known_here(chain: Chain) -> None:
    assert with_key(chain, f"zk_{uuid4().hex}") == 401
    assert ELDERS not in chain.keys
