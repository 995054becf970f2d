"""Erasing: the words of a piece of feedback go, wherever they are; that it once existed remains."""

import uuid
from collections.abc import Collection, Sequence

import structlog
from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import scope
from feedback.record.models import Alert, ChannelHour, Delivery, Feedback, HeldRaw, Issue, Statement, ThemeIssue
from feedback.record.privacy import contacts, erasure_ledger, exclusion, raw, title_erasure
from feedback.record.states import FeedbackStage
from feedback.record.work.service_work import lock_services

log = structlog.get_logger()


def repeats_of(identity: uuid.UUID) -> str:
    """Returns the caller of what a receipt's holder said again without words: "it is not fixed"."""
    return f"receipt:{identity}"


def with_repeats(session: Session, ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Returns these pieces, and those with which their citizens said again that it is not fixed."""
    callers = [repeats_of(identity) for identity in ids]
    return [*ids, *session.scalars(select(Feedback.id).where(Feedback.caller.in_(callers)))]


def erase(session: Session, ids: Sequence[uuid.UUID], *, by: str, to: FeedbackStage = FeedbackStage.WITHDRAWN) -> None:
    """Erases these pieces: withdrawn by the citizen, or for them; or expired, once the service keeps them no longer.

    A worker that has one of them in hand finds it no longer its own, and writes nothing. Themes and what was sent about
    them are of several services: words are erased there whoever asked for it.
    """
    with scope.lifted(session):
        _erase(session, ids, by, to)


def forget(session: Session, ids: Sequence[uuid.UUID], *, by: str) -> None:
    """Erases pieces that should never have come, and that they once existed: they are counted nowhere any more."""
    with scope.lifted(session):
        counted = select(Issue.id, Issue.erased).join(Statement, Statement.issue_id == Issue.id)
        touched = session.execute(counted.where(Statement.feedback_id.in_(ids)).distinct())
        before = {row.id: row.erased for row in touched}
        _erase(session, ids, by, FeedbackStage.WITHDRAWN)
        for issue in session.scalars(select(Issue).where(Issue.id.in_(before))):
            issue.erased = before[issue.id]
        _count_hours_anew(session, ids)
        session.execute(delete(Feedback).where(Feedback.id.in_(ids)))


def _count_hours_anew(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """What is kept of the hours from the first of these pieces on goes: they are counted where they are not kept."""
    mine = Feedback.id.in_(ids)
    first = select(func.date_trunc("hour", func.min(Feedback.received_at), "UTC"))
    since = first.where(mine, Feedback.service_id == ChannelHour.service_id).scalar_subquery()
    of_theirs = ChannelHour.service_id.in_(select(Feedback.service_id).where(mine))
    gone = delete(ChannelHour).where(of_theirs, ChannelHour.hour >= since)
    session.execute(gone.execution_options(synchronize_session=False))


def _erase(session: Session, ids: Sequence[uuid.UUID], by: str, to: FeedbackStage) -> None:
    if to == FeedbackStage.WITHDRAWN:
        erasure_ledger.note(session, ids)
    lock_services(session, session.scalars(select(Feedback.service_id).where(Feedback.id.in_(ids)).distinct()))
    rows = session.execute(
        select(Feedback.id, Feedback.service_id).where(Feedback.id.in_(ids)).order_by(Feedback.id).with_for_update()
    ).all()
    issues = _leave_issues(session, ids, {row.service_id for row in rows})
    session.execute(
        update(Feedback)
        .where(Feedback.id.in_(ids))
        .values(
            stage=to,
            claimed_by=None,
            text=None,
            page_url=None,
            attributes={},
            hidden={},
            verdicts=[],
            fingerprint=None,
            bands=None,
            sender_digest=None,
            network_digest=None,
            urgent=None,
            reason=None,
        )
    )
    session.execute(delete(HeldRaw).where(HeldRaw.feedback_id.in_(ids)))
    raw.discard(session, ids)
    contacts.shred(session, ids)
    silence_alerts(session, ids, issues)
    for row in rows:
        log.info("feedback erased", feedback=str(row.id), stage=to)
        audit.note(session, by, "erase" if to == FeedbackStage.WITHDRAWN else to, f"feedback:{row.id}", row.service_id)


def _leave_issues(session: Session, ids: Sequence[uuid.UUID], service_ids: Collection[int]) -> list[uuid.UUID]:
    """What they counted for stays counted where it was published; their words name and quote nothing any more.

    Returns the ids of the issues that they were in.
    """
    counted = session.execute(
        select(Statement.issue_id, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Feedback.id.in_(ids), Feedback.weight > 0)
        .group_by(Statement.issue_id)
    )
    gone = {row[0]: row[1] for row in counted.all()}
    issues = exclusion.leave_issues(session, ids)
    said = session.scalars(select(Statement.text).where(Statement.feedback_id.in_(ids))).all()
    session.execute(delete(Statement).where(Statement.feedback_id.in_(ids)))
    exclusion.pass_on(session, ids)
    for issue in issues:
        issue.erased += gone.get(issue.id, 0)
    title_erasure.erase_from_titles(session, service_ids, said)
    return [issue.id for issue in issues]


def named_in(ids: Sequence[uuid.UUID]) -> ColumnElement[bool]:
    """Selects the alerts that are about any of these pieces."""
    named: ColumnElement[bool] = Alert.facts["feedback_ids"].has_any(cast([str(one) for one in ids], ARRAY(Text)))
    return named


def silence_alerts(
    session: Session, ids: Sequence[uuid.UUID], issues: Sequence[uuid.UUID], *which: ColumnElement[bool]
) -> None:
    """Takes the words of these pieces out of the alerts that are selected, and out of what receivers answered to them.

    What raised an urgent alert is quoted in its reason, and a receiver may have answered with what we sent: quotes, and
    titles that quote, of the `issues` that the pieces were in, and of their themes.
    """
    for alert in session.scalars(select(Alert).where(named_in(ids), Alert.facts.has_key("urgent"), *which)):
        alert.facts = {**alert.facts, "urgent": {**alert.facts["urgent"], "reason": ""}}
    themes = select(cast(ThemeIssue.theme_id, Text)).where(ThemeIssue.issue_id.in_(issues))
    told = select(Alert.id).where(
        or_(named_in(ids), Alert.issue_id.in_(issues), Alert.facts["theme"]["id"].astext.in_(themes)), *which
    )
    about = cast(session.scalars(told).all(), ARRAY(Uuid))
    answered = Delivery.answer != "", Delivery.alert_ids.bool_op("&&")(about)
    session.execute(update(Delivery).where(*answered).values(answer=""))
