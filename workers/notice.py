"""What has newly come is held against what was to be expected; what is beyond chance becomes a signal."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, IssueEvent, ServiceWork, Signal, Statement, new_id
from feedback.record.stages import OPEN, asked_for
from insights import detect, lifecycle
from insights.alerts import raising
from workers.station import Save, Station, Worker, work_once
from workers.vectors import halves, matrix

REMEMBERED = dt.timedelta(days=32)


def notice(worker: Worker) -> None:
    work_once(worker, NOTICE)


def _notice(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id, now = row.asked, row.service_id, dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        fresh = set(session.scalars(select(Feedback.id).where(*_unnoticed(service_id))))
        known, batch = _reports(session, service_id, fresh, now)
        state = detect.State(tuple(known), tuple(_active(session, service_id)))
        resolved = lifecycle.resolved(session, service_id)
    state, signals = detect.step(state, batch, now, resolved=resolved)

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            row.done = seen
        if mine:
            session.execute(update(Feedback).where(Feedback.id.in_(fresh)).values(noticed=True))
            _keep_standing(session, service_id, state, now)
            for signal in signals:
                _raise(session, service_id, signal, now)
            _move(session, state.joined, "scan")
            raising.tell(session, service_id)

    return save


def _unnoticed(service_id: int) -> tuple[Any, ...]:
    return (Feedback.service_id == service_id, Feedback.stage == "done", Feedback.noticed.is_(False))


def _reports(
    session: Session, service_id: int, fresh: set[uuid.UUID], now: dt.datetime
) -> tuple[list[detect.Report], list[detect.Report]]:
    """What was known of the last 32 days, and what is new; ordered by when it was said."""
    rows = session.execute(
        select(
            Statement.id,
            Statement.feedback_id,
            Statement.said_at,
            halves(Statement.vector).label("vector"),
            Statement.issue_id,
            Statement.evidence,
            Feedback.channel,
            Feedback.batch,
            Feedback.history,
            Feedback.weight,
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(
            Statement.service_id == service_id,
            Statement.said_at > now - REMEMBERED,
            Statement.vector.is_not(None),
            Feedback.stage == "done",
        )
        .order_by(Statement.said_at)
    ).all()
    vectors = matrix([row.vector for row in rows])
    known: list[detect.Report] = []
    batch: list[detect.Report] = []
    for row, vector in zip(rows, vectors, strict=True):
        report = detect.Report(
            feedback_id=str(row.feedback_id),
            at=row.said_at,
            vector=vector,
            channel=row.channel,
            evidence=row.evidence and row.weight > 0,
            issue=str(row.issue_id) if row.issue_id else None,
            batch=row.batch,
            late=row.history,
            key=row.id,
        )
        (batch if row.feedback_id in fresh else known).append(report)
    return known, batch


def _active(session: Session, service_id: int) -> list[detect.Active]:
    standing = session.scalars(
        select(Signal).where(Signal.service_id == service_id, Signal.ended_at.is_(None), Signal.tier == "signal")
    )
    return [detect.Active(str(signal.issue_id), signal.since, signal.last_report_at) for signal in standing]


def _keep_standing(session: Session, service_id: int, state: detect.State, now: dt.datetime) -> None:
    """A signal ends when its issue is no longer reported on."""
    active = {issue.issue: issue for issue in state.active}
    standing = session.scalars(select(Signal).where(Signal.service_id == service_id, Signal.ended_at.is_(None)))
    for signal in standing:
        if found := active.get(str(signal.issue_id)):
            signal.last_report_at = found.last_report
        else:
            signal.ended_at = now
            _note(session, signal.issue_id, "signal ended")
            issue = session.get_one(Issue, signal.issue_id)
            issue.trend = "fading"


def _raise(session: Session, service_id: int, signal: detect.Signal, now: dt.datetime) -> None:
    issue = _issue(session, service_id, signal)
    issue.trend = "new" if signal.kind == "new" else "emerging"
    if signal.tier == "signal":
        lifecycle.reopen(session, issue, signal.kind)
    session.add(
        Signal(
            id=new_id(),
            service_id=service_id,
            issue_id=issue.id,
            kind=signal.kind,
            tier=signal.tier,
            since=signal.since,
            detected_at=now,
            last_report_at=now,
            observed=signal.observed,
            expected=signal.expected,
            score=signal.score,
            window_hours=signal.window,
            feedback_ids=[uuid.UUID(identity) for identity in signal.feedback_ids],
            channels=signal.channels,
            evidence={"against": list(signal.against), "model": issue.model},
        )
    )
    _note(session, issue.id, f"signal {signal.kind}")


def _issue(session: Session, service_id: int, signal: detect.Signal) -> Issue:
    """The known issue, or one that was found just now: named by one of its statements until a refit names it."""
    identity = uuid.UUID(signal.issue)
    if signal.centroid is None:
        return session.get_one(Issue, identity)
    quotes = session.execute(
        select(Statement.id, Statement.text, Statement.language, Statement.assigned_by, Statement.embedded_by)
        .where(Statement.id.in_(signal.keys))
        .order_by(func.length(Statement.text))
    ).all()
    first = quotes[0]
    issue = Issue(
        id=identity,
        service_id=service_id,
        title=first.text[:80],
        language="en" if first.language == "unknown" else first.language,
        found_by="scan",
        quotes=[quote.id for quote in quotes[:5]],
        model=first.assigned_by or first.embedded_by or "",
        centroid=signal.centroid.tolist(),
        radius=signal.radius,
    )
    session.add(issue)
    session.flush()
    return issue


def _move(session: Session, joined: Mapping[int, str], model: str) -> None:
    """What the detector put into an issue stands there from now on."""
    rows = [{"id": key, "issue_id": uuid.UUID(issue), "assigned_by": model} for key, issue in joined.items()]
    if rows:
        session.execute(update(Statement), rows)


def _note(session: Session, issue_id: uuid.UUID, what: str) -> None:
    session.add(IssueEvent(issue_id=issue_id, by="machine", what=what))


NOTICE = Station("notice", ServiceWork, asked_for("notice"), (ServiceWork.due_at,), 1, _notice, OPEN, ("deliver",))
