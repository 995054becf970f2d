"""Names of topics: short phrases that people said, distinct among themselves.

Of the whole phrases in the statements nearest its middle, a topic is named by the one that is nearest to it in meaning
and farther from the others, that many said, in words that many use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.clean.language import UNKNOWN, language
from nlp.clean.recognisers.lexicon import WordKind, word_kind
from nlp.embed.vectors import Encode, Floats
from nlp.group.phrases import named, parser, phrases, plain

READ = 40
"""Statements of each topic, nearest its centroid, whose words count."""

PARSED = 20
"""The shortest of them, whose phrases may become its title: parsing takes most of the time."""

CANDIDATES = 40
"""Phrases of each topic that are compared in meaning."""

LONGEST = 8
"""Words of a title."""

APART = 0.3
"""How much nearness to the next topic counts against a phrase, beside nearness to its own."""

RARE = 3
"""A word that fewer statements of the topic use is this one person's, or a slip."""

_SMALL = {
    "the",
    "a",
    "an",
    "of",
    "for",
    "to",
    "in",
    "on",
    "and",
    "my",
    "your",
    "is",
    "are",
    "was",
    "were",
    "be",
    "this",
}
_TIED = {
    *("i", "you", "me", "he", "she", "him", "her", "we", "us", "they", "them", "it", "my", "your"),
    *("this", "these", "those"),
}
_MISREAD = re.compile(r"\w(?=I*[a-z])[a-z]*I[a-zI]*")
"""A word whose only capitals are I is a scanned one, in which each i was read as I."""
_MARKED = re.compile(r"[\[\]{}<>@|*#:]|//")
_DENIED = re.compile(r"\w (?:not|never)\b|n['’]t\b|\bcannot\b")
"""What does not work is what a title is to say."""
_PIECE = re.compile(r"[^\W_]+n['’]t\b|[^\W_]+|[^\w\s]")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def name(
    texts: Sequence[str],
    groups: Sequence[NDArray[np.int64]],
    keywords: Sequence[Sequence[str]],
    *,
    centroids: Floats,
    nlp: Any = None,
    encode: Encode | None = None,
    known: Iterable[str] = (),
    fresh: Sequence[bool] | NDArray[np.bool_] | None = None,
) -> list[str]:
    """A title for each group of texts, whose members come nearest its centroid first; none of those `known`.

    `fresh`: the groups that need one, all if not given; the others are not read, and get the first words that come.
    Without `encode` nearness in meaning is the share of a phrase's words that are keywords.
    """
    topics = _read_topics(texts, groups, [True] * len(groups) if fresh is None else fresh, nlp or parser())
    spread = Counter(phrase for it in topics for phrase in it.seen)
    chosen = [it.foremost(spread) for it in topics]
    near = _nearness(chosen, keywords, centroids, encode)
    taken, spelt = {_key(title) for title in known}, _spelling(topics)
    titles = []
    for it, candidates, scores, words in zip(topics, chosen, near, keywords, strict=True):
        ranked = it.ranked(candidates, scores, spread)
        titles.append(_first_free([*(spelt(phrase) for phrase in ranked), *it.sayings(), *_made_of(words)], taken))
    return titles


def stands(title: str, taken: Iterable[str]) -> bool:
    """Whether a title that somebody proposes keeps the rules of ours: so many words, no mark, none that is taken."""
    plain_words = 2 <= len(title.split()) <= LONGEST and title.isprintable() and not _MARKED.search(title)
    key = _key(title)
    return plain_words and bool(key) and all(key != _key(other) for other in taken)


