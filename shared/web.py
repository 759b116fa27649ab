"""What every service's HTTP side has: the app, errors as problem+json, headers, health, paging."""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.contracts import Gezondheid, Probleem
from shared.db.migrate import is_current
from shared.db.session import current_engine
from shared.docs import STATIC, add_docs
from shared.errors import Fault, Refused
from shared.invalid import faults_of
from shared.limits import Guard, Refusal, Stop

VERSION = "1.0.0"
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
    app.include_router(router, prefix="/v1")
    app.include_router(_health())
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(Exception, _on_error)
    app.add_middleware(Guard, refuse=_refusal, complete=_complete, xml=lambda: _xml_paths(app), public=_is_public)
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


async def _on_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    if error.status >= 500:
        logger.error("refused by ourselves: %s", error.titel)
    return problem(error.status, error.titel, error.detail, error.faults)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    detail = "Herstel de genoemde velden en verstuur opnieuw."
    return problem(422, "De invoer klopt niet", detail, faults_of(error.errors()))


_TITLES = {
    404: "Dit adres bestaat niet",
    405: "Deze methode bestaat hier niet",
    408: "Het verzoek kwam niet op tijd aan",
    413: "Het verzoek is te groot",
    429: "Te veel verzoeken",
    503: "Even niet beschikbaar",
}


def titled(status: int, detail: str = "") -> JSONResponse:
    """The problem of a status that says by itself what is wrong."""
    return problem(status, _TITLES.get(status, "Het verzoek is geweigerd"), detail)


def _refusal(refusal: Refusal) -> JSONResponse:
    return _from_http(Stop(refusal))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _from_http(error)


def _from_http(error: HTTPException) -> JSONResponse:
    answer = titled(error.status_code, error.detail if isinstance(error, Stop) else "")
    answer.headers.update(error.headers or {})
    return answer


async def _on_gone(request: Request, error: Exception) -> JSONResponse:
    """The client left before its request was here: nobody reads this answer, and nothing went wrong."""
    return titled(408)


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: %s", request.method, _route(request), type(error).__name__)
    if isinstance(error, OperationalError | PoolTimeout):
        return problem(503, "De database is even niet bereikbaar", "Probeer het over enkele seconden opnieuw.")
    return problem(500, "Er ging iets mis aan onze kant", "Probeer het opnieuw; er is niets half verwerkt.")


def _route(request: Request) -> str:
    """The path without what fills it in: it may hold a BSN, whatever we say of URLs."""
    return "/".join(part if re.fullmatch("v1|[a-z-]{0,40}", part) else "*" for part in request.scope["path"].split("/"))


def _complete(path: str, headers: MutableHeaders) -> None:
    """Give an answer the headers that every answer has."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", _DOCS_CSP if path.startswith(("/v1/docs", STATIC)) else _CSP)


def _is_public(path: str) -> bool:
    return path.startswith(("/health", "/v1/docs", "/v1/openapi.json", STATIC))


def _xml_paths(app: FastAPI) -> frozenset[str]:
    """The addresses that take a message: only there may a body be large."""
    return frozenset(
        path
        for path, methods in app.openapi()["paths"].items()
        for operation in methods.values()
        if "application/xml" in operation.get("requestBody", {}).get("content", {})
    )


R = TypeVar("R")


def following(request: Request, rows: Sequence[R], limit: int, place: Callable[[R], Any]) -> str | None:
    """The address of the page after `limit` rows, from the `place` of the last; None when there are no more."""
    return next_page(request, place(rows[limit - 1])) if len(rows) > limit else None


def next_page(request: Request, na: object) -> str:
    """The address of the next page: what the caller asked, as far as the route knows it, and where to go on."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    asked = {name: value for name, value in request.query_params.items() if name in known}
    return f"{request.scope['path']}?{urlencode(asked | {'na': na})}"


def _health() -> APIRouter:
    router = APIRouter(prefix="/health", tags=["gezondheid"])

    @router.get("/live", summary="Leeft de dienst?")
    async def live() -> Gezondheid:
        """Answers as long as the process runs, however busy it is."""
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
