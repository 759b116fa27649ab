"""What every service answers over HTTP: its headers, its problems, its health, and when it fails."""

import logging
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.messaging import queries
from shared import logs
from shared.db.session import current_engine, owner_engine
from shared.limits import MAX_JSON, MAX_XML
from tests.chain import Chain
from tests.services.web import each_service, has_its_headers, is_a_problem

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

    def test_a_connection_that_is_lost_halfway_is_told_as_such(
        self, chain: Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where it was Postgres that we asked ourselves, such as for the rows of a large message."""

        def lose(session: Session, *_: object) -> None:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with owner_engine().begin() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
            own = session.connection().connection.driver_connection
            assert own is not None
            own.execute("SELECT 1")

        monkeypatch.setattr(queries, "listed", lose)
        answer = chain.gemeente.apis["messaging"].call("GET", "/v1/berichten")
        assert answer.status_code == 503
        is_a_problem(answer)
