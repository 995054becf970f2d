"""What people decided about which statements belong together, kept through a refit."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Moved, Regrouping, Statement
from insights.issues.decisions.reassignment import BY_PERSON
from insights.statement_arrays import Said
from nlp.embed.crowds import Crowd
from nlp.embed.vectors import unit
from nlp.group.topics import Topic, radius

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The topics of one crowd; `rows` are their statements in the whole, `topics` index into `rows`."""

    crowd: Crowd
    rows: NDArray[np.int64]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of statements, by their ids, that belong together, or do not."""

    together: Pairs
    apart: Pairs

    def among(self, ids: NDArray[np.int64]) -> tuple[Pairs, Pairs]:
        """Those between these statements, by their places."""
        place = {identity: at for at, identity in enumerate(ids.tolist())}
        return _within(place, self.together), _within(place, self.apart)


def _within(place: dict[int, int], pairs: Pairs) -> Pairs:
    return [(place[one], place[other]) for one, other in pairs if one in place and other in place]


def links(session: Session, service_id: int) -> Links:
    """What was merged, or split off, is a chain; what left an issue is held apart from what stands for that issue.

    Of two decisions about one statement the later holds.
    """
    found = Links([], [])
    latest = _latest(session, service_id)
    for done in _standing(session, service_id):
        ids = [identity for identity, number in latest.items() if number == done.id]
        anchors = [identity for identity in done.anchors if latest.get(identity, 0) <= done.id]
        if done.kind in ("merge", "split"):
            found.together.extend(pairwise(ids + (anchors if done.kind == "merge" else [])))
        if done.kind in ("split", "apart"):
            found.apart.extend((identity, anchor) for identity in ids for anchor in anchors[:1])
    return found


def _standing(session: Session, service_id: int, *kinds: str) -> Sequence[Regrouping]:
    mine = select(Regrouping).where(Regrouping.service_id == service_id, Regrouping.undone_at.is_(None))
    if kinds:
        mine = mine.where(Regrouping.kind.in_(kinds))
    return session.scalars(mine.order_by(Regrouping.id)).all()


def _latest(session: Session, service_id: int) -> dict[int, int]:
    """Of each statement that somebody decided about, the last decision that stands."""
    rows = session.execute(
        select(Regrouping.id, Moved.statements)
        .join(Moved, Moved.regrouping_id == Regrouping.id)
        .where(Regrouping.service_id == service_id, Regrouping.undone_at.is_(None))
        .order_by(Regrouping.id)
    )
    return {identity: number for number, ids in rows for identity in ids}


def keep_together(session: Session, service_id: int, said: Said, part: Fitted) -> Fitted:
    """What a person merged is one: topics that are mostly of one issue which others were merged into become one."""
    merged = {done.other_id for done in _standing(session, service_id, "merge")}
    groups: dict[object, list[Topic]] = {}
    for number, topic in enumerate(part.topics):
        issue = _mostly_of(said, part, topic)
        groups.setdefault(issue if issue in merged else number, []).append(topic)
    return replace(part, topics=tuple(_one(said.vectors[part.rows], group) for group in groups.values()))


def _mostly_of(said: Said, part: Fitted, topic: Topic) -> uuid.UUID | None:
    """The issue that at least half of the topic's known statements are of."""
    known = Counter(issue for row in part.rows[topic.members] if (issue := said.issues[row]))
    issue, count = known.most_common(1)[0] if known else (None, 0)
    return issue if 2 * count >= known.total() else None


def _one(vectors: NDArray[np.float32], group: Sequence[Topic]) -> Topic:
    """Named by the largest, and no wider than the widest of them."""
    largest = max(group, key=lambda topic: len(topic.members))
    if len(group) == 1:
        return largest
    members = np.concatenate([topic.members for topic in group])
    centroid = unit(vectors[members].sum(axis=0))
    reach = max(radius(vectors[members] @ centroid), min(topic.radius for topic in group))
    return replace(largest, members=members, centroid=centroid, radius=reach)


def leave_out(part: Fitted, rows: Collection[int]) -> Fitted:
    """The topics without these statements, which stay with an issue of their own."""
    free = np.array([row not in rows for row in part.rows.tolist()], bool)
    return replace(
        part,
        topics=tuple(
            replace(
                topic, members=topic.members[free[topic.members]], quotes=tuple(it for it in topic.quotes if free[it])
            )
            for topic in part.topics
        ),
    )


def keep_in_place(session: Session, service_id: int, said: Said, target: list[uuid.UUID | None]) -> None:
    """A statement that a person placed stays there."""
    placed = select(Statement.id, Statement.issue_id).where(
        Statement.service_id == service_id, Statement.assigned_by == BY_PERSON, Statement.issue_id.is_not(None)
    )
    fixed = {row.id: row.issue_id for row in session.execute(placed)}
    for row, identity in enumerate(said.ids.tolist()):
        if identity in fixed:
            target[row] = fixed[identity]


def keep_out(session: Session, service_id: int, said: Said, target: list[uuid.UUID | None]) -> None:
    """A statement that does not belong to an issue, as a person said, is not taken back into it."""
    latest = _latest(session, service_id)
    left = {done.id: done.issue_id for done in _standing(session, service_id, "apart")}
    for row, identity in enumerate(said.ids.tolist()):
        if target[row] and target[row] == left.get(latest.get(identity, 0)):
            target[row] = None
