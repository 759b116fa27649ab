"""The browsable page, where people sign in."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from fastapi import Depends, FastAPI

from shared import docs
from shared.security import caller
from tests.provider import CLIENT, Provider
from tests.tokens import Watch

CSP = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


class TestThePage:
    @pytest.fixture
    def page(self) -> Iterator[httpx.Client]:
        app = FastAPI(docs_url=None, openapi_url="/v1/openapi.json")
        app.get("/open")(lambda: None)
        app.get("/dicht", dependencies=[Depends(caller)])(lambda: None)
        docs.add_docs(app, CSP)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client
        server.should_exit = True
        thread.join(10)
        listener.close()

    def test_lets_people_sign_in_by_code_with_pkce(self, openid: Provider, watch: Watch, page: httpx.Client) -> None:
        answer = page.get("/v1/docs")
        flow = json.loads(answer.text.partition("ui.initOAuth(")[2].partition(")\n")[0])
        assert flow == {"clientId": CLIENT, "usePkceWithAuthorizationCodeGrant": True, "scopes": "openid profile"}
        assert "window.location.origin + '/v1/docs/oauth2-redirect'" in answer.text
        assert f"connect-src 'self' {openid.issuer};" in answer.headers["content-security-policy"]

    def test_can_read_at_the_provider_what_it_needs(self, openid: Provider, watch: Watch, page: httpx.Client) -> None:
        scheme = page.get("/v1/openapi.json").json()["components"]["securitySchemes"]["OpenIdConnect"]
        there = httpx.get(scheme["openIdConnectUrl"], headers={"Origin": "http://127.0.0.1:8003"})
        assert there.headers["access-control-allow-origin"] == "http://127.0.0.1:8003"
        for name in ("issuer", "token_endpoint", "jwks_uri"):
            assert there.json()[name].startswith(openid.issuer)

    def test_comes_back_to_a_page_that_loads_nothing(self, page: httpx.Client) -> None:
        answer = page.get("/v1/docs/oauth2-redirect")
        assert "swaggerUIRedirectOauth2" in answer.text
        assert "src=" not in answer.text
        assert answer.headers["content-security-policy"] == "default-src 'none'; script-src 'unsafe-inline'"

    def test_asks_a_person_or_a_key_where_a_key_was_asked(
        self, openid: Provider, watch: Watch, page: httpx.Client
    ) -> None:
        paths = page.get("/v1/openapi.json").json()["paths"]
        assert paths["/dicht"]["get"]["security"] == [{"HTTPBearer": []}, {"OpenIdConnect": []}]
        assert "security" not in paths["/open"]["get"]

    def test_has_keys_only_without_an_issuer(self, page: httpx.Client) -> None:
        answer = page.get("/v1/docs")
        assert "initOAuth" not in answer.text
        assert answer.headers["content-security-policy"] == CSP
        document = page.get("/v1/openapi.json").json()
        assert list(document["components"]["securitySchemes"]) == ["HTTPBearer"]
        assert document["paths"]["/dicht"]["get"]["security"] == [{"HTTPBearer": []}]
