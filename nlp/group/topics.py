"""Vectors and texts -> topics; and a new statement -> the topic that it belongs to.

BERTopic's steps are all here, three of them ours: the vectors are given, nothing is projected, and the clusters are
communities of the graph of neighbours. Keywords are BERTopic's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlp.embed import vectors as directions
from nlp.embed.vectors import Encode, Floats, Labels
from nlp.group import filler, keywords, knn_graph, linkage, partition, title_languages
from nlp.group.loose import companions, cores
from nlp.group.titles import examples, naming

LONELY_SCORE = 3.0
"""Who is so much farther from its neighbours than others are resembles nothing and stays out (a robust z-score)."""

LEAST_DEVIATION = 0.05
"""Where all are about equally near each other, differences in cosine similarity as small as this mean nothing."""

LONELY_SHARE = 0.1
"""However alike the others are, no more than this share is left out as lonely."""

COPY_SIMILARITY = 0.99
"""Cosine similarity of the vectors of one text in one context, whatever the precision they were computed or kept in."""

OUTSIDE_SHARE = 0.02
"""The share of a topic's own statements that lie beyond its radius."""

TopicTone = Literal["issue", "praise", "filler"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of statements that say the same thing.

    `members`: (m,) indices of its statements, nearest its centroid first; `centroid`: (d,) unit; `radius`: the cosine
    similarity to the centroid at or above which a statement belongs; `quotes`: 3 to 5 that cover its breadth, the first
    the one that stands under its title; `sure`: the title says nearly what enough members say.
    """

    members: NDArray[np.int64]
    centroid: Floats
    radius: float
    title: str
    keywords: tuple[str, ...]
    quotes: tuple[int, ...]
    tone: TopicTone = "issue"
    """filler: most members say nothing to act on (told only where `encode` was given). Who groups praise says so."""
    sure: bool = True
    titled: bool = False
    """Goes on from a topic of the last fit whose title stands: its own title is then the first words that came."""
    language: str = title_languages.ENGLISH
    """That of most members, and of the title."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """In other languages of the staff that members speak, by language."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics found among n statements, the largest first; `labels`: (n,) the topic of each, -1 for none."""

    labels: Labels
    topics: tuple[Topic, ...]


def fit(
    vectors: Floats,
    texts: Sequence[str],
    *,
    start: Labels | None = None,
    must_link: Sequence[tuple[int, int]] = (),
    cannot_link: Sequence[tuple[int, int]] = (),
    seed: int = 0,
    encode: Encode | None = None,
    taken: Sequence[str] = (),
    kept: Collection[int] = (),
    praise: bool = False,
    languages: Sequence[str] | None = None,
    mapped: NDArray[np.bool_] | None = None,
    pieces: NDArray[np.int64] | None = None,
) -> Topics:
    """Group n statements, their number of topics found in the data.

    `vectors`: (n, d) unit rows; `start`: (n,) the topics of the last fit, -1 for a statement that was in none;
    `must_link`, `cannot_link`: pairs of statements that people said do or do not belong together. A merge is a chain of
    pairs through all statements of both issues; a split such a chain in each part and one pair that keeps them apart.
    `taken`: titles that no topic may bear; who goes on from a topic of the last fit needs none. `kept`: topics of the
    last fit that no wider one may take up. `praise`: all praise. The rest is as `describe` and `group` take it.
    """
    labels = group(
        vectors,
        texts,
        start=start,
        must_link=must_link,
        cannot_link=cannot_link,
        seed=seed,
        kept=kept,
        mapped=mapped,
        pieces=pieces,
    )
    thanks = [praise] * len(texts)
    return describe(
        vectors, texts, labels, encode=encode, taken=taken, titled=start, praised=thanks, languages=languages
    )


def describe(
    vectors: Floats,
    texts: Sequence[str],
    labels: Labels,
    *,
    encode: Encode | None = None,
    taken: Sequence[str] = (),
    titled: Labels | None = None,
    praised: Sequence[bool] | None = None,
    languages: Sequence[str] | None = None,
) -> Topics:
    """Describe the topics that groups make, the largest first: how far they reach, their titles, who speaks for them.

    `titled`: (n,) the topics of the last fit, -1 for none: their titles stand. `praised`: whether each
    statement praises. `languages`: (n,) that of each, English if not given.
    """
    if labels.max(initial=-1) < 0:
        return Topics(labels, ())
    labels, words = keywords.of_groups(vectors, texts, labels)
    centroids = directions.centroids(vectors, labels)
    members = directions.by_group(labels)
    groups = [directions.inwards(vectors, rows, centre) for rows, centre in zip(members, centroids, strict=True)]
    known = np.zeros(len(groups), bool) if titled is None else continued(labels, titled)
    thanked = [bool(praised and praised[group[0]]) for group in groups]
    names = title_languages.name(
        texts,
        groups,
        languages or [title_languages.ENGLISH] * len(texts),
        known=taken,
        fresh=~known,
        vectors=vectors,
        centroids=centroids,
        encode=encode,
        praised=thanked,
    )
    empty = filler.recognise(texts, vectors, groups, encode) if encode else [False] * len(groups)
    found = zip(groups, centroids, names, words, thanked, empty, known.tolist(), strict=True)
    return Topics(labels, tuple(_topic(vectors, texts, *its) for its in found))


def _topic(
    vectors: Floats,
    texts: Sequence[str],
    group: NDArray[np.int64],
    centre: Floats,
    named: title_languages.Names,
    marks: tuple[str, ...],
    praise: bool,
    empty: bool,
    goes_on: bool,
) -> Topic:
    first = examples.telling(texts, vectors, group, named.title.text, praise=praise)
    return Topic(
        members=group,
        centroid=centre,
        radius=radius(vectors[group] @ centre),
        title=named.title.text,
        keywords=marks,
        quotes=_quotes(vectors, group, first),
        tone="filler" if empty else "issue",
        sure=named.title.near >= naming.SURE,
        titled=goes_on,
        language=named.language,
        titles=named.others,
    )


def continued(labels: Labels, before: Labels) -> NDArray[np.bool_]:
    """Tell which topics, (k,), share more than half of both with one of the last fit; `before`: (n,), -1 for none."""
    number = int(labels.max(initial=-1)) + 1
    found = np.zeros(number, bool)
    both = (labels >= 0) & (before >= 0)
    pairs, shared = np.unique(before[both].astype(np.int64) * number + labels[both], return_counts=True)
    old, new = np.divmod(pairs, max(number, 1))
    sizes = np.maximum(np.bincount(before[before >= 0])[old], np.bincount(labels[labels >= 0])[new])
    found[new[2 * shared > sizes]] = True
    return found


def join(vectors: Floats, centroids: Floats, radii: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Find the topic that each new statement belongs to by that topic's own spread, (n,), -1 for none; and how sure.

    Sureness, 0 to 1: how far the statement is inside the radius, against how near the second topic comes.
    """
    if not len(centroids):
        return np.full(len(vectors), -1), np.zeros(len(vectors), np.float32)
    depth = (vectors @ centroids.T - radii) / (1 - np.minimum(radii, 0.99))
    best = depth.argmax(axis=1)
    first = depth[np.arange(len(vectors)), best]
    rest = depth.copy()
    rest[np.arange(len(vectors)), best] = -np.inf
    margin = first - np.maximum(rest.max(axis=1), 0)
    sureness = np.clip(0.5 * (np.minimum(first, 1) + np.clip(margin, 0, 1)), 0, 1).astype(np.float32)
    return np.where(first >= 0, best, -1), np.where(first >= 0, sureness, 0).astype(np.float32)


def group(
    vectors: Floats,
    texts: Sequence[str],
    *,
    start: Labels | None = None,
    must_link: Sequence[tuple[int, int]] = (),
    cannot_link: Sequence[tuple[int, int]] = (),
    seed: int = 0,
    kept: Collection[int] = (),
    mapped: NDArray[np.bool_] | None = None,
    pieces: NDArray[np.int64] | None = None,
    alone: Floats | None = None,
    whole: bool = False,
) -> Labels:
    """Group statements as `fit` does, without describing the topics: (n,) labels, -1 for none.

    `pieces`: (n,) in which piece of feedback each was said, and `alone`: (n, d) what each says without the rest of it;
    `mapped`: (n,) which vectors come from another encoder by a map; `whole`: groups are not cut down to their cores.
    """
    if not len(vectors):
        return np.zeros(0, np.int32)
    first, copy_of = _distinct(vectors, texts)
    foreign = None if mapped is None else mapped[first]
    near = knn_graph.surroundings(vectors if len(first) == len(vectors) else vectors[first], foreign)
    links = partition.links(len(first), copy_of, must_link, cannot_link)
    began = None if start is None or start.max() < 0 else partition.commonest(start, copy_of)
    labels = partition.find(near.graph, near.directions, links, start=began, seed=seed)
    linked = np.bincount(links.places)[links.places] > 1
    if began is not None and kept:
        labels = partition.stand_apart(near.directions, labels, began, kept, ~linked, foreign)
    labels[_lonely(near.density) & ~linked] = -1
    held = linked if began is None else linked | np.isin(began, list(kept))
    spread = labels[copy_of]
    if not whole:
        said = cores.LooseStatements.of_all(vectors, mapped, pieces, start, alone)
        spread = cores.of_groups(said, spread, held[copy_of])
        spread = companions.leave_out(spread, said.pieces, held[copy_of], said.before)
    small = np.bincount(spread[spread >= 0], minlength=1) < linkage.FEWEST_MEMBERS
    spread[(spread >= 0) & small[spread]] = -1
    return spread


def _distinct(vectors: Floats, texts: Sequence[str]) -> tuple[NDArray[np.int64], Labels]:
    """The first of each text, and for every text which of these it copies: a flood of copies is one thing said.

    The same words said in another context, whose vector tells of it, are no copy.
    """
    known: dict[str, int] = {}
    copy_of = np.array([known.setdefault(text.strip().casefold(), at) for at, text in enumerate(texts)], np.int64)
    copies = np.flatnonzero(copy_of != np.arange(len(texts)))
    same = np.einsum("ij,ij->i", vectors[copies], vectors[copy_of[copies]]) >= COPY_SIMILARITY
    copy_of[copies[~same]] = copies[~same]
    first, places = np.unique(copy_of, return_inverse=True)
    return first, places.ravel().astype(np.int32)


def _lonely(density: Floats) -> NDArray[np.bool_]:
    middle = np.median(density)
    usual = max(1.4826 * np.median(np.abs(density - middle)), LEAST_DEVIATION)
    lonely: NDArray[np.bool_] = density < min(middle - LONELY_SCORE * usual, np.quantile(density, LONELY_SHARE))
    return lonely


def radius(similarity: Floats) -> float:
    """Find how far a topic reaches, a cosine similarity, by those of its n members to its centroid, (n,)."""
    return float(np.quantile(similarity, OUTSIDE_SHARE))


def _quotes(vectors: Floats, group: NDArray[np.int64], first: int, most: int = 5) -> tuple[int, ...]:
    """The first, then each time the one farthest from all quoted so far, among the nearer half."""
    near = group[: max(most, len(group) // 2)]
    pool = np.concatenate([[first], near[near != first]])
    chosen = [0]
    while len(chosen) < min(most, len(pool)):
        nearest = (vectors[pool] @ vectors[pool[chosen]].T).max(axis=1)
        chosen.append(int(nearest.argmin()))
    return tuple(int(pool[place]) for place in chosen)
