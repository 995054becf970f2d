"""Issues of several services that belong together are one theme, which goes on under its id as they change."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement, Theme, ThemeEvent, ThemeIssue, ThemeSignal, new_id
from feedback.record.states import IssueStatus, Tone
from insights.issues.queries.issues import LIVING
from insights.statement_arrays import halves, matrix
from nlp.embed.strata import stratum_of
from nlp.embed.vectors import Floats, by_group, inwards, unit
from nlp.group import hierarchy, refit_matching

MOST_ISSUES = 5_000
"""The largest issues alone are looked at: memory grows with the square."""

FEWEST_SERVICES = 2
"""Services whose issues make a theme."""


@dataclass(frozen=True, slots=True)
class ServiceIssue:
    """An issue of some service; `language` is the one it is grouped under, `place` its number among all."""

    id: uuid.UUID
    service_id: int
    title: str
    language: str
    place: int


@dataclass(frozen=True, slots=True)
class IssuesTogether:
    """Issues of several services that belong together; the one nearest their middle, which names them, comes first."""

    issues: tuple[ServiceIssue, ...]
    language: str
    centroid: Floats


def read_issues(session: Session) -> tuple[list[ServiceIssue], Floats]:
    """Read the living issues that anybody reports on, the largest first, and where each lies, (k, d)."""
    size = func.count(Statement.id)
    rows = session.execute(
        select(Issue.id, Issue.service_id, Issue.title, Issue.language, halves(Issue.centroid).label("centroid"))
        .join(Statement, Statement.issue_id == Issue.id)
        .where(*LIVING)
        .where(Issue.tone == Tone.ISSUE, Issue.status != IssueStatus.ARCHIVED)
        .group_by(Issue.id)
        .order_by(size.desc(), Issue.id)
        .limit(MOST_ISSUES)
    ).all()
    issues = [
        ServiceIssue(row.id, row.service_id, row.title, stratum_of(row.language, "issue").language, place)
        for place, row in enumerate(rows)
    ]
    return issues, matrix([row.centroid for row in rows])


def group(issues: Sequence[ServiceIssue], centroids: Floats) -> list[IssuesTogether]:
    """Find which issues of several services belong together; each language by itself, as the model cannot compare them.

    `centroids`: (k, d) unit rows.
    """
    languages = sorted({it.language for it in issues})
    return [found for language in languages for found in _of_language(issues, centroids, language)]


def _of_language(issues: Sequence[ServiceIssue], centroids: Floats, language: str) -> list[IssuesTogether]:
    mine = [it for it in issues if it.language == language]
    near = centroids[[it.place for it in mine]]
    labels = hierarchy.across(near)
    found = []
    for rows in by_group(labels):
        middle = unit(near[rows].sum(axis=0))
        together = tuple(mine[row] for row in inwards(near, rows, middle))
        if len({it.service_id for it in together}) >= FEWEST_SERVICES:
            found.append(IssuesTogether(together, language, middle))
    return found


def renew(session: Session, issues: Sequence[ServiceIssue], groups: Sequence[IssuesTogether]) -> None:
    """Store each group as the theme that it mostly was; a theme that holds nothing any more, and no signal, ends."""
    living = session.scalars(select(Theme).where(Theme.ended_at.is_(None)).order_by(Theme.id)).all()
    was = {row.issue_id: row.theme_id for row in session.scalars(select(ThemeIssue))}
    known = [_known(theme, issues, was) for theme in living]
    found = [refit_matching.FoundGroup(frozenset(it.place for it in group.issues), group.centroid) for group in groups]
    matching = refit_matching.match(known, found)
    now: dict[uuid.UUID, uuid.UUID] = {}
    for group, theme_id in zip(groups, matching.ids, strict=True):
        theme = _store(session, group, theme_id)
        now |= {it.id: theme.id for it in group.issues}
    _place(session, issues, was, now)
    _end_the_empty(session, living, set(now.values()))


def _known(
    theme: Theme, issues: Iterable[ServiceIssue], was: Mapping[uuid.UUID, uuid.UUID]
) -> refit_matching.KnownGroup[uuid.UUID]:
    members = frozenset(it.place for it in issues if was.get(it.id) == theme.id)
    return refit_matching.KnownGroup(theme.id, members, np.array(theme.centroid, np.float32))


def _store(session: Session, group: IssuesTogether, theme_id: uuid.UUID | None) -> Theme:
    if theme_id:
        theme = session.get_one(Theme, theme_id)
        theme.centroid = group.centroid.tolist()
        return theme
    title = group.issues[0].title
    theme = Theme(id=new_id(), title=title, language=group.language, centroid=group.centroid.tolist())
    session.add(theme)
    session.flush()
    session.add(ThemeEvent(theme_id=theme.id, what="began"))
    return theme


def _place(
    session: Session,
    issues: Sequence[ServiceIssue],
    was: Mapping[uuid.UUID, uuid.UUID],
    now: Mapping[uuid.UUID, uuid.UUID],
) -> None:
    """Writes which issues are of which theme by now, and what came and went."""
    service_of = {it.id: it.service_id for it in issues}
    changed = [issue for issue in {**was, **now} if was.get(issue) != now.get(issue)]
    session.execute(delete(ThemeIssue).where(ThemeIssue.issue_id.in_(changed)))
    for issue in sorted(changed):
        for what, theme in (("left", was.get(issue)), ("joined", now.get(issue))):
            if theme:
                about = {"issue_id": issue, "service_id": service_of.get(issue)}
                session.add(ThemeEvent(theme_id=theme, what=what, **about))
    session.add_all(ThemeIssue(issue_id=issue, theme_id=now[issue]) for issue in changed if issue in now)


def _end_the_empty(session: Session, living: Iterable[Theme], held: set[uuid.UUID]) -> None:
    for theme in living:
        stands = exists().where(ThemeSignal.theme_id == theme.id, ThemeSignal.ended_at.is_(None))
        if theme.id not in held and not session.scalar(select(stands)):
            theme.ended_at = dt.datetime.now(dt.UTC)
            session.add(ThemeEvent(theme_id=theme.id, what="ended"))
