"""Each regular expression that reads a citizen's text, against texts made to keep it busy.

They are found in the source, so that a new one is tried without being named here.
"""

import importlib
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import regex

from nlp.clean import no_answers
from nlp.clean.statements import LONGEST_FILLER_CHARACTERS
from tests.test_house import ROOT, name_of

Pattern = Any
"""Of `re` or of `regex`."""

READERS = ("nlp", "ingest")
LENGTH = 5_000
"""Characters of a bait, as of the longest message; `tests/nlp/clean/test_long_texts.py` has texts as of calls."""
SHORT = {
    "nlp.clean.no_answers.NO_ANSWER": no_answers.LONGEST_CHARACTERS,
    "nlp.clean.statements.FILLER": LONGEST_FILLER_CHARACTERS,
    "nlp.clean.statements.UNSPECIFIC": LONGEST_FILLER_CHARACTERS,
}
"""What is given no longer texts than these."""
UNITS = (
    *(
        "a",
        "A",
        " ",
        "\t",
        "\n",
        "0",
        "1 ",
        "-",
        ".",
        ",",
        ":",
        "'",
        "(",
        "[",
        "<",
        ">",
        "@",
        "é",
        "a ",
        "A ",
        "a.",
        "a@",
    ),
    *("1.", "1-", "a\n", "> ", "<v ", "<!--", "[A", "no ", "and ", "the ", "on ", "wrote: ", "my name is ", "n't "),
    *("thank you ", "is it ", "http://", "00:00 --> ", "Road ", "SW1A ", "07700 ", "double ", "could not ", ", and "),
)


def patterns_of(module: Any) -> Iterator[tuple[str, Pattern]]:
    """The compiled patterns among what a module holds, within tables and lists too."""
    for name, value in vars(module).items():
        yield from ((f"{module.__name__}.{name}", found) for found in within(value, 3))


def within(value: object, depth: int) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for part in value.values():
            yield from within(part, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from within(part, depth - 1)


def every_pattern() -> dict[str, Pattern]:
    """By its place, and its own text where several have one."""
    found: dict[str, Pattern] = {}
    for package in READERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = importlib.import_module(name_of(path))
            found |= {f"{name} {pattern.pattern[:40]!r}": pattern for name, pattern in patterns_of(module)}
    return found


EVERY = every_pattern()


def test_the_patterns_are_found() -> None:
    assert len(EVERY) > 90
    assert {"nlp.clean.statements.FILLER", "ingest.channels.email.history._WROTE"} <= {
        name.split(" ")[0] for name in EVERY
    }


def baits(pattern: Pattern, length: int) -> Iterator[Any]:
    """The units over and over, as text or as bytes, each with an end that disappoints."""
    for unit in UNITS:
        text = (unit * length)[:length] + "!"
        yield text.encode() if isinstance(pattern.pattern, bytes) else text


def seconds(pattern: Pattern, text: Any) -> float:
    begin = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - begin


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", EVERY)
def test_no_pattern_is_kept_busy_by_bait(name: str) -> None:
    pattern = EVERY[name]
    length = next((most for part, most in SHORT.items() if name.startswith(part)), LENGTH)
    slow = [(text[:12], took) for text in baits(pattern, length) if (took := seconds(pattern, text)) > 1]
    assert slow == []
