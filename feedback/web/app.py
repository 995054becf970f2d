"""The HTTP front door: `create_app()` puts the parts together, and says which failure is which status."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from sqlalchemy.exc import DBAPIError

from feedback.record import errors
from feedback.record.db import Record, engine_for
from feedback.record.errors import FeedbackError
from feedback.record.settings import Settings
from feedback.record.work.queue import WorkQueue
from feedback.web import api_reference, assisted_entry, health, you_said_we_did
from ingest.channels import routes as channel_routes
from ingest.channels.open311 import routes as open311_routes
from ingest.intake import routes as ingest_routes
from ingest.intake.cors import allow_origin
from ingest.intake.dependencies import Intake
from ingest.intake.rate_limit import RateLimit
from ingest.intake.writer import Writer
from ingest.pages import citizen_pages
from insights.api.routes import ROUTERS
from insights.issues.queries.query_embedding import QueryEmbedder
from insights.pages import dashboard as staff_pages
from insights.pages import leaving_page

log = structlog.get_logger()

STATUS: dict[type[FeedbackError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.NotAuthentic: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.NotSupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The first that a failure is an instance of, so the more particular come first."""

AnyRequest = Request[Any, Any, Any]
Failure = Callable[[AnyRequest, int, str, dict[str, str]], Response[Any]]


class Metrics(PrometheusController):
    path = "/metrics"
    tags = ["operators"]  # noqa: RUF012 - Litestar's form


HANDLERS: list[Any] = [
    channel_routes.router,
    open311_routes.router,
    citizen_pages.router,
    ingest_routes.router,
    you_said_we_did.router,
    assisted_entry.router,
    *ROUTERS,
    leaving_page.router,
    staff_pages.router,
    health.router,
    api_reference.router,
    Metrics,
]
"""In one router, since a path may have handlers of several parts, and Litestar merges them within a router alone."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response[Any]:
    """Problem details for HTTP APIs (RFC 9457)."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(content, status_code=status, media_type="application/problem+json", headers=headers)


def failure(
    request: AnyRequest, status: int, detail: str, headers: dict[str, str] | None = None, **more: object
) -> Response[Any]:
    """In the handler's own form or as a page (its `opt` says how); elsewhere problem details."""
    handler = request.scope.get("route_handler")
    own: Failure | None = handler.opt.get("failure") if handler else None
    if own:
        return own(request, status, detail, headers or {})
    page = handler.opt.get("failure_page") if handler else _page_for_people(request)
    return page(request, status, headers or {}) if page else problem(status, detail, headers, **more)


def _page_for_people(request: AnyRequest) -> Callable[..., Response[Any]] | None:
    """For an address that nothing is at: a browser that follows a link gets a page."""
    browses = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
    return citizen_pages.failure_page if browses else None


def named_failure(request: AnyRequest, error: FeedbackError) -> Response[Any]:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(int(error.retry_after) + 1)
    if isinstance(error, errors.NotAuthentic):
        headers["WWW-Authenticate"] = "Bearer"
    return failure(request, status, str(error), headers)


def _plainly(message: object) -> str:
    """What must not be blank is told to a parser by a pattern, and to people in words."""
    return str(message).replace(r"matching regex '\\S'", "that says something")


def framework_failure(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """What Litestar refuses by itself: paths, methods, bodies. Its `extra` names fields, never their values."""
    extra = error.extra if isinstance(error.extra, list) else []
    fields = [
        {key: _plainly(item.get(key, "")) for key in ("key", "message")} for item in extra if isinstance(item, dict)
    ]
    more = {"errors": fields} if fields else {}
    return failure(request, error.status_code, error.detail, dict(error.headers or {}), **more)


def store_failure(request: AnyRequest, error: DBAPIError) -> Response[Any]:
    """The database is away, or refuses a value: its message may quote what came in, so it stays unsaid."""
    log.error("store failed", error=type(error.orig).__name__, path=request.scope["path_template"])
    if error.connection_invalidated or type(error).__name__ == "OperationalError":
        return failure(request, 503, "the store does not answer; please try again in a moment", {"Retry-After": "5"})
    return failure(request, 500, "this went wrong on our side")


def unforeseen(request: AnyRequest, error: Exception) -> Response[Any]:
    log.error(
        "unforeseen", error=type(error).__name__, path=request.scope.get("path_template"), where=errors.where(error)
    )
    return failure(request, 500, "this went wrong on our side")


def broken_encoding(request: AnyRequest, error: UnicodeDecodeError) -> Response[Any]:
    return failure(request, 400, "the body is not UTF-8")


def provide(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False, use_cache=True)


def create_app(settings: Settings, database_url: str, redis_url: str) -> Litestar:
    """The API and the pages, on servers that run and are migrated."""
    engine = engine_for(database_url, size=20)
    record, work_queue = Record(settings, engine), WorkQueue(redis_url)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        writer = Writer(record, work_queue)
        app.state.record = record
        app.state.intake = Intake(record, writer, RateLimit(redis_url, settings.intake_rate))
        yield
        writer.close()
        engine.dispose()

    handlers: dict[Any, Callable[..., Any]] = {
        FeedbackError: named_failure,
        HTTPException: framework_failure,
        UnicodeDecodeError: broken_encoding,
        DBAPIError: store_failure,
        Exception: unforeseen,
    }
    return Litestar(
        route_handlers=[Router("/", route_handlers=HANDLERS)],
        dependencies={
            "record": provide(record),
            "work_queue": provide(work_queue),
            "query_embedder": provide(QueryEmbedder(settings.embedding_model)),
            "intake": Provide(_intake, sync_to_thread=False),
        },
        exception_handlers=handlers,
        lifespan=[lifespan],
        before_send=[allow_origin],
        middleware=[PrometheusConfig(app_name="feedback", prefix="feedback", group_path=True).middleware],
        openapi_config=openapi(),
        request_max_body_size=10 * 1024 * 1024,
        debug=False,
        logging_config=None,
    )


def _intake(state: State) -> Intake:
    intake: Intake = state.intake
    return intake


def openapi() -> OpenAPIConfig:
    """The document at /openapi.json; its pages are ours (`api_reference.py`), since Litestar's come from a CDN."""
    return OpenAPIConfig(
        title="Citizen feedback loop",
        version="1",
        description="Hear citizens on every channel, notice what starts to go wrong, show whether the fix worked.",
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        path="/openapi-parts",
        render_plugins=[JsonRenderPlugin()],
    )
