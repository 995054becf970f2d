"""Issues of several services that belong together are one theme, which goes on under its id as they change."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement, Theme, ThemeEvent, ThemeIssue, ThemeSignal, WideWork, new_id
from feedback.record.states import WorkStage
from feedback.record.work.stages import stage
from insights.statement_arrays import halves, matrix
from insights.themes import shared_signals
from nlp.embed.crowds import crowd_of
from nlp.embed.vectors import inwards, unit
from nlp.group import hierarchy, identity
from workers.runtime.actor import Actor, Save, Worker, work_once

MOST = 5_000
"""The largest issues alone are looked at: memory grows with the square."""

FEWEST_SERVICES = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """An issue of some service, `place` being its number among all."""

    id: uuid.UUID
    service_id: int
    title: str
    kind: str
    place: int


@dataclass(frozen=True, slots=True)
class Group:
    """Issues of several services, the one nearest their middle, which names them, first."""

    issues: tuple[Heard, ...]
    kind: str
    centroid: NDArray[np.float32]


def themes(worker: Worker) -> None:
    """Look at all services together."""
    work_once(worker, THEMES)


def _themes(worker: Worker, rows: Sequence[WideWork]) -> Save[WideWork]:
    [row] = rows
    seen, moment = row.asked, dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        heard, centroids = _heard(session)
        said = shared_signals.hear(session, moment)
    together = shared_signals.find(said)
    groups = [group for kind in sorted({it.kind for it in heard}) for group in _groups(heard, centroids, kind)]

    def save(session: Session, mine: Sequence[WideWork]) -> None:
        for row in mine:
            row.done = seen
        if mine:
            shared_signals.store(session, together, moment)
            renew(session, heard, groups)

    return save


def _heard(session: Session) -> tuple[list[Heard], NDArray[np.float32]]:
    """The living issues that anybody reports on, the largest first, and where they lie."""
    size = func.count(Statement.id)
    rows = session.execute(
        select(Issue.id, Issue.service_id, Issue.title, Issue.language, halves(Issue.centroid).label("centroid"))
        .join(Statement, Statement.issue_id == Issue.id)
        .where(Issue.merged_into.is_(None), Issue.ended_at.is_(None))
        .where(Issue.tone == "issue", Issue.status != "archived")
        .group_by(Issue.id)
        .order_by(size.desc(), Issue.id)
        .limit(MOST)
    ).all()
    heard = [
        Heard(row.id, row.service_id, row.title, crowd_of(row.language, "issue").language, place)
        for place, row in enumerate(rows)
    ]
    return heard, matrix([row.centroid for row in rows])


def _groups(heard: Sequence[Heard], centroids: NDArray[np.float32], kind: str) -> list[Group]:
    """What the model can tell alike: issues of one kind of language."""
    mine = [it for it in heard if it.kind == kind]
    near = centroids[[it.place for it in mine]]
    labels = hierarchy.across(near)
    found = []
    for label in range(labels.max(initial=-1) + 1):
        rows = np.flatnonzero(labels == label)
        middle = unit(near[rows].sum(axis=0))
        issues = tuple(mine[row] for row in inwards(near, rows, middle))
        if len({it.service_id for it in issues}) >= FEWEST_SERVICES:
            found.append(Group(issues, kind, middle))
    return found


def renew(session: Session, heard: Sequence[Heard], groups: Sequence[Group]) -> None:
    """Each group goes on as the theme that it mostly was; what holds nothing any more, and is no signal, ends."""
    living = session.scalars(select(Theme).where(Theme.ended_at.is_(None)).order_by(Theme.id)).all()
    was = {row.issue_id: row.theme_id for row in session.scalars(select(ThemeIssue))}
    known = [_known(theme, heard, was) for theme in living]
    found = [identity.FoundGroup(frozenset(it.place for it in group.issues), group.centroid) for group in groups]
    matching = identity.match(known, found)
    now: dict[uuid.UUID, uuid.UUID] = {}
    for group, theme_id in zip(groups, matching.ids, strict=True):
        theme = _store(session, group, theme_id)
        now |= {it.id: theme.id for it in group.issues}
    _place(session, heard, was, now)
    _end_the_empty(session, living, set(now.values()))


def _known(theme: Theme, heard: Iterable[Heard], was: Mapping[uuid.UUID, uuid.UUID]) -> identity.KnownGroup[uuid.UUID]:
    members = frozenset(it.place for it in heard if was.get(it.id) == theme.id)
    return identity.KnownGroup(theme.id, members, np.array(theme.centroid, np.float32))


def _store(session: Session, group: Group, theme_id: uuid.UUID | None) -> Theme:
    if theme_id:
        theme = session.get_one(Theme, theme_id)
        theme.centroid = group.centroid.tolist()
        return theme
    title = group.issues[0].title
    theme = Theme(id=new_id(), title=title, language=group.kind, centroid=group.centroid.tolist())
    session.add(theme)
    session.flush()
    session.add(ThemeEvent(theme_id=theme.id, what="began"))
    return theme


def _place(
    session: Session,
    heard: Sequence[Heard],
    was: Mapping[uuid.UUID, uuid.UUID],
    now: Mapping[uuid.UUID, uuid.UUID],
) -> None:
    """Writes which issues are of which theme by now, and what came and went."""
    service_of = {it.id: it.service_id for it in heard}
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


THEMES = Actor(stage("themes"), limit=1, work=_themes, to=WorkStage.OPEN)
