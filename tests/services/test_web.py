"""What every service's HTTP side has: its OpenAPI, its documentation, its headers, its problems and its health."""

import base64
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from services.messaging import queries
from shared import logs, tokens
from shared.config import SERVICES, installation_secret, settings
from shared.db.session import current_engine
from shared.limits import MAX_JSON, MAX_XML
from shared.web import VERSION
from tests.chain import Chain

Json = dict[str, Any]
each_service = pytest.mark.parametrize("name", list(SERVICES))


def openapi(services: dict[str, str], name: str) -> Json:
    found: Json = httpx.get(f"{services[name]}/v1/openapi.json").json()
    return found


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def described(document: Json, schema: Json) -> bool:
    """Whether a property says what it is, itself or at its $ref."""
    if "description" in schema:
        return True
    name = schema.get("$ref", "").rpartition("/")[2]
    return bool(name) and "description" in document["components"]["schemas"][name]


@each_service
class TestItsOpenApi:
    def test_is_of_version_3_1_and_needs_no_key(self, services: dict[str, str], name: str) -> None:
        document = openapi(services, name)
        assert document["openapi"].startswith("3.1.")
        assert (document["info"]["title"], document["info"]["version"]) == (f"zorgketen {name}", VERSION)

    def test_describes_every_schema_and_every_property(self, services: dict[str, str], name: str) -> None:
        document = openapi(services, name)
        schemas = document["components"]["schemas"]
        missing = [model for model, schema in schemas.items() if not schema.get("description")]
        missing += [
            f"{model}.{field}"
            for model, schema in schemas.items()
            for field, found in schema.get("properties", {}).items()
            if not described(document, found)
        ]
        assert len(schemas) > 5
        assert missing == []

    def test_describes_every_parameter(self, services: dict[str, str], name: str) -> None:
        document = openapi(services, name)
        missing = [
            f"{method} {path} {found['name']}"
            for path, method, operation in operations(document)
            for found in operation.get("parameters", [])
            if not found.get("description") and not described(document, found["schema"])
        ]
        assert missing == []

    def test_sums_up_every_operation_and_asks_a_key_for_all_but_health(
        self, services: dict[str, str], name: str
    ) -> None:
        document = openapi(services, name)
        for path, method, operation in operations(document):
            assert operation["summary"], f"{method} {path}"
            assert ("security" in operation) == (not path.startswith("/health")), f"{method} {path}"
        assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"

    def test_says_that_what_is_refused_is_a_problem(self, services: dict[str, str], name: str) -> None:
        for path, method, operation in operations(openapi(services, name)):
            for status in ("4XX", "5XX"):
                content = operation["responses"][status]["content"]
                assert "application/problem+json" in content, f"{method} {path}"

    def test_has_paths_in_kebab_case_without_a_slash_at_the_end(self, services: dict[str, str], name: str) -> None:
        step = r"(/[a-z]+(-[a-z]+)*|/\{[a-z]+\})"
        for path in openapi(services, name)["paths"]:
            assert re.fullmatch(rf"(/v1|/health){step}+", path), path

    def test_has_properties_in_snake_case(self, services: dict[str, str], name: str) -> None:
        for model, schema in openapi(services, name)["components"]["schemas"].items():
            for field in schema.get("properties", {}):
                assert re.fullmatch("[a-z]+(_[a-z]+)*[0-9]*", field), f"{model}.{field}"

    def test_is_shown_on_a_page_that_loads_nothing_from_elsewhere(self, services: dict[str, str], name: str) -> None:
        base = f"{services[name]}/v1/docs"
        page = httpx.get(base)
        assert page.status_code == 200
        assert "/v1/openapi.json" in page.text
        tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*", page.text)
        links = [link for tag in tags for link in re.findall(r"""(?:src|href)=["']([^"']+)""", tag)]
        assert len(links) >= 3
        for link in links:
            assert urlsplit(urljoin(base, link)).netloc == urlsplit(base).netloc, link
            assert httpx.get(urljoin(base, link)).status_code == 200, link
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy


