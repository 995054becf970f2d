"""What was said, made ready to be parsed: what was hidden is masked, slips are mended, what only opens is cut off."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.clean.statements import is_filler
from nlp.embed.vectors import Floats
from nlp.group.titles.words import figures_in_words, pattern, slips

HIDDEN = "Placex"
"""Stands for what was hidden, as a word that parses as a name."""

SAMPLE = 200
"""Members of a group that are looked at."""

PARSED = 20
"""Parts of a group that are parsed: parsing takes most of the time."""

WORDS = range(2, 31)
"""Words of a part that is parsed."""

EVERYWHERE, MOSTLY_HERE = 3, 0.6
"""A wording that so many groups hold tells none of them, but for the one that holds most of it."""

SAME_NEXT = 0.4
"""What is followed by the same words more often than this opens nothing: it is the beginning of one saying."""

_PLACEHOLDER = re.compile(r"\[[A-Z_]+\]|\b(?=\w*\d)(?=\w*[A-Za-z])\w{5,}\b|\b\d{6,}\b|\b[Xx]{3,}\b")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_GREETING = re.compile(
    r"^\W*(?:(?:hi|hello|hiya|hey|helo|shwmae"
    r"|dear \w+(?: \w+)?|good (?:morning|afternoon|evening)|sorry"
    r"|(?:many )?thank(?:s| you)(?:(?: so| very) much| a lot| again)?+(?! for\b)|so|and|but|also|oh|um|erm|er|basically"
    r"|honestly|please note|just to say|just|firstly|secondly|annwyl \w+(?: neu \w+)?)\b[\s,.:;!–-]*"
    r"|(?:yes|no|yeah|well|ok|okay|right|nope|none|n/a)\b\s?[,.:;!–-][\s,.:;!–-]*)+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?<![\s,.;!–-])[\s,.;!–-]++"
    r"(?:please|thanks?|thank you|many thanks|cheers|x+|lol|you know|innit|i think|really)[\s.!]*$",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    rf"\b(?:(?:and )?my (?:name|number|postcode|address|date of birth|reference|badge number|account)(?: number)?"
    rf"(?: is|'s)?|(?:you can )?(?:call|ring|reach|contact|text|email) me (?:on|at)|this is|i'm|i am)"
    rf"\W+{HIDDEN}\b(?:\W+and\b)?",
    re.IGNORECASE,
)
OPENING = re.compile(r"^([^,:.?!]{3,60})[,:]\s+(?=\S+\s+\S)")
"""What stands before a comma."""

_WORDS = "|".join(sorted(figures_in_words(), key=len, reverse=True))
NUMBER = re.compile(rf"(£|\$|€|\b)(\d[\d,]*(?:\.\d+)?|(?i:{_WORDS}))(?![\w%])(?!-\w)")
"""A figure, with the sign of its money before it, or a number in a word."""

_FIGURE = re.compile(r"[£$€]?\d[\d,.:/]*(?:st|nd|rd|th|am|pm|k|%)?")
SENTENCE_ENDS = re.compile(
    r"(?<=[.?!])\s+(?=[A-Z])|\band another thing\b[\s,]*"
    r"|(?<=[a-z0-9])\s+(?=(?:My|The|This|It|We|They|You|Your|Our|He|She|There|What|Why|How|When|Where|Who|Please|No|Not"
    r"|Nobody|Can|Could|Is|Are|Do|Does|Did|Still|If|And|But|So|Other|Others|Some|Every|All|Any|These|Those|That|Then|Now"
    r"|Just|Only|After|Before|Since|Because|Although|As|At|In|On|For|With|Even|Have|Has|Had|Was|Were|Will|Would|Should"
    r"|Hers|His|Its|One|Two|Another|Nothing|Everything|Somebody|Someone|Everyone|Everybody|Both|Most|Many)\s[a-z])"
)
"""Where a sentence ends, also where no mark tells, but the capital of a word that is no name."""

_BEGUN = re.compile(
    r"(?<=\S)\s(?=(?:I|I'm|I've|I'd|it|it's|my|the|this|that's|we|we're|we've|they|they've|you|your|our|he|he's|she|she's"
    r"|there|there's|what|why|how|when|where|please|no|not|nobody|can|could|is|are|do|does|did|still)\s)",
    re.IGNORECASE,
)
"""Where a sentence might begin."""

_JOINED = re.compile(
    r"\b(?:and|but|or|so|because|that|when|if|as|while|which|who|than|since|until|after|before|to|for|of|on|in|at|by"
    r"|with|from|is|was|are|the|what|how|why|where|say|says|said|think|know)$",
    re.IGNORECASE,
)
"""What a sentence does not end with."""

FEWEST_RUN_ON = 2
"""Words on each side of such a place: who says less says nothing alone."""

_MISREAD = re.compile(r"\b\w*(?=I*[a-z])[a-z]*I[a-zI]*\b")
_BROKEN = re.compile(r"\b([A-Za-z]+)n t\b")
_TWICE = re.compile(r"\b(the|a|an|to|of|in|is|was|and|for) (?=\1 )", re.IGNORECASE)
_TOO = re.compile(
    r"(?:^|(?<=\bis )|(?<=\bare )|(?<=\bwas )|(?<=\bwere )|(?<=\bfar ))to"
    r"(?= (?:long|late|much|many|few|short|small|busy|noisy|loud|hot|cold|far|early|frequent|often|expensive|dear)\b)",
    re.IGNORECASE,
)
"""Where "to" is a slip for "too": nothing else stands so before how something is."""

_TOKEN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


@dataclass(slots=True)
class Part:
    """Words that members of a group said, perhaps with other figures.

    `sources`: the places of those members; `figures`: for each figure of the text those that were said there.
    """

    text: str
    sources: list[int] = field(default_factory=list)
    figures: list[set[str]] = field(default_factory=list)

    def said(self, place: int, text: str) -> None:
        """Add one more who said it so."""
        told = [match[2] for match in NUMBER.finditer(text)]
        self.sources.append(place)
        self.figures = self.figures or [set() for _ in told]
        for known, figure in zip(self.figures, told, strict=False):
            known.add(figure)


@lru_cache(65_536)
def tidy(text: str) -> str:
    """Mask what was hidden, mend quotes and hasty spellings, cut greetings, thanks and who speaks."""
    plain = text[:400].replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    plain = _BROKEN.sub(r"\1n't", _PLACEHOLDER.sub(HIDDEN, _PICTURES.sub(" ", plain)))
    if re.search(r"[a-z]I|I[a-z]", plain):
        plain = _MISREAD.sub(lambda it: it.group().replace("I", "i"), plain)
    if not slips().keys().isdisjoint(_TOKEN.findall(plain.lower())):
        plain = _TOKEN.sub(lambda it: slips().get(it.group().lower(), it.group()), plain)
    plain = _TOO.sub(lambda it: f"{it.group()}o", _TWICE.sub("", _INTRODUCED.sub(" ", plain)))
    plain = _ENDING.sub("", _GREETING.sub("", " ".join(plain.split())))
    return plain.strip(" ,;:-–\"'")


def template(text: str) -> str:
    """Tell what is the same in texts that differ in figures, months, days, case and marks alone."""
    masked = pattern("dates").sub("#", pattern("numbers").sub("#", _FIGURE.sub("#", text.lower())))
    return " ".join(re.findall(r"[^\W_#]+(?:'\w+)?|#", masked))


def of_groups(tidied: Sequence[Sequence[str]]) -> list[list[Part]]:
    """Find the parts of each group's tidied texts, in their order; what is said in every group is left out."""
    opened = _openings(tidied)
    found = [_parts([_without(opened, text) for text in said]) for said in tidied]
    everywhere = Counter(key for parts in found for key in parts)
    said = Counter[str]()
    for parts in found:
        said.update({key: len(part.sources) for key, part in parts.items()})

    def telling(key: str, part: Part) -> bool:
        here = everywhere[key] < EVERYWHERE or len(part.sources) >= MOSTLY_HERE * said[key]
        return here and not is_filler(part.text)

    return [[part for key, part in parts.items() if telling(key, part)] or list(parts.values()) for parts in found]


