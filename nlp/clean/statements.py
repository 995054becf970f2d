"""What is said in a piece of feedback, part by part: sentences, and the two sides of a "but"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nlp.clean.words import listed

StatementLabel = Literal["problem", "request", "suggestion", "question", "praise", "other"]


@dataclass(frozen=True, slots=True)
class CleanStatement:
    """One thing said in a piece of feedback.

    `start` and `end` count characters of the redacted text. `filler` says nothing to act on; `severity` is from 0 to 1.
    """

    text: str
    start: int
    end: int
    language: str
    kind: StatementLabel
    filler: bool
    severity: float


SENTENCE_END = re.compile(
    r"(?<![.\s]\w)(?<!\b(?:mr|ms|dr|st|no|vs|eg|ie|rd))(?<!\b(?:mrs|e\.g|i\.e|etc|tel|inc|ext|min|max|a\.m|p\.m))"
    r"(?:(?<![.!?…]{2})[.!?…]++[\"'”’)\]]*+(?=\s|$|(?<=[a-z)\]][.!?])(?=[A-Z]))|[;•])"
    r"|\n+(?:\s{0,9}[-*•\d.)]+\s)?|[۔।。！？]",
    re.IGNORECASE,
)
CONTRAST = re.compile(
    r"(?<![,\s–—-])[,\s–—-]+\b(?<!\bnothing )(?<!\banything )(?<!\ball )(?<!\blast )(?<!\bno one )(?:but|however"
    r"|although|though|whereas|except that"
    r"|apart from that|ond|fodd bynnag)\b(?! also\b| for\b| then\b| not least\b)[,:]?\s+",
    re.IGNORECASE,
)
FRONTED = re.compile(
    r"^(?:although|though|while|whilst|even though|despite)\b\s*(?=\S+\s)([^,]{8,}),\s+(?=\S+\s\S+)", re.IGNORECASE
)
LONGEST_FILLER_CHARACTERS = 80
TWO_WORDS = re.compile(r"\S\s+\S")
"""A side of a "but" that has fewer says nothing alone."""

FILLER_HEADS = (
    r"nothing|nothin|nowt|none|nope|no|nil|n/?a|n\.a\.?|not (?:applicable|sure|really|a thing|much|at all|at this"
    r" time)|no comments?|no thanks?|no thank you|dim(?: byd| sylw(?:adau)?)?"
    r"|don'?t know|dunno|unsure|idk|can'?t think|cannot think|can not think|(?:i )?(?:can'?t|cannot|couldn'?t)"
    r" (?:really )?think|nothing to (?:add|say|report)|as above|see above|same as above|see previous"
    r"|thanks?|thank ?you|thx|ta|cheers|many thanks|diolch(?: yn fawr)?|hello|hi|hiya|hey|dear (?:sir|madam|all|team)"
    r"|good (?:morning|afternoon|evening)|yes|yeah|ok|okay|test|testing"
    r"|(?:kind |best |warm )?regards|yours (?:sincerely|faithfully)|bye|goodbye|sorry|please|ie|eg|etc"
    r"|to whom it may concern|u+m+|e+r+m*|u+h+|right|well|oh|ah|hmm+|so|basically|honestly|anyway|rant over"
    r"|sorry to bother you|just to let you know|you know what i mean|that's (?:about )?it"
    r"|that'?s why i'?m (?:ringing|calling)|help me|can you help(?: me)?(?: with that)?|not good enough"
    r"|(?:one|two|zero|no) stars?(?: if i could)?"
    r"|(?:just )?(?:an?|one|two|some|my|another|a few|a couple of)(?: (?:quick|small|little|short|minor|other))*"
    r" (?:suggestions?|grumbles?|moans?|gripes?|complaints?|compliments?|comments?|questions?|quer(?:y|ies)|points?)"
    r"|helo|bore da|prynhawn da|s'?mae|shwmae|yn gywir"
)
FEELINGS = (
    r"(?:(?:i am|i'm|we are|we're|it is|it's|this is|that is|that's|what an?|an?|absolutely|completely|not|very|really"
    r"|so|deeply|extremely|totally|quite|just|utter(?:ly)?|pretty)\W+)*"
    r"(?:impressed|disappoint(?:ed|ing)|frustrat(?:ed|ing)|fed up|angry|annoy(?:ed|ing)|upset|unhappy|stressful"
    r"|ridiculous|unbelievable|unacceptable|shambles|hopeless|useless|disgrace(?:ful)?|appalling|joke|rubbish|terrible"
    r"|awful|shocking|disgust(?:ed|ing)|furious|livid|outraged|not right|at the end of my tether)(?:,? is it)?"
    r"|(?:don'?t|do not) know what (?:else )?to do"
)
APPEALS = (
    r"(?:(?:please|just|can|could|would|will|you|so|if|somebody|someone|really|must|need to)\W+)*"
    r"(?:(?:sort|fix) (?:it|this|that)(?: out)?|look into (?:it|this|that)"
    r"|do (?:something|better)(?: about (?:it|this|that|these|them))?|help|reply|answer|respond"
    r"|advise|get back to me|let me know)"
    r"|i (?:look forward to|await|would be grateful for|would appreciate) (?:\w+ ){0,2}(?:reply|answer|response"
    r"|from you)"
)
"""What is felt, and what is asked, about nothing that is named."""
FILLER_TAILS = (
    r"at all|really|at (?:the|this) (?:moment|time|present|stage)|at present|to add|to say|to report|comes? to mind"
    r"|comes? to my mind|springs? to mind|i can think of|that i can think of|i could think of|can think of|think of"
    r"|so far|as yet|yet|specific|in particular|particular|much|very much|so much|all|again|for (?:now|everything"
    r"|all)|further|else|more|i think|of anything|anything|sorry|today|now|from me|you|to you all|in advance|and|or"
    r"|absolutely|honestly|just|there is|there's|there was|thank ?you|thanks|sir|madam|\[NAME\]|comments?|a lot|very|i"
)
HEAD, TAIL = rf"(?>(?:{FILLER_HEADS})(?!\w))", rf"(?>(?:{FILLER_TAILS})(?!\w))"
EITHER = rf"(?>(?:{FILLER_TAILS}|{FILLER_HEADS})(?!\w))"
"""Each is read in one way alone: all ways to part "no thank you, no thank you, ..." would take a while to try."""
FILLER = re.compile(rf"\W*(?:{TAIL}\W+)*{HEAD}(?:\W+{EITHER})*+\W*", re.IGNORECASE)
UNSPECIFIC = re.compile(rf"\W*(?:{EITHER}\W+)*(?>(?:{FEELINGS}|{APPEALS})(?!\w))(?:\W+{EITHER})*+\W*", re.IGNORECASE)
SAID = re.compile(r"[^\W_]")
PLACEHOLDERS = re.compile(r"\[[A-Z_]+\]")


@cache
def _pleasantries() -> re.Pattern[str]:
    """Pleasantries in all languages, one or several; each is read in one way alone."""
    said = {it.strip() for part in listed("pleasantries").values() for it in str(part["words"]).split(",")} - {""}
    each = "|".join(re.escape(it).replace(r"\*", r"\w+") for it in sorted(said, key=lambda it: (-len(it), it)))
    return re.compile(rf"\W*+(?:(?>(?:{each})(?!\w))\W*+)+", re.IGNORECASE)


def split(text: str) -> Iterator[tuple[int, int]]:
    """Find where each statement starts and ends; all that holds a letter or a digit is in one, but joining words."""
    start = 0
    for match in SENTENCE_END.finditer(text):
        yield from _clauses(text, start, match.start() if match.group()[0] in ";•\n" else match.end())
        start = match.end()
    yield from _clauses(text, start, len(text))


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    lead = FRONTED.match(text[start:end].lstrip())
    if lead:
        skipped = len(text[start:end]) - len(text[start:end].lstrip())
        yield from _trimmed(text, start + skipped + lead.start(1), start + skipped + lead.end(1))
        begin = start + skipped + lead.end()
    for match in CONTRAST.finditer(text, begin, end):
        if TWO_WORDS.search(text, begin, match.start()) and TWO_WORDS.search(text, match.end(), end):
            yield from _trimmed(text, begin, match.start())
            begin = match.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if SAID.search(text, start, end):
        inner = text[start:end]
        yield start + len(inner) - len(inner.lstrip(" \t\n\r,;:-–—*•")), start + len(inner.rstrip(" \t\n\r,;:-–—"))


def is_filler(text: str) -> bool:
    """Tell whether a text names nothing that could be an issue: "n/a", "thank you", a greeting, "not impressed"."""
    if len(text) > LONGEST_FILLER_CHARACTERS:
        return False
    bare = PLACEHOLDERS.sub(" ", text).replace("’", "'")
    return not re.search(r"[^\W\d_]", bare) or any(
        says.fullmatch(bare) for says in (FILLER, UNSPECIFIC, _pleasantries())
    )
