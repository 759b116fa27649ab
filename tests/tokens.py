"""Tokens for the tests of signing in: good ones, forged ones, and what they come to."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import Key, RSAKey

from shared import clients, oidc
from shared.errors import Refused
from tests.provider import AUDIENCE, Provider, new_key

Claims = dict[str, Any]
EVERYTHING = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms), strict_check_header=False)
STRANGER = new_key()


class Watch:
    """A clock that only goes when told, and how often the issuer was asked for its keys."""

    now, fetched = 1000.0, 0


@pytest.fixture
def watch(openid: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The settings point at the provider; nothing is cached; calls to it are counted."""
    found = Watch()
    for name, value in openid.environment.items():
        monkeypatch.setenv(name, value)
    real = clients.openid_keys

    def counted(issuer: str) -> list[Any]:
        found.fetched += 1
        return real(issuer)

    monkeypatch.setattr(oidc, "openid_keys", counted)
    monkeypatch.setattr(oidc, "monotonic", lambda: found.now)
    before = list(openid.keys)
    oidc._Keys.cache_clear()
    yield found
    openid.keys[:] = before
    oidc._Keys.cache_clear()


def key(openid: Provider) -> RSAKey:
    return RSAKey.import_key(openid.keys[0])


def claims(openid: Provider, **changes: Any) -> Claims:
    now = int(time.time())
    said = {"iss": openid.issuer, "aud": AUDIENCE, "sub": "anna", "name": "Anna", "iat": now, "exp": now + 300}
    return {name: value for name, value in (said | changes).items() if value is not None}


def signed(said: Claims, by: Key, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": by.kid} | header, said, by, registry=EVERYTHING)


def part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def status(token: str) -> int:
    """What a token comes to; of the token nothing is said."""
    try:
        oidc.person(token)
    except Refused as refused:
        assert refused.faults == []
        if refused.status == 401:
            assert str(refused) == str(oidc._unknown())
        return refused.status
    return 200
