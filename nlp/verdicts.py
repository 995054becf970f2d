"""What is wrong with a piece as a piece: spam, abuse. Shown with its reason, never acted on silently, reversible.

Spam is told by points for what spam is made of (premium numbers, short codes, prizes, hurry), abuse by slurs and by
insults aimed at someone. A person in distress swears, and a clinic speaks of bodies: neither is abuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nlp.words import listed


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    reason: str


ENOUGH = 1.0
"""Points that make a piece spam."""

FEWEST = 2
"""Signs that must speak for it: any single one is something that citizens write, too."""

DENSE = 28
"""Words for which `ENOUGH` is enough: a long mail or call about money, numbers and offers gathers signs in time."""


def verdicts(text: str) -> tuple[Verdict, ...]:
    """Of the text as it came in: the numbers that a redactor hides are what gives spam away."""
    found = (_spam(text), _abuse(text))
    return tuple(verdict for verdict in found if verdict)


def spam_points(text: str) -> list[tuple[str, float]]:
    """Each sign of spam in the text with its points; a sign counts once however often it occurs."""
    low = text.lower()
    return [(name, points) for name, points, cased, pattern in _signs() if pattern.search(text if cased else low)]


def _spam(text: str) -> Verdict | None:
    signs = spam_points(text)
    telling = sorted((sign for sign in signs if sign[1] > 0), key=lambda sign: -sign[1])
    if len(telling) < FEWEST or sum(points for _, points in signs) < ENOUGH * max(1.0, len(text.split()) / DENSE):
        return None
    return Verdict("spam", "Reads like an advertisement: " + ", ".join(name for name, _ in telling[:3]))


def _abuse(text: str) -> Verdict | None:
    low = text.lower()
    for name, pattern in _insults():
        if pattern.search(low):
            return Verdict("abuse", name)
    return None


@cache
def _signs() -> tuple[tuple[str, float, bool, re.Pattern[str]], ...]:
    """Their names, points, whether capitals matter, and patterns: of those that they do not, for text in lower case."""
    return tuple(
        (sign["name"], float(sign["points"]), "case" in sign, re.compile(sign["pattern"], re.VERBOSE))
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
