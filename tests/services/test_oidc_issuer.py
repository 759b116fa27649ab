"""The issuer of those who sign in: its keys come and go, it may be away, and it must be the right one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from shared import clients, oidc
from shared.config import is_guarded, settings
from tests.provider import AUDIENCE, Provider, new_key
from tests.tokens import STRANGER, Watch, claims, signed, status


class TestTheKeysOfTheIssuer:
    def test_a_new_key_is_good_at_once_and_a_removed_one_no_longer(self, openid: Provider, watch: Watch) -> None:
        old, new = openid.token("Anna de Vries"), new_key()
        assert status(old) == 200
        openid.keys[:] = [new.as_dict(private=True)]
        watch.now += oidc.REFETCH
        assert status(old) == 200
        assert status(openid.token("Anna de Vries")) == 200
        assert status(old) == 401

    def test_a_removed_key_is_gone_soon_without_any_new_one(self, openid: Provider, watch: Watch) -> None:
        old = openid.token("Anna de Vries")
        assert status(old) == 200
        openid.keys[:] = [new_key().as_dict(private=True)]
        watch.now += oidc.FRESH
        assert status(old) == 401

    def test_strangers_make_us_ask_once_in_thirty_seconds(self, openid: Provider, watch: Watch) -> None:
        for wait, fetched in ((0.0, 1), (29.0, 1), (2.0, 2), (28.0, 2), (3.0, 3)):
            watch.now += wait
            assert [status(signed(claims(openid), new_key())) for _ in range(3)] == [401] * 3
            assert watch.fetched == fetched
        assert status(openid.token("Anna de Vries")) == 200

    def test_that_we_cannot_use_do_not_keep_us_from_the_others(
        self, openid: Provider, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, secret = oidc.openid_keys, OctKey.generate_key(256, auto_kid=True)
        odd = [None, {}, {"kty": "XYZ"}, {"kty": "EC", "crv": "P-1", "x": "", "y": ""}, {"kty": "RSA"}]
        monkeypatch.setattr(oidc, "openid_keys", lambda issuer: [*odd, secret.as_dict(), *real(issuer)])
        assert status(openid.token("Anna de Vries")) == 200
        assert status(signed(claims(openid), secret, alg="HS256")) == 401

    @pytest.mark.filterwarnings("ignore:Key size")  # when the test makes one
    def test_that_are_too_short_are_not_used(self, openid: Provider, watch: Watch) -> None:
        short = RSAKey.generate_key(1024, auto_kid=True)
        openid.keys.append(short.as_dict(private=True))
        assert status(signed(claims(openid), short)) == 401

    def test_that_are_not_for_signing_are_not_used(self, openid: Provider, watch: Watch) -> None:
        other = new_key()
        openid.keys.append(other.as_dict(private=True) | {"use": "enc"})
        assert status(signed(claims(openid), other)) == 401


class TestAnIssuerThatCannotBeReached:
    @pytest.fixture
    def away(self, monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Callable[[], None]:
        def leave() -> None:
            real = httpx.get
            monkeypatch.setattr(clients.httpx, "get", lambda url, **more: real("http://127.0.0.1:1/", **more))

        return leave

    def test_is_no_reason_to_say_that_somebody_is_unknown(
        self, openid: Provider, watch: Watch, away: Callable[[], None]
    ) -> None:
        token = openid.token("Anna de Vries")
        away()
        assert [status(token) for _ in range(3)] == [503] * 3
        assert watch.fetched == 1
        watch.now += oidc.RETRY
        assert (status(token), watch.fetched) == (503, 2)

    def test_does_not_sign_off_those_whose_key_we_know_for_an_hour(
        self, openid: Provider, watch: Watch, away: Callable[[], None]
    ) -> None:
        token = openid.token("Anna de Vries")
        assert status(token) == 200
        away()
        watch.now += oidc.KEEP - 1
        assert [status(token), status(token), watch.fetched] == [200, 200, 2]
        assert [status(signed(claims(openid), STRANGER)), watch.fetched] == [503, 2]
        watch.now += 1
        assert status(token) == 503

    def test_is_asked_again_and_then_all_is_well(
        self, openid: Provider, watch: Watch, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = openid.token("Anna de Vries")
        with monkeypatch.context():
            real = clients.httpx.get
            away()
            assert status(token) == 503
            monkeypatch.setattr(clients.httpx, "get", real)
        watch.now += oidc.RETRY
        assert [status(token), status(signed(claims(openid), STRANGER))] == [200, 401]

    @pytest.mark.parametrize(
        "document",
        [
            {"issuer": "https://elders.example", "jwks_uri": "https://elders.example/keys"},
            {"jwks_uri": "https://elders.example/keys"},
            {"issuer": "ISSUER", "jwks_uri": "http://elders.example/keys"},
            {"issuer": "ISSUER", "jwks_uri": "file:///etc/passwd"},
            {"issuer": "ISSUER", "jwks_uri": 12},
            {"issuer": "ISSUER"},
            ["issuer"],
            None,
        ],
    )
    def test_is_one_that_says_odd_things_about_itself(
        self, openid: Provider, watch: Watch, monkeypatch: pytest.MonkeyPatch, document: Any
    ) -> None:
        token, asked = openid.token("Anna de Vries"), []
        if isinstance(document, dict) and document.get("issuer") == "ISSUER":
            document |= {"issuer": openid.issuer}
        monkeypatch.setattr(clients, "_get_json", lambda url: asked.append(url) or document)
        assert status(token) == 503
        assert asked == [openid.issuer + "/.well-known/openid-configuration"]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://aanmelden.example/realms/zorg", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.2:8080", True),
        ("http://[::1]:8080", True),
        ("http://aanmelden.example", False),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
        ("https://", False),
        ("ftp://localhost", False),
        ("aanmelden.example", False),
    ],
)
def test_an_issuer_is_reached_over_https_or_on_this_machine(
    url: str, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_guarded(url) == good
    monkeypatch.setenv("ZORGKETEN_OIDC_ISSUER", url)
    monkeypatch.setenv("ZORGKETEN_OIDC_AUDIENCE", AUDIENCE)
    if good:
        assert settings().oidc_issuer == url
    else:
        with pytest.raises(ValueError, match="https://"):
            settings()


@pytest.mark.parametrize(
    "chosen",
    [
        {"ISSUER": "https://aanmelden.example"},
        {"AUDIENCE": AUDIENCE},
        {"CLIENT_ID": "pagina"},
        {"ISSUER": "https://aanmelden.example", "AUDIENCE": AUDIENCE, "CLIENT_ID": AUDIENCE},
        {"ISSUER": "https://aanmelden.example?x=y", "AUDIENCE": AUDIENCE},
    ],
)
def test_half_a_choice_is_refused_without_showing_the_secret(
    chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZORGKETEN_SECRET", "geheim-" * 8)
    for name, value in chosen.items():
        monkeypatch.setenv(f"ZORGKETEN_OIDC_{name}", value)
    with pytest.raises(ValueError, match="ZORGKETEN_OIDC") as refused:
        settings()
    assert "geheim" not in str(refused.value)
