"""Issues as they are read: counts of distinct feedback, quotes, the signal that stands."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session, defer

from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import SignalTier
from insights.issues.decisions.lifecycle import is_snoozed
from insights.issues.languages import with_languages
from insights.issues.queries.signals import STANDING, shown
from insights.issues.queries.signals import views as signal_views
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.issues.tallies import Tally, tallies
from insights.presentation.schemas import IssueView, Quote, SignalView

LIVING = (Issue.merged_into.is_(None), Issue.ended_at.is_(None))
"""What is neither merged into another issue nor has ended."""


def quotes(session: Session, issues: Iterable[Issue]) -> dict[uuid.UUID, list[Quote]]:
    """Returns the statements that were chosen as quotes, as far as they are still there, in the order of the choice."""
    chosen = {identity: issue.id for issue in issues for identity in issue.quotes}
    rows = session.execute(
        select(Statement.id, *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.id.in_(chosen))
    )
    texts = {row.id: quote(row) for row in rows}
    found: dict[uuid.UUID, list[Quote]] = defaultdict(list)
    for identity, issue_id in chosen.items():
        if identity in texts:
            found[issue_id].append(texts[identity])
    return found


def signals(session: Session, issue_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, str], SignalView]:
    """Returns the signals that stand, by issue and tier."""
    standing = session.scalars(select(Signal).where(Signal.issue_id.in_(list(issue_ids)), *STANDING)).all()
    found = zip(standing, signal_views(session, standing), strict=True)
    return {(signal.issue_id, signal.tier): view for signal, view in found}


def views(session: Session, service: Service, issues: Sequence[Issue]) -> list[IssueView]:
    """Makes the views of issues, in the order given."""
    ids = [issue.id for issue in issues]
    tally = tallies(session, ids)
    cited, standing = quotes(session, issues), signals(session, ids)
    return [_view(issue, service, tally.get(issue.id, Tally()), cited, standing) for issue in issues]


def view(session: Session, issue: Issue) -> IssueView:
    """Makes the view of one issue, with what was just decided about it."""
    session.flush()
    [found] = views(session, session.get_one(Service, issue.service_id), [issue])
    return with_languages(session, found)


def _view(
    issue: Issue,
    service: Service,
    tally: Tally,
    cited: Mapping[uuid.UUID, list[Quote]],
    standing: Mapping[tuple[uuid.UUID, str], SignalView],
) -> IssueView:
    return IssueView(
        id=issue.id,
        service=service.slug,
        title=issue.title,
        titles=dict(issue.titles),
        keywords=list(issue.keywords),
        trend=issue.trend,
        status=issue.status,
        first_seen=tally.first_seen,
        last_seen=tally.last_seen,
        count=tally.count,
        raw=tally.raw,
        by_channel=tally.by_channel,
        quotes=cited.get(issue.id, []),
        example=next((quote.text for quote in cited.get(issue.id, [])), ""),
        severity=round(tally.severity, 3),
        assignee=issue.assignee,
        due=issue.due,
        snoozed_until=issue.snoozed_until,
        tone=issue.tone,
        parent=issue.parent_id,
        merged_into=issue.merged_into,
        signal=standing.get((issue.id, SignalTier.SIGNAL)),
        watch=standing.get((issue.id, SignalTier.WATCH)),
        good_news=standing.get((issue.id, SignalTier.GOOD_NEWS)),
    )


def titles(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Returns the titles of issues by their ids."""
    return {row.id: row.title for row in session.execute(select(Issue.id, Issue.title).where(Issue.id.in_(list(ids))))}


def living(service: Service) -> Sequence[ColumnElement[bool]]:
    """Returns the conditions for the issues of a service that are shown: neither merged into another nor undone."""
    return (Issue.service_id == service.id, *LIVING)


def emerging(session: Session, service: Service, tier: str = SignalTier.SIGNAL) -> list[IssueView]:
    """Lists the issues with a signal of this tier that stands, the least likely to be chance first.

    Those that are snoozed are left out. A view has a field for each tier, of its name.
    """
    standing = select(Signal.issue_id).where(Signal.service_id == service.id, *shown(tier))
    mine = (
        select(Issue)
        .where(*living(service), not_(is_snoozed(service)), Issue.id.in_(standing))
        .options(defer(Issue.centroid))
    )
    issues = session.scalars(mine).all()
    found = [(view, getattr(view, tier)) for view in views(session, service, issues)]
    return [view for view, _ in sorted(found, key=lambda one: -(one[1].score if one[1] else 0))]
