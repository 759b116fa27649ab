"""The secret of an installation: what services say to each other with it, and its settings."""

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared import tokens
from shared.config import installation_secret, settings
from tests.chain import Chain


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
