"""The HTTP front door: `create_app()` puts the parts together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Message, Scope

from feedback.http.compression import compress_safely
from feedback.http.dependencies import AnyRequest
from feedback.http.language import speak
from feedback.http.replica import record_for, remember_change
from feedback.http.security_headers import add_security_headers
from feedback.http.staff import write_down_use
from feedback.http.storable import refuse_unstorable
from feedback.operation.metrics import METRICS
from feedback.operation.replica import ReplicaWatch, state
from feedback.record.db import Record
from feedback.record.settings import Settings
from feedback.record.work.queue import BackgroundWorkQueue
from feedback.web import api_reference, assisted_entry, health, home, security_txt, you_said_we_did
from feedback.web.errors import EXCEPTION_HANDLERS
from feedback.web.instrumentation import count, count_requests, trace_requests
from feedback.web.openapi import openapi_config
from feedback.web.setup import routes as setup
from feedback.web.setup.installation import api as installation_api
from ingest.channels import routes as channel_routes
from ingest.channels.open311 import routes as open311_routes
from ingest.intake import routes as ingest_routes
from ingest.intake.at_once import at_once
from ingest.intake.cors import allow_origin
from ingest.intake.dependencies import Intake, intake
from ingest.intake.rate_limit import RateLimit, tell_share
from ingest.pages import routes as citizen_pages
from insights.api.routes import ROUTERS
from insights.pages import dashboard as staff_pages
from insights.pages import leaving_page
from insights.search.query_embedding import QueryEmbedder

BODY_LIMIT = 256 * 1024
"""Bytes that any endpoint takes which does not say how many: bodies are parsed before it is known who sends them."""

HANDLERS: list[Any] = [
    channel_routes.router,
    open311_routes.router,
    citizen_pages.router,
    ingest_routes.router,
    you_said_we_did.router,
    assisted_entry.router,
    setup.router,
    installation_api.router,
    *ROUTERS,
    leaving_page.router,
    home.router,
    staff_pages.router,
    health.router,
    security_txt.router,
    api_reference.router,
]
"""They stand in one router: a path may have handlers of several parts, which Litestar merges within a router alone."""


def _provide(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False, use_cache=True)


def create_app(settings: Settings, database_url: str, redis_url: str) -> Litestar:
    """Makes the API and the pages, on servers that run and are migrated."""
    record, work_queue = Record.at(settings, database_url, size=20), BackgroundWorkQueue(redis_url)

    def record_asked(request: AnyRequest) -> Record:
        return record_for(request, record)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        METRICS.of(record)  # of the application that serves, where a process makes several
        await asyncio.to_thread(record.live_settings.get)  # or the first requests would know the operator's alone
        app.state.record = record
        async with intake(record, work_queue, RateLimit(redis_url, settings.intake_rate)) as app.state.intake:
            yield
        record.close()

    app = Litestar(
        route_handlers=[Router("/", route_handlers=HANDLERS)],
        dependencies={
            "record": Provide(record_asked, sync_to_thread=False),
            "work_queue": _provide(work_queue),
            "replica": _provide(ReplicaWatch(partial(state, record.replica), "away") if record.has_replica else None),
            "query_embedder": _provide(QueryEmbedder(settings.embedding_model, settings.multilingual_model)),
            "intake": Provide(_intake, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        before_request=_before_request,
        after_response=write_down_use,
        before_send=[_before_send, *([remember_change] if settings.database_read_url else [])],
        middleware=[*([trace_requests] if settings.otlp_endpoint else []), count_requests, compress_safely],
        openapi_config=openapi_config(),
        request_max_body_size=BODY_LIMIT,
        debug=False,
        logging_config=None,
    )
    app.asgi_handler = at_once(app.asgi_handler, count)
    return app


def _intake(state: State) -> Intake:
    """It is there once the application has started."""
    running: Intake = state.intake
    return running


async def _before_request(request: AnyRequest) -> None:
    await refuse_unstorable(request)
    speak(request)


async def _before_send(message: Message, scope: Scope) -> None:
    if message["type"] == "http.response.start":
        add_security_headers(message)
        tell_share(message, scope)
        await allow_origin(message, scope)
