"""What came to a service hour by hour, by each channel: kept, since weeks of pieces take long to count.

Hours that are over do not change. The scheduler counts them, once; whoever reads adds what has come since.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, delete, func, insert, literal, select, tuple_
from sqlalchemy.orm import Session

from feedback.record.limits import EARLIEST
from feedback.record.models import ChannelHour, Feedback, HandOver
from feedback.record.states import ChannelName

HOUR = dt.timedelta(hours=1)

KEPT_FOR = dt.timedelta(weeks=16)
"""After which only the last hour is kept in which anything came by a channel."""

LATE = dt.timedelta(minutes=5)
"""What is received within an hour is committed so long after it."""


def of_service(session: Session, service_id: int) -> Sequence[Any]:
    """Returns each hour in which anything came by a channel, in their order, with the columns of `ChannelHour`."""
    columns = ChannelHour.__table__.columns
    order = (ChannelHour.hour, ChannelHour.channel)
    kept = session.execute(select(*columns).where(ChannelHour.service_id == service_id).order_by(*order)).all()
    since = _counted(service_id, Feedback.received_at >= _next_hour(kept[-1].hour if kept else None))
    return [*kept, *session.execute(since.order_by("hour", Feedback.channel))]


def keep(session: Session, service_id: int, now: dt.datetime) -> None:
    """Counts the hours that have ended since this was last done, and forgets those of long ago."""
    last = session.scalar(select(func.max(ChannelHour.hour)).where(ChannelHour.service_id == service_id))
    over = (now - LATE).replace(minute=0, second=0, microsecond=0)
    ended = _counted(service_id, Feedback.received_at >= _next_hour(last), Feedback.received_at < over)
    session.execute(insert(ChannelHour).from_select(ended.selected_columns.keys(), ended))
    mine = ChannelHour.service_id == service_id
    last_of_each = select(ChannelHour.channel, func.max(ChannelHour.hour)).where(mine).group_by(ChannelHour.channel)
    old = (mine, ChannelHour.hour < now - KEPT_FOR, tuple_(ChannelHour.channel, ChannelHour.hour).not_in(last_of_each))
    session.execute(delete(ChannelHour).where(*old).execution_options(synchronize_session=False))


def _next_hour(last: dt.datetime | None) -> dt.datetime:
    """The first hour that is not kept: told as it is, as PostgreSQL reads all pieces where it is a query of its own."""
    return last + HOUR if last else EARLIEST


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
    counted = select(*columns).where(Feedback.service_id == service_id, *_came_by(service_id), *which)
    return counted.group_by(Feedback.channel, hour)


def _came_by(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """By a channel of this service, and not by a hand-over: that stays where it came, in what stands for it there."""
    given = select(HandOver.id).where(HandOver.service_id == service_id)
    return (Feedback.came_from.is_(None), Feedback.stands_for.is_(None) | Feedback.hand_over_id.in_(given))
