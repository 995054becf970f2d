"""How each channel of a service does: what came by it, what waits to be read, what was set aside."""

import datetime as dt

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service
from feedback.record.states import ChannelName, FeedbackStage
from insights.channels.watch import ChannelSilence, silences
from insights.issues import feedback_tallies
from insights.issues.queries.services import WAITING_STAGES

WEEK = dt.timedelta(days=7)


class ChannelHealth(msgspec.Struct, frozen=True):
    """How a channel does: the pieces of the last seven days, those that wait and since when, those set aside of late by
    the reason.

    `is_silent`: nothing has come for longer than chance brings. `silent_hours` are whole ones since the last piece,
    `missed` the pieces that were to be expected in them, `limit` how many of those chance explains; the three are null
    where the channel has been used too little to tell.
    """

    channel: ChannelName
    last_received_at: dt.datetime | None
    last_7_days: int
    waiting: int
    waiting_since: dt.datetime | None
    set_aside: dict[str, int]
    is_silent: bool
    silent_hours: float | None
    missed: float | None
    limit: float | None


def channel_health(session: Session, service: Service, now: dt.datetime) -> list[ChannelHealth]:
    """Tells how each channel does that was ever used, and each that could be."""
    quiet = {one.channel: one for one in silences(session, service, now)}
    used = feedback_tallies.by_channel(session, service.id)  # to find no piece of a channel, all others would be read
    return [
        _health(session, service, channel, quiet.get(channel), now)
        if channel in used
        else ChannelHealth(channel, None, 0, 0, None, {}, False, None, None, None)
        for channel in ChannelName
    ]


def _health(
    session: Session, service: Service, channel: ChannelName, quiet: ChannelSilence | None, now: dt.datetime
) -> ChannelHealth:
    mine = (Feedback.service_id == service.id, Feedback.channel == channel)
    lately = (*mine, Feedback.received_at > now - WEEK)
    last = select(Feedback.received_at).where(*mine).order_by(Feedback.received_at.desc()).limit(1)
    waits = select(func.count(), func.min(Feedback.received_at)).where(*mine, Feedback.stage.in_(WAITING_STAGES))
    aside = select(func.coalesce(Feedback.reason, ""), func.count()).where(
        *lately, Feedback.stage == FeedbackStage.SET_ASIDE
    )
    waiting, since = session.execute(waits).one()
    told = quiet if quiet and quiet.limit is not None else None
    return ChannelHealth(
        channel=channel,
        last_received_at=session.scalar(last),
        last_7_days=session.scalar(select(func.count()).where(*lately)) or 0,
        waiting=waiting,
        waiting_since=since,
        set_aside={row[0]: row[1] for row in session.execute(aside.group_by(Feedback.reason))},
        is_silent=told is not None and told.is_unusual,
        silent_hours=told.hours if told else None,
        missed=round(told.missed, 1) if told else None,
        limit=round(told.limit, 1) if told and told.limit is not None else None,
    )
