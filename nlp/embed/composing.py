"""Marks on letters, so few that Unicode's forms (NFC, NFKC) are written in a time that grows with the text alone."""

import regex

MOST_MARKS = 30
"""Marks on one letter: no language has more (Unicode's stream-safe format). To put n of them in order takes n²."""

TOO_MANY_MARKS = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")
"""Replaced by its first group (`FIRST_MARKS`), it leaves the first of them."""

FIRST_MARKS = r"\1"
