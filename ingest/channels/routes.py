"""Every channel of the table over HTTP: what the provider sends in, what it waits for out."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import Response, Router, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from prometheus_client import Counter

from feedback.http.bearer import require_bearer_token
from feedback.http.dependencies import AnyRequest
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.privacy import contacts
from feedback.record.settings import Settings
from ingest.channels import CHANNELS
from ingest.channels.contract import Channel, Inbound, Parsed, Secrets
from ingest.channels.sms import reassembly
from ingest.intake.accept import Accepted
from ingest.intake.arrival import Arrival
from ingest.intake.dependencies import GivenIntake, Intake
from ingest.intake.directory import ServiceDirectory
from nlp.clean.language import language

BODY_LIMIT = 10 * 1024 * 1024  # a transcript of a long call, a mail with its attachments

IGNORED = Counter("feedback_ignored", "Messages that were understood but are not for us", ["channel", "reason"])


async def receive(request: AnyRequest, intake: Intake, name: str, channel: Channel) -> Response[Any]:
    """Verifies, reads, stores, and answers as the channel's provider expects."""
    who = None if channel.own_proof else await asyncio.to_thread(_vouched, intake, request, channel)
    came = await inbound(request, intake.record.settings, f"{who.caller}:{name}" if who else name)
    parsed = await asyncio.to_thread(_read, intake, channel, came)
    if who:
        await asyncio.to_thread(_permit, intake, who, {arrival.service for arrival in parsed.arrivals})
    answers = await intake.store(*parsed.arrivals) if parsed.arrivals else []
    stored = [answer for answer in answers if isinstance(answer, Accepted)]
    refused = [answer for answer in answers if isinstance(answer, FeedbackError)]
    if refused and not channel.own_proof:
        raise refused[0]
    if parsed.ignored or refused:
        IGNORED.labels(name, parsed.ignored or type(refused[0]).__name__).inc()
    if channel.answer:
        receipt, spoken, offer = await asyncio.to_thread(_acknowledgement, intake, parsed, stored)
        media, body = channel.answer(receipt, spoken, None if parsed.answered else parsed.keyword, offer=offer)
        return Response(body, status_code=200, media_type=media)
    return _plain(parsed, stored)


async def inbound(request: AnyRequest, settings: Settings, caller: str) -> Inbound:
    """The request as channels read it."""
    return Inbound(
        url=str(request.url),
        public_url=_public(request, settings),
        body=await request.body(),
        caller=caller,
        method=request.method,
        headers={key.lower(): value for key, value in request.headers.items()},
        query=tuple(request.query_params.multi_items()),
        service=request.query_params.get("service"),
    )


def _public(request: AnyRequest, settings: Settings) -> str | None:
    if settings.public_url is None:
        return None
    query = request.scope["query_string"].decode("latin-1")
    return settings.url + request.url.path + (f"?{query}" if query else "")


def _vouched(intake: Intake, request: AnyRequest, channel: Channel) -> Principal:
    """What proves nothing by itself takes a key of its service; its ids are unique for the key and channel."""
    key = require_bearer_token(request.headers)
    service = request.query_params.get("service")
    with intake.record.transaction() as session:
        who = access.identify(session, key, "key")
        if service is None and not channel.any_service:
            raise Malformed("say which service it is about: ?service=")
        if service is not None:
            access.service_for(session, who, service, Role.editor)
        return who


def _permit(intake: Intake, who: Principal, services: set[str]) -> None:
    """Where the message itself tells the service, the key must be one of that."""
    with intake.record.transaction() as session:
        for service in services:
            access.service_for(session, who, service, Role.editor)


def _read(intake: Intake, channel: Channel, came: Inbound) -> Parsed:
    record = intake.record
    with record.transaction() as session:
        directory = ServiceDirectory(session)
    parsed = channel.read(came, _secrets(record.settings), directory)
    if parsed.fragment:
        with record.transaction() as session:
            whole = reassembly.add(session, record.keys, parsed.fragment, directory, dt.datetime.now(dt.UTC))
        return Parsed(ignored=whole.ignored)
    return _heeded(intake, parsed) if parsed.keyword and parsed.sender else parsed


def _heeded(intake: Intake, parsed: Parsed) -> Parsed:
    """STOP: nothing is kept to reach them by. YES: we may. Who was not asked is not thanked."""
    keys, number = intake.record.keys, f"+{parsed.sender}"
    with intake.record.transaction() as session:
        if parsed.keyword == "stop":
            contacts.shred_of_person(session, keys, number)
        if parsed.keyword == "start" and not contacts.record_consent(session, keys, number):
            return replace(parsed, answered=True)
    return parsed


def _secrets(settings: Settings) -> Secrets:
    return Secrets(settings.twilio_auth_token, settings.notify_token, settings.vonage_secret)


def _acknowledgement(intake: Intake, parsed: Parsed, stored: Sequence[Accepted]) -> tuple[str | None, str, bool]:
    """The receipt, where the service wants texts answered, the language to do it in, and whether more is offered."""
    if not stored:
        return None, parsed.language, False
    arrival: Arrival = parsed.arrivals[0]
    with intake.record.transaction() as session:
        wanted = access.service(session, arrival.service).properties
        offer = wanted.follow_up and bool(parsed.sender)
        if offer:
            contacts.store_offered(session, intake.record.keys, stored[0].id, f"+{parsed.sender}")
    if not wanted.acknowledge:
        return None, "en", offer
    spoken = language(arrival.message)
    return stored[0].receipt, spoken if spoken in wanted.languages else "en", offer


def _plain(parsed: Parsed, stored: Sequence[Accepted]) -> Response[Any]:
    content: dict[str, Any] = {
        "items": [{"id": accepted.id, "receipt": accepted.receipt} for accepted in stored],
        "skipped": list(parsed.skipped),
    }
    if parsed.ignored:
        content["ignored"] = parsed.ignored
    return Response(content, status_code=202 if stored else 200)


def _handler(name: str, channel: Channel, method: str) -> HTTPRouteHandler:
    async def handler(request: AnyRequest, intake: GivenIntake) -> Response[Any]:
        return await receive(request, intake, name, channel)

    handler.__doc__ = f"Take in what {name.rsplit('/', 1)[-1]} sends."
    return route(
        f"/v1/channels/{name}",
        http_method=HttpMethod(method),
        operation_id=f"{method.lower()}-{name.replace('/', '-')}",
        request_max_body_size=BODY_LIMIT,
    )(handler)


router = Router(
    "/",
    route_handlers=[
        _handler(name, channel, method)
        for name, channel in CHANNELS.items()
        if name != "open311"
        for method in channel.methods
    ],
    tags=["channels"],
)
