"""What is wrong with a piece as a piece: spam, abuse. Shown with its reason, never acted on silently, reversible.

Spam is told by points for what spam is made of (premium numbers, short codes, prizes, hurry), abuse by slurs and by
insults aimed at someone. A person in distress swears, and a clinic speaks of bodies: neither is abuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nlp.clean.words import listed


@dataclass(frozen=True, slots=True)
class ModerationVerdict:
    """That a piece is spam or abuse, and why, as it is shown to people."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpamSign:
    """A sign of spam, which counts once however often it occurs.

    One that is not `cased` is sought in the text in lower case. An `ordinary` one also occurs in what citizens write.
    """

    name: str
    points: float
    cased: bool
    ordinary: bool
    pattern: re.Pattern[str]


ENOUGH_POINTS = 1.0
"""Points that make a piece spam."""

FEWEST_SIGNS = 2
"""Signs that must speak for it, one of which at least is nothing ordinary: any single one is something that citizens
write, too, and so are sums of money together with offers."""

WORDS_PER_ENOUGH = 28
"""Words for which `ENOUGH_POINTS` is enough: a long mail or call about money, numbers and offers gathers signs in
time."""


def verdicts(text: str) -> tuple[ModerationVerdict, ...]:
    """Judge a text as it came in: the numbers that a redactor hides are what gives spam away."""
    found = (_spam(text), _abuse(text))
    return tuple(verdict for verdict in found if verdict)


def _spam(text: str) -> ModerationVerdict | None:
    low = text.lower()
    signs = [sign for sign in _signs() if sign.pattern.search(text if sign.cased else low)]
    telling = sorted((sign for sign in signs if sign.points > 0), key=lambda sign: -sign.points)
    if len(telling) < FEWEST_SIGNS or all(sign.ordinary for sign in telling):
        return None
    if sum(sign.points for sign in signs) < ENOUGH_POINTS * max(1.0, len(text.split()) / WORDS_PER_ENOUGH):
        return None
    return ModerationVerdict("spam", "Reads like an advertisement: " + ", ".join(sign.name for sign in telling[:3]))


def _abuse(text: str) -> ModerationVerdict | None:
    low = text.lower()
    for name, pattern in _insults():
        if pattern.search(low):
            return ModerationVerdict("abuse", name)
    return None


@cache
def _signs() -> tuple[SpamSign, ...]:
    return tuple(
        SpamSign(
            sign["name"],
            float(sign["points"]),
            "case" in sign,
            "ordinary" in sign,
            re.compile(sign["pattern"], re.VERBOSE),
        )
        for sign in listed("spam")["sign"]
    )


@cache
def _insults() -> tuple[tuple[str, re.Pattern[str]], ...]:
    slurs, insults, swearing = (str(listed("abuse")[part]["pattern"]) for part in ("slurs", "insults", "swearing"))
    aimed = (
        rf"\b(?:you|u|ur|your|you're|ye|yous|youse|lot)\b(?:\W+\w+){{0,4}}?\W+(?:{insults})"
        rf"|\b(?:she|he|they|staff|nurses?|doctors?|receptionists?|council|officers?|manager|them|those|these|woman"
        rf"|man|bloke)\b(?:\W+\w+){{0,3}}?\W+(?:is|are|was|were|'s|r|such|a|an|bunch of|load of"
        rf"|fucking)\b(?:\W+\w+){{0,3}}?\W+(?:{insults})"
        rf"|\b(?:{swearing})\s+(?:{insults})|\b(?:fuck|screw|sod|piss|bugger)\s*(?:off|you|u|yourselves|your|them|the"
        rf" council)\b(?!\s+(?:work|my))"
        rf"|^\W*(?:{insults})\W*$"
    )
    return (
        ("A slur against a group of people", re.compile(rf"\b(?:{slurs})\b")),
        ("An insult aimed at someone", re.compile(aimed)),
    )
