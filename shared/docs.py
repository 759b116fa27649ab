"""The browsable page: nothing comes from elsewhere, and people sign in there when there is an issuer."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.responses import HTMLResponse

from shared.clients import discovery_url
from shared.config import settings

STATIC = "/v1/static"
_REDIRECT = "/v1/docs/oauth2-redirect"
_SCHEME = "OpenIdConnect"


def add_docs(app: FastAPI, csp: str) -> None:
    """The page at /v1/docs: sign in by authorization code with PKCE (RFC 7636), as a public client.

    `csp` is what the page may load; the issuer is added to it, as the page itself fetches the token there.
    """
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]

    @app.get("/v1/docs", include_in_schema=False)
    def page(request: Request) -> HTMLResponse:
        root, client = request.scope.get("root_path", ""), settings().oidc_client_id
        flow = {"clientId": client, "usePkceWithAuthorizationCodeGrant": True, "scopes": "openid profile"}
        answer = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            oauth2_redirect_url=f"{root}{_REDIRECT}",
            init_oauth=flow if client else None,
            swagger_js_url=f"{root}{STATIC}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{STATIC}/swagger-ui.css",
            swagger_favicon_url=f"{root}{STATIC}/favicon.png",
        )
        answer.headers["Content-Security-Policy"] = _with_issuer(csp)
        return answer

    @app.get(_REDIRECT, include_in_schema=False)
    def redirect() -> HTMLResponse:
        answer = get_swagger_ui_oauth2_redirect_html()
        answer.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'unsafe-inline'"
        return answer


def _with_issuer(csp: str) -> str:
    """The policy, with the issuer as a place that the page may call; CSP Level 3, 6.1.2."""
    chosen = settings()
    issuer = urlsplit(chosen.oidc_issuer)
    place = f" {issuer.scheme}://{issuer.netloc}" if chosen.oidc_client_id else ""
    return csp.replace("connect-src 'self'", f"connect-src 'self'{place}")


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI; where a key of an organisation opens the door, a person may knock too (OpenAPI 3.1, 4.8.27)."""
    if app.openapi_schema is None:
        app.openapi_schema = FastAPI.openapi(app)
    chosen = settings()
    if not chosen.oidc_issuer:
        return app.openapi_schema
    scheme = {"type": "openIdConnect", "openIdConnectUrl": discovery_url(chosen.oidc_issuer)}
    return _with_people(app.openapi_schema, scheme | {"description": "Aanmelden als medewerker van uw organisatie"})


def _with_people(document: dict[str, Any], scheme: dict[str, str]) -> dict[str, Any]:
    parts = document["components"]
    paths = {
        path: {method: _open(operation) for method, operation in methods.items()}
        for path, methods in document["paths"].items()
    }
    components = parts | {"securitySchemes": parts["securitySchemes"] | {_SCHEME: scheme}}
    return document | {"paths": paths, "components": components}


def _open(operation: dict[str, Any]) -> dict[str, Any]:
    doors = operation.get("security", [])
    people = [{_SCHEME: door["HTTPBearer"]} for door in doors if "HTTPBearer" in door]
    return operation | {"security": [*doors, *people]} if people else operation
