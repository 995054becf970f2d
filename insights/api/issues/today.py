"""What there is to do today, over HTTP: the first page of staff as data."""

import datetime as dt

from litestar import get

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from insights.issues.queries import themes
from insights.today import agenda
from insights.today.schemas import TodayView


@get("/v1/today", sync_to_thread=True)
def show_today(request: AnyRequest, record: GivenRecord) -> TodayView:
    """Show what there is to do, over all services that the key may see; the most pressing first in each list."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return agenda.today(session, who, themes.visible(session, who), dt.datetime.now(dt.UTC))


router = routes("staff", show_today)
