"""People who sign in: a real provider on loopback, its real tokens, and every token that must not be let in."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from shared import oidc
from shared.config import settings
from shared.oidc import Person
from tests.provider import AUDIENCE, CLIENT, Provider, new_key, pkce
from tests.tokens import STRANGER, Claims, Watch, claims, key, part, signed, status


class TestSigningIn:
    def test_by_code_with_pkce_tells_who_somebody_is(self, openid: Provider, watch: Watch) -> None:
        verifier, challenge = pkce()
        answer = openid.exchange(openid.code("Anna de Vries", challenge), verifier)
        assert answer.status_code == 200
        token = answer.json()["access_token"]
        assert oidc.person(token) == Person(openid.issuer, "anna.de.vries", "Anna de Vries")
        assert oidc.person(openid.token("Bo Jansen")).naam == "Bo Jansen"
        assert watch.fetched == 1

    def test_without_the_verifier_of_the_request_gives_no_token(self, openid: Provider) -> None:
        verifier, challenge = pkce()
        code = openid.code("Anna de Vries", challenge)
        answer = openid.exchange(code, pkce()[0])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert openid.exchange(code, verifier).status_code == 200  # in memory Canaille mixes up codes that are left

    def test_does_not_make_a_token_that_is_the_pages_own_one_of_ours(self, openid: Provider, watch: Watch) -> None:
        assert status(signed(claims(openid, aud=CLIENT), key(openid))) == 401

    def test_is_not_possible_without_an_issuer(
        self, openid: Provider, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = openid.token("Anna de Vries")
        for name in openid.environment:
            monkeypatch.delenv(name)
        assert (status(token), watch.fetched) == (401, 0)


@pytest.mark.parametrize(
    ("said", "naam"),
    [
        ({}, "Anna"),
        ({"name": "An\x00na\u202e\n"}, "Anna"),
        ({"name": "x" * 300}, "x" * 200),
        ({"name": " "}, "anna"),
        ({"name": ["Anna"], "preferred_username": "a.vries"}, "a.vries"),
        ({"name": None}, "anna"),
    ],
)
def test_a_name_is_what_can_be_shown_of_it(openid: Provider, watch: Watch, said: Claims, naam: str) -> None:
    assert oidc.person(signed(claims(openid, **said), key(openid))).naam == naam


def off(seconds: int) -> int:
    return int(time.time()) + seconds


SAID: dict[str, tuple[int, Callable[[], Claims]]] = {
    "as it should be": (200, lambda: {}),
    "one audience of more": (200, lambda: {"aud": ["ander", AUDIENCE]}),
    "just expired": (200, lambda: {"exp": off(-50)}),
    "just not yet valid": (200, lambda: {"nbf": off(50)}),
    "a clock that is ahead": (200, lambda: {"iat": off(50)}),
    "expired": (401, lambda: {"exp": off(-70)}),
    "never expires": (401, lambda: {"exp": None}),
    "expires at no number": (401, lambda: {"exp": "morgen"}),
    "expires at NaN": (401, lambda: {"exp": float("nan")}),
    "not yet valid": (401, lambda: {"nbf": off(80)}),
    "of the future": (401, lambda: {"iat": off(80)}),
    "of no time": (401, lambda: {"iat": None}),
    "for somebody else": (401, lambda: {"aud": "ander"}),
    "for others": (401, lambda: {"aud": ["ander", AUDIENCE + "x"]}),
    "for nobody": (401, lambda: {"aud": None}),
    "for an object": (401, lambda: {"aud": {AUDIENCE: 1}}),
    "of another issuer": (401, lambda: {"iss": "https://elders.example"}),
    "of the issuer with a slash": (401, lambda: {"iss": settings().oidc_issuer + "/"}),
    "of no issuer": (401, lambda: {"iss": None}),
    "of nobody": (401, lambda: {"sub": None}),
    "of nobody at all": (401, lambda: {"sub": ""}),
    "of a number": (401, lambda: {"sub": 12}),
    "of a long name": (401, lambda: {"sub": "x" * 256}),
    "of a name that cannot be stored": (401, lambda: {"sub": "an\x00na"}),
}


@pytest.mark.parametrize("what", SAID)
def test_what_the_issuer_says_must_be_for_us_and_for_now(openid: Provider, watch: Watch, what: str) -> None:
    expected, changes = SAID[what]
    assert status(signed(claims(openid, **changes()), key(openid))) == expected


def confused(openid: Provider, secret: bytes) -> str:
    """HS256 with what everybody knows of the issuer's key as the secret."""
    text = f"{part({'alg': 'HS256', 'kid': key(openid).kid})}.{part(claims(openid))}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), 'sha256'))}"


def tampered(openid: Provider) -> str:
    head, _, signature = signed(claims(openid), key(openid)).split(".")
    return f"{head}.{part(claims(openid, sub='directeur'))}.{signature}"


