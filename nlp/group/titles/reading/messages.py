"""A title made of the two or three messages that several members share: "Better food; toast could be warmer"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.clean.severity import severity
from nlp.embed.vectors import Encode, Floats, nearness
from nlp.group.titles import scoring
from nlp.group.titles.candidates import TitleCandidate
from nlp.group.titles.reading.groups import GroupReader, SpokenGroup
from nlp.group.titles.reading.parting import parted
from nlp.group.titles.rendering import fits
from nlp.group.titles.scoring import Scored
from nlp.group.titles.usage import Usage
from nlp.group.titles.words import pattern, stems

LOOSE = 0.2
"""Where a title says nearly what fewer members say, it would tell of one what is true of few: then what several share
is told, or only what they speak of. Of such titles, three readers found 66 in 100 cryptic or misleading
(docs/grouping.md)."""

MIXED = 0.5
"""Where a title says nearly what fewer say, the rest may share another message, which then stands beside it."""

MOST = 3
"""Messages that are read at a glance."""

WORDS = 8
"""A message beside others is as short as this."""

HALF = 0.5
"""How far a member says a message who counts as one that says it."""

FEWEST = 2
"""So many members say a message at least, and more where it stands alone."""

COMMON = 0.2
"""What so many members name is what they speak of, and not what they say of it."""

GAIN, BESIDE = 0.12, 0.15
"""Such a share of members say a message who say none of the others; beside a title of its own, so many more."""

FAR = 0.45
"""The cosine similarity up to which a member does not say a message: farther than for a title alone, since a long
statement says more than one thing."""

ALIKE = 0.65
"""Two messages that are as similar as this read as one."""

AGAINST = 0.4
"""What speaks against a message is no more: beside others nothing tells how it is meant."""

UNTOLD = 0.6
"""By what a message weighs that says neither what fails nor what is wished for."""

HARM = 0.2
"""Who says less than this praises, and stands beside no complaint."""

_OF_ONE = re.compile(r"\b(?:he|she|him|her|his|hers)\b|^(?:it|they|that|there|which)\b", re.IGNORECASE)
"""Somebody or something that nobody knows who reads the title."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages side by side, and the share of members who say nearly what one of them says."""

    texts: tuple[str, ...] = ()
    near: float = 0.0

    @property
    def tell(self) -> bool:
        """Tell whether they say more than what members speak of: several do, and one that enough of them say."""
        return len(self.texts) > 1 or self.near >= LOOSE

    def title(self) -> str:
        """Return them as one title, in which no subject is named twice."""
        told = "".join(self.texts[:1])
        for text in self.texts[1:]:
            subject, mark, said = text.partition(": ")
            further = said if mark and stems(subject) <= stems(told) else text
            told += f" {further}" if told.endswith("?") else f"; {_lowered(further)}"
        return told


@dataclass(frozen=True, slots=True)
class _Option:
    """A message of a part. `worth`: beside the best of its part, 1 for that."""

    candidate: TitleCandidate
    vector: Floats
    worth: float

    @property
    def tells(self) -> bool:
        """Whether it says what fails or what is wished for."""
        return self.candidate.strong or self.candidate.wish or self.candidate.request


def shared(
    groups: Sequence[SpokenGroup], scored: Sequence[Scored], reader: GroupReader, encode: Encode | None
) -> list[Messages]:
    """Find what several members of each group share; nothing where the best title tells what most say.

    Each part of a group is read as a group is. `scored`: the candidates of the whole groups.
    """
    found = [Messages() for _ in groups]
    mixed = [it for it, own in enumerate(scored) if encode and _is_mixed(groups[it], own)]
    whose = [(it, groups[it].part(places)) for it in mixed for places in parted(groups[it].sample)]
    if not whose:
        return found
    parts = [part for _, part in whose]
    options, _ = reader.options(parts)
    read = scoring.score(
        options,
        [part.usage for part in parts],
        [part.sample for part in parts],
        np.array([_middle(part.sample) for part in parts]),
        range(len(parts)),
        encode,
        [part.praise for part in parts],
        [part.language for part in parts],
    )
    for it in mixed:
        own = [its for its, (group, part) in zip(read, whose, strict=True) if group == it and not part.praise]
        found[it] = _chosen(scored[it], [one for its in own for one in _options(its)], groups[it])
    return found


