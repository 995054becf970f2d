"""How well each candidate tells what its group says: near in meaning to most members, and in the words that mark it."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.clean.language import UNKNOWN
from nlp.clean.severity import severity
from nlp.embed.vectors import Encode, Floats, nearness
from nlp.group.titles.candidates import TitleCandidate
from nlp.group.titles.usage import Usage

COMPARED = 12
"""Candidates of a group that are compared in meaning."""

PRAISING = 0.2
"""What is less bad than this for who says it holds a word of praise and none of fault."""

DECIMALS = 4
"""Of a score, that tell: what differs by less is a matter of rounding, and the words decide."""

_ANYHOW = 0.45
"""A similarity that speaks for no title, at most: in a group whose members are unlike, what three quarters of all
candidates and members fall short of. One for each candidate would praise those that one member alone is near to."""


@dataclass(slots=True)
class Scored:
    """Candidates of one group with their scores, the best first.

    `near`: shares of members to whom each is near; `heard`: the geometric mean of that and of how many use its words.
    """

    candidates: list[TitleCandidate]
    scores: NDArray[np.float64]
    near: NDArray[np.float64]
    heard: NDArray[np.float64]
    vectors: Floats

    def rank(self) -> tuple[float, str]:
        """Return what groups are ranked by: the best score, the highest first; of two as good, the words."""
        return (-round(float(self.scores[0]), DECIMALS), self.candidates[0].text) if self.candidates else (9.0, "")


def foremost(candidates: Sequence[TitleCandidate], usage: Usage) -> list[TitleCandidate]:
    """Choose those to be compared in meaning, by their words alone."""
    return heapq.nlargest(
        COMPARED, candidates, key=lambda it: (by_words(it, usage) + 0.3 * usage.echoed(it.stems), it.text)
    )


def by_words(it: TitleCandidate, usage: Usage) -> float:
    """Score a candidate by its words and shape."""
    seen = 0.18 * np.log1p(len(it.sources)) / np.log1p(max(usage.members, 2))
    return float(
        it.worth + 0.22 * min(1.0, 1.5 * usage.typical(it.stems)) + 0.35 * min(1.0, usage.own(it.stems)) + seen
    )


def score(
    chosen: Sequence[Sequence[TitleCandidate]],
    usages: Sequence[Usage],
    samples: Sequence[Floats],
    centroids: Floats,
    places: Sequence[int],
    encode: Encode | None,
    praised: Sequence[bool],
    languages: Sequence[str],
) -> list[Scored]:
    """Score the candidates of each group, which speaks one of the `languages`.

    `samples`: (m, d) of members; `places`: the row of each in `centroids`.
    """
    if not chosen:
        return []
    parts = _encoded(chosen, languages, encode, centroids.shape[1])
    return [
        _scored(found, usage, sample, centroids, place, part, praise)
        for found, usage, sample, place, part, praise in zip(
            chosen, usages, samples, places, parts, praised, strict=True
        )
    ]


def ranked(found: Sequence[TitleCandidate], scores: NDArray[np.float64]) -> list[int]:
    """Sort the places of candidates, the best first."""
    return sorted(range(len(found)), key=lambda at: (-round(float(scores[at]), DECIMALS), found[at].text))


def _encoded(
    chosen: Sequence[Sequence[TitleCandidate]], languages: Sequence[str], encode: Encode | None, width: int
) -> list[Floats]:
    """The vectors of the candidates of each group; all are encoded in one order, since rounding depends on it."""
    said = sorted({(it.text, spoken) for found, spoken in zip(chosen, languages, strict=True) for it in found})
    texts, spoken_in = [text for text, _ in said], [spoken for _, spoken in said]
    foreign = [spoken_in] * (not {*spoken_in} <= {"en", UNKNOWN})
    vectors = encode(texts, *foreign) if encode and texts else np.zeros((len(texts), width), np.float32)
    place = {one: at for at, one in enumerate(said)}
    return [vectors[[place[it.text, spoken] for it in found]] for found, spoken in zip(chosen, languages, strict=True)]


def _scored(
    found: Sequence[TitleCandidate],
    usage: Usage,
    sample: Floats,
    centroids: Floats,
    place: int,
    vectors: Floats,
    praise: bool,
) -> Scored:
    similar = vectors @ sample.T
    least = np.minimum(_ANYHOW, np.quantile(similar, 0.75)) if similar.size else 0.0
    cover = np.maximum(similar - least, 0).mean(axis=1) if similar.size else np.zeros(len(found))
    near = nearness(similar).mean(axis=1) if similar.size else np.zeros(len(found))
    words = np.array([by_words(it, usage) for it in found])
    scores = words + cover / max(float(cover.max(initial=0)), 1e-6) + 0.8 * near + 0.35 * _said(found, similar)
    scores -= 0.9 * np.maximum(0, _other(vectors, centroids, place))
    if not praise:
        scores += np.array([_gravity(it) for it in found])
    heard = np.sqrt(near * np.array([usage.echoed(it.stems) for it in found]))
    order = np.array(ranked(found, scores), np.int64)
    return Scored([found[at] for at in order], scores[order], near[order], heard[order], vectors[order])


def _said(found: Sequence[TitleCandidate], similar: Floats) -> NDArray[np.float64]:
    """How near each comes to the members whose words it is made of."""
    return np.array(
        [row[sorted(it.sources)].mean() if it.sources else 0.0 for it, row in zip(found, similar, strict=True)]
    )


def _other(vectors: Floats, centroids: Floats, place: int) -> NDArray[np.float64]:
    similar = vectors @ centroids.T
    own = similar[:, place].copy()
    similar[:, place] = -1
    return (
        np.asarray(similar.max(axis=1, initial=-1) - own + 0.05, np.float64)
        if len(centroids) > 1
        else np.zeros(len(own))
    )


def _gravity(it: TitleCandidate) -> float:
    """How bad it is for who says it; what is no complaint is no title of an issue."""
    grave = severity(it.text)
    return 0.6 * (min(grave, 0.65) - 0.4) - (0.6 if grave < PRAISING else 0.0)
