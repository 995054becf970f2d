"""What outlives a refit: which new topic is which known issue.

Shared statements decide first, then centroids; each issue is one topic at most and each topic one issue. What did not
stay one to one is told as lineage.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

CONTINUING_SHARE = 0.3
"""An issue goes on in a topic that shares at least this part of the smaller one's statements with it, as far as both
fits knew them."""

CONTINUING_SIMILARITY = 0.85
"""Without shared statements (all of them erased or archived, say), centroids must be at least so similar."""

LINEAGE_SHARE, LINEAGE_STATEMENTS = 0.2, 3
"""A part of an issue that went elsewhere is lineage from this share and this many statements up; less just moved."""

SURVIVORS_SHARE = 1 / 3
"""A topic continues an issue that must survive only if at least this part of it is of it; the rest is then like it."""

LineageKind = Literal["split", "merge", "nested"]
Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True, slots=True)
class KnownGroup(Generic[Id]):
    """An issue as the last fit left it. `members`: keys of its statements; `centroid`: (d,) unit."""

    id: Id
    members: AbstractSet[int]
    centroid: NDArray[np.float32]
    keep: bool = False
    """It has a signal: it survives, beside a wider topic if need be."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A topic of the new fit, its members under the same keys as `KnownGroup.members`."""

    members: AbstractSet[int]
    centroid: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lineage(Generic[Id]):
    """Tells that `shared` statements of the issue `parent` are now in the new topic number `child`.

    split: the parent goes on elsewhere; merge: it went up in the child; nested: likewise, but it survives with its own.
    """

    kind: LineageKind
    parent: Id
    child: int
    shared: int


@dataclass(frozen=True, slots=True)
class Matching(Generic[Id]):
    """Which new topic continues which issue: `ids` has the issue of each topic, None for a new one.

    `nested`: issues that no topic continues and that must survive: their statements stay theirs.
    """

    ids: tuple[Id | None, ...]
    lineage: tuple[Lineage[Id], ...]
    nested: frozenset[Id]


def match(known: Sequence[KnownGroup[Id]], found: Sequence[FoundGroup]) -> Matching[Id]:
    """Continue as many known issues as the new topics allow, so that most statements keep the issue they were in."""
    shared = _shared(known, found)
    pairs = _by_statements(shared, known, found)
    pairs |= _by_centroids(known, found, set(pairs), set(pairs.values()))
    ids: list[Id | None] = [None] * len(found)
    for row, column in pairs.items():
        ids[column] = known[row].id
    nested = frozenset(issue.id for row, issue in enumerate(known) if issue.keep and row not in pairs)
    return Matching(tuple(ids), _lineage(shared, known, pairs), nested)


def _shared(known: Sequence[KnownGroup[Any]], found: Sequence[FoundGroup]) -> NDArray[np.int64]:
    """How many statements issue and topic share: (known, found). Linear in the statements."""
    topic_of = {key: column for column, topic in enumerate(found) for key in topic.members}
    shared = np.zeros((len(known), len(found)), np.int64)
    for row, issue in enumerate(known):
        for key in issue.members:
            if (column := topic_of.get(key)) is not None:
                shared[row, column] += 1
    return shared


def _by_statements(
    shared: NDArray[np.int64], known: Sequence[KnownGroup[Any]], found: Sequence[FoundGroup]
) -> dict[int, int]:
    """The one-to-one matching that keeps most statements in place (Hungarian method)."""
    smaller = np.minimum(
        np.array([len(issue.members) for issue in known])[:, None], shared.sum(axis=0, keepdims=True)
    ).reshape(shared.shape)
    least = np.maximum(CONTINUING_SHARE * smaller, 1)
    keep = np.array([issue.keep for issue in known], bool)
    least[keep] = np.maximum(least[keep], SURVIVORS_SHARE * np.array([len(topic.members) for topic in found]))
    enough = np.where(shared >= least, shared + _preference(known, found), 0)
    rows, columns = linear_sum_assignment(enough, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if enough[row, column]}


def _preference(known: Sequence[KnownGroup[Any]], found: Sequence[FoundGroup]) -> NDArray[np.float64]:
    """What decides between issues that share as many statements with a topic: who must survive, then who lies nearer.

    All of it together is less than one statement: (known, found). So it does not matter in which order issues come.
    """
    if not known or not found:
        return np.zeros((len(known), len(found)))
    near = np.stack([it.centroid for it in known]) @ np.stack([it.centroid for it in found]).T
    keep = np.array([issue.keep for issue in known], np.float64)[:, None]
    preference: NDArray[np.float64] = (keep + (1 + near) / 2) / (3 * len(found))
    return preference


def _by_centroids(
    known: Sequence[KnownGroup[Any]], found: Sequence[FoundGroup], taken: AbstractSet[int], used: AbstractSet[int]
) -> dict[int, int]:
    rows = [row for row, issue in enumerate(known) if row not in taken and not (issue.keep and issue.members)]
    columns = [column for column in range(len(found)) if column not in used]
    if not rows or not columns:
        return {}
    similar = np.stack([known[row].centroid for row in rows]) @ np.stack([found[c].centroid for c in columns]).T
    similar[similar < CONTINUING_SIMILARITY] = 0
    best = zip(*linear_sum_assignment(similar, maximize=True), strict=True)
    return {rows[row]: columns[column] for row, column in best if similar[row, column]}


def _lineage(
    shared: NDArray[np.int64], known: Sequence[KnownGroup[Id]], pairs: Mapping[int, int]
) -> tuple[Lineage[Id], ...]:
    """Where considerable parts of issues went, other than into the topic that continues them."""
    found: list[Lineage[Id]] = []
    for row, issue in enumerate(known):
        enough = max(LINEAGE_STATEMENTS, LINEAGE_SHARE * shared[row].sum())
        parts = [int(column) for column in np.argsort(-shared[row], kind="stable") if shared[row, column] >= enough]
        for column in (part for part in parts if part != pairs.get(row)):
            kind: LineageKind = "split" if row in pairs else "nested" if issue.keep else "merge"
            found.append(Lineage(kind, issue.id, column, int(shared[row, column])))
    return tuple(found)
