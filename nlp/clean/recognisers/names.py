"""Names of people: titles, lists, where in a sentence names stand, and spaCy's entities, each checking the other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from nlp.clean.lookbehind import just_before
from nlp.clean.recognisers.casing import shouted
from nlp.clean.recognisers.company import Company
from nlp.clean.recognisers.institutions import HOUSES, STREETS, told_after, told_before, told_in_welsh
from nlp.clean.recognisers.lexicon import TITLES, Kind, Word, listed
from nlp.clean.recognisers.name_cues import BEFORE_WHO, DOES, PERSONAL, SAID_IN_WELSH, SLOT, STRONG
from nlp.clean.recognisers.scan import Find

SOFT_TITLES = frozenset(
    ["miss", "lady", "sister", "nurse", "doctor", "sir", "professor", "councillor", "reverend", "sr", "pc"]
)
"""Also everyday words: followed by an everyday word they are no title."""
ROLES = frozenset(["sister", "nurse", "cllr", "councillor", "pc"])
"""Titles that tell in what capacity somebody acted: they stay."""
PARTICLES = frozenset(["de", "da", "di", "del", "della", "der", "den", "van", "von", "la", "le", "al", "el", "bin"])
PARTICLES |= frozenset(["ibn", "ap", "ab", "mc", "mac", "st", "o"])
FUNCTION = listed("function_words")
FAMILY_WORDS = listed("family_words")
FLEETING = frozenset(["may", "long", "day", "early", "good", "bad", "best", "short", "young", "close"])
"""Those that also go on a sentence behind a name ("emma may come"): names there only with a capital."""
SAINTS = ("st", "saint")


class NameFinder:
    def find(self, text: str, words: Sequence[Word], doc: Doc | None) -> Iterator[Find]:
        """`words` are those of the text, `doc` is that of the truecased text, where it was worth reading."""
        line = _Line(text, words, shouted(words))
        found = [*line.titled(), *line.listed(), *line.in_slots(), *line.at_work()]
        found += line.entities(doc) if doc is not None else ()
        yield from found
        if found and not line.shouting:
            yield from Company(text, words, line.is_place).joined(found)


def _foreign(words: Sequence[Word]) -> bool:
    """Whether most words are no English ones: other languages have words that are our names, so there a name needs
    its capital."""
    unknown = sum(word.kind is Kind.UNKNOWN for word in words)
    return unknown > 2 and sum(word.kind in (Kind.EVERYDAY, Kind.EITHER) for word in words) < unknown


def _nobody(word: str) -> bool:
    """Behind a title: an initial, what was anonymised already, a second title."""
    return len(word) < 2 or set(word) == {"x"} or word in TITLES


def _family(word: Word) -> bool:
    """Whether an everyday word behind a title or a given name is a family name: Mrs King, james brown."""
    low = word.text.lower()
    return low in FAMILY_WORDS and (low not in FLEETING or (word.capital and not word.text.isupper()))


class _Line:
    """One text while its names are sought."""

    def __init__(self, text: str, words: Sequence[Word], shouting: bool) -> None:
        self._text = text
        self._words = words
        self.shouting = shouting
        self._at = {word.start: place for place, word in enumerate(words)}
        self._foreign = _foreign(words)

    def titled(self) -> Iterator[Find]:
        for place, word in enumerate(self._words[:-1]):
            if word.text.lower() not in TITLES or not self._adjacent(place):
                continue
            first = self._behind_initials(place + 1)
            following = self._words[first]
            soft = word.text.lower() in SOFT_TITLES
            if _nobody(following.text.lower()):
                continue
            behind = not soft and _family(following)
            if (behind or self._could_be_name(following, strict=soft)) and not self.is_place(first, first + 1):
                yield self._span(place + (word.text.lower() in ROLES), self._extend(first), 0.8)

    def _behind_initials(self, place: int) -> int:
        """Mr D. R. Jones is Jones."""
        while len(self._words[place].text) == 1 and self._words[place].capital and self._adjacent(place):
            place += 1
        return place

    def listed(self) -> Iterator[Find]:
        for place, word in enumerate(self._words):
            if self._foreign and not word.capital:
                continue
            if word.kind is Kind.GIVEN:
                end = self._extend(place)
                if not self.is_place(place, end):
                    yield self._span(self._with_initials(place), end, 0.75)
            elif word.kind is Kind.EITHER and self._pair(place):
                yield self._span(place, self._extend(place), 0.7)

    def _pair(self, place: int) -> bool:
        """Rose Green, Will Young: two capitals within a sentence, the second a family name."""
        if self.shouting or not self._adjacent(place):
            return False
        first, second = self._words[place : place + 2]
        both = first.capital and second.capital and second.kind in (Kind.FAMILY, Kind.UNKNOWN)
        return both and first.text.lower() not in FUNCTION and not self.is_place(place, place + 2)

    def _with_initials(self, place: int) -> int:
        while place and len(self._words[place - 1].text) == 1 and self._initial(place - 1):
            place -= 1
        return place

    def _initial(self, place: int) -> bool:
        """K Adebayo, and I. Jones, but not: I Adebayo."""
        letter = self._words[place]
        dotted = self._text[letter.end : letter.end + 1] == "."
        return letter.capital and self._adjacent(place) and (dotted or letter.text not in "AI")

    def in_slots(self) -> Iterator[Find]:
        for match in SLOT.finditer(self._text):
            place = self._at.get(match.end())
            if place is not None:
                yield from self._slot(place, just_before(STRONG, self._text, match.end()))

    def at_work(self) -> Iterator[Find]:
        """Before what tells where or that somebody acted: Ann at the desk, Ann who helped."""
        for place, word in enumerate(self._words):
            if not BEFORE_WHO.match(self._text, word.end) or word.text.lower() in FUNCTION:
                continue
            if word.is_name or (word.kind is not Kind.EVERYDAY and word.capital and not word.opens):
                yield self._span(place - self._behind_given(place), place + 1, 0.7)

    def _behind_given(self, place: int) -> bool:
        return place > 0 and self._adjacent(place - 1) and self._words[place - 1].kind in (Kind.GIVEN, Kind.EITHER)

    def _slot(self, place: int, strong: bool) -> Iterator[Find]:
        word = self._words[place]
        low = word.text.lower()
        if low in FUNCTION or low in TITLES:
            return
        if self.is_place(place, place + 1):
            if strong and word.kind is Kind.GIVEN and self._adjacent(place) and self._words[place + 1].capital:
                yield self._span(place, place + 2, 0.65)  # my name is Jennifer Ward
            return
        if self._foreign and not word.capital and not (strong and word.is_name):
            return
        if self._fills(place, strong):
            yield self._span(place, self._extend(place), 0.65)

    def _fills(self, place: int, strong: bool) -> bool:
        """Whether the word is a name in this slot: one that is a word or a place too, only if more says so."""
        word = self._words[place]
        paired = word.kind is not Kind.EVERYDAY and self._adjacent(place) and self._words[place + 1].kind is Kind.FAMILY
        if word.kind is Kind.EITHER:
            return strong or paired or self._asked(place)
        if word.kind is Kind.FAMILY:
            return strong or (word.capital and not self.shouting)
        if word.kind is Kind.UNKNOWN and strong:
            return word.capital or paired or not just_before(SAID_IN_WELSH, self._text, word.start)
        return word.is_name or paired

    def _asked(self, place: int) -> bool:
        word = self._words[place]
        return word.capital and not self.shouting and just_before(PERSONAL, self._text, word.start)

    def entities(self, doc: Doc) -> Iterator[Find]:
        for entity in doc.ents:
            if entity.label_ != "PERSON":
                continue
            first = bisect_left(self._words, entity.start_char, key=lambda word: word.start)
            last = bisect_right(self._words, entity.end_char, key=lambda word: word.end)
            inside = list(range(first, last))
            while inside and not self._could_be_name(self._words[inside[0]], strict=True):
                inside.pop(0)
            if inside and self._believable(inside) and (self._words[inside[0]].capital or not self._foreign):
                end = self._extend(inside[0])
                if end == len(self._words) or self._words[end].text.lower() not in HOUSES:
                    yield self._span(inside[0], end, 0.6)

    def _believable(self, places: Sequence[int]) -> bool:
        words = [self._words[place] for place in places]
        if self.is_place(places[0], places[-1] + 1):
            return False
        if words[-1].text.lower() in STREETS and len(words) > 1 and words[0].kind is not Kind.GIVEN:
            return False
        if any(word.is_name for word in words):
            return words[0].kind is not Kind.EITHER or len(words) > 1
        if self.shouting:
            return False
        return (
            all(word.kind is Kind.UNKNOWN and word.capital for word in words)
            and not words[0].text.isupper()
            and (len(words) > 1 or not words[0].opens or DOES.match(self._text, words[0].end) is not None)
        )

    def _extend(self, place: int) -> int:
        """The word after the last of the name that starts here."""
        end = place + 1
        while end < len(self._words) and end - place < 4 and self._adjacent(end - 1) and self._continues(end):
            end += 1
        return end

    def _continues(self, place: int) -> bool:
        word = self._words[place]
        if word.text.lower() in HOUSES:
            return False
        if word.is_name or (self._words[place - 1].kind is Kind.GIVEN and _family(word)):
            return True
        following = self._words[place + 1] if self._adjacent(place) else None
        if word.text.lower() in PARTICLES or (len(word.text) == 1 and word.capital):
            return following is not None and following.kind is not Kind.EVERYDAY
        if word.kind is Kind.EITHER:
            return word.text.lower() not in FUNCTION or (word.capital and not self.shouting)
        return word.kind is Kind.UNKNOWN and len(word.text) > 2

    def _could_be_name(self, word: Word, *, strict: bool) -> bool:
        if word.is_name:
            return True
        if word.kind is Kind.EVERYDAY:
            return not strict and word.capital and not self.shouting and word.text.lower() not in FUNCTION
        return (
            word.kind is Kind.UNKNOWN
            or (word.text.lower() not in FUNCTION and not strict)
            or (word.capital and not self.shouting)
        )

    def _adjacent(self, place: int) -> bool:
        """Whether the next word follows with nothing but a space, or the dot of an initial or a title, between."""
        if place + 1 >= len(self._words):
            return False
        word, following = self._words[place], self._words[place + 1]
        between = self._text[word.end : following.start]
        dotted = len(word.text) == 1 or word.text.lower() in TITLES
        return between.strip(" ") == "" or (dotted and between.strip(" ") == ".")

    def is_place(self, start: int, end: int) -> bool:
        """Lincoln ward, in Derby: what carries the meaning of the complaint stays."""
        first, last = self._words[start], self._words[end - 1]
        if (
            told_after(self._text, first.start, last.end)
            or told_in_welsh(self._text, first.start)
            or self._saint(start)
        ):
            return True
        either = all(word.kind in (Kind.EITHER, Kind.UNKNOWN) for word in self._words[start:end])
        return either and told_before(self._text, first.start)

    def _saint(self, place: int) -> bool:
        """St Luke's is a hospital, wherever in the name one starts."""
        return any(word.text.lower() in SAINTS for word in self._words[max(place - 1, 0) : place + 1])

    def _span(self, start: int, end: int, score: float) -> Find:
        return Find(self._words[start].start, self._words[end - 1].end, "NAME", score)
