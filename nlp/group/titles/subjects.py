"""What a group is about: put before a clause that does not say so, "Letters: arrive too late"; or all that is told."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nlp.group.titles.candidates import TitleCandidate
from nlp.group.titles.parts import HIDDEN, Part
from nlp.group.titles.rendering import fits
from nlp.group.titles.usage import Usage
from nlp.group.titles.weaknesses import NAMELESS
from nlp.group.titles.words import is_in, stems

FEWEST, SHARE = 3, 0.2
"""So many members, and such a part of them, name what the group is about."""

MOST_NAMED = 2
"""More things than these side by side are a list, and no title."""

MOSTLY = 0.5
"""As many of those who name a thing name it so at least: "waiting time", where it is seldom "waiting" alone."""

COST = 0.25
"""Two things side by side are read less easily than a clause."""

_UNTOLD = ("vague", "anybody", "family", "times", "numbers", "dates")

_STANDS_FOR_IT = re.compile(r"^(?:they|it|these|those|this) (?!(?:is|was|are|were|be)\b)", re.IGNORECASE)


def named(found: Sequence[TitleCandidate], parsed: Iterable[tuple[Part, Any]], usage: Usage) -> list[TitleCandidate]:
    """Return the candidates, and those that have no noun once more behind what most members speak of."""
    bare = [it for it in found if it.nameless]
    subject = _subject(parsed, usage) if bare else None
    if subject is None:
        return list(found)
    told = stems(subject)
    return [*found, *(_behind(subject, told, it) for it in bare if fits(f"{subject}: {it.text}"))]


def told_of(parsed: Iterable[tuple[Part, Any]], usage: Usage, share: float = SHARE) -> list[str]:
    """Return one thing or two that members speak of, whatever they say of it: discharge, medication.

    The second is what most of those speak of who do not name the first. `share`: of members who name each, at least.
    """
    said = Counter(phrase for part, doc in parsed for phrase in _phrases(doc) for _ in part.sources)
    told = {phrase: stems(phrase) for phrase in said if any(map(usage.special, stems(phrase)))}
    rest, named = list(usage.said), list[str]()
    while len(named) < MOST_NAMED:
        held = {it: sum(its <= words for words in rest) for it, its in told.items()}
        common = [it for it in held if held[it] >= max(FEWEST, share * usage.members)]
        if not common:
            break
        first = max(common, key=lambda it: (held[it] * usage.typical(told[it]), said[it], it))
        whole = [it for it in common if told[it] >= told[first] and held[it] >= MOSTLY * held[first]]
        named.append(max(whole, key=lambda it: (len(told[it]), said[it], it)))
        rest = [words for words in rest if not told[first] <= words]
    return named


def _behind(subject: str, told: frozenset[str], it: TitleCandidate) -> TitleCandidate:
    cost = it.against - NAMELESS + COST
    return replace(
        it, text=f"{subject}: {_STANDS_FOR_IT.sub('', it.text)}", stems=it.stems | told, against=cost, nameless=False
    )


def _subject(parsed: Iterable[tuple[Part, Any]], usage: Usage) -> str | None:
    """The nouns that most members use, those foremost that mark the group."""
    said: dict[str, set[int]] = defaultdict(set)
    for part, doc in parsed:
        for phrase in _phrases(doc):
            said[phrase].update(part.sources)
    least = max(FEWEST, SHARE * usage.members)
    common = [phrase for phrase, sources in said.items() if len(sources) >= least]
    return max(common, key=lambda it: (len(said[it]) * usage.own(stems(it)), it), default=None)


def _phrases(doc: Any) -> Iterator[str]:
    """Nouns with what makes one thing of them: "council tax", "blue badge"."""
    for token in doc:
        if token.tag_ not in {"NN", "NNS"} or token.dep_ in {"compound", "attr"}:
            continue
        start = token.i
        while start and _marks(doc[start - 1], token):
            start -= 1
        words = doc[start : token.i + 1]
        if len(words) <= 3 and not any(map(_untold, words)):
            yield words.text.lower()


def _marks(word: Any, noun: Any) -> bool:
    marking = word.dep_ in {"compound", "amod"} and word.head.i == noun.i and word.lower_ != "own"
    return marking and not _abbreviated(word)


def _untold(word: Any) -> bool:
    return HIDDEN in word.text or _abbreviated(word) or any(is_in(name, word.lower_) for name in _UNTOLD)


def _abbreviated(word: Any) -> bool:
    """What nobody knows who reads it alone: "X", "10th"."""
    return len(word.text) == 1 or any(map(str.isdigit, word.text))
