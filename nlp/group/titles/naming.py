"""Names groups of statements: clauses that people said, cut short, the one that tells most of what most members say.

Each is distinct from the others, and none holds what was hidden. What no parser here reads is named by its pieces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlp.clean.language import language
from nlp.clean.statements import is_filler
from nlp.embed.vectors import Encode, Floats
from nlp.group.titles import candidates, parts, scoring, subjects, usage
from nlp.group.titles.reading import messages
from nlp.group.titles.reading.groups import GroupReader, SpokenGroup
from nlp.group.titles.reading.messages import LOOSE, Messages
from nlp.group.titles.rendering import fits
from nlp.group.titles.rules import key
from nlp.group.titles.scoring import Scored
from nlp.group.titles.spelling import Spelling
from nlp.group.titles.words import stems

ALIKE = 0.8
"""Titles of two groups that are as similar as this read as one."""

SURE = 0.1
"""A title that fewer members are near to says what one of them said; it is shown with a sentence beside it."""

HEARD = 0.16
"""What is heard less than this is what one member said, and only what members speak of is told. Of 18 such titles that
three readers graded none said what is wrong, and 11 misled (docs/grouping-figures.md)."""

READ = 20
"""Texts of a group by which its language is told."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title, and the share of members who say nearly what it says: below `SURE` it may mislead."""

    text: str
    near: float = 0.0


def name(
    texts: Sequence[str],
    groups: Sequence[NDArray[np.int64]],
    *,
    vectors: Floats,
    centroids: Floats,
    encode: Encode | None = None,
    known: Iterable[str] = (),
    fresh: Sequence[bool] | NDArray[np.bool_] | None = None,
    praised: Sequence[bool] | None = None,
    languages: Sequence[str] | None = None,
) -> list[Title]:
    """Return a title for each group of texts, whose members come nearest its centroid first; none of those `known`.

    The titles follow from what is said and meant, and not from the order in which it came.

    `vectors`: (n, d) of the texts; `centroids`: (k, d). `fresh`: the groups that need a title, all if not given; the
    others are not read, and get the first words that come. `praised`: the groups that praise. `languages`: in which
    each group speaks, told by its texts if not given. Without `encode` nearness in meaning does not count.
    """
    wanted = [True] * len(groups) if fresh is None else [bool(it) for it in fresh]
    praise = praised or [False] * len(groups)
    read = [it for it, new in enumerate(wanted) if new]
    samples = [parts.sample(texts, groups[it]) for it in read]
    said = [[parts.tidy(texts[row]) for row in sample] for sample in samples]
    spoken = [languages[it] for it in read] if languages else [_language(its) for its in said]
    used, spelt = usage.of_groups(said, spoken), Spelling([text for its in said for text in its])
    taken = {key(title) for title in known}
    named = [
        SpokenGroup(its, vectors[rows], words, language, praise[it])
        for its, rows, words, language, it in zip(said, samples, used, spoken, read, strict=True)
    ]
    found = dict(zip(read, _titles(named, centroids, read, encode, spelt, taken), strict=True))
    return [
        found.get(it) or Title(_first_free(_sayings([texts[row] for row in group[:5]]), taken))
        for it, group in enumerate(groups)
    ]


def _titles(
    groups: Sequence[SpokenGroup],
    centroids: Floats,
    places: Sequence[int],
    encode: Encode | None,
    spelt: Spelling,
    taken: set[frozenset[str]],
) -> list[Title]:
    """The titles of groups that are read; `places`: the row of each in `centroids`."""
    reader = GroupReader()
    options, told_of = reader.options(groups)
    scored = scoring.score(
        options,
        [group.usage for group in groups],
        [group.sample for group in groups],
        centroids,
        places,
        encode,
        [group.praise for group in groups],
        [group.language for group in groups],
    )
    several = messages.shared(groups, scored, reader, encode)
    told_of = [its if encode and not group.praise else _nothing for its, group in zip(told_of, groups, strict=True)]
    return _chosen(scored, groups, told_of, several, spelt, taken)


