"""HTTP calls to the other services of this installation and to partners elsewhere; the only user of httpx."""

import ssl
from functools import cache
from typing import Any
from uuid import UUID

import httpx

from shared.config import settings
from shared.contracts import Beoordeling
from shared.security import service_token

TIMEOUT = httpx.Timeout(120.0, connect=5.0)


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that we trust; read once, as reading them takes longer than a call."""
    return httpx.create_ssl_context()


def assess(owner: str, bericht: UUID) -> Beoordeling:
    """Ask the service that owns a kind of message to judge one. Raises httpx.HTTPError, to be tried again."""
    base: str = getattr(settings(), f"{owner}_url")
    response = httpx.post(
        f"{base}/v1/beoordelingen",
        json={"bericht": str(bericht)},
        headers={"Authorization": f"Bearer {service_token(owner)}"},
        timeout=TIMEOUT,
        verify=_tls(),
    )
    response.raise_for_status()
    return Beoordeling.model_validate_json(response.content)


def push(url: str, key: str, xml: bytes, sleutel: str) -> httpx.Response:
    """Deliver a message at a partner's `POST /v1/berichten`; repeating it with the same `sleutel` is harmless."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/xml",
        "Idempotency-Key": sleutel,
    }
    return httpx.post(url, content=xml, headers=headers, timeout=TIMEOUT, verify=_tls())


class Api:
    """A client of this product's own API, as a user of it has: base address and API key."""

    def __init__(self, base: str, key: str) -> None:
        """Make a client; it holds no connection between calls."""
        self._base, self._headers = base, {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call; the answer whatever its status."""
        headers = {**self._headers, **options.pop("headers", {})}
        return httpx.request(method, self._base + path, headers=headers, timeout=TIMEOUT, verify=_tls(), **options)
