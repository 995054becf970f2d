"""Digits and letters that are said one by one, written: a number in words is a number."""

from __future__ import annotations

import re

from nlp.clean.recognisers.disguises import Reading

DIGITS = {
    **dict.fromkeys(("oh", "o", "zero", "nought", "naught", "nil", "dim", "sero"), "0"),
    **dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], "123456789", strict=True)),
    **dict(zip(["un", "dau", "tri", "pedwar", "pump", "chwech", "saith", "wyth", "naw"], "123456789", strict=True)),
}
TENS = {
    f"{word}ty": digit
    for word, digit in zip(["twen", "thir", "for", "fif", "six", "seven", "eigh", "nine"], "23456789", strict=True)
}
TEENS = {"ten": "10", "eleven": "11", "twelve": "12"} | {
    f"{word}teen": f"1{digit}"
    for word, digit in zip(["thir", "four", "fif", "six", "seven", "eigh", "nine"], "3456789", strict=True)
}
REPEATS = {"double": 2, "triple": 3, "treble": 3}
RADIO = {
    word: word[0]
    for word in (
        *("alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo"),
        *("lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor"),
        *("whiskey", "whisky", "yankee", "zulu"),
    )
} | {"xray": "x", "x-ray": "x"}
SAID = {**DIGITS, **TENS, **TEENS, **RADIO}
SPOKEN = re.compile(r"(?<![\w'’])(?:x-ray\b|[^\W_]+)", re.IGNORECASE)
LEAST_SPOKEN_DIGITS = 4
"""Digits in a row, said one by one, that make a number and no "one or two"."""
SPELT = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|[a-z]{2}\d{2}[a-z]{3}")
"""What is spelt out, letters too, and makes a postcode or a registration."""


def spoken(view: Reading) -> Reading | None:
    """Write digits that were said one by one as digits; None where there are none."""
    runs = _runs(view.text)
    if not runs:
        return None
    letters, places, end = [], [], 0
    for start, stop, written in runs:
        letters += [*view.text[end:start], *(letter for letter, _, _ in written)]
        places += [view.origin(place, place + 1) for place in range(end, start)]
        places += [view.origin(first, last) for _, first, last in written]
        end = stop
    letters += view.text[end:]
    places += [view.origin(place, place + 1) for place in range(end, len(view.text))]
    return Reading("".join(letters), tuple(places))


_Written = list[tuple[str, int, int]]


def _runs(text: str) -> list[tuple[int, int, _Written]]:
    found: list[tuple[int, int, _Written]] = []
    run: _Written = []
    times, begun, end = 1, None, 0
    for match in SPOKEN.finditer(text):
        word = match.group().lower()
        if run and not re.fullmatch(r"[\s,.\-]*", text[end : match.start()]):
            run, times, begun = _closed(run, found), 1, None
        if word in REPEATS:
            times, begun = REPEATS[word], match.start()
        elif (said := _said(word)) is not None:
            start = match.start() if begun is None else begun
            run += [(letter, start, match.end()) for letter in said * times]
            times, begun = 1, None
        elif word == "hundred" and run:
            run += [(letter, match.start(), match.end()) for letter in "00"]
        else:
            run, times, begun = _closed(run, found), 1, None
        end = match.end()
    _closed(run, found)
    return found


def _said(word: str) -> str | None:
    if word in SAID:
        return SAID[word]
    if word.isdigit() and len(word) <= 6:
        return word
    return word if len(word) == 1 and word.isascii() and word.isalpha() else None


def _closed(run: _Written, found: list[tuple[int, int, _Written]]) -> _Written:
    while run and run[0][0].isalpha() and sum(letter.isalpha() for letter, _, _ in run[:3]) > 2:
        run.pop(0)
    while run and run[0][0].isalpha() and len(run) > LEAST_SPOKEN_DIGITS and all(one[0].isdigit() for one in run[1:9]):
        run.pop(0)
    spelt = SPELT.fullmatch("".join(letter.lower() for letter, _, _ in run))
    if spelt or sum(letter.isdigit() and last - first > 1 for letter, first, last in run) >= LEAST_SPOKEN_DIGITS:
        found.append((run[0][1], run[-1][2], run))
    return []
