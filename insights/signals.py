"""Signals as they are read, with what happened beside them, and what people say of them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.errors import NotFound
from feedback.record.models import Change, Issue, Service, Signal
from insights import lifecycle
from insights.views import Beside, SignalView

SHORTLY = dt.timedelta(hours=72)
"""What began so long after a change may have to do with it."""

MOST_BESIDE = 3


def shown(tier: str = "signal") -> tuple[ColumnElement[bool], ...]:
    """Which signals stand for people to see: neither over nor a false alarm."""
    return (Signal.tier == tier, Signal.ended_at.is_(None), Signal.false_at.is_(None))


def views(session: Session, signals: Sequence[Signal]) -> list[SignalView]:
    """Of one service."""
    if not signals:
        return []
    changes = _changes(session, signals[0].service_id, [signal.since for signal in signals])
    return [view(signal, beside(changes, signal.since)) for signal in signals]


def view(signal: Signal, changes: Sequence[Beside] = ()) -> SignalView:
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
        only_channel=only_channel(signal),
        feedback_ids=list(signal.feedback_ids),
        evidence=signal.evidence,
        changes=list(changes),
        false_at=signal.false_at,
        false_by=signal.false_by,
    )


def only_channel(signal: Signal) -> str | None:
    """The one by which all of it came."""
    return next(iter(signal.channels)) if len(signal.channels) == 1 else None


def changes_beside(session: Session, service_id: int, begun: dt.datetime) -> list[Beside]:
    """What was changed shortly before something began, or while it did; the nearest first."""
    return beside(_changes(session, service_id, [begun]), begun)


def _changes(session: Session, service_id: int, begun: Sequence[dt.datetime]) -> list[Change]:
    """All that may lie beside one of these moments."""
    over = func.coalesce(Change.until, Change.at)
    near = (Change.service_id == service_id, Change.at <= max(begun), over >= min(begun) - SHORTLY)
    return list(session.scalars(select(Change).where(*near).order_by(Change.at.desc(), Change.id)))


def beside(changes: Iterable[Change], begun: dt.datetime) -> list[Beside]:
    found = [
        Beside(one.kind, one.what, one.at, one.until, round(since / dt.timedelta(hours=1), 1))
        for one in changes
        if one.at <= begun and (since := max(begun - (one.until or one.at), dt.timedelta())) <= SHORTLY
    ]
    return sorted(found, key=lambda one: one.hours)[:MOST_BESIDE]


def latest_changes(session: Session, service: Service, most: int = 5) -> list[Change]:
    """The last that was told of, the latest first."""
    mine = select(Change).where(Change.service_id == service.id)
    return list(session.scalars(mine.order_by(Change.at.desc(), Change.id.desc()).limit(most)))


def signal_for(session: Session, who: Principal, signal_id: uuid.UUID) -> Signal:
    """Raises `NotFound` where there is none, or it is not for this editor to judge."""
    signal = session.get(Signal, signal_id)
    if signal is None:
        raise NotFound("there is no such signal")
    access.issue_for(session, who, session.get_one(Issue, signal.issue_id).id, Role.editor)
    return signal


def say_false(session: Session, who: Principal, signal: Signal, reason: str | None = None) -> None:
    """It is a false alarm: no longer shown nor sent, and counted as one until somebody says otherwise."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is None:
        signal.false_at, signal.false_by = dt.datetime.now(dt.UTC), who.name
        lifecycle.note(session, who, issue, "false alarm", reason, signal=str(signal.id))


def take_back(session: Session, who: Principal, signal: Signal) -> None:
    """It was no false alarm after all."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is not None:
        signal.false_at = signal.false_by = None
        lifecycle.note(session, who, issue, "no false alarm", signal=str(signal.id))
