"""Above and below the topics: themes that hold several, and the parts that one falls into."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from nlp.embed.vectors import Floats, Labels, centroids, inwards, unit
from nlp.group import communities, knn_graph, resolution

THEME_SIMILARITY = 0.75
"""Issues of several services whose centroids are at least so similar, on average, are one theme."""

FEWEST_MEMBERS = 30
"""A topic of fewer members is not looked into."""

PART_SHARE = 0.1
"""A part holds at least this share of its topic."""


def across(middles: Floats, similarity: float = THEME_SIMILARITY) -> Labels:
    """Find themes across services: (k,) the theme of each issue, -1 for one by itself. `middles` are theirs, (k, d).

    By average linkage, so that a chain of pairs is no theme. The same issues always give the same themes.
    """
    if len(middles) < 2:
        return np.full(len(middles), -1, np.int32)
    found = fcluster(linkage(middles, "average", metric="cosine"), 1 - similarity, "distance") - 1
    several = np.bincount(found)[found] > 1
    return np.where(several, found, -1).astype(np.int32)


def broad(middles: Floats) -> Labels:
    """Put the topics of one service into a few broad themes: (k,) the theme of each. `middles` are theirs, (k, d).

    Of numbers about the root of k, the one is taken that tells the themes apart best.

    By Ward's method about the mean, which makes themes of like size; by single topics one would hold nearly all. Fewer
    than four are a theme each.
    """
    number = len(middles)
    if number < 4:
        return np.arange(number, dtype=np.int32)
    apart = unit(middles - middles.mean(axis=0))
    tree = linkage(apart, "ward")
    counts = range(max(2, round(np.sqrt(number / 2))), int(np.sqrt(2 * number)) + 1)
    looks = [(fcluster(tree, count, "maxclust") - 1).astype(np.int32) for count in counts]
    return max(looks, key=lambda labels: resolution.silhouette(apart, labels))


def broadened(vectors: Floats, labels: Labels) -> Labels:
    """Put statements into the broad themes of their topics: (n,) the theme of each, -1 for who is in no topic."""
    themes = broad(centroids(vectors, labels)) if labels.max(initial=-1) >= 0 else np.zeros(0, np.int32)
    return np.where(labels >= 0, np.append(themes, -1)[labels], -1).astype(np.int32)


def parts(vectors: Floats, members: NDArray[np.int64], seed: int = 0) -> list[NDArray[np.int64]]:
    """Divide a topic into parts, the largest first: the indices of each, nearest its middle first; perhaps none."""
    if len(members) < FEWEST_MEMBERS:
        return []
    mine = vectors[members]
    labels = communities.leiden(knn_graph.surroundings(mine).graph, 1.0, seed)
    found = [members[labels == label] for label in range(labels.max() + 1)]
    large = [part for part in found if len(part) >= PART_SHARE * len(members)]
    large.sort(key=len, reverse=True)
    return [inwards(vectors, part, vectors[part].mean(axis=0)) for part in large] if len(large) > 1 else []