def _is_mixed(group: SpokenGroup, own: Scored) -> bool:
    return not group.praise and group.english and bool(len(own.near)) and float(own.near[0]) < MIXED


def _middle(sample: Floats) -> Floats:
    mean = sample.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _options(part: Scored) -> Iterator[_Option]:
    """Yield what is short, well made, and says what it speaks of."""
    for it, score, vector in zip(part.candidates, part.scores, part.vectors, strict=True):
        plain = len(it.text.split()) <= WORDS and it.against <= AGAINST and not it.nameless
        if plain and len(it.stems) > 1 and not _OF_ONE.search(it.text) and severity(it.text) >= HARM:
            yield _Option(it, vector, float(np.exp(score - part.scores[0])))


def _chosen(own: Scored, options: Sequence[_Option], group: SpokenGroup) -> Messages:
    """Choose each time the message that most of those say who say none of the others.

    Where the title of the group says enough by itself, it comes first.
    """
    first = [_Option(own.candidates[0], own.vectors[0], 1.0)] if own.near[0] >= LOOSE else []
    pool = [*first, *options]
    if not options or (first and len(first[0].candidate.text.split()) > WORDS):
        return Messages()
    vectors = np.array([it.vector for it in pool])
    near, alike = _says(pool, vectors, group), vectors @ vectors.T
    worth = np.array([it.worth * (1 if it.tells else UNTOLD) for it in pool])
    open_to = ((near > HALF).sum(axis=1) >= FEWEST) & np.array([_is_shared(it, group.usage) for it in pool])
    differs = np.array([[_differs(one, other) for other in pool] for one in pool]) & (alike < ALIKE)
    places = [0] if first else list[int]()
    while len(places) < MOST:
        told = near[places].max(axis=0, initial=0)
        open_now = open_to & differs[places].all(axis=0)
        gains = np.where(open_now, np.maximum(near - told, 0).mean(axis=1) * worth, 0)
        best = int(gains.argmax())
        if gains[best] < (BESIDE if first else GAIN):
            break
        open_to[best] = False
        if fits("; ".join(pool[it].candidate.shown() for it in [*places, best])):
            places.append(best)
    enough = len(places) > 1 or (
        bool(places) and not first and pool[places[0]].tells and (near[places[0]] > HALF).sum() > FEWEST
    )
    chosen = [pool[it].candidate for it in places] if enough else []
    near_one = float(near[places].max(axis=0, initial=0).mean())
    return Messages(tuple(it.shown() for it in chosen), near_one)


def _is_shared(it: _Option, usage: Usage) -> bool:
    """Whether what it says of that which many speak of is said in words that not one member alone uses."""
    beyond = [usage.share.get(stem, 0.0) * usage.members for stem in it.candidate.stems]
    beyond = [members for members in beyond if members < COMMON * usage.members]
    return 2 * sum(members > FEWEST - 0.5 for members in beyond) >= len(beyond)


def _differs(one: _Option, other: _Option) -> bool:
    """Whether it speaks of something else: "food could be better" and "food was not so good" are one message."""
    mine, theirs = (stems(pattern("wish").sub(" ", it.candidate.text.lower())) for it in (one, other))
    return 2 * len(mine & theirs) <= min(len(mine), len(theirs))


def _says(found: Sequence[_Option], vectors: Floats, group: SpokenGroup) -> NDArray[np.float64]:
    """How far each member says each message: by what is meant, or in its very words."""
    near = nearness(vectors @ group.sample.T, FAR)
    words = [[it.candidate.stems <= said for said in group.usage.said] for it in found]
    return np.asarray(np.maximum(near, np.array(words, np.float64)), np.float64)


def _lowered(text: str) -> str:
    """A message within a title: its first word as within a sentence."""
    return text if text[:2] in {"I ", "I'"} or text[1:2].isupper() else text[:1].lower() + text[1:]
