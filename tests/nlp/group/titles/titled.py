"""Titles as the product would give them to groups of texts."""

from functools import cache

import numpy as np

from nlp.embed.embedder import Embedder
from nlp.embed.vectors import centroids, inwards
from nlp.group.titles import candidates, naming, parts, usage
from nlp.group.titles.clauses import parser


@cache
def embedder() -> Embedder:
    return Embedder()


def titled(*groups: list[str], known: tuple[str, ...] = (), praised: bool = False) -> list[naming.Title]:
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups])
    vectors = embedder().encode(texts)
    middles = centroids(vectors, labels)
    members = [inwards(vectors, np.flatnonzero(labels == it), middles[it]) for it in range(len(groups))]
    return naming.name(
        texts,
        members,
        vectors=vectors,
        centroids=middles,
        encode=embedder().encode,
        known=known,
        praised=[praised] * len(groups),
    )


def named(*groups: list[str], known: tuple[str, ...] = ()) -> list[str]:
    return [title.text for title in titled(*groups, known=known)]


def found(text: str) -> set[str]:
    """What titles one text could give."""
    return {it.text for it in _candidates(text)}


def against(text: str) -> float:
    """What speaks against the best title that one text could give."""
    return min(it.against for it in _candidates(text))


def _candidates(text: str) -> list[candidates.TitleCandidate]:
    tidied = parts.tidy(text)
    part = parts.Part(tidied)
    part.said(0, tidied)
    [words] = usage.of_groups([[tidied]])
    return list(candidates.of_part(part, parser()(tidied), words))
