"""Who is calling, for which organisation, and what they may do (ADR 0007).

Deny by default: every route but the health checks depends on `caller`, with the right that it needs, or on `service`.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import oidc
from shared.config import installation_secret, settings
from shared.contracts import Organisatiecode
from shared.db import tables as t
from shared.db.session import Namens, transaction
from shared.errors import Refused, not_found
from shared.roles import rights

YEAR = timedelta(days=365)
_PREFIX = "zk_"
_bearer = HTTPBearer(auto_error=False, description="API-sleutel (zk_…) of een token van uw aanmelding (OpenID Connect)")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_token = HTTPBearer(auto_error=False, scheme_name="Dienst", description="Token van een dienst van deze installatie")
ServiceToken = Annotated[HTTPAuthorizationCredentials | None, Depends(_token)]


@dataclass(frozen=True, slots=True)
class Caller(Namens):
    """Who calls, the organisation on whose behalf, and the rights that they have there."""

    rechten: frozenset[str]
    kenmerk: str = ""
    """What this person or system is known by, whatever role it uses: two names can be the same, two of these not."""

    @property
    def is_gemeente(self) -> bool:
        """True for a municipality (4 digits), False for a provider (8)."""
        return len(self.organisatie) == 4


def _unknown() -> Refused:
    detail = "Meld u aan, of stuur een geldige API-sleutel mee als 'Authorization: Bearer …'."
    return Refused(401, "Niet aangemeld", detail=detail)


def _forbidden(detail: str) -> Refused:
    return Refused(403, "Niet toegestaan", detail=detail)


def new_key() -> str:
    """A random API key of 256 bits."""
    return _PREFIX + secrets.token_urlsafe(32)


def derived_key(name: str) -> str:
    """A key that this installation can make again: for the demo organisations only."""
    return _PREFIX + hmac.new(installation_secret(), f"demo:{name}".encode(), "sha256").hexdigest()


def proof_of_key(key: str) -> bytes:
    """How a key is known: its SHA-256; a 256-bit random key needs no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def proof_of_person(uitgever: str, sub: str) -> bytes:
    """How a person is known: by who vouches for them, and the name that they have there."""
    return hashlib.sha256(f"persoon:{uitgever}\n{sub}".encode()).digest()


def proof_of_certificate(der: bytes) -> bytes:
    """How a client certificate is known: by its bytes (DER)."""
    return hashlib.sha256(b"certificaat:" + der).digest()


@dataclass(frozen=True, slots=True)
class Toegang:
    """An access to give: the proof of who it is, its kind and name, roles or single rights, and until when."""

    bewijs: bytes
    soort: str
    naam: str
    rollen: Iterable[str]
    vervalt: datetime


def grant_access(session: Session, organisatie: str, toegang: Toegang) -> None:
    """Let somebody act for an organisation; granting it again replaces what they had there."""
    changes = {
        "soort": toegang.soort,
        "naam": toegang.naam,
        "rollen": list(toegang.rollen),
        "vervalt": toegang.vervalt,
    }
    statement = insert(t.toegang).values(bewijs=toegang.bewijs, eigenaar=organisatie, **changes)
    session.execute(statement.on_conflict_do_update(index_elements=["bewijs", "eigenaar"], set_=changes))


def accesses(session: Session, organisatie: str) -> list[Row[Any]]:
    """Who can act for an organisation, by name; what has expired is among it."""
    query = select(t.toegang).where(t.toegang.c.eigenaar == organisatie)
    return list(session.execute(query.order_by(t.toegang.c.naam, t.toegang.c.bewijs)))


def end_access(session: Session, organisatie: str, bewijs: bytes) -> None:
    """End an access now. Raises Refused (404)."""
    own = (t.toegang.c.eigenaar == organisatie, t.toegang.c.bewijs == bewijs)
    ended = update(t.toegang).where(*own).values(vervalt=func.now()).returning(t.toegang.c.bewijs)
    if session.execute(ended).scalar_one_or_none() is None:
        raise not_found("Toegang")


def _proof(credentials: Credentials, certificate: str | None, voucher: str | None) -> bytes:
    """What a request shows of its sender. Raises Refused (401)."""
    if certificate is not None and credentials is None:
        return _certified(certificate, voucher)
    if credentials is None:
        raise _unknown()
    if credentials.credentials.startswith(_PREFIX):
        return proof_of_key(credentials.credentials)
    person = oidc.person(credentials.credentials)
    return proof_of_person(person.issuer, person.sub)


def _certified(certificate: str, voucher: str | None) -> bytes:
    """The client certificate that the proxy checked (RFC 9440); it shows our secret, so nobody else can say so."""
    expected = settings().proxy_geheim
    if not expected or not hmac.compare_digest(expected.encode(), (voucher or "").encode()):
        raise _unknown()
    try:
        return proof_of_certificate(base64.b64decode(certificate.strip().strip(":"), validate=True))
    except binascii.Error:
        raise _unknown() from None


def _shown(bewijs: bytes) -> list[Row[Any]]:
    query = select(t.toegang).where(t.toegang.c.bewijs == bewijs, t.toegang.c.vervalt > func.now())
    with transaction(Namens("", ""), bewijs) as session:
        return list(session.execute(query.order_by(t.toegang.c.eigenaar)))


def caller(
    scopes: SecurityScopes,
    credentials: Credentials,
    organisatie: Annotated[
        Organisatiecode | None,
        Header(alias="Organisatie", description="Voor wie u werkt, als u bij meer organisaties een rol heeft"),
    ] = None,
    client_cert: Annotated[str | None, Header(include_in_schema=False, max_length=20_000)] = None,
    proxy_geheim: Annotated[str | None, Header(alias="X-Proxy-Geheim", include_in_schema=False)] = None,
) -> Caller:
    """Dependency: who calls, with the rights that the route asks for. Raises Refused (401, 403)."""
    found = _shown(_proof(credentials, client_cert, proxy_geheim))
    if not found:
        raise _unknown()
    chosen = [row for row in found if organisatie in (None, row.eigenaar)]
    if not chosen:
        raise _forbidden("U heeft bij deze organisatie geen rol.")
    if len(chosen) > 1:
        raise _forbidden("U heeft bij meer organisaties een rol. Kies er één met de header 'Organisatie'.")
    [row] = chosen
    who = Caller(row.eigenaar, f"{row.soort} {row.naam}", rights(row.rollen), row.bewijs.hex())
    missing = [scope for scope in scopes.scopes if scope not in who.rechten]
    if missing:
        raise _forbidden(f"Hiervoor is het recht '{missing[0]}' nodig. Vraag uw beheerder om een rol die dat heeft.")
    return who


def gemeente(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Dependency: a municipality. Raises Refused (403)."""
    return _only(who, who.is_gemeente, "een gemeente")


def aanbieder(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Dependency: a provider. Raises Refused (403)."""
    return _only(who, not who.is_gemeente, "een aanbieder")


def _only(who: Caller, allowed: bool, whom: str) -> Caller:
    if not allowed:
        raise _forbidden(f"Alleen {whom} kan dit doen.")
    return who


def service(audience: str) -> Callable[[HTTPAuthorizationCredentials | None], None]:
    """Dependency: a call by another service of this installation to `audience`. Raises Refused (401)."""
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": "zorgketen"},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    )

    def check(credentials: ServiceToken) -> None:
        try:
            text = credentials.credentials if credentials else ""
            token = jwt.decode(text, OctKey.import_key(installation_secret()), algorithms=["HS256"])
            rules.validate(token.claims)
        except (JoseError, ValueError):
            raise _unknown() from None

    return check
