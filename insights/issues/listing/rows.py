"""A row of a list of issues: one issue, or, where the list is read broad, those of one broad subject together."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Service
from feedback.record.states import SignalTier, Trend
from insights.issues.listing.matching import recent
from insights.issues.queries import issues
from insights.issues.tallies import Tally
from insights.presentation.schemas import BroadPart, BroadSubject, IssueView, MatchingView, NamedIssue, SignalView


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue of a list, with what its pieces add up to that are as the filters want them (`told`).

    `recent` are its reports within the last seven days, where the list is sorted by them: of others, the rows that are
    shown count theirs. `narrowed` says whether the filters leave any piece out.
    `parts` are the issues of a broad subject, that which names it first; none of an issue by itself.
    """

    issue: Issue
    told: Tally
    recent: int
    narrowed: bool
    parts: tuple["ListedIssue", ...] = ()

    @property
    def id(self) -> uuid.UUID:
        """The id of the issue, or of that which names the subject."""
        return self.issue.id

    @property
    def issue_ids(self) -> list[uuid.UUID]:
        """The ids of all issues of the row."""
        return [row.id for row in self.parts or (self,)]

    @property
    def trend(self) -> Trend:
        """Where it is going; of a subject, what comes first among new, emerging, steady and fading."""
        return min((row.issue.trend for row in self.parts or (self,)), key=list(Trend).index)


def together(rows: Iterable[ListedIssue]) -> list[ListedIssue]:
    """Makes one row of the issues of each broad subject; its figures are the sums of theirs."""
    subjects: dict[uuid.UUID, list[ListedIssue]] = defaultdict(list)
    for row in rows:
        subjects[row.issue.broad_id or row.id].append(row)
    return [_subject(named_by, its) if len(its) > 1 else its[0] for named_by, its in subjects.items()]


def _subject(named_by: uuid.UUID, rows: Sequence[ListedIssue]) -> ListedIssue:
    """Where the issue that names it is not shown, the one of most reports does."""
    parts = sorted(rows, key=lambda row: (row.id != named_by, -row.told.count, str(row.id)))
    told, recent = Tally.total(row.told for row in rows), sum(row.recent for row in rows)
    return ListedIssue(parts[0].issue, told, recent, parts[0].narrowed, tuple(parts))


def views(
    session: Session,
    service: Service,
    page: Sequence[ListedIssue],
    known: Iterable[IssueView] = (),
    most_quotes: int | None = None,
) -> list[IssueView]:
    """Makes the views of listed issues, in the order given; `known` are those of some that have been made already."""
    made = {view.id: view for view in known}
    further = [part for row in page for part in row.parts or (row,) if part.id not in made]
    told = None if any(row.narrowed for row in further) else {row.id: row.told for row in further}
    new = issues.views(session, service, [row.issue for row in further], most_quotes, told)
    made |= {view.id: view for view in new}
    lately = recent(session, service, [it for row in page for it in row.issue_ids], dt.datetime.now(dt.UTC))
    return [_view(row, [made[it] for it in row.issue_ids], sum(lately[it] for it in row.issue_ids)) for row in page]


def _view(row: ListedIssue, found: Sequence[IssueView], lately: int) -> IssueView:
    told = row.told
    part = MatchingView(told.count, told.by_channel, told.first_seen, told.last_seen) if row.narrowed else None
    of_all: dict[str, Any] = {"matching": part, "recent": lately}
    if row.parts:
        of_all |= _sums(found) | {tier: _strongest(found, tier) for tier in SignalTier}
        of_all |= {"trend": row.trend, "broad": _broad(row, found)}
    return msgspec.structs.replace(found[0], **of_all)


def _sums(found: Sequence[IssueView]) -> dict[str, Any]:
    whole = Tally.total(Tally(it.by_channel, it.raw, it.severity, it.first_seen, it.last_seen) for it in found)
    return {
        "count": whole.count,
        "raw": whole.raw,
        "by_channel": whole.by_channel,
        "severity": round(whole.severity, 3),
        "first_seen": whole.first_seen,
        "last_seen": whole.last_seen,
    }


def _strongest(found: Sequence[IssueView], tier: SignalTier) -> SignalView | None:
    signals: list[SignalView] = [signal for view in found if (signal := getattr(view, tier))]
    return max(signals, key=lambda signal: signal.score, default=None)


def _broad(row: ListedIssue, found: Sequence[IssueView]) -> BroadSubject:
    trends = Counter(view.trend for view in found)
    return BroadSubject(
        issues=[
            BroadPart(**{field: getattr(view, field) for field in NamedIssue.__struct_fields__}, count=part.told.count)
            for part, view in zip(row.parts, found, strict=True)
        ],
        trends={trend: trends[trend] for trend in Trend if trends[trend]},
        signals=sum(view.signal is not None for view in found),
    )
