"""What the handlers of all channels share: the request as channels read it, and the count of what is not for us."""

from dataclasses import replace
from typing import Final

from prometheus_client import Counter

from feedback.http.dependencies import AnyRequest
from feedback.record.settings import Settings
from ingest.channels.contract import Inbound, Parsed

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes of a request: enough for the transcript of a long call, or a mail with its attachments."""

IGNORED = Counter("feedback_ignored", "Messages that were understood but are not for us", ["channel", "reason"])


_SKIPPED_SHOWN: Final = 20
"""Parts that were left out which are named one by one."""


def told_how(parsed: Parsed, channel: str) -> Parsed:
    """Adds to each arrival by which channel it was read, and which parts of what came were left out."""
    facts = {"format": channel}
    if parsed.skipped:
        more = len(parsed.skipped) - _SKIPPED_SHOWN
        facts["left out"] = "; ".join(parsed.skipped[:_SKIPPED_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    return replace(parsed, arrivals=tuple(replace(one, read_as={**facts, **one.read_as}) for one in parsed.arrivals))


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
