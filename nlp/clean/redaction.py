"""Personal data out of a text: what it is stays, as a typed placeholder; whose it is goes.

Presidio's recognisers with the British ones mended, spaCy's names checked by lists, and the same again on the text
with its disguises undone and its spoken digits written. It fails closed: whatever goes wrong is raised, never a text
returned unredacted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language

from nlp.clean.recognisers.casing import truecased, worth_reading
from nlp.clean.recognisers.disguises import Reading, readings
from nlp.clean.recognisers.lexicon import WordKind, word_kind, words_of
from nlp.clean.recognisers.names import NameFinder
from nlp.clean.recognisers.numbers import number_recognisers
from nlp.clean.recognisers.pattern_scanner import Detection, PatternScanner
from nlp.clean.recognisers.places import address_recognisers, email_recognisers
from nlp.clean.recognisers.spoken import spoken

PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]{1,20}\]")
SAID_IN_WORDS = re.compile(r"\b(?:born|birth|birthday|dob|nineteen|live[sd]?|living|moved|address)\b", re.IGNORECASE)
"""What announces a date of birth or an address, which people also give without a digit."""
NAME_LIKE_WORDS = frozenset(["NAME", "NINO", "CARD"])
"""Of the words in placeholders those that are also people's names."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place of personal data; offsets count characters of the text that came in."""

    start: int
    end: int
    entity: str

    @property
    def placeholder(self) -> str:
        """What stands in the redacted text in its stead."""
        return f"[{self.entity}]"


class Redactor:
    """Finds personal data in texts."""

    def __init__(self, nlp: Language) -> None:
        """`nlp` needs an entity recogniser, and is asked only about texts that could hold a name."""
        self._nlp = nlp
        self._numbers = PatternScanner([*number_recognisers(), *address_recognisers()])
        self._emails = PatternScanner(email_recognisers())
        self._names = NameFinder()

    def find(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Find the spans of personal data of each text, in order, none overlapping another.

        Raises TimeoutError for a text that a pattern cannot finish.
        """
        views = [readings(text) for text in texts]
        named = self._read([first.text for first, *_ in views])
        found = []
        for text, (first, *further), names in zip(texts, views, named, strict=True):
            seen = list(self._finds(first, names))
            for view in further:
                seen += self._finds(view, self._names.find(view.text, words_of(view.text), None))
            found.append(_settled(text, seen))
        return found

    def _read(self, texts: Sequence[str]) -> list[list[Detection]]:
        words = [words_of(text) for text in texts]
        read = [worth_reading(said) for said in words]
        shaped = [truecased(text, said) for text, said, worth in zip(texts, words, read, strict=True) if worth]
        docs = self._nlp.pipe(shaped)
        return [
            list(self._names.find(text, said, next(docs) if worth else None))
            for text, said, worth in zip(texts, words, read, strict=True)
        ]

    def _finds(self, view: Reading, names: Iterable[Detection]) -> Iterator[Detection]:
        yield from _moved(view, names)
        yield from _moved(view, self._scan(view.text))
        said = spoken(view)
        if said is not None:
            yield from _moved(said, self._scan(said.text))

    def _scan(self, text: str) -> Iterator[Detection]:
        if any(letter.isdigit() for letter in text) or SAID_IN_WORDS.search(text):
            yield from self._numbers.find(text)
        if "@" in text or {"at", "dot"} <= set(re.findall(r"\w+", text.lower())):
            yield from self._emails.find(text)


def substitute(text: str, spans: Sequence[Span]) -> str:
    """Replace each span of a text by its placeholder."""
    parts, end = [], 0
    for span in spans:
        parts += [text[end : span.start], span.placeholder]
        end = span.end
    return "".join([*parts, text[end:]])


def before_redaction(positions: Iterable[int], spans: Sequence[Span]) -> Iterator[int]:
    """Tell where characters of the redacted text (ascending) stood in the text that came in.

    A character of a placeholder stands for where that begins which it hides.
    """
    shift, passed = 0, 0
    for position in positions:
        while passed < len(spans):
            span = spans[passed]
            if position < span.start - shift + len(span.placeholder):
                break
            shift += span.end - span.start - len(span.placeholder)
            passed += 1
        hidden = passed < len(spans) and position >= spans[passed].start - shift
        yield spans[passed].start if hidden else position + shift


def _moved(view: Reading, detections: Iterable[Detection]) -> Iterator[Detection]:
    for one in detections:
        start, end = view.origin(one.start, one.end)
        yield Detection(start, end, one.entity, one.score)


def _settled(text: str, detections: Iterable[Detection]) -> tuple[Span, ...]:
    """Overlapping detections become one: all that any of them covers, under the name of the surest."""
    kept = [match.span() for match in PLACEHOLDER.finditer(text) if not _is_name(match)]
    ends = [end for _, end in kept]
    merged: list[Detection] = []
    for one in sorted(detections):
        following = bisect_right(ends, one.start)
        if following < len(kept) and kept[following][0] < one.end and not _holds(one, kept[following]):
            continue
        if merged and one.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], one)
        else:
            merged.append(one)
    return tuple(Span(*_trimmed(text, one.start, one.end), one.entity) for one in merged)


def _is_name(match: re.Match[str]) -> bool:
    """[SMITH] is somebody's, whatever stands around it."""
    parts = set(match.group()[1:-1].split("_")) - NAME_LIKE_WORDS
    return any(word_kind(part.lower()) in (WordKind.GIVEN, WordKind.FAMILY) for part in parts)


def _holds(one: Detection, placeholder: tuple[int, int]) -> bool:
    """Tell whether a placeholder stands within it, where it must not part a number."""
    return one.start < placeholder[0] and placeholder[1] < one.end


def _joined(one: Detection, other: Detection) -> Detection:
    best = max(one, other, key=lambda one: (one.score, one.end - one.start))
    return Detection(min(one.start, other.start), max(one.end, other.end), best.entity, best.score)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end - 1 and text[start].isspace():
        start += 1
    while end - 1 > start and text[end - 1].isspace():
        end -= 1
    return start, end
