"""The outcomes of actions, from what is stored: per action, per channel and language, and all of a service."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedback.record.models import Action, Feedback, Issue, Service, Signal, Statement
from feedback.record.states import FeedbackStage, SignalTier
from insights.issues.decisions import lifecycle
from insights.outcomes import effect
from insights.outcomes.effect import DAYS_AFTER, DAYS_BEFORE, Day, Outcome
from insights.presentation.schemas import MeasuredChange

DAY = dt.timedelta(days=1)
RATE_PER_PIECES = 1_000  # of feedback

DayCounts = dict[int, Day]


class OutcomeView(MeasuredChange, frozen=True, kw_only=True):
    """What one action did; `action` is its id. The parts by channel and language show whom a fix left behind."""

    action: uuid.UUID
    what: str
    at: dt.datetime
    link: str | None
    by_channel: dict[str, MeasuredChange]
    by_language: dict[str, MeasuredChange]


class LedgerEntry(msgspec.Struct, frozen=True):
    """One action in the ledger, with the issue that it was about."""

    issue: uuid.UUID
    title: str
    status: str
    outcome: OutcomeView


class Ledger(msgspec.Struct, frozen=True):
    """How many issues a service `acted_on`, and what came of each action; `counts` are by verdict."""

    acted_on: int
    counts: dict[str, int]
    items: list[LedgerEntry]


def of_issue(session: Session, issue: Issue) -> list[OutcomeView]:
    """Measures the actions on an issue, the oldest first, each between the one before it and the one after."""
    actions = lifecycle.actions(session, issue.id)
    times = [action.at for action in actions]
    return [
        _outcome(session, issue, action, times[place - 1] if place else None, next(iter(times[place + 1 :]), None))
        for place, action in enumerate(actions)
    ]


def of_service(session: Session, service: Service) -> Ledger:
    """Measures every action on the issues of a service."""
    acted = select(Issue).where(Issue.service_id == service.id, Issue.id.in_(select(Action.issue_id)))
    items = [
        LedgerEntry(issue.id, issue.title, issue.status, outcome)
        for issue in session.scalars(acted.order_by(Issue.id))
        for outcome in of_issue(session, issue)
    ]
    return Ledger(len({item.issue for item in items}), dict(Counter(i.outcome.verdict for i in items)), items)


def _outcome(
    session: Session, issue: Issue, action: Action, last: dt.datetime | None, following: dt.datetime | None
) -> OutcomeView:
    now = min(dt.datetime.now(dt.UTC), following or dt.datetime.max.replace(tzinfo=dt.UTC))
    surge = _surge(session, issue, action.at)
    since, until = _begun(session, issue, action.at, surge, last), (now - action.at) // DAY
    parts = _days(session, issue, action.at)

    def measured(*part: str) -> MeasuredChange:
        return _view(effect.measure(parts[part], since=since, until=until, surge=surge is not None))

    whole = measured("all")
    return OutcomeView(
        **msgspec.structs.asdict(whole),
        action=action.id,
        what=action.what,
        at=action.at,
        link=action.link,
        by_channel={name: measured("channel", name) for name in _second(parts, "channel")},
        by_language={name: measured("language", name) for name in _second(parts, "language")},
    )


def _second(parts: Iterable[tuple[str, ...]], kind: str) -> list[str]:
    return sorted(part[1] for part in parts if part[0] == kind)


def _view(found: Outcome) -> MeasuredChange:
    return MeasuredChange(
        before=None if found.before is None else RATE_PER_PIECES * found.before,
        after=None if found.after is None else RATE_PER_PIECES * found.after,
        change=found.change,
        interval=found.interval,
        probability=found.probability,
        verdict=found.verdict,
    )


def _surge(session: Session, issue: Issue, at: dt.datetime) -> dt.datetime | None:
    """When the surge began that a signal had found and that stood, or had just ended, when people acted."""
    stood = or_(Signal.ended_at.is_(None), Signal.ended_at > at - 7 * DAY)
    return session.scalar(
        select(func.min(Signal.since)).where(
            Signal.issue_id == issue.id, Signal.tier == SignalTier.SIGNAL, Signal.since < at - DAY, stood
        )
    )


def _begun(session: Session, issue: Issue, at: dt.datetime, surge: dt.datetime | None, last: dt.datetime | None) -> int:
    """The first day of "before": since the issue is reported, since its surge, since the last action."""
    first = session.scalar(select(func.min(Statement.said_at)).where(Statement.issue_id == issue.id)) or at
    since = max(moment for moment in (first, surge, last) if moment is not None)
    return min(-1, -((at - since) // DAY)) if since < at else -DAYS_BEFORE


def _days(session: Session, issue: Issue, at: dt.datetime) -> dict[tuple[str, ...], DayCounts]:
    """By part of the service's feedback: all, each channel, each language. Days are of 24 hours, from `at` on."""
    number = func.floor(func.extract("epoch", Feedback.said_at - at) / DAY.total_seconds())
    mine = Feedback.id.in_(select(Statement.feedback_id).where(Statement.issue_id == issue.id))
    rows = session.execute(
        select(Feedback.channel, Feedback.language, number, func.count(), func.count().filter(mine))
        .where(
            Feedback.service_id == issue.service_id,
            Feedback.stage == FeedbackStage.DONE,
            Feedback.weight > 0,
            Feedback.said_at >= at - DAYS_BEFORE * DAY,
            Feedback.said_at < at + DAYS_AFTER * DAY,
        )
        .group_by(Feedback.channel, Feedback.language, number)
    )
    found: dict[tuple[str, ...], DayCounts] = defaultdict(dict)
    for channel, language, day, volume, reports in rows:
        for part in (("all",), ("channel", channel), ("language", language or "unknown")):
            before = found[part].get(int(day), Day(0, 0))
            found[part][int(day)] = Day(before.reports + reports, before.volume + volume)
    return found
