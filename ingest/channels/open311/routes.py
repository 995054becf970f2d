"""Open311 GeoReport v2 over HTTP, for the civic apps that there are: services listed, requests filed and read back."""

import asyncio
import datetime as dt
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy import func, select, text

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.record.db import Record
from feedback.record.errors import Forbidden, NotAuthentic, TooMany
from feedback.record.models import Service
from ingest.channels.contract import Inbound, Parsed, Secrets, told_how
from ingest.channels.open311 import queries, responses, service_request
from ingest.channels.open311.queries import CALLER
from ingest.channels.requests import inbound
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT
from ingest.intake.dependencies import GivenIntake, visitor_of
from ingest.intake.directory import ServiceDirectory

AT = "/open311/v2"

LISTS_AT_ONCE = 4
"""Whoever asks for a long one again and again takes no more connections to the store than these from all others."""
LONGEST_LIST = "10s"
_turns = BoundedSemaphore(LISTS_AT_ONCE)


def _form(request: AnyRequest) -> responses.DocumentFormat:
    return responses.format_of(request.url.path.rpartition(".")[2])


def _answer(rendered: tuple[str, bytes], status: int = 200) -> Response[bytes]:
    """Anybody may read it, so a page of any site may."""
    media, body = rendered
    return Response(body, status_code=status, media_type=media, headers={"Access-Control-Allow-Origin": "*"})


def discovery(request: AnyRequest, record: GivenRecord) -> Response[bytes]:
    """Tell where the API is, and which formats it speaks."""
    with record.transaction() as session:
        changed = session.scalar(select(func.max(Service.created_at))) or dt.datetime.now(dt.UTC)
    url = record.settings.url
    return _answer(responses.discovery(url + AT, url, changed, _form(request)))


def services(request: AnyRequest, record: GivenRecord) -> Response[bytes]:
    """Return the services that requests can be filed with."""
    with record.transaction() as session:
        known = queries.services(session)
    return _answer(responses.services(known, _form(request)))


@get("/services/{code:str}", sync_to_thread=True)
def service(request: AnyRequest, code: FromPath[str], record: GivenRecord) -> Response[bytes]:
    """Tell what one service asks for besides; `code` ends in .xml or .json."""
    form = _form(request)
    with record.transaction() as session:
        found = queries.service(session, code.rpartition(".")[0])
    return _answer(responses.definition(found, form))


async def file_request(request: AnyRequest, intake: GivenIntake) -> Response[bytes]:
    """File a request. It is answered with its id, and a notice that holds the receipt.

    The specification knows no key of a repeat: apps that heard nothing send the same form again, which counts once.
    """
    came = await inbound(request, intake.record.settings, CALLER)
    parsed = told_how(await asyncio.to_thread(_read, intake.record, came), "open311")
    [arrival] = parsed.arrivals
    try:
        who = await intake.authenticate(request, arrival.service)
        visitor = None if who else visitor_of(request.scope, intake.record.settings.shared_networks)
        hour = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H}"
        again = intake.repeat_key(request.scope, hour, arrival.external_id or "")
        stored = await intake.store_one(replace(arrival, client=visitor, external_id=again))
    except NotAuthentic as error:
        raise Forbidden(str(error)) from error  # the specification's status for a key that is missing or wrong
    notice = f"Your receipt is {stored.receipt}: {intake.record.settings.url}/receipts/{stored.receipt}"
    return _answer(responses.accepted(str(stored.id), notice, _form(request)), 201)


def _read(record: Record, came: Inbound) -> Parsed:
    with record.transaction() as session:
        return service_request.read(came, Secrets(), ServiceDirectory(session))


def requests(request: AnyRequest, record: GivenRecord) -> Response[bytes]:
    """Tell what was filed here, redacted: by id, service, status and time, of 90 days at most."""
    asked = service_request.filters(request.query_params.multi_items(), dt.datetime.now(dt.UTC))
    if not _turns.acquire(blocking=False):
        raise TooMany("too many lists are being read; please come again in a moment", 5)
    try:
        with record.transaction() as session:
            session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_LIST}'"))
            found = queries.listed(session, asked)
    finally:
        _turns.release()
    return _answer(responses.requests(found, _form(request)))


@get("/requests/{identity:str}", sync_to_thread=True)
def one_request(request: AnyRequest, identity: FromPath[str], record: GivenRecord) -> Response[bytes]:
    """One request, redacted; `identity` ends in .xml or .json."""
    form = _form(request)
    with record.transaction() as session:
        found = queries.one(session, identity.rpartition(".")[0])
    return _answer(responses.requests([found], form))


def failure(request: AnyRequest, status: int, detail: str, headers: dict[str, str]) -> Response[Any]:
    """Return it in the specification's form, as XML unless JSON was asked for."""
    form: responses.DocumentFormat = "json" if request.url.path.endswith(".json") else "xml"
    answer = _answer(responses.errors(status, detail, form), status)
    answer.headers.update(headers)
    return answer


# Each document has an address for each format; Litestar runs a handler of two addresses wrongly in a thread.
SUFFIXES = (".xml", ".json")
DOCUMENTS = {"/discovery": discovery, "/services": services, "/requests": requests}

router = Router(
    AT,
    route_handlers=[
        *[get(name + suffix, sync_to_thread=True)(read) for name, read in DOCUMENTS.items() for suffix in SUFFIXES],
        *[post(f"/requests{suffix}", request_max_body_size=ANONYMOUS_BODY_LIMIT)(file_request) for suffix in SUFFIXES],
        service,
        one_request,
    ],
    opt={"failure": failure},
    tags=["Open311"],
)
