"""Channels whose payload proves nothing: an API key vouches, and what is wrong is told to whoever sent it."""

import asyncio
from collections.abc import Sequence

import msgspec
from litestar import Response

from feedback.http.bearer import require_bearer_token
from feedback.http.dependencies import AnyRequest
from feedback.http.staff import mark_used
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.errors import FeedbackError, Malformed
from ingest.channels.contract import Inbound, KeyedChannel, Parsed, Secrets, told_how
from ingest.channels.requests import IGNORED, inbound, refusals_noted
from ingest.intake.accept import Accepted
from ingest.intake.dependencies import Intake
from ingest.intake.directory import ServiceDirectory
from ingest.intake.routes import Acknowledgement


class ChannelReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was stored of a payload (`items`), what was left out, and why nothing was taken in, where nothing was."""

    items: list[Acknowledgement]
    skipped: list[str]
    ignored: str | None = None


async def receive(request: AnyRequest, intake: Intake, name: str, channel: KeyedChannel) -> Response[ChannelReport]:
    """Authenticates, reads, stores, and answers in JSON. The ids within are unique for the key and channel.

    Raises what is wrong with the first arrival that cannot be stored.
    """
    async with refusals_noted(intake, name):
        who = await asyncio.to_thread(_authenticate, intake, request, channel)
        mark_used(request, who)
        came = await inbound(request, intake.record.settings, f"{who.caller}:{name}")
        parsed = told_how(await asyncio.to_thread(_read, intake, who, channel, came), name)
    if parsed.ignored:
        IGNORED.labels(name, parsed.ignored).inc()
    answers = await intake.store(*parsed.arrivals)
    for answer in answers:
        if isinstance(answer, FeedbackError):
            raise answer
    return _answer(parsed, [answer for answer in answers if isinstance(answer, Accepted)])


def _authenticate(intake: Intake, request: AnyRequest, channel: KeyedChannel) -> Principal:
    key = require_bearer_token(request.headers)
    service = request.query_params.get("service")
    with intake.record.transaction() as session:
        who = access.identify(session, key, "key")
        if service is None and channel.needs_service:
            raise Malformed("say which service it is about: ?service=")
        if service is not None:
            access.service_for(session, who, service, Role.editor)
        return who


def _read(intake: Intake, who: Principal, channel: KeyedChannel, came: Inbound) -> Parsed:
    """Where the payload itself tells the service, the key must be one of that."""
    with intake.record.transaction() as session:
        directory = ServiceDirectory(session)
    parsed = channel.read(came, Secrets(), directory)
    with intake.record.transaction() as session:
        for service in {arrival.service for arrival in parsed.arrivals}:
            access.service_for(session, who, service, Role.editor)
    return parsed


def _answer(parsed: Parsed, stored: Sequence[Accepted]) -> Response[ChannelReport]:
    items = [Acknowledgement(accepted.id, accepted.receipt) for accepted in stored]
    report = ChannelReport(items, list(parsed.skipped), parsed.ignored or None)
    return Response(report, status_code=202 if stored else 200)
