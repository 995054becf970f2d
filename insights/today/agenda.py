"""All that the first page shows of what there is to do, put together; each issue stands in one list alone."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.models import Feedback, HeldRaw, Issue, Service, Signal, UrgencyDismissal
from feedback.record.states import SignalKind, SignalTier
from insights.issues.decisions import lifecycle
from insights.issues.queries.issues import LIVING
from insights.issues.queries.services import UNSETTLED
from insights.issues.queries.signals import shown
from insights.today import findings_now, fixes, last_look, news
from insights.today.rows import Standing, Viewer, rows
from insights.today.schemas import TodayIssue, TodayUrgent, TodayView

MOST_NEEDS, MOST_YOURS, MOST_QUIET = 12, 12, 12


def today(session: Session, who: Principal, services: Mapping[int, Service], now: dt.datetime) -> TodayView:
    """Tells what there is to do today for whoever asks, over the services that they may see."""
    viewer = Viewer(who, now, last_look.before_this_visit(session, who, now))
    issues, standing, unread = findings_now.of_all(session, now)
    mine = {issue.id: issue for issue in _mine(session, viewer, services)}
    quiet = [it for it in findings_now.seen_to(session, services, issues, standing, now) if it not in mine]
    needs, came_back = _parted(standing, {*quiet, *mine})
    listed = [*needs[:MOST_NEEDS], *came_back, *mine, *quiet[:MOST_QUIET]]
    made = rows(session, viewer, services, [(issues | mine)[it] for it in listed], standing)
    return TodayView(
        since=viewer.since,
        urgent=_urgent(session, services),
        needs=_of(made, needs[:MOST_NEEDS]),
        more=len(needs[MOST_NEEDS:]) + unread,
        came_back=_of(made, came_back),
        yours=_of(made, mine),
        fixes=fixes.lately(session, services, now),
        news=[one for one in news.since(session, services, viewer.since) if one.issue not in made],
        quiet=_of(made, quiet[:MOST_QUIET]),
        watched=session.scalar(select(func.count(Signal.id)).where(*shown(SignalTier.WATCH))) or 0,
    )


def _of(made: Mapping[uuid.UUID, TodayIssue], ids: Iterable[uuid.UUID]) -> list[TodayIssue]:
    return [made[it] for it in ids]


def _parted(
    standing: Mapping[uuid.UUID, Standing], elsewhere: set[uuid.UUID]
) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """What needs somebody, and what of it had been resolved; an outage is one before it is anything else."""
    pressing = [it for it in standing if it not in elsewhere]
    back = [
        it
        for it in pressing
        if standing[it].signal.kind == SignalKind.REGRESSION and not standing[it].priority.is_outage
    ]
    return [it for it in pressing if it not in back], back


def _mine(session: Session, viewer: Viewer, services: Mapping[int, Service]) -> Sequence[Issue]:
    """What is assigned to who asks, and what is overdue: the longest overdue first, then what is due soonest."""
    of_day = defaultdict[dt.date, list[int]](list)
    for number, service in services.items():
        of_day[lifecycle.today(service, viewer.now)].append(number)
    overdue = (and_(Issue.service_id.in_(theirs), Issue.due < day) for day, theirs in of_day.items())
    query = (
        select(Issue)
        .where(Issue.service_id.in_(services), *LIVING)
        .where(Issue.status.in_(UNSETTLED), or_(Issue.assignee == viewer.who.name, *overdue))
        .order_by(Issue.due.asc().nulls_last(), Issue.id)
        .limit(MOST_YOURS)
    )
    return session.scalars(query).all()


def _urgent(session: Session, services: Mapping[int, Service]) -> list[TodayUrgent]:
    """Of pieces whose raw text is held until somebody has seen to them, as `urgent_raw` tells of one service.

    A person waits since they said it, not since it came in: a file may bring what was said yesterday.
    """
    waiting = (
        select(Feedback.service_id, func.count(), func.min(Feedback.said_at))
        .join(HeldRaw, HeldRaw.feedback_id == Feedback.id)
        .where(Feedback.service_id.in_(services), Feedback.id.not_in(select(UrgencyDismissal.feedback_id)))
        .group_by(Feedback.service_id)
        .order_by(func.min(Feedback.said_at))
    )
    return [
        TodayUrgent(services[service_id].slug, services[service_id].display_name, count, since)
        for service_id, count, since in session.execute(waiting)
    ]
