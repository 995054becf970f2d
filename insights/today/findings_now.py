"""Findings that stand, of all services that somebody may see, by how soon they need somebody."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from feedback.record.models import Issue, Service, Signal
from feedback.record.states import IssueStatus
from insights.issues import signal_now
from insights.issues.decisions import lifecycle
from insights.issues.queries.issues import LIVING
from insights.issues.queries.signals import shown
from insights.issues.tallies import Tally, tallies
from insights.presentation.schemas import SignalNow
from insights.presentation.summaries import usual_so_far
from insights.today.priority import NeedFacts, priority
from insights.today.rows import Standing

MOST_READ = 60
"""Findings that are looked into, the least likely to be chance; of any beyond them only the number is told."""


def of_all(session: Session, now: dt.datetime) -> tuple[dict[uuid.UUID, Issue], dict[uuid.UUID, Standing], int]:
    """Returns issues that stand out and what is found about them, the most pressing first; and how many more do."""
    standing_out = select(Signal, Issue).join(Issue, Issue.id == Signal.issue_id).where(*shown(), *LIVING)
    surest = standing_out.order_by(Signal.score.desc(), Signal.id).limit(MOST_READ)
    read = session.execute(surest.options(defer(Issue.centroid))).all()
    all_of_them = session.scalar(standing_out.with_only_columns(func.count(Signal.id))) or 0
    known = signal_now.of_signals(session, [signal for signal, _ in read], quoted=False)
    counted = tallies(session, [issue.id for _, issue in read])
    standing = {
        issue.id: _standing(signal, known[signal.id], counted.get(issue.id, Tally()), now) for signal, issue in read
    }
    order = sorted(standing, key=lambda it: (not standing[it].priority.is_outage, -standing[it].priority.weight, it))
    issues = {issue.id: issue for _, issue in read}
    return {it: issues[it] for it in order}, {it: standing[it] for it in order}, all_of_them - len(read)


def _standing(signal: Signal, known: SignalNow, tally: Tally, now: dt.datetime) -> Standing:
    facts = NeedFacts(
        score=signal.score,
        chance=signal.evidence.get("chance", 0.0),
        caveats=len(signal.evidence.get("against", ())),
        severity=tally.severity,
        reports=known.reports,
        usual=usual_so_far(signal, now),
        pace=known.pace,
        window_hours=signal.window_hours,
        last_report_at=known.last_report_at,
        is_over=known.silence is not None,
    )
    return Standing(signal, known, priority(facts, now))


def seen_to(
    session: Session,
    services: Mapping[int, Service],
    issues: Mapping[uuid.UUID, Issue],
    standing: Mapping[uuid.UUID, Standing],
    now: dt.datetime,
) -> Sequence[uuid.UUID]:
    """Returns those that need nothing: somebody sees to them, they are snoozed, or planned work explains them."""
    explained = signal_now.explained(session, [found.signal.id for found in standing.values()])
    return [
        it
        for it, found in standing.items()
        if issues[it].status != IssueStatus.OPEN
        or lifecycle.is_snoozed_on(issues[it], lifecycle.today(services[issues[it].service_id], now))
        or found.signal.id in explained
    ]
