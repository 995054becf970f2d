"""Loose groups cut down to what is said again and again in them: who says nearly none of it is in no group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.strata import reach_of
from nlp.embed.vectors import Floats, Labels, by_group, evenly, nearness, unit
from nlp.group.linkage import FEWEST_MEMBERS
from nlp.group.loose.looseness import COMPARED, PART_SHARE, TOLD, is_loose, similar

KEPT = 0.5
"""Who was in a core stays there up to this share of what is asked of others, so that nobody comes and goes."""

FEWEST = 4
"""A core that was not known was said in so many pieces of feedback at least."""

REACH = 0.5
"""The cosine similarity to the statement that tells a core, or to the middle of a known one, from which others join it.
Of titles that come so near to their members as this asks, most say what is wrong (docs/grouping-figures.md)."""

LISTENED_TO = 2_000
"""Statements of a larger group by which it is found where most lie: memory grows with the group, not its square."""

ROUNDS = 3
"""Of moving the middle of a known core to where most of what is near it lies."""


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

    def of(self, rows: NDArray[np.int64]) -> LooseStatements:
        """Return some of them."""
        return LooseStatements(
            self.vectors[rows], self.alone[rows], self.reach[rows], self.pieces[rows], self.before[rows]
        )


def of_groups(said: LooseStatements, labels: Labels, held: NDArray[np.bool_]) -> Labels:
    """Cut loose groups down to their cores: (n,) labels, -1 for who is in none.

    `held`: (n,) who stays where it is, and with it its whole group.
    """
    found, number = np.full(len(labels), -1, np.int32), 0
    for group in by_group(labels):
        if held[group].any() or not _is_loose(said.of(group)):
            found[group] = number
            number += 1
    for group in by_group(_together(said.before, np.where(found < 0, labels, -1))):
        for core in _cores(said.of(group)):
            found[group[core]] = number
            number += 1
    return found


def _is_loose(said: LooseStatements) -> bool:
    """Tell it by what was written; alone, a statement such as "what can I do?" seldom tells what it is about."""
    return is_loose(said.vectors, said.reach) or is_loose(said.alone, said.reach, KEPT * TOLD)


def _together(before: Labels, labels: Labels) -> Labels:
    """The loose groups, (n,), -1 for who is in none of them; who was in one group is not in several of them now."""
    labels = labels.copy()
    for mine in ((before == group) & (labels >= 0) for group in np.unique(before[before >= 0])):
        labels[mine] = np.bincount(labels[mine]).argmax() if mine.any() else -1
    return labels


def _cores(said: LooseStatements) -> Iterator[NDArray[np.int64]]:
    """Yield the cores of a loose group: first those that were known, the largest first, then what else there is."""
    left, fewest = np.arange(len(said.pieces)), max(FEWEST, PART_SHARE * len(said.pieces))
    known, sizes = np.unique(said.before[said.before >= 0], return_counts=True)
    for group in known[np.argsort(-sizes, kind="stable")]:
        pool = left[np.isin(said.before[left], (-1, group))]
        core = pool[_core(said.of(pool), said.before[pool] == group)]
        if len(core) >= FEWEST_MEMBERS:
            yield core
            left = np.setdiff1d(left, core)
    while len(left) >= fewest:
        core = left[_core(said.of(left), np.zeros(len(left), bool))]
        if len(core) < fewest:
            break
        if len(np.unique(said.pieces[core])) >= FEWEST:
            yield core
        left = np.setdiff1d(left, core)


def _core(said: LooseStatements, mine: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the core of some statements, those nearest to what tells it: as many as say nearly what one of them says.

    `mine`: those of them who were in it before, if it was known.
    """
    rows = said.alone
    middle = _middle(rows[mine], said.reach[mine]) if mine.any() else rows[_densest(said)]
    order = np.argsort(-(rows @ middle / said.reach), kind="stable")
    told = _told(nearness(similar(rows, said.reach, order[:COMPARED]))[order])
    within = np.argsort(order) < np.where(mine, _extent(told, KEPT * TOLD), _extent(told, TOLD))
    return np.flatnonzero(within & (mine | (rows @ middle >= REACH * said.reach)))


def _middle(rows: Floats, reach: Floats) -> Floats:
    """Where most of a core lies: (d,) of length one."""
    middle = rows.mean(axis=0)
    for _ in range(ROUNDS):
        middle = nearness(rows @ unit(middle[None])[0] / reach) @ rows
    return np.asarray(unit(middle[None])[0], np.float32)


def _densest(said: LooseStatements) -> int:
    """The statement that says nearly what most others say."""
    some = evenly(len(said.alone), LISTENED_TO)
    return int(nearness(similar(said.alone, said.reach, some)).sum(axis=1).argmax())


def _told(near: Floats) -> NDArray[np.float64]:
    """Of the first one, two and so on of m statements, the largest share that says nearly what one says: (m,).

    `near`: (m, k) how far each says what the first ones say.
    """
    heard = np.cumsum(near, axis=0, dtype=np.float64) - 1
    return np.asarray(heard.max(axis=1) / np.maximum(np.arange(len(near)), 1), np.float64)


def _extent(told: NDArray[np.float64], share: float) -> int:
    """How many of the first statements there are at most of which such a share says nearly what one says."""
    return int(np.flatnonzero(told >= share).max(initial=-1)) + 1
