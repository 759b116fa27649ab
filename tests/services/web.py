"""What the tests of HTTP share: each service, and what every answer has."""

from typing import Any

import httpx
import pytest

from shared.config import SERVICES
from shared.web import VERSION

Json = dict[str, Any]
each_service = pytest.mark.parametrize("name", list(SERVICES))


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