SENT: dict[str, tuple[int, Callable[[Chain, str], httpx.Response]]] = {
    "live": (200, lambda chain, url: httpx.get(f"{url}/health/live")),
    "ready": (200, lambda chain, url: httpx.get(f"{url}/health/ready")),
    "openapi": (200, lambda chain, url: httpx.get(f"{url}/v1/openapi.json")),
    "docs": (200, lambda chain, url: httpx.get(f"{url}/v1/docs")),
    "no key": (401, lambda chain, url: httpx.post(f"{url}/v1/beoordelingen")),
    "no such path": (404, lambda chain, url: httpx.get(f"{url}/v1/bestaat-niet")),
    "no such file": (404, lambda chain, url: httpx.get(f"{url}/v1/static/bestaat-niet.js")),
    "the root": (404, lambda chain, url: httpx.get(f"{url}/")),
    "another method": (405, lambda chain, url: httpx.delete(f"{url}/health/live")),
    "options": (405, lambda chain, url: httpx.options(f"{url}/health/live")),
    "too large": (413, lambda chain, url: httpx.post(f"{url}/v1/beoordelingen", content=b" " * (MAX_JSON + 1))),
}
MESSAGING = {
    "no key": (401, lambda chain, url: httpx.post(f"{url}/v1/controles")),
    "wrong kind": (415, lambda chain, url: chain.gemeente.apis["messaging"].call("POST", "/v1/controles")),
    "no message": (422, lambda chain, url: chain.post(chain.gemeente, b"x")),
    "not found": (404, lambda chain, url: chain.gemeente.apis["messaging"].call("GET", f"/v1/berichten/{uuid4()}")),
    "too large": (413, lambda chain, url: httpx.post(f"{url}/v1/controles", content=b" " * (MAX_XML + 1))),
}


@pytest.mark.parametrize(
    ("name", "what"),
    [(name, what) for name in ("allocation", "billing") for what in SENT]
    + [("messaging", what) for what in SENT | MESSAGING],
)
def test_every_answer_has_its_headers_and_every_refusal_is_a_problem(chain: Chain, name: str, what: str) -> None:
    status, send = (SENT | MESSAGING if name == "messaging" else SENT)[what]
    answer = send(chain, chain.urls[name])
    assert answer.status_code == status
    has_its_headers(answer)
    if status >= 400:
        is_a_problem(answer)


def has_its_headers(answer: httpx.Response) -> None:
    assert answer.headers["api-version"] == VERSION
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def is_a_problem(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "bevindingen"}
    assert (body["status"], body["title"] != "") == (answer.status_code, True)


@each_service
def test_another_method_is_told_which_there_are(services: dict[str, str], name: str) -> None:
    assert httpx.delete(f"{services[name]}/health/live").headers["allow"] == "GET"


@each_service
def test_a_slash_at_the_end_is_another_address_and_not_redirected(services: dict[str, str], name: str) -> None:
    for path in ("/v1/beoordelingen/", "/health/live/", "/v1/berichten/", "/v1/docs/"):
        answer = httpx.get(services[name] + path, follow_redirects=False)
        assert (answer.status_code, "location" in answer.headers) == (404, False)


