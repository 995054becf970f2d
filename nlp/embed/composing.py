"""Marks on letters, so few that Unicode's forms (NFC, NFKC) are written in a time that grows with the text alone."""

import regex

MOST_MARKS = 30
"""Marks on one letter: no language has more (Unicode's stream-safe format). To put n of them in order takes n²."""

_TOO_MANY = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")


def with_few_marks(text: str) -> str:
    """Leaves the first marks of each letter that has too many."""
    return str(_TOO_MANY.sub(r"\1", text))
