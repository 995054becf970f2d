"""Services as they are read: what each is, at a glance, and who saw or changed what in it."""

import datetime as dt

import msgspec
from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from feedback.record.models import (
    AuditEntry,
    Credential,
    Feedback,
    Issue,
    Person,
    Service,
    Signal,
)
from feedback.record.states import FeedbackStage, IssueStatus, SignalTier, Tone
from insights.issues import feedback_tallies
from insights.issues.decisions import lifecycle
from insights.issues.queries.detection_health import detection_health
from insights.issues.queries.issues import living
from insights.issues.queries.signals import shown
from insights.presentation.service_schemas import AuditView, Figures, ServiceView, Summary

WAITING_STAGES = (FeedbackStage.CLEAN, FeedbackStage.GROUP)

UNSETTLED = (IssueStatus.OPEN, IssueStatus.ACKNOWLEDGED, IssueStatus.IN_PROGRESS)
"""The statuses of an issue that somebody has yet to see to."""


def service_view(service: Service) -> ServiceView:
    """Makes the view of a service."""
    return ServiceView(service.slug, service.name, service.stored_properties)


def summary(session: Session, service: Service) -> Summary:
    """Counts a service's feedback and issues, and the feedback by channel."""
    by_channel = feedback_tallies.by_channel(session, service.id)
    return Summary(**msgspec.structs.asdict(figures(session, service)), by_channel=by_channel)


def figures(session: Session, service: Service) -> Figures:
    """Counts a service's feedback and issues."""
    unsettled = func.count().filter(Issue.status.in_(UNSETTLED))
    known = select(func.count(), unsettled).select_from(Issue).where(*living(service), Issue.tone == Tone.ISSUE)
    issues, open_issues = session.execute(known).one()
    standing = _standing(session, service)
    waiting, set_aside, last_7_days = _pieces(session, service)
    return Figures(
        service=service.slug,
        feedback=sum(feedback_tallies.by_channel(session, service.id).values()),
        waiting=waiting,
        set_aside=set_aside,
        last_7_days=last_7_days,
        issues=issues,
        open_issues=open_issues,
        emerging=standing.get(SignalTier.SIGNAL, 0),
        watched=standing.get(SignalTier.WATCH, 0),
        good_news=standing.get(SignalTier.GOOD_NEWS, 0),
        noticing=detection_health(session, service, dt.datetime.now(dt.UTC)),
    )


def _pieces(session: Session, service: Service) -> tuple[int, int, int]:
    """Counts the pieces that wait, that are set aside, and of the last week: each by an index that answers alone."""
    week = func.now() - dt.timedelta(days=7)
    which = (
        Feedback.stage.in_(WAITING_STAGES),
        Feedback.stage == FeedbackStage.SET_ASIDE,
        Feedback.said_at > week,
    )
    counts = select(func.count()).select_from(Feedback).where(Feedback.service_id == service.id)
    waiting, set_aside, lately = session.execute(select(*(counts.where(it).scalar_subquery() for it in which))).one()
    return waiting, set_aside, lately


def _standing(session: Session, service: Service) -> dict[str, int]:
    """Counts, by tier, the issues that stand out and are not snoozed."""
    awake = select(Issue.id).where(Issue.service_id == service.id, not_(lifecycle.is_snoozed(service)))
    standing = select(Signal.tier, func.count(Signal.issue_id.distinct())).where(*shown(*SignalTier))
    rows = session.execute(standing.where(Signal.issue_id.in_(awake)).group_by(Signal.tier))
    return {row[0]: row[1] for row in rows}


AUTHOR = func.coalesce(Credential.name, Person.name)
"""The name of whoever did what an entry of the audit tells, in the query of `audit`."""


def audit(session: Session, limit: int, before: int | None, *which: ColumnElement[bool]) -> list[AuditView]:
    """Lists who saw or changed what, the latest first; a key or a person is named, also one that is gone."""
    query = (
        select(AuditEntry, AUTHOR, Service.slug)
        .outerjoin(Credential, AuditEntry.by == func.concat("key:", Credential.id))
        .outerjoin(Person, AuditEntry.by == func.concat("person:", Person.id))
        .outerjoin(Service, Service.id == AuditEntry.service_id)
        .where(*which)
    )
    if before:
        query = query.where(AuditEntry.id < before)
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))
    return [AuditView(it.id, it.at, slug, it.by, name, it.act, it.subject, it.details) for it, name, slug in rows]
