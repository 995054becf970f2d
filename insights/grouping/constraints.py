"""What people decided about which statements belong together, held through a regrouping."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from insights.statement_arrays import StatementArrays
from nlp.embed.strata import Stratum
from nlp.embed.vectors import Floats, unit
from nlp.group.topics import Topic, radius

Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class StratumTopics:
    """The topics of one stratum; `rows` are its statements among all, and the topics' members index into `rows`."""

    stratum: Stratum
    rows: NDArray[np.int64]
    topics: tuple[Topic, ...]
    failed: bool = False
    """Whether it could not be grouped: its statements then stay in the issues where they are."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What people decided, the statements by their ids; without any, everything goes where it is most alike.

    `must_link`, `cannot_link`: pairs of statements that belong together, or do not; `merged`: issues that others were
    merged into; `placed`: the issue that a statement was put into; `barred`: the issue that it does not belong to.
    """

    must_link: Pairs = ()
    cannot_link: Pairs = ()
    merged: Collection[uuid.UUID] = ()
    placed: Mapping[int, uuid.UUID] = field(default_factory=dict)
    barred: Mapping[int, uuid.UUID] = field(default_factory=dict)

    def links_among(self, ids: NDArray[np.int64]) -> tuple[Pairs, Pairs]:
        """Give the pairs that must and those that cannot be linked among these statements, by their places."""
        place = {identity: at for at, identity in enumerate(ids.tolist())}
        return _within(place, self.must_link), _within(place, self.cannot_link)


def _within(place: Mapping[int, int], pairs: Pairs) -> Pairs:
    return [(place[one], place[other]) for one, other in pairs if one in place and other in place]


def keep_together(statements: StatementArrays, part: StratumTopics, merged: Collection[uuid.UUID]) -> StratumTopics:
    """Make one topic of those that are mostly of one issue which a person merged others into."""
    groups: dict[object, list[Topic]] = {}
    for number, topic in enumerate(part.topics):
        issue = _mostly_of(statements, part, topic)
        groups.setdefault(issue if issue in merged else number, []).append(topic)
    vectors = statements.vectors[part.rows]
    return replace(part, topics=tuple(_one(vectors, group) for group in groups.values()))


def _mostly_of(statements: StatementArrays, part: StratumTopics, topic: Topic) -> uuid.UUID | None:
    """The issue that at least half of the topic's known statements are of."""
    known = Counter(issue for row in part.rows[topic.members] if (issue := statements.issues[row]))
    issue, count = known.most_common(1)[0] if known else (None, 0)
    return issue if 2 * count >= known.total() else None


def _one(vectors: Floats, group: Sequence[Topic]) -> Topic:
    """Named by the largest, and no wider than the widest of them."""
    largest = max(group, key=lambda topic: len(topic.members))
    if len(group) == 1:
        return largest
    members = np.concatenate([topic.members for topic in group])
    centroid = unit(vectors[members].sum(axis=0))
    reach = max(radius(vectors[members] @ centroid), min(topic.radius for topic in group))
    return replace(largest, members=members, centroid=centroid, radius=reach)


def leave_out(part: StratumTopics, rows: Collection[int]) -> StratumTopics:
    """Take these statements, which stay with an issue of their own, out of the topics."""
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


def keep_placed(
    ids: NDArray[np.int64], issues: Sequence[uuid.UUID | None], constraints: Constraints
) -> list[uuid.UUID | None]:
    """Put each statement where a person placed it, and none into the issue that a person took it out of.

    `issues`: (n,) the issue that each statement would be in otherwise.
    """
    kept = [constraints.placed.get(identity, issue) for identity, issue in zip(ids.tolist(), issues, strict=True)]
    return [
        None if issue and constraints.barred.get(identity) == issue else issue
        for identity, issue in zip(ids.tolist(), kept, strict=True)
    ]
