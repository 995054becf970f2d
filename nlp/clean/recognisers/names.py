"""Names of people, found by rules that stand in a table: titles, lists, where in a sentence names stand, and spaCy.

Each rule yields the numbers of a name's first word and of the word after its last. The lists and spaCy check each
other: neither is believed where the other, or what stands around the word, says that it is an everyday word or a place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from nlp.clean.lookbehind import just_before
from nlp.clean.recognisers.enumerations import Enumeration
from nlp.clean.recognisers.institutions import HOUSES, STREETS
from nlp.clean.recognisers.lexicon import TITLES, Word, WordKind
from nlp.clean.recognisers.name_cues import BEFORE_WHO, DOES, PERSONAL, SAID_IN_WELSH, SLOT, STRONG
from nlp.clean.recognisers.name_line import FUNCTION_WORDS, NameLine, is_family_word
from nlp.clean.recognisers.pattern_scanner import Detection
from nlp.clean.recognisers.welsh import names_in_welsh, welsh_parts

SOFT_TITLES = frozenset(
    ["miss", "lady", "sister", "nurse", "doctor", "sir", "professor", "councillor", "reverend", "sr", "pc"]
)
"""Also everyday words: followed by an everyday word they are no title."""

ROLE_TITLES = frozenset(["sister", "nurse", "cllr", "councillor", "pc"])
"""Titles that tell in what capacity somebody acted: they stay."""

WordSpans = Iterator[tuple[int, int]]


def _titled(line: NameLine) -> WordSpans:
    """Mrs King, Mr D. R. Jones: almost whatever stands behind a title is a name."""
    for place, title in enumerate(line.words[:-1]):
        if title.low not in TITLES or not line.followed(place):
            continue
        first = place + 1
        while len(line.words[first].text) == 1 and line.words[first].capital and line.followed(first):
            first += 1
        word, soft = line.words[first], title.low in SOFT_TITLES
        anonymised = set(word.low) == {"x"}
        if len(word.text) < 2 or anonymised or word.low in TITLES or line.is_place(first, first + 1):
            continue
        if soft and not word.is_name and (not word.capital or word.opens):
            continue  # the doctor enquired; saw the doctor. More
        if (not soft and is_family_word(word)) or line.could_be_name(word, strict=soft):
            yield place + (title.low in ROLE_TITLES), line.name_end(first)


def _given_name(line: NameLine) -> WordSpans:
    """Anna, and K Adebayo: a word of the list of given names that is no other word."""
    for place, word in enumerate(line.words):
        if word.kind is not WordKind.GIVEN or (line.foreign and not word.capital):
            continue
        end = line.name_end(place)
        if not line.is_place(place, end):
            yield _initials_before(line, place), end


def _pair_of_capitals(line: NameLine) -> WordSpans:
    """Rose Green, Will Young: words as well as names, but two capitals within a sentence, the second a family name."""
    for place, word in enumerate(line.words):
        if word.kind is not WordKind.EITHER or not line.telling_capital(word) or not line.followed(place):
            continue
        second = line.words[place + 1]
        family = second.capital and second.kind in (WordKind.FAMILY, WordKind.UNKNOWN)
        if family and word.low not in FUNCTION_WORDS and not line.is_place(place, place + 2):
            yield place, line.name_end(place)


def _introduced(line: NameLine) -> WordSpans:
    """My name is ..., thanks to ...: a place in a sentence where names stand, and a word that can be one."""
    place_at = {word.start: place for place, word in enumerate(line.words)}
    for match in SLOT.finditer(line.text):
        place = place_at.get(match.end())
        if place is None or line.words[place].low in FUNCTION_WORDS or line.words[place].low in TITLES:
            continue
        word, strong = line.words[place], just_before(STRONG, line.text, match.end())
        if line.is_place(place, place + 1):
            if strong and word.kind is WordKind.GIVEN and line.followed(place) and line.words[place + 1].capital:
                yield place, place + 2  # my name is Jennifer Ward
        elif line.foreign and not word.capital and not (strong and word.is_name):
            continue
        elif FILLS_SLOT[word.kind](line, place, strong):
            yield place, line.name_end(place)


def _acting(line: NameLine) -> WordSpans:
    """Ann at the desk, Ann who helped: before what tells where or that somebody acted."""
    for place, word in enumerate(line.words):
        if not BEFORE_WHO.match(line.text, word.end) or word.low in FUNCTION_WORDS:
            continue
        if word.is_name or (word.kind is not WordKind.EVERYDAY and word.capital and not word.opens):
            before = place and line.followed(place - 1) and line.words[place - 1].kind
            yield place - (before in (WordKind.GIVEN, WordKind.EITHER)), place + 1


def _read_by_spacy(line: NameLine) -> WordSpans:
    """What spaCy takes for a person, less what leads it in, unless the words themselves speak against it."""
    for entity in line.doc.ents if line.doc is not None else ():
        if entity.label_ != "PERSON":
            continue
        first = bisect_left(line.words, entity.start_char, key=lambda word: word.start)
        last = bisect_right(line.words, entity.end_char, key=lambda word: word.end)
        while first < last and not line.could_be_name(line.words[first], strict=True):
            first += 1
        if first >= last or (line.foreign and not line.words[first].capital):
            continue
        end = line.name_end(first)
        before_house = end < len(line.words) and line.words[end].low in HOUSES
        if not before_house and _believable(line, first, last):
            yield first, end


class NameRule(NamedTuple):
    """A rule with the score of what it finds; the score settles what a place is called that others find as well."""

    find: Callable[[NameLine], WordSpans]
    score: float


NAME_RULES = (
    NameRule(_titled, 0.8),
    NameRule(_given_name, 0.75),
    NameRule(_pair_of_capitals, 0.7),
    NameRule(_introduced, 0.65),
    NameRule(_acting, 0.7),
    NameRule(_read_by_spacy, 0.6),
)


WELSH_SCORE = 0.7


class NameFinder:
    """Finds the names of people in a text; the rules are those of English, and Welsh sentences have their own."""

    def find(self, text: str, words: Sequence[Word], doc: Doc | None) -> Iterator[Detection]:
        """Apply all rules, and then find who is named in one breath with what they found.

        `words` are those of the text; `doc` is that of the truecased text, where it was worth reading.
        """
        welsh = welsh_parts(text, words)
        found = [one for one in self._in_english(NameLine(text, words, doc)) if not _within(one.start, welsh)]
        yield from found
        for start, end in names_in_welsh(text, words) if welsh else ():
            if _within(words[start].start, welsh):
                yield Detection(words[start].start, words[end - 1].end, "NAME", WELSH_SCORE)

    def _in_english(self, line: NameLine) -> Iterator[Detection]:
        found = [
            Detection(line.words[start].start, line.words[end - 1].end, "NAME", rule.score)
            for rule in NAME_RULES
            for start, end in rule.find(line)
        ]
        yield from found
        if found and not line.shouting:
            yield from Enumeration(line).names_beside(found)


def _within(place: int, parts: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in parts)


def _initials_before(line: NameLine, place: int) -> int:
    """K Adebayo, and I. Jones, but not: I Adebayo."""
    while place and line.followed(place - 1):
        letter = line.words[place - 1]
        dotted = line.text[letter.end : letter.end + 1] == "."
        if len(letter.text) != 1 or not letter.capital or not (dotted or letter.text not in "AI"):
            break
        place -= 1
    return place


def _family_follows(line: NameLine, place: int) -> bool:
    return line.followed(place) and line.words[place + 1].kind is WordKind.FAMILY


def _given_fills(line: NameLine, place: int, strong: bool) -> bool:
    """A given name always does."""
    return True


def _family_fills(line: NameLine, place: int, strong: bool) -> bool:
    """A family name does with a capital, or in a slot for names alone."""
    return strong or line.telling_capital(line.words[place])


def _either_fills(line: NameLine, place: int, strong: bool) -> bool:
    """What is a word or a place too does only if more says so."""
    if strong or _family_follows(line, place):
        return True
    word = line.words[place]
    return line.telling_capital(word) and just_before(PERSONAL, line.text, word.start)


def _unknown_fills(line: NameLine, place: int, strong: bool) -> bool:
    """What no list knows does before a family name, or in a slot for names alone; in Welsh, with its capital."""
    word = line.words[place]
    if _family_follows(line, place):
        return True
    return strong and (word.capital or not just_before(SAID_IN_WELSH, line.text, word.start))


def _everyday_fills(line: NameLine, place: int, strong: bool) -> bool:
    """An everyday word never does."""
    return False


FILLS_SLOT: dict[WordKind, Callable[[NameLine, int, bool], bool]] = {
    WordKind.GIVEN: _given_fills,
    WordKind.FAMILY: _family_fills,
    WordKind.EITHER: _either_fills,
    WordKind.UNKNOWN: _unknown_fills,
    WordKind.EVERYDAY: _everyday_fills,
}
"""Whether a word is a name where names stand, by what kind of word it is; the last argument tells whether only names
stand there."""


def _believable(line: NameLine, start: int, end: int) -> bool:
    """Whether these words are a person, as spaCy says: known names are, and unknown words that look like names."""
    words = line.words[start:end]
    street = words[-1].low in STREETS and len(words) > 1 and words[0].kind is not WordKind.GIVEN
    if street or line.is_place(start, end):
        return False
    if any(word.is_name for word in words):
        return words[0].kind is not WordKind.EITHER or len(words) > 1
    if line.shouting or words[0].text.isupper():
        return False
    within = len(words) > 1 or not words[0].opens or DOES.match(line.text, words[0].end) is not None
    return within and all(word.kind is WordKind.UNKNOWN and word.capital for word in words)
