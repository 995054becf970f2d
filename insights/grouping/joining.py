"""What was said in another language joins a topic: by the map, and by what the multilingual encoder itself tells.

The map places a statement less near to what it means, and hardly less near to what it does not mean. So the own spread
of a topic, by which English statements join, tells little of it; both encoders together do (docs/grouping.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Encode, Floats
from nlp.group import topics

NEAREST = 10
"""Of so many topics, by the map, the quotes are looked at; what they come to together is what is usual."""

SECOND_WEIGHT = 4.0
"""The cosines of the multilingual encoder in its own space lie so much closer together; 3 to 6 do as well."""

ENOUGH = 0.57
"""How like a topic a statement must be; of those that no topic is about, one in ten joins one all the same."""

TopicKey = TypeVar("TopicKey")

Likeness = Callable[[Sequence[str], Sequence[TopicKey]], Floats | None]
"""Tells of n texts and some topics how like each text the most alike quote of each is, (n, topics), by the multilingual
encoder in its own space; None where there is none."""


def join(
    vectors: Floats,
    texts: Sequence[str],
    centroids: Floats,
    keys: Sequence[TopicKey],
    likeness: Likeness[TopicKey] | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """Find the topic that each mapped statement belongs to, (n,), -1 for none; and how sure, as `topics.join` tells.

    `vectors`: (n, d) mapped unit rows; `centroids`: (k, d) of the topics, which `likeness` knows by `keys`. Without it
    the map alone must tell: fewer join.
    """
    similar = vectors @ centroids.T
    near = np.argsort(-similar, axis=1, kind="stable")[:, :NEAREST]
    scores = np.take_along_axis(similar, near, axis=1)
    asked, places = np.unique(near, return_inverse=True)
    if likeness and (told := likeness(texts, [keys[topic] for topic in asked])) is not None:
        by_second = np.take_along_axis(told, places.reshape(near.shape), axis=1)
        scores += SECOND_WEIGHT * (by_second - by_second.mean(axis=1, keepdims=True))
    every = np.full_like(similar, -1)
    np.put_along_axis(every, near, scores, axis=1)
    return topics.join(every, np.eye(len(keys), dtype=np.float32), np.full(len(keys), ENOUGH, np.float32))


def by_quotes(second: Encode | None, texts: Sequence[str], quotes: Sequence[Sequence[str]]) -> Floats | None:
    """Tell how like each of n texts the most alike quote of each topic is, (n, topics).

    `second`: embeds texts by the multilingual encoder in its own space, or there is none and nothing is told; `quotes`:
    those of each topic, at least one.
    """
    if second is None:
        return None
    vectors = second([*texts, *chain.from_iterable(quotes)])
    begins = np.cumsum([0, *map(len, quotes[:-1])])
    return np.asarray(np.maximum.reduceat(vectors[: len(texts)] @ vectors[len(texts) :].T, begins, axis=1), np.float32)
