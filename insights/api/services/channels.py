"""How each channel of a service does, over HTTP."""

import datetime as dt

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.channels.health import ChannelHealth, channel_health


@get("/v1/services/{service:str}/channels", sync_to_thread=True)
def list_channels(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> list[ChannelHealth]:
    """Tell of each channel what came by it of late, what waits, what was set aside, and whether it is silent."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        return channel_health(session, found, dt.datetime.now(dt.UTC))


router = routes("staff", list_channels)
