"""What the services of this installation show each other: a signed token that lives for a minute."""

import time

from joserfc import jwt
from joserfc.jwk import OctKey

from shared.config import installation_secret

TOKEN_SECONDS = 60


def service_token(audience: str) -> str:
    """A token for a call to another service of this installation; valid for a minute."""
    now = int(time.time())
    claims = {"iss": "zorgketen", "aud": audience, "iat": now, "exp": now + TOKEN_SECONDS}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(installation_secret()))
