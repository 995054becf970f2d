"""What came to a service hour by hour, by each channel: kept, since weeks of pieces take long to count.

Hours that are over do not change. The scheduler counts them, once; whoever reads adds what has come since.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, delete, func, insert, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from feedback.record.limits import EARLIEST
from feedback.record.models import ChannelHour, Feedback
from feedback.record.states import ChannelName

HOUR = dt.timedelta(hours=1)

KEPT_FOR = dt.timedelta(weeks=16)
"""After which only the last hour is kept in which anything came by a channel."""

LATE = dt.timedelta(minutes=5)
"""What is received within an hour is committed so long after it."""


def of_service(session: Session, service_id: int) -> Sequence[Any]:
    """Returns each hour in which anything came by a channel, in their order, with the columns of `ChannelHour`."""
    kept = select(*ChannelHour.__table__.columns).where(ChannelHour.service_id == service_id)
    rows = union_all(kept, _counted(service_id, Feedback.received_at >= _next_hour(service_id))).subquery()
    return session.execute(select(rows).order_by(rows.c.hour, rows.c.channel)).all()


def keep(session: Session, service_id: int, now: dt.datetime) -> None:
    """Counts the hours that have ended since this was last done, and forgets those of long ago."""
    over = (now - LATE).replace(minute=0, second=0, microsecond=0)
    ended = _counted(service_id, Feedback.received_at >= _next_hour(service_id), Feedback.received_at < over)
    session.execute(insert(ChannelHour).from_select(ended.selected_columns.keys(), ended))
    later = aliased(ChannelHour)
    is_last = (
        ~select(later)
        .where(later.service_id == service_id, later.channel == ChannelHour.channel, later.hour > ChannelHour.hour)
        .exists()
    )
    old = (ChannelHour.service_id == service_id, ChannelHour.hour < now - KEPT_FOR, ~is_last)
    session.execute(delete(ChannelHour).where(*old).execution_options(synchronize_session=False))


def _next_hour(service_id: int) -> ColumnElement[dt.datetime]:
    """The first hour of a service that is not kept."""
    last = select(func.max(ChannelHour.hour)).where(ChannelHour.service_id == service_id).scalar_subquery()
    return func.coalesce(last + HOUR, EARLIEST)


def _counted(service_id: int, *which: ColumnElement[bool]) -> Select[Any]:
    hour = func.date_trunc("hour", Feedback.received_at, "UTC").label("hour")
    live = Feedback.history.is_(False) & (Feedback.channel != ChannelName.IMPORT)
    columns: list[Any] = [
        literal(service_id, Integer).label("service_id"),
        Feedback.channel,
        hour,
        func.count().label("pieces"),
        func.count().filter(live).label("live"),
        func.max(Feedback.received_at).label("last_at"),
        func.max(Feedback.received_at).filter(live).label("last_live_at"),
    ]
    counted = select(*columns).where(Feedback.service_id == service_id, *which)
    return counted.group_by(Feedback.channel, hour)
