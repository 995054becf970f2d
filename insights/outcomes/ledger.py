"""The outcomes of actions, from what is stored: per action, per channel and language, and all of a service."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Action, Issue, Service, Signal, Statement
from feedback.record.states import SignalTier
from insights.outcomes import effect
from insights.outcomes.days import DAY, Days, Portion
from insights.outcomes.effect import DAYS_BEFORE, Outcome
from insights.presentation.schemas import MeasuredChange

RATE_PER_PIECES = 1_000  # of feedback
MOST_COUNTED = 1_000
"""The verdicts of so many actions of a service, the latest told of, are counted."""


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
    titles: dict[str, str] = {}


class Ledger(msgspec.Struct, frozen=True):
    """How many issues a service `acted_on`, and what came of each action; `counts` are by verdict.

    `items` are one page of the actions, the latest told of first; `counts` are of the latest 1,000.
    """

    acted_on: int
    counts: dict[str, int]
    items: list[LedgerEntry]
    next_cursor: str | None = None


class _Period(NamedTuple):
    """The days of an action that are compared, and whether its peak is that of a signal."""

    since: int
    until: int
    surge: bool


def measured(session: Session, service_id: int, actions: Sequence[Action]) -> list[OutcomeView]:
    """Measures actions on issues of one service, each between the one before it on its issue and the one after."""
    if not actions:
        return []
    days = Days(session, service_id, [(action.issue_id, action.at) for action in actions])
    return [_view(days, action, period) for action, period in zip(actions, _periods(session, actions), strict=True)]


def of_service(session: Session, service: Service, limit: int, before: uuid.UUID | None = None) -> Ledger:
    """Makes a page of a service's ledger: of what was told before that action. Its cursor is left to the caller."""
    told = _told(service).limit(limit)
    rows = session.execute(told.where(Action.id < before) if before else told).all()
    outcomes = measured(session, service.id, [action for action, _ in rows])
    items = [
        LedgerEntry(issue.id, issue.title, issue.status, outcome, issue.titles)
        for (_, issue), outcome in zip(rows, outcomes, strict=True)
    ]
    acted_on = select(func.count(Action.issue_id.distinct())).join(Issue, Issue.id == Action.issue_id)
    acted_on = acted_on.where(Issue.service_id == service.id)
    return Ledger(session.scalars(acted_on).one(), _verdicts(session, service), items)


def _told(service: Service) -> Select[Action, Issue]:
    told = select(Action, Issue).join(Issue, Issue.id == Action.issue_id).where(Issue.service_id == service.id)
    return told.order_by(Action.id.desc())


def _verdicts(session: Session, service: Service) -> dict[str, int]:
    actions = [action for action, _ in session.execute(_told(service).limit(MOST_COUNTED))]
    days = Days(session, service.id, [(action.issue_id, action.at) for action in actions])
    periods = _periods(session, actions)
    return dict(Counter(_measure(days, *found, ("all",)).verdict for found in zip(actions, periods, strict=True)))


def _measure(days: Days, action: Action, period: _Period, part: Portion) -> Outcome:
    return effect.measure(days.around(action.issue_id, action.at, part), **period._asdict())


def _view(days: Days, action: Action, period: _Period) -> OutcomeView:
    parts = {part: _change(_measure(days, action, period, part)) for part in {("all",), *days.parts()}}
    return OutcomeView(
        **msgspec.structs.asdict(parts["all",]),
        action=action.id,
        what=action.what,
        at=action.at,
        link=action.link,
        by_channel={part[1]: parts[part] for part in sorted(parts) if part[0] == "channel"},
        by_language={part[1]: parts[part] for part in sorted(parts) if part[0] == "language"},
    )


def _change(found: Outcome) -> MeasuredChange:
    return MeasuredChange(
        before=None if found.before is None else RATE_PER_PIECES * found.before,
        after=None if found.after is None else RATE_PER_PIECES * found.after,
        change=found.change,
        interval=found.interval,
        probability=found.probability,
        verdict=found.verdict,
    )


def _periods(session: Session, actions: Sequence[Action]) -> list[_Period]:
    issues = {action.issue_id for action in actions}
    neighbours, now = _neighbours(session, issues), dt.datetime.now(dt.UTC)
    first = _first_reports(session, issues)
    signals = session.scalars(select(Signal).where(Signal.issue_id.in_(issues), Signal.tier == SignalTier.SIGNAL)).all()
    periods = []
    for action in actions:
        last, following = neighbours[action.id]
        surge = _surge(action, signals)
        begun = _begun(action.at, first.get(action.issue_id), surge, last)
        periods.append(_Period(begun, (min(now, following or now) - action.at) // DAY, surge is not None))
    return periods


def _first_reports(session: Session, issues: set[uuid.UUID]) -> dict[uuid.UUID | None, dt.datetime]:
    first = select(Statement.issue_id, func.min(Statement.said_at)).where(Statement.issue_id.in_(issues))
    return {row[0]: row[1] for row in session.execute(first.group_by(Statement.issue_id))}


def _neighbours(
    session: Session, issues: set[uuid.UUID]
) -> dict[uuid.UUID, tuple[dt.datetime | None, dt.datetime | None]]:
    """When the action before and the one after each was, on its issue."""
    on_its_issue, in_order = Action.issue_id, (Action.at, Action.id)
    beside = (
        func.lag(Action.at).over(partition_by=on_its_issue, order_by=in_order),
        func.lead(Action.at).over(partition_by=on_its_issue, order_by=in_order),
    )
    rows = session.execute(select(Action.id, *beside).where(Action.issue_id.in_(issues)))
    return {identity: (last, following) for identity, last, following in rows}


def _surge(action: Action, signals: Sequence[Signal]) -> dt.datetime | None:
    """When the surge began that a signal had found and that stood, or had just ended, when people acted."""
    return min(
        (
            signal.since
            for signal in signals
            if signal.issue_id == action.issue_id
            and signal.since < action.at - DAY
            and (signal.ended_at is None or signal.ended_at > action.at - 7 * DAY)
        ),
        default=None,
    )


def _begun(at: dt.datetime, *known: dt.datetime | None) -> int:
    """The first day of "before": since the issue is reported, since its surge, since the last action."""
    since = max((moment for moment in known if moment is not None), default=at)
    return min(-1, -((at - since) // DAY)) if since < at else -DAYS_BEFORE
