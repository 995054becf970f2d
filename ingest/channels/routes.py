"""Every channel of the table at an address of its own, `/v1/channels/...`."""

from collections.abc import Iterator
from typing import Any

from litestar import Response, Router, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from feedback.http.dependencies import AnyRequest
from ingest.channels import CHANNELS, keyed, signed
from ingest.channels.contract import KeyedChannel, SignedChannel
from ingest.channels.keyed import ChannelReport
from ingest.channels.requests import BODY_LIMIT
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT
from ingest.intake.dependencies import GivenIntake


def _keyed_handler(name: str, channel: KeyedChannel) -> HTTPRouteHandler:
    async def handler(request: AnyRequest, intake: GivenIntake) -> Response[ChannelReport]:
        return await keyed.receive(request, intake, name, channel)

    nothing = ResponseSpec(ChannelReport, generate_examples=False, description="Nothing in it was feedback")
    more: dict[str, Any] = {"responses": {200: nothing}, "security": [{"key": []}]}
    return _at(name, "POST", handler, BODY_LIMIT, status_code=202, **more)


def _signed_handler(name: str, channel: SignedChannel, method: str) -> HTTPRouteHandler:
    async def handler(request: AnyRequest, intake: GivenIntake) -> Response[bytes]:
        return await signed.receive(request, intake, name, channel)

    media, _ = channel.answer(None, "en")
    return _at(name, method, handler, ANONYMOUS_BODY_LIMIT, status_code=200, media_type=media)


def _at(name: str, method: str, handler: Any, body_limit: int, **more: Any) -> HTTPRouteHandler:
    handler.__doc__ = f"Take in what {name.rsplit('/', 1)[-1]} sends."
    return route(
        f"/v1/channels/{name}",
        http_method=HttpMethod(method),
        operation_id=f"{method.lower()}-{name.replace('/', '-')}",
        request_max_body_size=body_limit,
        **more,
    )(handler)


def _handlers() -> Iterator[HTTPRouteHandler]:
    for name, channel in CHANNELS.items():
        if isinstance(channel, KeyedChannel):
            yield _keyed_handler(name, channel)
        elif isinstance(channel, SignedChannel):
            yield from (_signed_handler(name, channel, method) for method in channel.methods)


router = Router("/", route_handlers=list(_handlers()), tags=["channels"])