FORGED: dict[str, Callable[[Provider], str]] = {
    "nothing": lambda p: "",
    "garbage": lambda p: "zomaar.iets.anders",
    "not of this alphabet": lambda p: "é.☃.\ud800",
    "five parts": lambda p: "a.b.c.d.e",
    "a header that is a text": lambda p: f"{part('alg')}.e30.e30",
    "a header that is deep": lambda p: f"{part(b'[' * 6000)}.e30.e30",
    "a payload that is deep": lambda p: jws.serialize_compact(
        {"alg": "RS256", "kid": key(p).kid}, b'{"a":' * 1500 + b"1" + b"}" * 1500, key(p)
    ),
    "a payload that is a list": lambda p: jws.serialize_compact({"alg": "RS256", "kid": key(p).kid}, b"[]", key(p)),
    "alg is a list": lambda p: f"{part({'alg': ['RS256'], 'kid': key(p).kid})}.e30.e30",
    "alg none": lambda p: f"{part({'alg': 'none', 'kid': key(p).kid})}.{part(claims(p))}.",
    "alg None": lambda p: f"{part({'alg': 'None', 'kid': key(p).kid})}.{part(claims(p))}.",
    "HS256 with the public key": lambda p: confused(p, key(p).as_pem(private=False)),
    "HS256 with the public key, bare": lambda p: confused(p, key(p).as_der(private=False)),
    "RS512": lambda p: signed(claims(p), key(p), alg="RS512"),
    "no signature": lambda p: signed(claims(p), key(p)).rpartition(".")[0] + ".",
    "tampered": tampered,
    "by another under its kid": lambda p: signed(claims(p), STRANGER, kid=key(p).kid),
    "by another under an unknown kid": lambda p: signed(claims(p), STRANGER),
    "by another with its jwk": lambda p: signed(claims(p), STRANGER, jwk=STRANGER.as_dict(private=False)),
    "by another with its jwk, kid": lambda p: signed(
        claims(p), STRANGER, kid=key(p).kid, jwk=STRANGER.as_dict(private=False)
    ),
    "by another with a jku": lambda p: signed(claims(p), STRANGER, jku=f"{p.issuer}/elders.json"),
    "by another with an x5u": lambda p: signed(claims(p), STRANGER, x5u=f"{p.issuer}/elders.pem"),
    "a critical extension": lambda p: signed(claims(p), key(p), crit=["cty"], cty="JWT"),
    "not base64": lambda p: jws.serialize_compact(
        {"alg": "RS256", "kid": key(p).kid, "b64": False, "crit": ["b64"]},
        json.dumps(claims(p)).replace(".", "\\u002e").encode(),
        key(p),
    ),
    "100 KB": lambda p: signed(claims(p, extra="x" * 100_000), key(p)),
    "just too large": lambda p: signed(claims(p, extra="x" * oidc.MAX_TOKEN), key(p)),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_the_issuer_did_not_sign_for_us_is_refused(openid: Provider, watch: Watch, what: str) -> None:
    assert status(signed(claims(openid), key(openid))) == 200
    assert status(FORGED[what](openid)) == 401


def test_a_header_that_we_do_not_know_and_need_not_know_is_passed_over(openid: Provider, watch: Watch) -> None:
    assert status(signed(claims(openid), key(openid), typ="at+jwt", nonce="x")) == 200  # RFC 7515, 4


def at_an_issuer(token: str) -> int:
    """What a token comes to at an issuer that has one key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZORGKETEN_OIDC_ISSUER", "https://aanmelden.example")
        patch.setenv("ZORGKETEN_OIDC_AUDIENCE", AUDIENCE)
        patch.setattr(oidc, "openid_keys", lambda _: [STRANGER.as_dict(private=False)])
        return status(token)


@given(st.one_of(st.text(), st.builds(".".join, st.lists(st.binary().map(part), min_size=3, max_size=3))))
def test_whatever_is_sent_is_refused_and_breaks_nothing(text: str) -> None:
    assert at_an_issuer(text) == 401


@given(header=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
@pytest.mark.parametrize("name", ["alg", "kid", "typ", "jku", "jwk", "x5u", "x5c", "b64", "cty"])
def test_whatever_a_header_holds_is_refused(name: str, header: Any) -> None:
    token = f"{part({'alg': 'RS256', 'kid': STRANGER.kid} | {name: header})}.{part({})}.{part(b'x' * 256)}"
    assert at_an_issuer(token) == 401


KINDS = {
    "PS256": new_key,
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
    "Ed25519": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # when the test signs
@pytest.mark.parametrize("alg", KINDS)
def test_other_kinds_of_keys_are_good_too(openid: Provider, watch: Watch, alg: str) -> None:
    other = KINDS[alg]()
    openid.keys.append(other.as_dict(private=True))
    token = signed(claims(openid), other, alg=alg)
    assert status(token) == 200
    assert status(token[:-8] + "AAAAAAAA") == 401
