"""Groups of statements that say nothing to act on: "all fine", "sorry to bother you". They are feedback, not issues."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.clean.severity import DEFAULT, severity
from nlp.embed.vectors import Encode, Floats, evenly
from nlp.group.titles.words import WORD, is_in, pattern, small

SAYINGS = (
    "nothing",
    "nothing at all",
    "nothing to improve",
    "nothing comes to mind",
    "not a lot",
    "no comments",
    "no complaints",
    "none that I can think of",
    "not applicable",
    "no changes needed",
    "I can't think of any improvements",
    "nothing could have been done better",
    "nothing else could have been done",
    "you did all you could",
    "I would not change anything",
    "no change",
    "I cannot fault it",
    "I cannot suggest anything",
    "no problems",
    "left blank",
    "it could not be better",
    "you could not improve on it",
    "I don't know",
    "no, I don't think so",
    "not that I know of",
    "not sure",
    "no answer",
    "everything is fine",
    "everything was good",
    "it was all good",
    "everything",
    "all of it",
    "it is all fine as it is",
    "happy with everything",
    "thank you very much",
    "see my answer above",
    "hello, how are you today",
    "hello, my name is",
    "can you help me please",
    "here goes",
    "I am not one to complain",
    "I do not know who reads these",
    "my neighbour says the same",
    "it never used to be like this",
    "I am not blaming you",
    "sorry, I am going on a bit",
    "sorry to bother you",
    "to whom it may concern",
    "I am writing on behalf of somebody",
    "this is my third time writing",
    "I am very disappointed",
    "not good enough",
    "what a shambles",
    "ridiculous",
    "you must do better",
    "please sort it out",
    "this has taken me a whole morning",
    "I look forward to your reply",
    "I would be grateful for an answer",
    "kind regards",
    "nid yw hyn yn ddigon da",
    "rwy'n siomedig iawn",
    "mae'n ddrwg gen i eich poeni",
    "dyma'r trydydd tro i mi ysgrifennu",
    "byddwn yn ddiolchgar am ateb",
    "diolch yn fawr",
)
"""What is said by people who have nothing to say, or around what they have; a member near one of these, and as short,
says as little."""

SAYING_SIMILARITY = 0.5
"""The cosine similarity to a saying from which a member says as little."""

MAX_WORDS = 12
"""Longer members say something, whatever they are near to."""

FILLER_SHARE = 0.3
"""Of the groups read while this was chosen, those that say nothing had three in ten of their members recognised or
more, all others less than a quarter."""
NAMELESS_SHARE = 0.5
"""Where so many members name nothing, only what they said beside it tells what they mean: "Come back then"."""

SAMPLE_MEMBERS = 100
"""Members of a group that are looked at, evenly spread over it."""

_OF_ONESELF = re.compile(
    r"\W*+(?:(?:i|we) (?:also |only |still )?(?:work|live|earn|drive|pay (?:my|our)(?: \w+)? tax(?:es)?)\b"
    r"|(?:i am |i'm |this is )?(?:just |only )*(?:a test|testing)\b)"
)
"""Who tells how they live, or tries whether the form works."""

OF_ONESELF_WORDS = 7
"""Who says more says what befell them, too."""

_DENIALS = frozenset(["not", "no"])
_MONEY = frozenset("£$€")


def recognise(
    texts: Sequence[str],
    vectors: Floats,
    groups: Sequence[NDArray[np.int64]],
    encode: Encode,
) -> list[bool]:
    """Tell for each group (indices of its members) whether so many of them say nothing that the group is filler."""
    sayings = encode(SAYINGS)
    found = []
    for group in groups:
        looked = group[evenly(len(group), SAMPLE_MEMBERS)]
        near = (vectors[looked] @ sayings.T).max(axis=1) >= SAYING_SIMILARITY
        short = np.array([len(texts[member].split()) <= MAX_WORDS for member in looked])
        nameless = np.array([_names_nothing(text) or _is_of_oneself(text) for text in (texts[it] for it in looked)])
        found.append(bool((near & short).mean() > FILLER_SHARE or nameless.mean() > NAMELESS_SHARE))
    return found


def _names_nothing(text: str) -> bool:
    """Tell whether all its words are small ones, and it tells of no money; who "did not come" is at fault."""
    words = set(WORD.findall(text.lower()))
    lists = ("vague", "asides", "light", "times") if words.isdisjoint(_DENIALS) else ("vague", "asides")
    telling = (it for it in words - small() if not it[0].isdigit() and not any(is_in(name, it) for name in lists))
    return bool(words) and _MONEY.isdisjoint(text) and not any(telling)


def _is_of_oneself(text: str) -> bool:
    """Tell whether it is about who says it and no fault: "I work shifts", "I pay my taxes too", "just testing"."""
    low = text.lower()
    faults = any(pattern(name).search(low) for name in ("strong", "wish"))
    return (
        len(low.split()) <= OF_ONESELF_WORDS
        and bool(_OF_ONESELF.match(low))
        and not faults
        and severity(text) <= DEFAULT
    )
