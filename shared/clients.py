"""HTTP calls to the other services of this installation and to partners elsewhere; the only user of httpx."""

import atexit
import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import httpx

from shared.config import is_guarded, settings
from shared.contracts import Beoordeling, Beoordelingen
from shared.errors import Refused
from shared.tokens import service_token

TIMEOUT = httpx.Timeout(120.0, connect=5.0)
_SHORT = httpx.Timeout(5.0, connect=3.0)


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that we trust; read once, as reading them takes longer than a call."""
    return httpx.create_ssl_context()


@cache
def _services() -> httpx.Client:
    """Connections to our own services, kept between calls: making one takes longer than most calls."""
    client = httpx.Client(timeout=TIMEOUT, verify=_tls())
    atexit.register(client.close)
    return client


def assess(owner: str, organisatie: str, berichten: Sequence[UUID]) -> list[Beoordeling]:
    """Ask the service that owns a kind of message to judge some, in this order: one answer each.

    Raises httpx.HTTPError, to be tried again.
    """
    base: str = getattr(settings(), f"{owner}_url")
    response = _services().post(
        f"{base}/v1/beoordelingen",
        json={"organisatie": organisatie, "berichten": [str(bericht) for bericht in berichten]},
        headers={"Authorization": f"Bearer {service_token(owner)}"},
    )
    response.raise_for_status()
    return Beoordelingen.model_validate_json(response.content).beoordelingen


def push(url: str, key: str, xml: bytes, sleutel: str) -> httpx.Response:
    """Deliver a message at a partner's `POST /v1/berichten`; repeating it with the same `sleutel` is harmless."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/xml",
        "Idempotency-Key": sleutel,
    }
    return httpx.post(url, content=xml, headers=headers, timeout=TIMEOUT, verify=_tls())


def discovery_url(issuer: str) -> str:
    """Where an OpenID provider says what it has (OpenID Connect Discovery 1.0, 4)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def openid_keys(issuer: str) -> list[Any]:
    """The keys that an OpenID provider signs with now, as JWKs (RFC 7517, 5). Raises Refused (503)."""
    try:
        found = _get_json(discovery_url(issuer))
        if found["issuer"] != issuer or not is_guarded(found["jwks_uri"]):  # Discovery 4.3
            raise ValueError("this document is not of our issuer")
        return list(_get_json(found["jwks_uri"])["keys"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(503, "De aanmelddienst geeft zijn sleutels niet", detail=type(error).__name__) from None


def _get_json(url: str) -> Any:
    return httpx.get(url, timeout=_SHORT, verify=_tls()).raise_for_status().json()


class Api:
    """A client of this product's own API, as a user of it has: base address and API key."""

    def __init__(self, base: str, key: str) -> None:
        """Make a client; it holds no connection between calls."""
        self._base, self._headers = base, {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call; the answer whatever its status."""
        headers = {**self._headers, **options.pop("headers", {})}
        return httpx.request(method, self._base + path, headers=headers, timeout=TIMEOUT, verify=_tls(), **options)