def test_a_stream_without_a_length_is_cut_off(chain: Chain) -> None:
    pieces = (b" " * 65_536 for _ in range(MAX_JSON // 65_536 + 1))
    headers = {"Content-Type": "application/json"}
    answer = chain.gemeente.apis["allocation"].call("POST", "/v1/toewijzingen", content=pieces, headers=headers)
    assert answer.status_code == 413
    has_its_headers(answer)
    is_a_problem(answer)


class TestWhenWeFail:
    @pytest.fixture
    def broken(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
        def fail(session: Session, *_: object) -> None:
            raise RuntimeError("999900006 staat in deze fout")

        monkeypatch.setattr(queries, "listed", fail)
        return chain.gemeente.apis["messaging"].call("GET", "/v1/berichten")

    def test_the_answer_is_a_problem_with_its_headers_that_tells_nothing(self, broken: httpx.Response) -> None:
        assert broken.status_code == 500
        has_its_headers(broken)
        is_a_problem(broken)
        assert "999900006" not in broken.text

    def test_the_log_tells_where_and_nothing_else(
        self, broken: httpx.Response, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert [r.getMessage() for r in caplog.get_records("setup") if r.name == "zorgketen.web"] == [
            "GET /v1/berichten: RuntimeError"
        ]

    def test_a_logged_exception_is_its_kind_and_place_without_its_text(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = logging.getLogger()
        monkeypatch.setattr(root, "handlers", root.handlers[:])
        level = root.level
        logs.configure()
        try:
            settings_of("999900006")
        except ValueError:
            logging.getLogger("zorgketen.test").exception("mislukt")
        finally:
            root.setLevel(level)
        told = capsys.readouterr().err
        assert "mislukt" in told
        assert "ValueError in" in told
        assert "999900006" not in told


def settings_of(value: str) -> int:
    return int(f"geen getal: {value}")


class TestHealth:
    @each_service
    def test_a_service_that_works_is_live_and_ready_without_a_key(self, services: dict[str, str], name: str) -> None:
        for path in ("live", "ready"):
            answer = httpx.get(f"{services[name]}/health/{path}")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    @each_service
    def test_without_its_migrations_it_is_live_but_not_ready(
        self, services: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ZORGKETEN_DB_SCHEMA", "zonder_migraties")
        answer = httpx.get(f"{services[name]}/health/ready")
        current_engine().dispose()
        assert (answer.status_code, httpx.get(f"{services[name]}/health/live").status_code) == (503, 200)
        has_its_headers(answer)
        is_a_problem(answer)
        assert "zorgketen migrate" in answer.json()["detail"]
        assert answer.headers["retry-after"] == "5"

    def test_without_its_database_every_door_says_to_come_back_later(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://zorgketen:x@127.0.0.1:1/zorgketen")
        for answer in (
            httpx.get(chain.urls["billing"] + "/health/ready"),
            chain.gemeente.apis["messaging"].call("GET", "/v1/berichten"),
        ):
            assert answer.status_code == 503
            has_its_headers(answer)
            is_a_problem(answer)


class TestWhatTheServicesSayToEachOther:
    def judge(self, chain: Chain, token: str, name: str = "billing") -> int:
        headers = {"Authorization": f"Bearer {token}"}
        body = {"organisatie": "0193", "berichten": [str(uuid4())]}
        return httpx.post(f"{chain.urls[name]}/v1/beoordelingen", json=body, headers=headers).status_code

    def test_a_token_of_this_installation_is_let_in(self, chain: Chain) -> None:
        assert self.judge(chain, tokens.service_token("billing")) == 404

    def test_a_token_for_another_service_is_not(self, chain: Chain) -> None:
        assert self.judge(chain, tokens.service_token("allocation")) == 401

    def test_a_token_lives_for_a_minute(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
        now = tokens.time.time()
        for age, status in ((50, 404), (70, 401)):
            with monkeypatch.context() as patch:
                patch.setattr(tokens.time, "time", lambda age=age: now - age)
                token = tokens.service_token("billing")
            assert self.judge(chain, token) == status

    def test_a_token_that_was_changed_or_is_not_signed_is_not_let_in(self, chain: Chain) -> None:
        head, claims, signature = tokens.service_token("billing").split(".")
        unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
        for token in (f"{head}.{claims}.{signature[::-1]}", f"{unsigned}.{claims}.", f"{head}.{claims}.", "x", "a.b.c"):
            assert self.judge(chain, token) == 401

    def test_a_key_of_an_organisation_is_no_token(self, chain: Chain) -> None:
        assert {self.judge(chain, key) for key in chain.keys.values()} == {401}


class TestTheSecret:
    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("ZORGKETEN_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("ZORGKETEN_SECRET", raising=False)
        return tmp_path / "home"

    def test_is_made_once_and_never_seen_half(self, home: Path) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        with ThreadPoolExecutor(16) as pool:
            found = set(pool.map(lambda _: installation_secret.__wrapped__(), range(64)))
        sys.setswitchinterval(interval)
        assert len(found) == 1
        assert len(found.pop()) >= 32

    def test_is_its_owners_only(self, home: Path) -> None:
        installation_secret.__wrapped__()
        assert [path.name for path in home.iterdir()] == ["secret"]
        assert (home / "secret").stat().st_mode & 0o777 == 0o600

    def test_of_the_environment_goes_first(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ZORGKETEN_SECRET", "x" * 40)
        assert installation_secret.__wrapped__() == b"x" * 40
        assert not home.exists()


def test_a_setting_that_is_left_empty_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZORGKETEN_HOME", "ZORGKETEN_DB_SCHEMA", "ZORGKETEN_PARTNER_SLEUTELS", "ZORGKETEN_BILLING_URL"):
        monkeypatch.setenv(name, "")
    chosen = settings()
    assert chosen.home.is_absolute()
    assert (chosen.db_schema, chosen.partner_sleutels) == ("zorgketen", {})
    assert chosen.billing_url == "http://127.0.0.1:8002"
