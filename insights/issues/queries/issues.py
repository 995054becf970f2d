"""Issues as they are read: counts of distinct feedback, quotes, the signal that stands."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Uuid, cast, func, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import SignalTier
from insights.issues.decisions.lifecycle import is_snoozed
from insights.issues.languages import with_languages
from insights.issues.queries.signals import STANDING, shown
from insights.issues.queries.signals import views as signal_views
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.issues.tallies import Tally, tallies
from insights.presentation.schemas import IssueTitle, IssueView, Quote, SignalView

FEW_MORE = 2
"""Quotes that are looked for beyond those that are wanted: some may be kept no longer."""

LIVING = (Issue.merged_into.is_(None), Issue.ended_at.is_(None))
"""What is neither merged into another issue nor has ended."""


def quotes(session: Session, issues: Iterable[Issue], most: int | None = None) -> Mapping[uuid.UUID, list[Quote]]:
    """Returns the statements that were chosen as quotes, as far as they are still there, in the order of the choice.

    Where at most so many of each issue are wanted, few more are looked for, and all where none of those is left.
    """
    asked = list(issues)
    tried = most + FEW_MORE if most else None
    chosen = {identity: issue.id for issue in asked for identity in issue.quotes[:tried]}
    found: dict[uuid.UUID, list[Quote]] = defaultdict(list)
    for row in session.execute(_told(chosen, most)) if chosen else ():
        found[row.of_issue].append(quote(row))
    gone = [issue for issue in asked if tried and issue.id not in found and len(issue.quotes) > tried]
    further = quotes(session, gone) if gone else {}
    return found | {issue_id: its[:most] for issue_id, its in further.items()}


def _told(chosen: Mapping[int, uuid.UUID], most: int | None) -> Select[Any]:
    """The statements that are still there, in the order of the choice; `most` of each issue.

    Their ids are one array: hundreds of parameters take longer to send than to look up.
    """
    arrays = cast(list(chosen), ARRAY(BigInteger)), cast(list(chosen.values()), ARRAY(Uuid))
    named = func.unnest(*arrays).table_valued("id", "of_issue", with_ordinality="place").render_derived(name="named")
    rank = func.row_number().over(partition_by=named.c.of_issue, order_by=named.c.place).label("rank")
    kept = select(Statement.id, named.c.of_issue, named.c.place, rank).join(named, named.c.id == Statement.id)
    first = kept.subquery()
    told = select(first.c.of_issue, *QUOTE_COLUMNS).select_from(first).join(Statement, Statement.id == first.c.id)
    told = told.join(Feedback, Feedback.id == Statement.feedback_id).order_by(first.c.place)
    return told.where(first.c.rank <= most) if most else told


def signals(session: Session, issue_ids: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, str], SignalView]:
    """Returns the signals that stand, by issue and tier."""
    if not issue_ids:
        return {}
    standing = session.scalars(select(Signal).where(Signal.issue_id.in_(issue_ids), *STANDING)).all()
    found = zip(standing, signal_views(session, standing), strict=True)
    return {(signal.issue_id, signal.tier): view for signal, view in found}


def views(
    session: Session,
    service: Service,
    issues: Sequence[Issue],
    most_quotes: int | None = None,
    told: Mapping[uuid.UUID, Tally] | None = None,
) -> list[IssueView]:
    """Makes the views of issues, in the order given, with all of their quotes or at most so many.

    `told` is what they add up to, where the caller has counted that already.
    """
    ids = [issue.id for issue in issues]
    tally = tallies(session, ids) if told is None else told
    cited, standing = quotes(session, issues, most_quotes), signals(session, ids)
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
        service=service.slug,
        keywords=list(issue.keywords),
        trend=issue.trend,
        status=issue.status,
        first_seen=tally.first_seen,
        last_seen=tally.last_seen,
        count=tally.count,
        raw=tally.raw,
        by_channel=tally.by_channel,
        quotes=cited.get(issue.id, []),
        **named(issue, cited),
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


def named(issue: Issue, cited: Mapping[uuid.UUID, Sequence[Quote]]) -> dict[str, Any]:
    """Returns the fields of a `NamedIssue`; the example is the first of its quotes, given those of many issues."""
    said = next(iter(cited.get(issue.id, ())), None)
    known = said and said.language not in ("", "unknown")
    return {
        "id": issue.id,
        "title": issue.title,
        "titles": dict(issue.titles),
        "title_sure": issue.title_sure,
        "example": said.text if said else "",
        "example_language": said.language if said and known else None,
    }


def titles(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, IssueTitle]:
    """Returns the titles of issues by their ids."""
    wanted = list(ids)
    rows = session.execute(select(Issue.id, Issue.title, Issue.titles).where(Issue.id.in_(wanted))) if wanted else ()
    return {row.id: IssueTitle(*row) for row in rows}


def living(service: Service) -> Sequence[ColumnElement[bool]]:
    """Returns the conditions for the issues of a service that are shown: neither merged into another nor undone."""
    return (Issue.service_id == service.id, *LIVING)


def emerging(session: Session, service: Service, tier: str = SignalTier.SIGNAL) -> list[IssueView]:
    """Lists the issues with a signal of this tier that stands, the least likely to be chance first."""
    return standing_out(session, service, tier)[tier]


def standing_out(
    session: Session, service: Service, *tiers: str, most_quotes: int | None = None
) -> dict[str, list[IssueView]]:
    """Lists, by tier, the issues with a signal of it that stands, the least likely to be chance first.

    Those that are snoozed are left out. A view has a field for each tier, of its name.
    """
    standing = select(Signal.issue_id).where(Signal.service_id == service.id, *shown(*tiers))
    mine = select(Issue).where(*living(service), not_(is_snoozed(service)), Issue.id.in_(standing))
    made = views(session, service, session.scalars(mine).all(), most_quotes)
    return {tier: _of_tier(made, tier) for tier in tiers}


def _of_tier(made: Iterable[IssueView], tier: str) -> list[IssueView]:
    found = [(view, signal) for view in made if (signal := getattr(view, tier))]
    return [view for view, _ in sorted(found, key=lambda one: -one[1].score)]
