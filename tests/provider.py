"""A real OpenID provider (Canaille) on loopback, where people sign in by authorization code with PKCE."""

import base64
import hashlib
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from canaille import create_app
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from pytest_iam import Server

AUDIENCE, CLIENT = "zorgketen-api", "zorgketen-docs"
REDIRECT = "http://127.0.0.1:8003/v1/docs/oauth2-redirect"


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge (RFC 7636, 4)."""
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class Provider:
    """The running provider; one per process, as Canaille keeps its state in the process."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.issuer = server.url.rstrip("/")
        self.environment = {
            "ZORGKETEN_OIDC_ISSUER": self.issuer,
            "ZORGKETEN_OIDC_AUDIENCE": AUDIENCE,
            "ZORGKETEN_OIDC_CLIENT_ID": CLIENT,
        }
        models = server.models
        self._save(models.Client(client_id=AUDIENCE, client_name="API"))
        api = self._server.backend.get(models.Client, client_id=AUDIENCE)
        page = models.Client(
            client_id=CLIENT,
            client_name="Documentatie",
            client_uri=REDIRECT.removesuffix("/v1/docs/oauth2-redirect"),
            redirect_uris=[REDIRECT],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile"],
            token_endpoint_auth_method="none",
            id_token_signed_response_alg="RS256",
            audience=[api],
        )
        self._save(page)

    def _save(self, thing: Any) -> None:
        with self._server.app.app_context():
            self._server.backend.save(thing)

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The private keys as the provider has them now, which it signs with; change the list to rotate."""
        found: list[dict[str, Any]] = self._server.app.config["CANAILLE_OIDC"]["ACTIVE_JWKS"]
        return found

    def user(self, naam: str) -> Any:
        """A person at the provider, made at first use; `sub` is the name in small letters without spaces."""
        models, sub = self._server.models, naam.lower().replace(" ", ".")
        with self._server.app.app_context():
            found = self._server.backend.get(models.User, user_name=sub)
            if found is None:
                found = models.User(user_name=sub, formatted_name=naam, family_name=naam, emails=[f"{sub}@example.org"])
                self._server.backend.save(found)
                self._server.consent(found, self._server.backend.get(models.Client, client_id=CLIENT))
        return found

    def token(self, naam: str) -> str:
        """The access token of somebody who signs in: authorization request, code, exchange."""
        verifier, challenge = pkce()
        answer = self.exchange(self.code(naam, challenge), verifier)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def code(self, naam: str, challenge: str) -> str:
        """What the browser brings back when somebody signed in and agreed (OIDC Core, 3.1.2)."""
        state = secrets.token_urlsafe()
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "scope": "openid profile",
            "state": state,
            "nonce": secrets.token_urlsafe(),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        self._server.login(self.user(naam))
        answer = httpx.get(self.discovery()["authorization_endpoint"], params=asked)
        self._server.logout()
        back = urlsplit(answer.headers["location"])
        found = dict(parse_qsl(back.query))
        assert (f"{back.scheme}://{back.netloc}{back.path}", found["state"]) == (REDIRECT, state), answer.text
        return found["code"]

    def exchange(self, code: str, verifier: str) -> httpx.Response:
        """The token request of a public client (RFC 7636, 4.5)."""
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
        }
        return httpx.post(self.discovery()["token_endpoint"], data=form)

    def discovery(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.issuer}/.well-known/openid-configuration").json()
        return found


@contextmanager
def provider() -> Iterator[Provider]:
    """Start the provider on a free port of this machine; it is gone afterwards, and all that it knew."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = {
        "TESTING": True,
        "ENV_FILE": None,
        "SECRET_KEY": secrets.token_urlsafe(),
        "WTF_CSRF_ENABLED": False,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
            "LOGGING": {"version": 1, "disable_existing_loggers": False},
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [new_key().as_dict(private=True)]},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # it is http, on loopback
        server = Server(create_app(config=chosen), port, Backend.instance)
        thread = threading.Thread(target=server.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Provider(server)
        finally:
            server.httpd.shutdown()
            thread.join(10)
            server.httpd.server_close()


@pytest.fixture(scope="session")
def openid() -> Iterator[Provider]:
    """The provider, once for all tests of a worker."""
    with provider() as running:
        yield running
