"""Letters and their marks in one form, in a time that grows with the text alone."""

import unicodedata
from typing import Literal

import regex

MOST_MARKS = 30
"""Marks on one letter: no language has more (Unicode's stream-safe format). To put n of them in order takes n²."""

_TOO_MANY = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")


def composed(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Write a text in a form of Unicode's; of too many marks on one letter the first are kept."""
    return unicodedata.normalize(form, _TOO_MANY.sub(r"\1", text))
