"""What people decided about which statements belong together, kept through a refit."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement
from insights.regrouping import BY_PERSON
from nlp.topics import Topic
from workers.vectors import Said


@dataclass(frozen=True, slots=True)
class Fitted:
    """The topics of one language group; `rows` are their statements in the whole, `topics` index into `rows`."""

    language: str
    rows: NDArray[np.int64]
    topics: tuple[Topic, ...]


def keep_together(session: Session, service_id: int, said: Said, part: Fitted) -> Fitted:
    """What a person merged is one: topics that are mostly of one issue which others were merged into become one."""
    took = select(Issue.merged_into).where(Issue.service_id == service_id, Issue.merged_into.is_not(None))
    merged = set(session.scalars(took))
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
    total = vectors[members].sum(axis=0)
    centroid = total / np.linalg.norm(total)
    radius = float(np.quantile(vectors[members] @ centroid, 0.02))
    return replace(largest, members=members, centroid=centroid, radius=max(radius, min(t.radius for t in group)))


def keep_in_place(session: Session, service_id: int, said: Said, target: list[uuid.UUID | None]) -> None:
    """A statement that a person placed stays there."""
    placed = select(Statement.id, Statement.issue_id).where(
        Statement.service_id == service_id, Statement.assigned_by == BY_PERSON, Statement.issue_id.is_not(None)
    )
    fixed = {row.id: row.issue_id for row in session.execute(placed)}
    for row, identity in enumerate(said.ids.tolist()):
        if identity in fixed:
            target[row] = fixed[identity]