class _TopicWords:
    """What the statements of one topic say. `seen`: in how many each phrase is; `used`: in how many each word."""

    def __init__(self, said: Sequence[str], docs: Sequence[Any]) -> None:
        self.said = said
        words = [f" {' '.join(_PIECE.findall(text.lower()))} " for text in said]
        self.used = Counter(word for its in words for word in set(its.split()))
        found = dict.fromkeys(phrase for doc in docs for phrase in phrases(doc))
        self.seen = Counter({phrase: max(1, sum(f" {phrase} " in its for its in words)) for phrase in found})
        self.names = {token.lower_ for doc in docs for token in doc if named(token)}
        self.forms = Counter(
            token.text for doc in docs if not doc.text.isupper() for token in doc[1:] if _as_said(token)
        )

    def foremost(self, spread: Counter[str]) -> list[str]:
        """Those said most, and in fewest other groups; what one person said only where nobody repeats anything."""
        repeated = [phrase for phrase, count in self.seen.items() if count > 1]
        pool = repeated if len(repeated) >= RARE else list(self.seen)
        return sorted(pool, key=lambda phrase: (-self.seen[phrase] / spread[phrase], -len(phrase), phrase))[:CANDIDATES]

    def ranked(self, candidates: Sequence[str], near: NDArray[np.float64], spread: Counter[str]) -> list[str]:
        scores = [
            score
            + 0.06 * np.log1p(self.seen[it])
            + 0.08 * bool(_DENIED.search(it))
            - 0.05 * np.log(spread[it])
            - self._clumsy(it.split())
            for it, score in zip(candidates, near, strict=True)
        ]
        return [candidates[place] for place in np.argsort(-np.array(scores), kind="stable")]

    def _clumsy(self, words: Sequence[str]) -> float:
        """Words that tie a phrase to the person who said it, or to one place; what no list of words has: slips of the
        pen, people's names; more words than are read at a glance."""
        rare = [word for word in words if word not in _SMALL and self.used[word] < min(RARE, len(self.said) / 4)]
        slips = [word for word in rare if word_kind(word) in (WordKind.UNKNOWN, WordKind.GIVEN)]
        named = [word for word in words if word in self.names]
        tied = [word for word in words if word in _TIED]
        return (
            0.06 * len(rare) + 0.2 * len(slips) + 0.06 * len(named) + 0.05 * len(tied) + 0.02 * max(0, len(words) - 5)
        )

    def sayings(self) -> Iterator[str]:
        """For a topic without a phrase of its own: its first statement that is as short as a title, or a beginning."""
        whole = [text for text in self.said if 2 <= len(text.split()) <= LONGEST and "[" not in text]
        for text in (*whole, *self.said):
            words = _WORD.findall(re.sub(r"\[[A-Z_]+\]", " ", text))
            if len(words) > 1:
                yield " ".join(words[:LONGEST]) + "…" * (len(words) > LONGEST)


def _read_topics(
    texts: Sequence[str], groups: Sequence[NDArray[np.int64]], fresh: Sequence[bool] | NDArray[np.bool_], nlp: Any
) -> list[_TopicWords]:
    """What is said in a language that nobody here parses is taken as it stands."""
    read = [list(dict.fromkeys(texts[member][:300] for member in group[:READ])) for group in groups]
    parsed = [new and language(" ".join(said[:5])) in ("en", UNKNOWN) for said, new in zip(read, fresh, strict=True)]
    first = [sorted(said, key=_plainness)[:PARSED] if ours else [] for said, ours in zip(read, parsed, strict=True)]
    docs = nlp.pipe((text for texts in first for text in texts), batch_size=128)
    return [_TopicWords(said, [next(docs) for _ in its]) for said, its in zip(read, first, strict=True)]


def _plainness(text: str) -> tuple[bool, int]:
    """The shorter, the more a statement is about one thing alone; of one or two words it seldom says what."""
    words = len(text.split())
    return words < 3, words


def _as_said(token: Any) -> bool:
    """A word, and none that stands for what was hidden: a name is not spelt NAME."""
    return plain(token) and not (token.i and token.nbor(-1).text.endswith("["))


def _spelling(topics: Sequence[_TopicWords]) -> Callable[[str], str]:
    """Writes words as they are mostly written within sentences: GP, CBT, Nottingham."""
    usual: dict[str, str] = {}
    for form, _ in sum((it.forms for it in topics), Counter[str]()).most_common():
        if not _MISREAD.fullmatch(form):
            usual.setdefault(form.lower(), form)
    return lambda phrase: " ".join(usual.get(word, word) for word in phrase.split())


def _nearness(
    chosen: Sequence[Sequence[str]], keywords: Sequence[Sequence[str]], centroids: Floats, encode: Encode | None
) -> list[NDArray[np.float64]]:
    if encode is None:
        return [
            np.array([np.mean([word in words for word in phrase.split()]) for phrase in found])
            for found, words in zip(chosen, keywords, strict=True)
        ]
    similar = encode([phrase for found in chosen for phrase in found]) @ centroids.T
    parts = np.split(similar, np.cumsum([len(found) for found in chosen])[:-1])
    return [_set_apart(part, place) for place, part in enumerate(parts)]


def _set_apart(similar: Floats, place: int) -> NDArray[np.float64]:
    """Nearness to the topic at `place`, less a part of that to the nearest other one."""
    others = np.delete(similar, place, axis=1).max(axis=1, initial=0)
    return np.asarray(similar[:, place] - APART * others, np.float64)


def _first_free(candidates: Iterable[str], taken: set[frozenset[str]]) -> str:
    for phrase in candidates:
        key = _key(phrase)
        if key not in taken:
            taken.add(key)
            return f"{phrase[0].upper()}{phrase[1:]}"
    taken.add(frozenset([str(len(taken))]))
    return f"Statements alike, group {len(taken)}"


def _made_of(keywords: Sequence[str]) -> Iterator[str]:
    """For a topic of which nothing else is left: two of its keywords, then the next two."""
    for place in range(len(keywords) - 1):
        yield f"{keywords[place]} and {keywords[place + 1]}"


def _key(phrase: str) -> frozenset[str]:
    """The same for phrases that differ in the order of words, in small words or in a plural."""
    return frozenset(word.lower().rstrip("s") for word in phrase.split() if word.lower() not in _SMALL)
