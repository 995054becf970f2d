"""Themes: what several services hear. Who may see some of the services sees what concerns those, and no more."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback.i18n import _
from feedback.record.access import Principal
from feedback.record.errors import NotFound
from feedback.record.models import (
    Feedback,
    Issue,
    Service,
    Statement,
    Theme,
    ThemeEvent,
    ThemeIssue,
    ThemeSignal,
)
from feedback.record.states import IssueStatus, Trend
from insights.issues.queries import issues
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.issues.tallies import tallies
from insights.presentation.schemas import NamedIssue, Quote

MOST_QUOTES = 20


class ThemeIssueView(NamedIssue, frozen=True, kw_only=True):
    """An issue of a theme; `reports` counts distinct pieces of feedback. All else as an `IssueView` has it."""

    service: str
    trend: Trend
    status: IssueStatus
    reports: int


class ThemeSignalView(msgspec.Struct, frozen=True):
    """A signal of a theme: `observed` reports where `expected` were, in its services together.

    `score` is -log10 of the p-value. Who may not see all of its services sees how many of the reports are theirs, and
    no expectation.
    """

    since: dt.datetime
    detected_at: dt.datetime
    ended_at: dt.datetime | None
    window_hours: float
    observed: int
    expected: float | None
    score: float
    by_service: dict[str, int]
    feedback_ids: list[uuid.UUID]


class ThemeView(msgspec.Struct, frozen=True):
    """A theme with its issues, the largest first; `signal` is the one that stands."""

    id: uuid.UUID
    title: str
    first_seen: dt.datetime
    services: list[str]
    reports: int
    issues: list[ThemeIssueView]
    signal: ThemeSignalView | None
    titles: dict[str, str]


class ThemeEventView(msgspec.Struct, frozen=True):
    """What happened to a theme: `what` is one of began, joined, left, signal, signal ended, ended."""

    at: dt.datetime
    what: str
    issue: uuid.UUID | None


class ThemePage(ThemeView, frozen=True):
    """A theme with what was said in its services lately, and what became of it; the latest first."""

    quotes: list[Quote]
    history: list[ThemeEventView]


def visible(session: Session, who: Principal) -> dict[int, Service]:
    """Returns the services that somebody may see, by id."""
    mine = select(Service)
    if who.services is not None:
        mine = mine.where(Service.id.in_(who.services))
    return {service.id: service for service in session.scalars(mine)}


def listed(session: Session, who: Principal, services: Mapping[int, Service]) -> list[ThemeView]:
    """Lists the themes that stand: the least likely to be chance first, then by how many services and reports.

    `services` are those that whoever asks may see.
    """
    themes = session.scalars(select(Theme).where(Theme.ended_at.is_(None))).all()
    found = _views(session, who, services, themes)
    return sorted(found, key=lambda it: (-(it.signal.score if it.signal else 0), -len(it.services), -it.reports, it.id))


def of_issues(
    session: Session, who: Principal, services: Mapping[int, Service], ids: Sequence[uuid.UUID], most: int
) -> list[ThemeView]:
    """Lists the themes of these issues that concern several services of whoever asks, in the order of the issues."""
    rows = session.execute(select(ThemeIssue.issue_id, ThemeIssue.theme_id).where(ThemeIssue.issue_id.in_(ids)))
    theme_of = {row.issue_id: row.theme_id for row in rows}
    wanted = list(dict.fromkeys(theme_of[it] for it in ids if it in theme_of))
    found = session.scalars(select(Theme).where(Theme.id.in_(wanted), Theme.ended_at.is_(None))).all()
    views = {view.id: view for view in _views(session, who, services, found) if len(view.services) > 1}
    return [views[it] for it in wanted if it in views][:most]


def _views(
    session: Session, who: Principal, services: Mapping[int, Service], themes: Sequence[Theme]
) -> list[ThemeView]:
    """Those of which the asker, who may see these services, may see anything."""
    ids = [theme.id for theme in themes]
    if not ids:
        return []
    members = _members(session, services, ids)
    signals = {row.theme_id: row for row in session.scalars(_standing(ids))}
    found = []
    for theme in themes:
        signal = _signal(signals[theme.id], services) if theme.id in signals else None
        if members[theme.id] or signal:
            found.append(_view(theme, members[theme.id], signal, whole=who.services is None))
    return found


def _view(theme: Theme, members: list[ThemeIssueView], signal: ThemeSignalView | None, *, whole: bool) -> ThemeView:
    """Its title may be another service's: who does not see all is shown that of an issue of theirs."""
    own = members[0].title if members else _("Reported in several services")
    slugs = {issue.service for issue in members} | set(signal.by_service if signal else ())
    reports = sum(issue.reports for issue in members)
    title = theme.title if whole else own
    titles = next((issue.titles for issue in members if issue.title == title), {})
    return ThemeView(theme.id, title, theme.created_at, sorted(slugs), reports, members, signal, titles)