def sample(texts: Sequence[str], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose the members that stand for a group, in an order that follows from what they say alone.

    Those whose words have the lowest checksums (bottom-k sampling, Cohen and Kaplan 2007): whatever order they came in
    it is the same ones, and when a tenth more is said nearly all are still the same.
    """
    chosen = sorted(group.tolist(), key=lambda row: (crc32(texts[row].encode()), texts[row]))[:SAMPLE]
    return np.array(sorted(chosen, key=lambda row: texts[row]), np.int64)


def central(parts: Sequence[Part], vectors: Floats) -> list[Part]:
    """Choose the parts to be parsed: those that most members lie near. `vectors`: (m, d) of the members."""
    good = [part for part in parts if len(part.text.split()) in WORDS and len(part.text) > 5]
    pool = good or list(parts)
    near = np.maximum(vectors @ vectors.T - 0.45, 0) @ np.ones(len(vectors))
    worth = [
        float(max(near[source] for source in part.sources)) / (1 + 0.02 * max(0, len(part.text.split()) - 12))
        for part in pool
    ]
    return [pool[place] for place in np.argsort(-np.array(worth), kind="stable")[:PARSED]]


def _openings(tidied: Sequence[Sequence[str]]) -> frozenset[str]:
    """What stands before a comma in many groups, whatever follows: people open so whatever they have to say."""
    groups: dict[str, set[int]] = defaultdict(set)
    followed: dict[str, Counter[str]] = defaultdict(Counter)
    for number, said in enumerate(tidied):
        for text in said:
            if (found := OPENING.match(text)) and len(found[1].split()) <= 9:
                key = _opener(found[1])
                groups[key].add(number)
                followed[key][" ".join(template(text[found.end() :]).split()[:3])] += 1
    least = max(4, 0.04 * len(tidied))
    return frozenset(
        key
        for key, where in groups.items()
        if len(where) >= least and max(followed[key].values()) <= SAME_NEXT * followed[key].total()
    )


def _opener(text: str) -> str:
    """What is the same in openings that differ in whom they are for: "for my aunt", "for my neighbour"."""
    return pattern("family").sub("@", template(text))


def _without(openings: frozenset[str], text: str) -> str:
    while (found := OPENING.match(text)) and _opener(found[1]) in openings:
        text = text[found.end() :]
    return text


def _parts(said: Sequence[str]) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for place, text in enumerate(said):
        for piece in SENTENCE_ENDS.split(text):
            _add(parts, place, piece)
    for key, part in list(parts.items()):
        if cut := _run_on(parts, part.text):
            del parts[key]
            for place in part.sources:
                _add(parts, place, part.text[:cut])
                _add(parts, place, part.text[cut:])
    return parts


def _add(parts: dict[str, Part], place: int, piece: str) -> None:
    bare = piece.strip(" ,;:-–\"'")
    if bare and (key := template(bare)):
        parts.setdefault(key, Part(bare)).said(place, bare)


def _run_on(parts: Mapping[str, Part], text: str) -> int | None:
    """Where another sentence begins in the midst of a text, and no mark tells: one side of it was also said alone."""
    for begun in _BEGUN.finditer(text):
        left, right = text[: begun.start()], text[begun.end() :]
        if len(left.split()) < FEWEST_RUN_ON or len(right.split()) < FEWEST_RUN_ON or _JOINED.search(left):
            continue
        if any(len(parts[key].sources) > 1 for key in (template(left), template(right)) if key in parts):
            return begun.start()
    return None
