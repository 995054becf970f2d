"""Loose groups cut down to what is said again and again in them: who says nearly none of it is in no group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.embed.strata import reach_of
from nlp.embed.vectors import Floats, Labels, by_group, evenly, nearness, unit
from nlp.group.linkage import FEWEST_MEMBERS
from nlp.group.loose.looseness import COMPARED, PART_SHARE, TOLD, is_loose, similar

KEPT = 0.5
"""Who was in a core stays there up to this share of what is asked of others, so that nobody comes and goes."""

MOSTLY = 0.5
"""Of what is grouped, the part in loose groups from which on they are cut down. Complaints to health services have .66
to .88, clinc150 .41, the services of the demo .18 to .34, questions to a bank and an insurer none."""

FEWEST = 4
"""A core that was not known was said in so many pieces of feedback at least."""

REACH = 0.5
"""The cosine similarity to the statement that tells a core, or to the middle of a known one, from which others join it.
Of titles that come so near to their members as this asks, most say what is wrong (docs/grouping-figures.md)."""

LISTENED_TO = 2_000
"""Statements of a larger group by which it is found where most lie: memory grows with the group, not its square."""

ROUNDS = 3
"""Of moving the middle of a known core to where most of what is near it lies."""

BLOCK, AT_ONCE = 500, 64
"""Statements whose vectors are copied at once, and known groups that are held against all statements together."""

StatementRows = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class LooseStatements:
    """Statements, (n, d) unit rows, and of each: what it says `alone`, without the rest of its piece of feedback, the
    share of likeness asked of it, its piece, and the group that it was in when the last fit was done, -1 for none.
    """

    vectors: Floats
    alone: Floats
    reach: Floats
    pieces: NDArray[np.int64]
    before: Labels

    @classmethod
    def of_all(
        cls,
        vectors: Floats,
        mapped: NDArray[np.bool_] | None = None,
        pieces: NDArray[np.int64] | None = None,
        before: Labels | None = None,
        alone: Floats | None = None,
    ) -> LooseStatements:
        """Return statements; if not told otherwise none is `mapped`, each is a piece by itself, none was grouped."""
        n = len(vectors)
        reach = np.ones(n, np.float32) if mapped is None else reach_of(mapped)
        grouped = np.full(n, -1, np.int32) if before is None else before
        own = vectors if alone is None else alone
        return cls(vectors, own, reach, np.arange(n) if pieces is None else pieces, grouped)


def of_groups(said: LooseStatements, labels: Labels, held: NDArray[np.bool_]) -> Labels:
    """Cut loose groups down to their cores: (n,) labels, -1 for who is in none.

    That is done where most statements are in such groups, as of half-sentences without their question; elsewhere a
    loose group is a broad subject among others that are none. `held`: (n,) who stays where it is, and with it its whole
    group.
    """
    groups = list(by_group(labels))
    loose = [_is_loose(said, group[evenly(len(group), COMPARED)]) for group in groups]
    in_loose = sum(len(group) for group, its in zip(groups, loose, strict=True) if its)
    cut = in_loose >= MOSTLY * np.count_nonzero(labels >= 0)
    found, number = np.full(len(labels), -1, np.int32), 0
    for group, its in zip(groups, loose, strict=True):
        if held[group].any() or not (cut and its):
            found[group] = number
            number += 1
    for group in by_group(_together(said.before, np.where(found < 0, labels, -1))):
        for core in _cores(said, group):
            found[core] = number
            number += 1
    return found


def _is_loose(said: LooseStatements, rows: StatementRows) -> bool:
    """Tell it by what was written; alone, a statement such as "what can I do?" seldom tells what it is about."""
    reach = said.reach[rows]
    return is_loose(said.vectors[rows], reach) or is_loose(said.alone[rows], reach, KEPT * TOLD)


def _together(before: Labels, labels: Labels) -> Labels:
    """The loose groups, (n,), -1 for who is in none of them; who was in one group is not in several of them now."""
    labels = labels.copy()
    for mine in ((before == group) & (labels >= 0) for group in np.unique(before[before >= 0])):
        labels[mine] = np.bincount(labels[mine]).argmax() if mine.any() else -1
    return labels


def _cores(said: LooseStatements, group: StatementRows) -> Iterator[StatementRows]:
    """Yield the cores of a loose group: first those that were known, the largest first, then what else there is."""
    left, fewest = np.ones(len(group), bool), max(FEWEST, PART_SHARE * len(group))
    before = said.before[group]
    for known, along in _known(said, group):
        pool = np.flatnonzero(left & ((before == known) | (before < 0)))
        core = pool[_core(said, group[pool], along[pool], before[pool] == known)]
        if len(core) >= FEWEST_MEMBERS:
            yield group[core]
            left[core] = False
    while left.sum() >= fewest:
        pool = np.flatnonzero(left)
        rows = group[pool]
        along = _along(said, rows, said.alone[_densest(said, rows)][None])[:, 0]
        core = pool[_core(said, rows, along, np.zeros(len(rows), bool))]
        if len(core) < fewest:
            break
        if len(np.unique(said.pieces[group[core]])) >= FEWEST:
            yield group[core]
        left[core] = False


def _known(said: LooseStatements, group: StatementRows) -> Iterator[tuple[int, Floats]]:
    """Yield the groups that some statements were in before, the largest first, and how far each lies their way: (m,).

    Seen from many middles at once, the statements are read once.
    """
    before = said.before[group]
    known, sizes = np.unique(before[before >= 0], return_counts=True)
    known = known[np.argsort(-sizes, kind="stable")]
    for some in np.split(known, range(AT_ONCE, len(known), AT_ONCE)):
        own = [group[before == one] for one in some]
        middles = [_middle(said, rows) for rows in own]
        if middles:
            yield from zip(some.tolist(), _along(said, group, np.stack(middles)).T, strict=True)


def _core(said: LooseStatements, rows: StatementRows, along: Floats, mine: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the core of some statements, those nearest to what tells it: as many as say nearly what one of them says.

    `along`: (m,) how far they lie its way. `mine`: those of them who were in it before, if it was known.
    """
    order = np.argsort(-along, kind="stable")
    told = _told(said, rows[order])
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows))
    within = place < np.where(mine, _extent(told, KEPT * TOLD), _extent(told, TOLD))
    return np.flatnonzero(within & (mine | (along >= REACH)))


