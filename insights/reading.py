"""What else staff read: summaries, feedback, statements, days, events."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, case, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from feedback.record.models import (
    AuditEntry,
    Credential,
    Feedback,
    HeldRaw,
    Issue,
    IssueEvent,
    Service,
    Signal,
    Statement,
)
from insights.issues import living
from insights.noticing.trend import BEFORE, band
from insights.signals import shown
from insights.views import AuditView, Event, FeedbackView, ServiceView, StatementView, Summary, TrendPoint
from insights.vigilance import noticing

WAITING = ("clean", "group")


ONLY: Mapping[str, ColumnElement[bool]] = {
    "urgent": Feedback.urgent.is_not(None),
    "uncounted": or_(Feedback.weight == 0, Feedback.stage == "set_aside"),
}
"""Parts of the feedback that staff look through."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the feedback is wanted, None for all of it; said from `since` on, and before `until`; `only` a part."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    channel: str | None = None
    language: str | None = None
    issue: uuid.UUID | None = None
    only: str | None = None

    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.since:
            found.append(Feedback.said_at >= _zoned(self.since))
        if self.until:
            found.append(Feedback.said_at < _zoned(self.until))
        if self.channel:
            found.append(Feedback.channel == self.channel)
        if self.language:
            found.append(Feedback.language == self.language)
        if self.issue:
            found.append(Feedback.id.in_(select(Statement.feedback_id).where(Statement.issue_id == self.issue)))
        if self.only:
            found.append(ONLY[self.only])
        return found