def _members(
    session: Session, services: Mapping[int, Service], ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[ThemeIssueView]]:
    rows = session.execute(
        select(ThemeIssue.theme_id, Issue)
        .join(Issue, Issue.id == ThemeIssue.issue_id)
        .where(ThemeIssue.theme_id.in_(ids), Issue.service_id.in_(services))
    ).all()
    counts = tallies(session, [issue.id for _, issue in rows])
    said = issues.quotes(session, [issue for _, issue in rows], 1)
    found: dict[uuid.UUID, list[ThemeIssueView]] = defaultdict(list)
    for theme_id, it in rows:
        view = ThemeIssueView(
            **issues.named(it, said),
            service=services[it.service_id].slug,
            trend=it.trend,
            status=it.status,
            reports=counts[it.id].count if it.id in counts else 0,
        )
        found[theme_id].append(view)
    for members in found.values():
        members.sort(key=lambda issue: (-issue.reports, issue.id))
    return found


def _standing(ids: Sequence[uuid.UUID]):  # type: ignore[no-untyped-def]
    return select(ThemeSignal).where(ThemeSignal.theme_id.in_(ids), ThemeSignal.ended_at.is_(None))


def _signal(row: ThemeSignal, services: Mapping[int, Service]) -> ThemeSignalView | None:
    mine = {number: ids for number, ids in row.reports.items() if int(number) in services}
    if not mine:
        return None
    whole = len(mine) == len(row.reports)
    return ThemeSignalView(
        since=row.since,
        detected_at=row.detected_at,
        ended_at=row.ended_at,
        window_hours=row.window_hours,
        observed=row.observed if whole else sum(map(len, mine.values())),
        expected=round(row.expected, 2) if whole else None,
        score=round(row.score, 2),
        by_service={services[int(number)].slug: len(ids) for number, ids in mine.items()},
        feedback_ids=[uuid.UUID(identity) for ids in mine.values() for identity in ids],
    )


def shown(session: Session, who: Principal, theme_id: uuid.UUID) -> ThemePage:
    """Returns one theme. Raises `NotFound` where the asker may see nothing of it."""
    theme = session.get(Theme, theme_id)
    services = visible(session, who)
    views = _views(session, who, services, [theme]) if theme else []
    if not views:
        raise NotFound("there is no such theme")
    [view] = views
    events = session.scalars(
        select(ThemeEvent)
        .where(ThemeEvent.theme_id == theme_id)
        .where(or_(ThemeEvent.service_id.is_(None), ThemeEvent.service_id.in_(services)))
        .order_by(ThemeEvent.id.desc())
        .limit(200)
    )
    history = [ThemeEventView(event.at, event.what, event.issue_id) for event in events]
    return ThemePage(**msgspec.structs.asdict(view), quotes=_quotes(session, view), history=history)


def _quotes(session: Session, view: ThemeView) -> list[Quote]:
    """Of what stands out the pieces that it rests on; else the latest of its issues."""
    behind = Statement.feedback_id.in_(view.signal.feedback_ids) if view.signal else None
    mine = behind if behind is not None else Statement.issue_id.in_([issue.id for issue in view.issues])
    rows = session.execute(
        select(*QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(mine, Statement.evidence)
        .order_by(Statement.said_at.desc(), Statement.id)
        .limit(MOST_QUOTES)
    )
    return [quote(row) for row in rows]
