"""What has newly come is held against what was to be expected; what is beyond chance becomes a signal."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from feedback.record.calendar import bank_holidays_began
from feedback.record.models import Feedback, Service, ServiceWork
from feedback.record.states import WorkKind, WorkStage
from feedback.record.work import service_work
from feedback.record.work.service_work import REVIEW, ask, ask_wide
from feedback.record.work.stages import stage
from insights.alerts.rules import fan_out, follow_ups
from insights.detection import detector, window_cache
from insights.detection.state import restore, serialize
from insights.detection.window_cache import WindowUpdate
from insights.issues import findings, trends
from workers.runtime.actor import Actor, Save, Worker, work_once

SETTLED_AFTER = dt.timedelta(days=28)
"""A service that has been receiving for so long knows what is usual without the rest of an import."""

THEMES_WAIT = dt.timedelta(seconds=30)
"""How long it may take until what several services hear is looked at together."""

TRENDS_EVERY = dt.timedelta(minutes=1)

LOOK_AGAIN = dt.timedelta(seconds=5)
"""After how long a service is looked at again while history is on its way: its last piece may be set aside or taken
back, which asks nobody to look."""


@dataclass(frozen=True, slots=True)
class NoticeInput:
    """Holds a service as it is looked at, with the ids of its signals that have not ended.

    It `is_of_interest` when one stands, or ended a short while ago. `review`: its present is judged once more, and not
    only what is new; that waits while it is `importing`.
    """

    service: Service
    heard: WindowUpdate
    state: detector.State
    standing: frozenset[uuid.UUID]
    is_of_interest: bool
    resolved: Mapping[str, detector.ResolvedIssue]
    review: bool
    importing: bool


def notice(worker: Worker) -> None:
    """Look at one service."""
    work_once(worker, NOTICE)


def _notice(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    seen, now = rows[0].asked, dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        scene = _scene(session, worker, rows[0], now)
    if scene is None:
        return lambda _, mine: service_work.done(mine, seen, again=LOOK_AGAIN)
    service_id, known = scene.service.id, scene.service.properties
    state, signals = detector.step(
        scene.state,
        scene.heard.batch,
        now,
        tolerance=known.tolerance,
        resolved=scene.resolved,
        review=scene.review,
        holidays=bank_holidays_began(known.nation, known.time_zone, now - detector.HISTORY, now),
        recall=partial(_recall, worker, now),
    )
    titles = findings.titles(worker.record, worker.tools.encode, service_id, signals)

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        if not mine:
            return
        session.add(scene.service)  # as it was read: nobody need read it again
        session.execute(update(Feedback).where(Feedback.id.in_(scene.heard.fresh)).values(noticed=True))
        ended = findings.end(session, service_id, state, scene.standing, now)
        findings.store(session, scene.service, signals, titles, now)
        findings.move(session, state.joined)
        _follow(session, scene.service, mine[0], now, at_once=bool(signals or ended))
        if scene.is_of_interest or signals:
            fan_out.raise_alerts(session, service_id)
            follow_ups.raise_ends(session, service_id, now)
        if scene.review:
            ask(session, [service_id], WorkKind.DRIFT, note=REVIEW)
        if scene.heard.fresh:
            ask_wide(session, "themes", wait=THEMES_WAIT)
        mine[0].remembered = serialize(state)  # written once, with the row's next stage
        service_work.done(mine, seen, reviewed=scene.review, again=LOOK_AGAIN if scene.importing else None)
        worker.windows.keep(service_id, scene.heard.window.after(state))

    return save


def _recall(worker: Worker, now: dt.datetime, issue: str) -> detector.EarlierIssue | None:
    """Asked of what was found alone, so that a look at nothing new reads no more than it did."""
    with worker.record.transaction() as session:
        return findings.earlier_issue(session, issue, now - detector.HISTORY)


def _scene(session: Session, worker: Worker, row: ServiceWork, now: dt.datetime) -> NoticeInput | None:
    """None while its first history comes in: nothing is usual yet."""
    service = session.get_one(Service, row.service_id)
    review = bool(row.state.get("review"))
    importing = review and window_cache.importing(session, service.id)
    if importing and not _settled(session, service.id, now):
        return None
    heard = window_cache.refresh(session, service.id, worker.windows.take(service.id), now)
    signals = findings.standing(session, service.id, or_ended_since=now - follow_ups.TOLD_FOR)
    standing = [signal for signal in signals if signal.ended_at is None]
    state, known = restore(heard.window.state, row.remembered, standing), frozenset(signal.id for signal in standing)
    resolved = findings.resolved_issues(session, service.id)
    return NoticeInput(service, heard, state, known, bool(signals), resolved, review and not importing, importing)


def _settled(session: Session, service_id: int, now: dt.datetime) -> bool:
    before = (Feedback.service_id == service_id, Feedback.received_at < now - SETTLED_AFTER)
    return bool(session.scalar(select(exists().where(*before))))


def _follow(session: Session, service: Service, row: ServiceWork, now: dt.datetime, *, at_once: bool) -> None:
    """Sets the trends of the service's issues, where that was not done just now."""
    last = row.state.get("trends_at")
    if at_once or last is None or now - dt.datetime.fromisoformat(last) > TRENDS_EVERY:
        trends.refresh(session, service, now)
        row.state = {**row.state, "trends_at": now.isoformat()}


NOTICE = Actor(stage("notice"), limit=1, work=_notice, to=WorkStage.OPEN)