def _language(said: Sequence[str]) -> str:
    return language(" ".join(said[:: len(said) // READ + 1]))


def _chosen(
    scored: Sequence[Scored],
    groups: Sequence[SpokenGroup],
    told_of: Sequence[Callable[[float], list[str]]],
    several: Sequence[Messages],
    spelt: Spelling,
    taken: set[frozenset[str]],
) -> list[Title]:
    """Groups choose in falling order of their best score, each among what is unlike what is taken."""
    titles: dict[int, Title] = {}
    vectors: list[Floats] = []
    for it in sorted(range(len(scored)), key=lambda it: scored[it].rank()):
        own = scored[it]
        cost = np.zeros(len(own.candidates))
        if vectors and len(own.candidates):
            cost = 2 * np.maximum(0, (own.vectors @ np.array(vectors).T).max(axis=1) - ALIKE)
        order = scoring.ranked(own.candidates, own.scores - cost)
        written = [spelt(own.candidates[place].shown()) for place in order]
        subject = spelt(_subject(told_of[it], own.near[order[0]], own.heard[order[0]])) if order else ""
        loose = bool(subject) and _tells_of_few(own.candidates[order[0]], subject, groups[it].usage)
        more = spelt(several[it].title()) if several[it].tell else ""
        title = _first_free(chain([more] * bool(more), [subject] * loose, written, _sayings(groups[it].said)), taken)
        place = next((order[at] for at, text in enumerate(written) if text == title), None)
        if place is not None:
            vectors.append(own.vectors[place])
        near = several[it].near if title == more else 0.0
        titles[it] = Title(title, near if place is None else float(own.near[place]))
    return [titles[it] for it in range(len(scored))]


def _nothing(share: float) -> list[str]:
    return []


def _subject(told_of: Callable[[float], list[str]], near: float, heard: float) -> str:
    """What members speak of, where a title would tell of few; what fewer name, where it would tell of one."""
    if near >= LOOSE and heard >= HEARD:
        return ""
    found = told_of(subjects.SHARE)
    return " and ".join(found or (told_of(subjects.SHARE / 2) if near < SURE else []))


def _tells_of_few(title: candidates.TitleCandidate, subject: str, words: usage.Usage) -> bool:
    """Whether it says of what members speak of something that few of them use the words of."""
    beyond = title.stems - stems(subject)
    return any(words.special(it) and words.share.get(it, 0.0) < subjects.SHARE for it in beyond)


def _sayings(said: Sequence[str]) -> Iterator[str]:
    """For a group without any clause: what most said that is as short as a title, whole or up to a mark; then less."""
    clean = [_without_gaps(text).rstrip(".!,;: ") for text in map(parts.tidy, said)]
    alike = Counter(map(parts.template, clean))
    clean.sort(key=lambda text: -alike[parts.template(text)])
    for text in clean:
        yield from (
            one for one in (text, *_MARK.split(text)) if len(one.split()) > 1 and fits(one) and not is_filler(one)
        )
    for text in clean:
        words = text.split()
        if len(words) > 1:
            yield " ".join(words[:8]).rstrip(",.;:") + "…" * (len(words) > 8)
    yield from clean


_MARK = re.compile(r"[,;:.!?،؛؟۔。，！？]\s*")


def _without_gaps(text: str) -> str:
    """A text in which nothing shows that something was taken out."""
    return re.sub(r"(?<! ) (?=[,.;:!?])", "", " ".join(text.replace(parts.HIDDEN, " ").split()))


def _first_free(found: Iterable[str], taken: set[frozenset[str]]) -> str:
    """The first that no other group bears; one of small words alone ("not a word since") where there is no other."""
    last = ""
    for text in found:
        mark = key(text)
        if mark and mark not in taken:
            break
        if not last and not mark and frozenset([text]) not in taken and any(map(str.isalpha, text)):
            last = text
    else:
        text = last or f"statements alike, group {len(taken) + 1}"
        mark = frozenset([text])
    taken.add(mark)
    return text[:1].upper() + text[1:]
