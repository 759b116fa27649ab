"""People who sign in with OpenID Connect: whose a bearer token is."""

import logging
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import monotonic
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, UnsupportedAlgorithmError, UnsupportedHeaderError
from joserfc.jwk import JWKRegistry, Key, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from shared.clients import openid_keys
from shared.config import settings
from shared.errors import Refused

MAX_TOKEN, LEEWAY = 16 * 1024, 60
FRESH, REFETCH, RETRY, KEEP = 300.0, 30.0, 5.0, 3600.0
"""Seconds: when keys are fetched again, between two fetches, the same without any keys, how long keys serve at most."""
_BROKEN = (JoseError, ValueError, TypeError, KeyError, RecursionError)

logger = logging.getLogger("zorgketen.oidc")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in; `issuer` and `sub` together are never given to somebody else (OIDC Core 5.7)."""

    issuer: str
    sub: str
    naam: str


class _Headers(JWSRegistry):
    """Which headers we go by: the algorithms are ours to choose (RFC 8725, 3.1), extensions we have none."""

    def get_alg(self, name: str) -> Any:
        if name not in ("RS256", "PS256", "ES256", "EdDSA", "Ed25519"):
            raise UnsupportedAlgorithmError
        return self.algorithms[name]

    def check_header(self, header: dict[str, Any]) -> None:
        if "crit" in header:  # RFC 7515, 4.1.11; jku, jwk, x5u and x5c are ignored: keys come from the issuer only
            raise UnsupportedHeaderError
        super().check_header(header)


_HEADERS = _Headers(strict_check_header=False)


def _usable(data: Any) -> Key | None:
    """A key of the set; None for one that we cannot use, which must not keep us from the others (RFC 7517, 5)."""
    try:
        key = JWKRegistry.import_key(data)
    except (*_BROKEN, UserWarning):
        return None
    return None if isinstance(key, RSAKey) and key.raw_value.key_size < 2048 else key  # RFC 7518, 3.3


@cache
class _Keys:
    """The keys of an issuer, as rotation has them (OIDC Core 10.1.1); strangers cannot make us fetch them often."""

    def __init__(self, issuer: str) -> None:
        self._issuer, self._lock = issuer, Lock()
        self._found, self._since, self._tried = KeySet([]), -KEEP, -REFETCH

    def get(self, lacking: KeySet | None = None) -> KeySet:
        """The keys now, fetched anew when they are old or `lacking` what was sought. Raises Refused (503)."""
        now = monotonic()
        if lacking is not self._found and now - self._since < FRESH:
            return self._found
        with self._lock:
            wanted = lacking is self._found or now - self._since >= FRESH
            if wanted and now - self._tried >= (REFETCH if self._found else RETRY):
                self._tried = now
                try:
                    self._found = KeySet([key for key in map(_usable, openid_keys(self._issuer)) if key])
                    self._since = now
                except Refused as error:
                    logger.error("no keys from the issuer: %s", error.detail)
            if self._tried > self._since and (lacking is self._found or now - self._since >= KEEP):
                raise Refused(503, "Aanmelden lukt even niet", detail="Probeer het over enkele seconden opnieuw.")
            return self._found


def _unknown() -> Refused:
    return Refused(401, "Niet aangemeld", detail="Meld u opnieuw aan en stuur het nieuwe token mee als 'Bearer …'.")


def _claims(token: str, issuer: str, audience: str) -> dict[str, Any]:
    """What the issuer says to us in a token (RFC 9068, 4 and RFC 7519, 4.1). Raises one of _BROKEN, or Refused."""
    keys = _Keys(issuer).get()
    try:
        claims = jwt.decode(token, keys, registry=_HEADERS).claims
    except InvalidKeyIdError:
        claims = jwt.decode(token, _Keys(issuer).get(lacking=keys), registry=_HEADERS).claims
    wanted = {"exp": None, "iat": None, "sub": None, "iss": issuer, "aud": audience}
    must: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in wanted.items()}
    jwt.JWTClaimsRegistry(leeway=LEEWAY, **must).validate(claims)
    return claims


def person(token: str) -> Person:
    """Who a bearer token is of. Raises Refused: 401, or 503 when the issuer does not give its keys."""
    chosen = settings()
    if not chosen.oidc_issuer or len(token) > MAX_TOKEN:
        raise _unknown()
    try:
        claims = _claims(token, chosen.oidc_issuer, chosen.oidc_audience)
    except _BROKEN as error:
        logger.info("token refused: %s", type(error).__name__)
        raise _unknown() from None
    sub: str = claims["sub"]
    if len(sub) > 255 or not (sub.isascii() and sub.isprintable()):  # OIDC Core, 2
        raise _unknown()
    names = (claims.get(name) for name in ("name", "preferred_username"))
    clean = ("".join(c for c in name if c.isprintable()).strip()[:200] for name in names if isinstance(name, str))
    return Person(chosen.oidc_issuer, sub, next(filter(None, clean), sub))
