"""What the dashboard's first page and its small lines need: many services, or many issues, in a few queries."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Date, and_, cast, func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.calendar import bank_holidays
from feedback.record.limits import LATEST
from feedback.record.models import Change, Feedback, Issue, Service, Signal, Statement
from feedback.record.states import SignalTier, Tone
from insights.issues.queries import detection_health, issues
from insights.issues.queries.services import UNSETTLED, WAITING_STAGES
from insights.issues.queries.signals import shown
from insights.presentation import sentences
from insights.presentation.schemas import IssueView

WEEKS = 8


@dataclass(frozen=True, slots=True)
class ServiceOverview:
    """One service on the first page; `weekly` counts its pieces week by week, the latest seven days last."""

    service: Service
    emerging: list[IssueView]
    watched: list[IssueView]
    sight: str
    last_7_days: int
    waiting: int
    open_issues: int
    weekly: list[int]

    @property
    def score(self) -> float:
        """Returns the highest score of its signals, by which services are sorted."""
        return max((issue.signal.score for issue in self.emerging if issue.signal), default=0.0)


def permitted(session: Session, who: Principal) -> Sequence[Service]:
    """Lists the services that somebody may see, by name."""
    mine = select(Service).order_by(Service.name)
    if who.services is not None:
        mine = mine.where(Service.id.in_(who.services))
    return session.scalars(mine).all()


def overview(session: Session, who: Principal) -> list[ServiceOverview]:
    """Lists the services that somebody may see: where something emerges first, the least likely to be chance on top."""
    services = permitted(session, who)
    ids = [service.id for service in services]
    waiting, unsettled, weekly = _waiting(session, ids), _unsettled(session, ids), _weekly(session, ids)
    signalled, watched = _standing_out(session, SignalTier.SIGNAL), _standing_out(session, SignalTier.WATCH)
    sights = detection_health.sights(session, ids, dt.datetime.now(dt.UTC))
    lines = [
        ServiceOverview(
            service=service,
            emerging=issues.emerging(session, service) if service.id in signalled else [],
            watched=issues.emerging(session, service, SignalTier.WATCH) if service.id in watched else [],
            sight=sights[service.id].name,
            last_7_days=weekly[service.id][-1],
            waiting=waiting.get(service.id, 0),
            open_issues=unsettled.get(service.id, 0),
            weekly=weekly[service.id],
        )
        for service in services
    ]
    return sorted(lines, key=lambda line: -line.score)


def _standing_out(session: Session, tier: str) -> set[int]:
    return set(session.scalars(select(Signal.service_id).where(*shown(tier)).distinct()))


def _waiting(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = select(Feedback.service_id, func.count()).where(
        Feedback.service_id.in_(ids), Feedback.stage.in_(WAITING_STAGES)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Feedback.service_id))}


def _unsettled(session: Session, ids: Sequence[int]) -> dict[int, int]:
    living = (
        Issue.merged_into.is_(None),
        Issue.ended_at.is_(None),
        Issue.tone == Tone.ISSUE,
        Issue.status.in_(UNSETTLED),
    )
    query = select(Issue.service_id, func.count()).where(Issue.service_id.in_(ids), *living).group_by(Issue.service_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _weekly(session: Session, ids: Sequence[int]) -> dict[int, list[int]]:
    """Counted back from now, not from Monday: each holds seven whole days."""
    back = func.floor(func.extract("epoch", func.now() - Feedback.said_at) / (7 * 86_400))
    recent = and_(Feedback.said_at > func.now() - dt.timedelta(weeks=WEEKS), Feedback.said_at < LATEST)
    query = select(Feedback.service_id, back, func.count()).where(Feedback.service_id.in_(ids), recent)
    found: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for service_id, weeks, count in session.execute(query.group_by(Feedback.service_id, back)):
        found[service_id][WEEKS - 1 - min(max(int(weeks), 0), WEEKS - 1)] = count
    return found


def daily_by_issue(session: Session, service: Service, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """Counts the issues' reports day by day over the last weeks, in the service's days, the latest last."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    first = today - dt.timedelta(weeks=WEEKS)
    day = cast(func.timezone(service.properties.time_zone, Statement.said_at), Date)
    query = (
        select(Statement.issue_id, day, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(
            Statement.issue_id.in_(list(ids)),
            Statement.said_at > first,
            Feedback.service_id == service.id,
            Feedback.said_at > first,
            Feedback.weight > 0,
        )
        .group_by(Statement.issue_id, day)
    )
    found: dict[uuid.UUID, list[int]] = defaultdict(lambda: [0] * (WEEKS * 7))
    for issue_id, when, count in session.execute(query):
        if issue_id and first < when <= today:
            found[issue_id][(when - first).days - 1] = count
    return found


def bank_holidays_of_late(service: Service) -> list[dt.date]:
    """Lists the bank holidays within the weeks of the small lines, the latest first."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    days = [today - dt.timedelta(days=back) for back in range(WEEKS * 7)]
    kept = bank_holidays(service.properties.nation, {day.year for day in days})
    return [day for day in days if day in kept]


def marks(session: Session, service: Service, days: int) -> list[tuple[dt.date, str]]:
    """Returns what was changed about the service in the last days, for its charts."""
    zone = ZoneInfo(service.properties.time_zone)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    changes = session.scalars(select(Change).where(Change.service_id == service.id, Change.at > since))
    return [(change.at.astimezone(zone).date(), sentences.name_of_change(change)) for change in changes]
