"""What has slowly got worse in a service is looked for once a day, over up to a year of what is stored."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.limits import LATEST
from feedback.record.models import Issue, Service, ServiceWork, Signal, Statement
from feedback.record.states import SignalTier, WorkKind, WorkStage
from feedback.record.work import service_work
from feedback.record.work.service_work import lock_services
from feedback.record.work.stages import stage
from insights.alerts.rules import fan_out, good_news
from insights.detection import drift as slow
from insights.detection import window_cache
from insights.detection.active_issues import ResolvedIssue
from insights.detection.observation import Observation
from insights.detection.state import deserialize
from insights.detection.statistics.baseline import Baseline
from insights.issues import findings
from nlp.group.title_languages import Names
from workers.runtime.actor import Actor, Save, Worker, work_once

MOST_STATEMENTS = 20_000
"""Of a service that says more in a year, the latest so many are looked at: about 100 MB."""

LONGEST_SINCE_LAST = dt.timedelta(days=7)
"""Reports that are looked about after a service has not been looked at for long, or once its history has come in."""


@dataclass(frozen=True, slots=True)
class DriftInput:
    """Holds the past of a service, the signals and the good news that cover some of it, and what else is known."""

    service: Service
    past: Sequence[Observation]
    told: Sequence[slow.Told]
    praised: Sequence[slow.Told]
    resolved: Mapping[str, ResolvedIssue]
    baseline: Baseline
    since: dt.datetime


def drift(worker: Worker) -> None:
    """Look for slow changes in one service."""
    work_once(worker, DRIFT)


def _drift(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, now = row.asked, dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        known = _input(session, row, now)
    found = _found(known, now) if known else []
    told = [finding for one in found for finding in one.findings + one.watched]
    named = findings.titles(worker.record, worker.tools.encode, row.service_id, told)

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        service_work.done(mine, seen, reviewed=known is not None)
        if mine and known:
            mine[0].state = {**mine[0].state, "looked_at": now.isoformat()}
            findings.end_good_news(session, known.service.id, now)
        if mine and known and told:
            _store(session, known.service, found, named)

    return save


def _found(known: DriftInput, now: dt.datetime) -> list[slow.Drifts]:
    """What has got worse, or may have, and what is praised more; praise is not watched."""
    since, tolerance, baseline = known.since, known.service.properties.tolerance, known.baseline
    worse = slow.look(known.past, known.told, known.resolved, now, since=since, tolerance=tolerance, baseline=baseline)
    better = slow.good_news(
        worse.index, known.past, known.praised, now, since=since, tolerance=tolerance, baseline=baseline
    )
    return [worse, replace(better, watched=())]


def _store(session: Session, service: Service, found: Sequence[slow.Drifts], named: Mapping[str, Names]) -> None:
    """What was signalled while we looked stays as it is, and so does what is watched already."""
    tiers = {str(one.issue_id): one.tier for one in findings.standing(session, service.id)}
    signalled = {issue for issue, tier in tiers.items() if tier == SignalTier.SIGNAL}
    fresh = [finding for one in found for finding in one.findings if finding.issue not in signalled]
    fresh += [finding for one in found for finding in one.watched if finding.issue not in tiers]
    joined = {key: issue for one in found for key, issue in one.joined.items() if issue not in signalled}
    findings.store(session, service, fresh, named, dt.datetime.now(dt.UTC))
    findings.move(session, joined)
    fan_out.raise_alerts(session, service.id)
    good_news.raise_alerts(session, service.id)


def _input(session: Session, row: ServiceWork, now: dt.datetime) -> DriftInput | None:
    """None while history comes in: its beginning alone would make the rest look like news."""
    if window_cache.importing(session, row.service_id):
        return None
    service, last = session.get_one(Service, row.service_id), row.state.get("looked_at")
    longest = now - LONGEST_SINCE_LAST
    since = max(dt.datetime.fromisoformat(last), longest) if last and not row.state.get("review") else longest
    notice = (ServiceWork.service_id == service.id, ServiceWork.kind == WorkKind.NOTICE)
    habits = deserialize(session.scalar(select(ServiceWork.remembered).where(*notice))).baseline
    return DriftInput(
        service,
        _past(session, service.id, now),
        _told(session, service.id, now, SignalTier.SIGNAL),
        _told(session, service.id, now, SignalTier.GOOD_NEWS),
        findings.resolved_issues(session, service.id),
        habits[1] if habits else Baseline(),
        since,
    )


def _past(session: Session, service_id: int, now: dt.datetime) -> list[Observation]:
    """What came late counts by when it was said: a slow change does not mind a delay of days."""
    mine = (Statement.service_id == service_id, Statement.said_at < LATEST)
    latest = select(Statement.said_at).where(*mine).order_by(Statement.said_at.desc()).offset(MOST_STATEMENTS).limit(1)
    begin = max(now - slow.PAST, session.scalar(latest) or now - slow.PAST)
    said = window_cache.observations_of(session, service_id, begin, Statement.said_at <= now)
    return [replace(one, late=False) for one in said]


def _told(session: Session, service_id: int, now: dt.datetime, tier: SignalTier) -> list[slow.Told]:
    """What was told of, by the issue where its reports are now."""
    where = (Signal.service_id == service_id, Signal.tier == tier, Signal.detected_at > now - slow.PAST)
    issue = func.coalesce(Issue.merged_into, Issue.id)
    rows = session.execute(
        select(issue.label("issue"), Signal.since, func.coalesce(Signal.ended_at, now).label("until"))
        .join(Issue, Issue.id == Signal.issue_id)
        .where(*where)
    )
    return [slow.Told(str(one.issue), one.since, one.until) for one in rows]


def _before(session: Session, rows: Sequence[ServiceWork]) -> None:
    """Notices wait until what was found is stored; those to come know it."""
    lock_services(session, [row.service_id for row in rows])


DRIFT = Actor(stage("drift"), limit=1, work=_drift, to=WorkStage.OPEN, asks=_before)
