"""Signals as they are read, with what was changed shortly before them."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Change, Service, Signal
from feedback.record.states import ChangeKind, SignalTier
from insights.issues import signal_now
from insights.presentation.schemas import NearbyChange, SignalNow, SignalView

NEARBY = dt.timedelta(hours=72)
"""What began so long after a change may have to do with it."""

MOST_NEARBY_CHANGES = 3


STANDING = (Signal.ended_at.is_(None), Signal.false_at.is_(None))
"""What is neither over nor a false alarm."""


def shown(tier: str = SignalTier.SIGNAL, *further: str) -> tuple[ColumnElement[bool], ...]:
    """Returns the conditions for the signals of one tier, or of several, that people see."""
    return (Signal.tier.in_((tier, *further)), *STANDING)


def views(session: Session, signals: Sequence[Signal]) -> list[SignalView]:
    """Makes the views of signals of one service, with the changes shortly before them and what is known by now."""
    if not signals:
        return []
    changes = changes_about(session, signals[0].service_id, [signal.since for signal in signals])
    known = signal_now.of_signals(session, signals)
    planned = any(change.kind == ChangeKind.PLANNED for change in changes)
    explained = signal_now.explained(session, [signal.id for signal in signals]) if planned else {}
    return [
        view(signal, nearby(changes, signal.since), known.get(signal.id), explained.get(signal.id))
        for signal in signals
    ]


def view(
    signal: Signal,
    changes: Sequence[NearbyChange] = (),
    now: SignalNow | None = None,
    explained_by: Change | None = None,
) -> SignalView:
    """Makes the view of one signal."""
    return SignalView(
        id=signal.id,
        kind=signal.kind,
        tier=signal.tier,
        since=signal.since,
        detected_at=signal.detected_at,
        ended_at=signal.ended_at,
        observed=signal.observed,
        expected=round(signal.expected, 2),
        score=round(signal.score, 2),
        window_hours=signal.window_hours,
        by_channel=signal.channels,
        only_channel=signal_now.only_channel(signal.channels),
        feedback_ids=list(signal.feedback_ids),
        evidence=signal.evidence,
        changes=list(changes),
        false_at=signal.false_at,
        false_by=signal.false_by,
        now=now,
        explained_by=next(iter(nearby([explained_by], signal.since)), None) if explained_by else None,
    )


def changes_about(session: Session, service_id: int, begun: Sequence[dt.datetime]) -> list[Change]:
    """Returns the changes of a service that may be `nearby` one of these moments, of which there is at least one."""
    over = func.coalesce(Change.until, Change.at)
    near = (Change.service_id == service_id, Change.at <= max(begun), over >= min(begun) - NEARBY)
    return list(session.scalars(select(Change).where(*near).order_by(Change.at.desc(), Change.id)))


def nearby(changes: Iterable[Change], begun: dt.datetime) -> list[NearbyChange]:
    """Returns those of the changes that lie shortly before a time, the nearest first."""
    found = [
        NearbyChange(one.kind, one.what, one.at, one.until, round(since / dt.timedelta(hours=1), 1))
        for one in changes
        if one.at <= begun and (since := max(begun - (one.until or one.at), dt.timedelta())) <= NEARBY
    ]
    return sorted(found, key=lambda one: one.hours)[:MOST_NEARBY_CHANGES]


def latest_changes(session: Session, service: Service, most: int = 5) -> list[Change]:
    """Returns the last changes of a service that were told of, the latest first."""
    mine = select(Change).where(Change.service_id == service.id)
    return list(session.scalars(mine.order_by(Change.at.desc(), Change.id.desc()).limit(most)))
