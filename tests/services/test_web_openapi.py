"""The OpenAPI of every service, and the page that shows it."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import httpx

from shared.web import VERSION
from tests.services.web import Json, each_service


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
