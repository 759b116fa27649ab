"""Who is calling: API keys of organisations, and short-lived tokens that the services give each other.

Deny by default: every route but the health checks depends on `caller` or `service`.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.config import installation_secret
from shared.db import tables as t
from shared.db.session import transaction
from shared.errors import Refused

TOKEN_SECONDS = 60
_PREFIX = "zk_"
_bearer = HTTPBearer(auto_error=False, description="API-sleutel van uw organisatie (zk_…)")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation on whose behalf a call is made."""

    organisatie: str

    @property
    def is_gemeente(self) -> bool:
        """True for a municipality (4 digits), False for a provider (8)."""
        return len(self.organisatie) == 4


def _unknown() -> Refused:
    return Refused(401, "Niet aangemeld", detail="Stuur een geldige API-sleutel mee als 'Authorization: Bearer …'.")


def hash_key(key: str) -> bytes:
    """How a key is stored: its SHA-256; a 256-bit random key needs no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def new_key() -> str:
    """A random API key of 256 bits."""
    return _PREFIX + secrets.token_urlsafe(32)


def derived_key(name: str) -> str:
    """A key that this installation can make again: for the demo organisations only."""
    return _PREFIX + hmac.new(installation_secret(), f"demo:{name}".encode(), "sha256").hexdigest()


def grant_access(session: Session, organisatie: str, key: str, naam: str, until: datetime) -> None:
    """Let a key act for an organisation until a moment; granting it again only moves that moment."""
    values = {"sleutel_hash": hash_key(key), "eigenaar": organisatie, "naam": naam, "vervalt": until}
    statement = insert(t.toegang).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["sleutel_hash"], set_={"vervalt": until}))


def caller(credentials: Credentials) -> Caller:
    """Dependency: the organisation of the API key. Raises Refused (401)."""
    if credentials is None or not credentials.credentials.startswith(_PREFIX):
        raise _unknown()
    query = select(t.toegang.c.eigenaar).where(
        t.toegang.c.sleutel_hash == hash_key(credentials.credentials), t.toegang.c.vervalt > func.now()
    )
    with transaction() as session:
        organisatie = session.execute(query).scalar_one_or_none()
    if organisatie is None:
        raise _unknown()
    return Caller(organisatie)


def gemeente(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Dependency: a municipality. Raises Refused (403)."""
    return _only(who, who.is_gemeente, "een gemeente")


def aanbieder(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Dependency: a provider. Raises Refused (403)."""
    return _only(who, not who.is_gemeente, "een aanbieder")


def _only(who: Caller, allowed: bool, whom: str) -> Caller:
    if not allowed:
        raise Refused(403, "Niet toegestaan", detail=f"Alleen {whom} kan dit doen.")
    return who


def service_token(audience: str) -> str:
    """A token for a call to another service of this installation; valid for a minute."""
    now = int(time.time())
    claims = {"iss": "zorgketen", "aud": audience, "iat": now, "exp": now + TOKEN_SECONDS}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(installation_secret()))


def service(audience: str) -> Callable[[HTTPAuthorizationCredentials | None], None]:
    """Dependency: a call by another service of this installation to `audience`. Raises Refused (401)."""
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": "zorgketen"},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    )

    def check(credentials: Credentials) -> None:
        try:
            text = credentials.credentials if credentials else ""
            token = jwt.decode(text, OctKey.import_key(installation_secret()), algorithms=["HS256"])
            rules.validate(token.claims)
        except (JoseError, ValueError):
            raise _unknown() from None

    return check


YEAR = timedelta(days=365)
