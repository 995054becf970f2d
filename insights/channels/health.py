"""How each channel of a service does: what came by it, what waits to be read, what was set aside."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service
from feedback.record.states import ChannelName, FeedbackStage
from insights.channels import hours
from insights.channels.watch import ChannelSilence, silences_within
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
    """Tells how each channel does that was ever used, and each that could be; hours count whole."""
    heard = hours.of_service(session, service.id)
    quiet = {one.channel: one for one in silences_within(service, heard, now)}
    last = {row.channel: row.last_at for row in heard}
    lately = Counter[str]()
    for row in heard:
        lately[row.channel] += row.pieces if row.last_at > now - WEEK else 0
    waiting, aside = _waiting(session, service), _set_aside(session, service, now - WEEK)
    return [
        ChannelHealth(
            channel=channel,
            last_received_at=last.get(channel),
            last_7_days=lately[channel],
            **waiting.get(channel, {"waiting": 0, "waiting_since": None}),
            set_aside=aside.get(channel, {}),
            **_silence(quiet.get(channel)),
        )
        for channel in ChannelName
    ]


def _waiting(session: Session, service: Service) -> dict[str, dict[str, Any]]:
    mine = (Feedback.service_id == service.id, Feedback.stage.in_(WAITING_STAGES))
    rows = select(Feedback.channel, func.count(), func.min(Feedback.received_at)).where(*mine)
    found = session.execute(rows.group_by(Feedback.channel))
    return {channel: {"waiting": count, "waiting_since": since} for channel, count, since in found}


def _set_aside(session: Session, service: Service, since: dt.datetime) -> dict[str, dict[str, int]]:
    mine = (Feedback.service_id == service.id, Feedback.stage == FeedbackStage.SET_ASIDE, Feedback.received_at > since)
    reason = func.coalesce(Feedback.reason, "")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = select(Feedback.channel, reason, func.count()).where(*mine).group_by(Feedback.channel, reason)
    for channel, why, count in session.execute(rows):
        found[channel][why] = count
    return found


def _silence(found: ChannelSilence | None) -> dict[str, Any]:
    told = found if found and found.limit is not None else None
    return {
        "is_silent": told is not None and told.is_unusual,
        "silent_hours": told.hours if told else None,
        "missed": round(told.missed, 1) if told else None,
        "limit": round(told.limit, 1) if told and told.limit is not None else None,
    }
