"""What the handlers of all channels share: the request as channels read it, and the count of what is not for us."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter

from feedback.http.dependencies import AnyRequest
from feedback.record.errors import FeedbackError
from feedback.record.settings import Settings
from ingest.channels import refusals
from ingest.channels.contract import Inbound
from ingest.intake.dependencies import Intake

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes of a request: enough for the transcript of a long call, or a mail with its attachments."""

IGNORED = Counter("feedback_ignored", "Messages that were understood but are not for us", ["channel", "reason"])


@asynccontextmanager
async def refusals_noted(intake: Intake, channel: str) -> AsyncIterator[None]:
    """Notes what is refused within it, for whoever sets the channel up, and raises it on."""
    try:
        yield
    except FeedbackError as error:
        await asyncio.to_thread(refusals.note, intake.record, channel, str(error))
        raise


async def inbound(request: AnyRequest, settings: Settings, caller: str) -> Inbound:
    """Reads a request whole. `caller` names who vouches for the ids within."""
    return Inbound(
        url=str(request.url),
        public_url=_public_url(request, settings),
        body=await request.body(),
        caller=caller,
        method=request.method,
        headers={key.lower(): value for key, value in request.headers.items()},
        query=tuple(request.query_params.multi_items()),
        service=request.query_params.get("service"),
    )


def _public_url(request: AnyRequest, settings: Settings) -> str | None:
    if settings.public_url is None:
        return None
    query = request.scope["query_string"].decode("latin-1")
    return settings.url + request.url.path + (f"?{query}" if query else "")