def _middle(said: LooseStatements, rows: StatementRows) -> Floats:
    """Where most of a core lies: (d,) of length one."""
    middle = unit(_sum(said, rows, np.ones(len(rows), np.float32))[None])
    for _ in range(ROUNDS):
        middle = unit(_sum(said, rows, nearness(_along(said, rows, middle)[:, 0]))[None])
    return np.asarray(middle[0])


def _sum(said: LooseStatements, rows: StatementRows, weights: Floats) -> Floats:
    """The sum of some statements, each by its weight."""
    parts = zip(_blocks(rows), _blocks(weights), strict=True)
    return np.asarray(sum(weight @ said.alone[some] for some, weight in parts), np.float32)


def _along(said: LooseStatements, rows: StatementRows, middles: Floats) -> Floats:
    """How far statements lie the way of each of k middles, as a share of what is asked of them: (m, k)."""
    return np.concatenate([said.alone[some] @ middles.T / said.reach[some, None] for some in _blocks(rows)])


def _densest(said: LooseStatements, rows: StatementRows) -> int:
    """The statement that says nearly what most others say."""
    some = rows[evenly(len(rows), LISTENED_TO)]
    heard = np.concatenate([_near(said, block, some).sum(axis=1) for block in _blocks(rows)])
    return int(rows[heard.argmax()])


def _told(said: LooseStatements, rows: StatementRows) -> NDArray[np.float64]:
    """Of the first one, two and so on of m statements, the largest share that says nearly what one says.

    One of the first `COMPARED`. What lies twice as far out as the last of which enough say so is not looked at.
    """
    first = rows[:COMPARED]
    heard, told = np.zeros((1, len(first))), np.empty(0)
    for some in _blocks(rows):
        heard = np.cumsum(np.concatenate([heard[-1:], _near(said, some, first)]), axis=0, dtype=np.float64)[1:]
        number = np.maximum(np.arange(len(told), len(told) + len(some)), 1)
        told = np.concatenate([told, (heard.max(axis=1) - 1) / number])
        if _extent(told, KEPT * TOLD) < len(told) / 2:
            break
    return told


def _near(said: LooseStatements, rows: StatementRows, to: StatementRows) -> Floats:
    """How far each of some statements says what each of k others says: (m, k)."""
    return nearness(similar(said.alone, said.reach, rows, to))


def _blocks(rows: NDArray[T]) -> Iterator[NDArray[T]]:
    """So many at once, so that no more of their vectors are copied: memory does not grow with the group."""
    return iter(np.split(rows, range(BLOCK, len(rows), BLOCK)))


def _extent(told: NDArray[np.float64], share: float) -> int:
    """How many of the first statements there are at most of which such a share says nearly what one says."""
    return int(np.flatnonzero(told >= share).max(initial=-1)) + 1