def _zoned(moment: dt.datetime) -> dt.datetime:
    """Without a zone it is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


EVERYTHING = Sought()


def service_view(service: Service) -> ServiceView:
    return ServiceView(service.slug, service.name, service.stored_properties)


def summary(session: Session, service: Service) -> Summary:
    week = func.now() - dt.timedelta(days=7)
    row = session.execute(
        select(
            func.count().label("feedback"),
            func.count().filter(Feedback.stage.in_(WAITING)).label("waiting"),
            func.count().filter(Feedback.stage == "set_aside").label("set_aside"),
            func.count().filter(Feedback.said_at > week).label("last_7_days"),
        ).where(Feedback.service_id == service.id)
    ).one()
    channels = session.execute(
        select(Feedback.channel, func.count()).where(Feedback.service_id == service.id).group_by(Feedback.channel)
    )
    issues = select(func.count()).select_from(Issue).where(*living(service), Issue.tone == "issue")
    standing = {tier: _standing(session, service, tier) for tier in ("signal", "watch")}
    return Summary(
        service=service.slug,
        feedback=row.feedback,
        waiting=row.waiting,
        set_aside=row.set_aside,
        last_7_days=row.last_7_days,
        by_channel={row[0]: row[1] for row in channels},
        issues=session.scalar(issues) or 0,
        open_issues=session.scalar(issues.where(Issue.status.in_(("open", "acknowledged", "in_progress")))) or 0,
        emerging=standing["signal"],
        watched=standing["watch"],
        noticing=noticing(session, service, dt.datetime.now(dt.UTC)),
    )


def _standing(session: Session, service: Service, tier: str) -> int:
    query = select(func.count(Signal.issue_id.distinct())).where(Signal.service_id == service.id, *shown(tier))
    return session.scalar(query) or 0


def feedback_page(
    session: Session,
    service: Service,
    limit: int,
    after: tuple[dt.datetime, uuid.UUID] | None,
    sought: Sought = EVERYTHING,
) -> list[FeedbackView]:
    """All of it, the latest received first; set aside and duplicates included. `after`: the last of the page before."""
    query = select(Feedback).where(Feedback.service_id == service.id, *sought.where())
    if after:
        query = query.where(tuple_(Feedback.received_at, Feedback.id) < after)
    rows = session.scalars(query.order_by(Feedback.received_at.desc(), Feedback.id.desc()).limit(limit)).all()
    return feedback_views(session, service, rows)


def feedback_views(session: Session, service: Service, rows: Sequence[Feedback]) -> list[FeedbackView]:
    """The pieces as staff see them, in the order given."""
    ids = [row.id for row in rows]
    issues = _issues_of(session, ids)
    held = set(session.scalars(select(HeldRaw.feedback_id).where(HeldRaw.feedback_id.in_(ids))))
    return [feedback_view(row, service, issues[row.id], held=row.id in held) for row in rows]


def _issues_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = session.execute(
        select(Statement.feedback_id, Statement.issue_id)
        .where(Statement.feedback_id.in_(ids), Statement.issue_id.is_not(None))
        .distinct()
    )
    for row in rows:
        found[row.feedback_id].append(row.issue_id)
    return found


def feedback_view(row: Feedback, service: Service, issues: list[uuid.UUID], *, held: bool) -> FeedbackView:
    return FeedbackView(
        id=row.id,
        service=service.slug,
        channel=row.channel,
        stage=row.stage,
        reason=row.reason,
        text=row.text,
        language=row.language,
        said_at=row.said_at,
        received_at=row.received_at,
        history=row.history,
        assisted=row.assisted,
        rating=row.rating,
        page_url=row.page_url,
        attributes=row.attributes,
        hidden=row.hidden,
        verdicts=row.verdicts,
        copy_of=row.copy_of,
        counts=row.weight > 0,
        held=held,
        urgent=row.urgent,
        issues=issues,
        external_id=row.external_id if not row.caller.endswith(":idempotency") else None,
    )


def statements_page(session: Session, issue: Issue, limit: int, before: int | None) -> list[StatementView]:
    """What people said in an issue, the latest stored first; `before`: the last statement of the page before."""
    query = (
        select(Statement, Feedback.channel)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id)
    )
    if before:
        query = query.where(Statement.id < before)
    rows = session.execute(query.order_by(Statement.id.desc()).limit(limit))
    return [
        StatementView(
            id=said.id,
            feedback_id=said.feedback_id,
            text=said.text,
            kind=said.kind,
            language=said.language,
            severity=said.severity,
            channel=channel,
            said_at=said.said_at,
            sureness=said.sureness,
            assigned_by=said.assigned_by,
            offset=said.offset,
        )
        for said, channel in rows
    ]


def daily(session: Session, service: Service, issue: Issue, days: int) -> list[tuple[dt.date, int, int]]:
    """Day, the issue's distinct pieces, the service's; the last days in the service's own time zone, none left out."""
    zone = ZoneInfo(service.properties.time_zone)
    today = dt.datetime.now(zone).date()
    calendar = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    local = cast(func.timezone(zone.key, Feedback.said_at), Date)
    mine = select(Statement.feedback_id).where(Statement.issue_id == issue.id)
    rows = session.execute(
        select(local, func.count().label("total"), func.sum(case((Feedback.id.in_(mine), 1), else_=0)).label("mine"))
        .where(
            Feedback.service_id == service.id,
            Feedback.said_at >= dt.datetime.combine(calendar[0], dt.time(), zone),
            Feedback.stage == "done",
            Feedback.weight > 0,
        )
        .group_by(local)
    )
    found = {day: (int(own), int(total)) for day, total, own in rows}
    return [(day, *found.get(day, (0, 0))) for day in calendar]


def trend(session: Session, service: Service, issue: Issue, days: int) -> list[TrendPoint]:
    """The same with what was to be expected of each day; the four weeks before the first tell what is usual."""
    found = daily(session, service, issue, days + BEFORE)
    bands = band([own for _, own, _ in found], [total for _, _, total in found])
    return [
        TrendPoint(day, own, total, *((round(usual.expected, 2), usual.low, usual.high) if usual else ()))
        for (day, own, total), usual in list(zip(found, bands, strict=True))[BEFORE:]
    ]


def history(session: Session, issue: Issue, limit: int = 500, before: int | None = None) -> list[Event]:
    """The latest first; `before`: the last event of the page before."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(IssueEvent.id.desc()).limit(limit)
    if before:
        query = query.where(IssueEvent.id < before)
    return [
        Event(event.id, event.at, event.by, event.what, event.reason, event.details) for event in session.scalars(query)
    ]


def audit(
    session: Session, service: Service, limit: int, before: int | None, subject: str | None = None
) -> list[AuditView]:
    """The latest first; a key is named, also one that is no longer valid."""
    named = AuditEntry.by == func.concat("key:", Credential.id)
    query = select(AuditEntry, Credential.name).outerjoin(Credential, named).where(AuditEntry.service_id == service.id)
    if before:
        query = query.where(AuditEntry.id < before)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))
    return [AuditView(it.id, it.at, it.by, name, it.act, it.subject, it.details) for it, name in rows]
