"""What every service's HTTP side has: the app, errors as problem+json, headers, health, paging."""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi_offline import FastAPIOffline
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.contracts import Gezondheid, Probleem
from shared.db.migrate import is_current
from shared.db.session import current_engine
from shared.docs import STATIC, add_docs
from shared.errors import Fault, Refused

VERSION = "1.0.0"
MAX_JSON = 26 * 1024 * 1024
"""Bytes of a request body: the largest message and some."""
_HEADERS = {
    "API-Version": VERSION,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CSP = "default-src 'none'; frame-ancestors 'none'"
_DOCS_CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)

logger = logging.getLogger("zorgketen.web")


def create_app(name: str, description: str, router: APIRouter) -> FastAPI:
    """The app of a service: its routes below /v1, the browsable page at /v1/docs, health outside of it."""
    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        static_url=STATIC,
        title=f"zorgketen {name}",
        description=description,
        version=VERSION,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
        responses={
            "4XX": {"model": Probleem, "description": "Geweigerd; zie bevindingen", "content": _PROBLEM},
            "5XX": {"model": Probleem, "description": "Fout aan onze kant", "content": _PROBLEM},
        },
    )
    add_docs(app, _DOCS_CSP)
    app.include_router(router, prefix="/v1", max_body_size=MAX_JSON)
    app.include_router(_health())
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_error)
    app.middleware("http")(_secure)
    return app


_EXTRA = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
_PROBLEM: dict[str, Any] = {"application/problem+json": {}}


def problem(status: int, title: str, detail: str = "", faults: Sequence[Fault] = ()) -> JSONResponse:
    """A problem+json answer (RFC 9457) with every fault at once."""
    body = {
        "type": f"urn:zorgketen:probleem:{status}",
        "title": title,
        "status": status,
        "detail": detail,
        "bevindingen": [{"code": f.code, "pad": f.pad, "regel": f.regel, "melding": f.melding} for f in faults],
    }
    headers = {**_HEADERS, "Content-Security-Policy": _CSP, **_EXTRA.get(status, {})}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _on_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    if error.status >= 500:
        logger.error("refused by ourselves: %s", error.titel)
    return problem(error.status, error.titel, error.detail, error.faults)


_INVALID = {
    "missing": "Dit veld ontbreekt.",
    "extra_forbidden": "Dit veld bestaat niet.",
    "json_invalid": "De inhoud is geen geldige JSON.",
    "string_pattern_mismatch": "De waarde heeft niet de juiste vorm.",
    "value_error": "De waarde klopt niet.",
}


def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(e["type"], _json_path(e["loc"]), _explain(e)) for e in error.errors()]
    return problem(422, "De invoer klopt niet", "Herstel de genoemde velden en verstuur opnieuw.", faults)


def _json_path(parts: Sequence[str | int]) -> str:
    """Where in the input; a name that cannot be one of ours is written as `*`: it may hold a BSN."""
    known = (str(part) if isinstance(part, int) or re.fullmatch("[A-Za-z_-]{1,40}", part) else "*" for part in parts)
    return "/" + "/".join(known)


def _explain(error: dict[str, Any]) -> str:
    """Dutch, from the kind of error and the bounds of the field; never from the value."""
    bounds = {k: v for k, v in (error.get("ctx") or {}).items() if k != "error"}
    cause = (error.get("ctx") or {}).get("error")
    if isinstance(cause, ValueError):
        return f"De waarde klopt niet: {cause}."
    extra = f" Verwacht: {', '.join(f'{k} {v}' for k, v in bounds.items())}." if bounds else ""
    return _INVALID.get(error["type"], "De waarde is niet van de juiste soort of ligt buiten de grenzen.") + extra


_TITLES = {404: "Dit adres bestaat niet", 405: "Deze methode bestaat hier niet", 413: "Het verzoek is te groot"}


def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = problem(error.status_code, _TITLES.get(error.status_code, "Het verzoek is geweigerd"))
    answer.headers.update(error.headers or {})
    return answer


def _on_error(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: %s", request.method, request.url.path, type(error).__name__)
    if isinstance(error, OperationalError | PoolTimeout):
        return problem(503, "De database is even niet bereikbaar", "Probeer het over enkele seconden opnieuw.")
    return problem(500, "Er ging iets mis aan onze kant", "Probeer het opnieuw; er is niets half verwerkt.")


async def _secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if int(request.headers.get("content-length", "0")) > MAX_JSON:  # else Starlette says so, in plain text
        return problem(413, _TITLES[413])
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    docs = request.url.path.startswith(("/v1/docs", STATIC))
    response.headers.setdefault("Content-Security-Policy", _DOCS_CSP if docs else _CSP)
    return response


def _health() -> APIRouter:
    router = APIRouter(prefix="/health", tags=["gezondheid"])

    @router.get("/live", summary="Leeft de dienst?")
    def live() -> Gezondheid:
        """Answers as long as the process runs."""
        return Gezondheid(status="ok")

    @router.get("/ready", summary="Kan de dienst werk aannemen?")
    def ready() -> Gezondheid:
        """Checks the database, the migrations and the queue."""
        engine = current_engine()
        if not is_current(engine):
            raise Refused(503, "Niet klaar", detail="De database mist migraties: voer `zorgketen migrate` uit.")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM procrastinate_jobs LIMIT 1"))
        return Gezondheid(status="ok")

    return router
