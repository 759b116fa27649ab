"""What deploy/ offers: an nginx that keeps the promises on which the services count, and every setting."""

import random
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.config import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
Block = list[tuple[list[str], Any]]


def parsed(text: str) -> Block:
    """The directives of an nginx configuration: words, and what is in the braces."""
    tokens = re.findall(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#[^\n]*|[{};]|[^\s{};]+', text)
    stack: list[Block] = [[]]
    words: list[str] = []
    for token in (token for token in tokens if not token.startswith("#")):
        if token == "{":
            stack[-1].append((words, block := []))
            stack.append(block)
        elif token == "}":
            assert not words
            stack.pop()
        elif token == ";":
            stack[-1].append((words, None))
        else:
            words.append(token.strip("\"'"))
            continue
        words = []
    assert len(stack) == 1
    return stack[0]


class TestNginx:
    @pytest.fixture
    def conf(self) -> Block:
        return parsed((DEPLOY / "nginx.conf").read_text())

    def values(self, block: Block, name: str) -> list[list[str]]:
        return [words[1:] for words, _ in block if words[0] == name]

    def test_speaks_modern_tls_only_and_says_so(self, conf: Block) -> None:
        assert self.values(conf, "ssl_protocols") == [["TLSv1.2", "TLSv1.3"]]
        [[ciphers]] = self.values(conf, "ssl_ciphers")
        assert all(re.fullmatch("ECDHE-(ECDSA|RSA)-(AES(256|128)-GCM|CHACHA20).*", c) for c in ciphers.split(":"))
        assert self.values(conf, "ssl_session_tickets") == [["off"]]
        [hsts] = [v for v in self.values(conf, "add_header") if v[0] == "Strict-Transport-Security"]
        assert (int(re.findall("max-age=([0-9]+)", hsts[1])[0]) >= 31536000, hsts[2]) == (True, "always")
        listens = [v for words, block in conf if words == ["server"] for v in self.values(block, "listen")]
        assert listens
        assert all(v[0].endswith("443") and "ssl" in v for v in listens)

    def test_drops_what_a_client_says_of_itself(self, conf: Block) -> None:
        headers = dict(self.values(conf, "proxy_set_header"))
        assert headers["Client-Cert"] == "$client_cert"
        assert headers["X-Proxy-Geheim"] == "$proxy_geheim"
        assert headers["X-Forwarded-For"] == "$remote_addr"
        assert (headers["Client-Cert-Chain"], headers["Forwarded"]) == ("", "")
        inner = [words[0] for words, block in _inside(conf) if block is None]
        assert "proxy_set_header" not in inner  # one of its own would undo all those above it

    def test_passes_a_certificate_that_it_checked_and_only_that(self, conf: Block) -> None:
        assert self.values(conf, "ssl_verify_client") == [["optional"]]
        [checked] = [block for words, block in conf if words[0] == "map" and words[2] == "$client_cert"]
        assert [words for words, _ in checked] == [["default", ""], ["SUCCESS", "$client_cert_rfc9440"]]

    @pytest.mark.parametrize("size", [1, 47, 48, 49, 900, 1500, 2000, 3071, 3072])
    def test_writes_a_certificate_as_rfc_9440_does(self, conf: Block, size: int) -> None:
        der = random.Random(size).randbytes(size)
        code = b64encode(der).decode()
        lines = [code[at : at + 64] for at in range(0, len(code), 64)]
        pem = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
        assert self.written(conf, pem) == f":{code}:"

    @pytest.mark.parametrize("pem", ["", "x", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"])
    def test_writes_nothing_of_what_is_no_certificate(self, conf: Block, pem: str) -> None:
        assert self.written(conf, pem) == ""

    def written(self, conf: Block, pem: str) -> str:
        """What the map makes of a PEM: nginx takes the same regular expressions, but for how it names a group."""
        [block] = [block for words, block in conf if words[0] == "map" and words[1] == "$ssl_client_raw_cert"]
        [pattern, value] = block[1][0]
        match = re.search(pattern.removeprefix("~").replace("(?<", "(?P<"), pem)
        return "" if match is None else re.sub(r"\$\{(\w+)\}", lambda name: match[name[1]] or "", value)

    def test_has_the_limits_of_the_services_and_shorter_times(self, conf: Block) -> None:
        assert self.values(conf, "client_max_body_size") == [["1m"]]
        large = [
            words for words, block in _inside(conf) if block and ["25m"] in self.values(block, "client_max_body_size")
        ]
        assert large == [["location", "~", "^/v1/(berichten|controles)$"]]
        for name in ("client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"):
            assert int(self.values(conf, name)[0][0].removesuffix("s")) <= 15
        for _, upstream in [found for found in conf if found[0][0] == "upstream"]:
            assert self.values(upstream, "keepalive_timeout") == [["10s"]]
        assert self.values(conf, "limit_req")
        assert self.values(conf, "limit_conn")
        assert self.values(conf, "server_tokens") == [["off"]]

    def test_does_not_show_what_is_only_for_ourselves(self, conf: Block) -> None:
        servers = [block for words, block in conf if words == ["server"] and self.values(block, "server_name")]
        assert len(servers) == 3
        for server in servers:
            closed = [words[-1] for words, block in server if block and ["404"] in self.values(block, "return")]
            assert closed == ["/health/", "/v1/beoordelingen"]


def _inside(block: Block) -> Iterator[tuple[list[str], Any]]:
    """Everything that stands in braces within a configuration."""
    for _, inner in block:
        yield from inner or ()
        yield from _inside(inner or [])


def test_every_setting_is_in_the_example_with_its_default() -> None:
    told = dict(line.split("=", 1) for line in (DEPLOY / "env.example").read_text().splitlines() if "=" in line)
    told = {name: value for name, value in told.items() if re.fullmatch("[A-Z_]+", name)}
    fields = Settings.model_fields
    names = {name: "DATABASE_URL" if name == "database_url" else f"ZORGKETEN_{name.upper()}" for name in fields}
    assert set(told) == set(names.values())
    for name in ("receive_seconds", "max_connections", "max_requests", "requests_per_second", "proxy_adressen"):
        assert told[names[name]] == str(fields[name].default)
