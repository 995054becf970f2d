"""One text while its names are sought: its words, and what is asked about them by more than one rule."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc

from nlp.clean.recognisers.casing import shouted
from nlp.clean.recognisers.institutions import HOUSES, told_after, told_before, told_in_welsh
from nlp.clean.recognisers.lexicon import TITLES, Word, WordKind, word_list

PARTICLES = frozenset(["de", "da", "di", "del", "della", "der", "den", "van", "von", "la", "le", "al", "el", "bin"])
PARTICLES |= frozenset(["ibn", "ap", "ab", "mc", "mac", "st", "o"])
SAINTS = ("st", "saint")
FUNCTION_WORDS = word_list("function_words")
FAMILY_WORDS = word_list("family_words")

NEEDS_CAPITAL = frozenset(["may", "long", "day", "early", "good", "bad", "best", "short", "young", "close"])
"""Family words that also go on a sentence behind a name ("emma may come"): names there only with a capital."""

LONGEST_NAME_WORDS = 4
FEWEST_UNKNOWN_WORDS = 3


class NameLine:
    """The words of one text, by their number. `doc` is spaCy's reading of it, where it was worth one."""

    def __init__(self, text: str, words: Sequence[Word], doc: Doc | None) -> None:
        self.text, self.words, self.doc = text, words, doc
        self.shouting = shouted(words)
        unknown = sum(word.kind is WordKind.UNKNOWN for word in words)
        english = sum(word.kind in (WordKind.EVERYDAY, WordKind.EITHER) for word in words)
        self.foreign = unknown >= FEWEST_UNKNOWN_WORDS and english < unknown
        """Whether most words are no English ones. Other languages have words that are our names, so a name needs its
        capital there."""

    def telling_capital(self, word: Word) -> bool:
        """Tell whether a word has a capital that the others do not all have."""
        return word.capital and not self.shouting

    def followed(self, place: int) -> bool:
        """Tell whether the next word follows with only a space, or the dot of an initial or a title, between."""
        if place + 1 >= len(self.words):
            return False
        word, following = self.words[place], self.words[place + 1]
        between = self.text[word.end : following.start].strip(" ")
        return between == "" or (between == "." and (len(word.text) == 1 or word.low in TITLES))

    def could_be_name(self, word: Word, *, strict: bool) -> bool:
        """Tell whether a word may begin a name; `strict` where an everyday word is as likely there."""
        if word.is_name or word.kind is WordKind.UNKNOWN:
            return True
        loose = not strict and word.low not in FUNCTION_WORDS
        if word.kind is WordKind.EVERYDAY:
            return loose and self.telling_capital(word)
        return loose or self.telling_capital(word)

    def name_end(self, place: int) -> int:
        """Give the number of the word after the name that starts here."""
        end = place + 1
        while end < len(self.words) and end - place < LONGEST_NAME_WORDS and self._continues_name(end):
            end += 1
        return end

    def is_place(self, start: int, end: int) -> bool:
        """Tell whether these words name a place (Lincoln ward, in Derby): what the complaint is about stays."""
        first, last = self.words[start], self.words[end - 1]
        if told_after(self.text, first.start, last.end) or told_in_welsh(self.text, first.start):
            return True
        if any(word.low in SAINTS for word in self.words[max(start - 1, 0) : start + 1]):
            return True  # St Luke's is a hospital, wherever in the name one starts
        either = all(word.kind in (WordKind.EITHER, WordKind.UNKNOWN) for word in self.words[start:end])
        return either and told_before(self.text, first.start)

    def _continues_name(self, place: int) -> bool:
        word, before = self.words[place], self.words[place - 1]
        if not self.followed(place - 1) or word.low in HOUSES:
            return False
        if word.is_name or (before.kind is WordKind.GIVEN and is_family_word(word)):
            return True
        if word.low in PARTICLES or (len(word.text) == 1 and word.capital):
            return self.followed(place) and self.words[place + 1].kind is not WordKind.EVERYDAY
        if word.kind is WordKind.EITHER:
            return word.low not in FUNCTION_WORDS or self.telling_capital(word)
        return word.kind is WordKind.UNKNOWN and len(word.text) > 2


def is_family_word(word: Word) -> bool:
    """Tell whether an everyday word behind a title or a given name is a family name: Mrs King, james brown."""
    if word.low not in FAMILY_WORDS:
        return False
    return word.low not in NEEDS_CAPITAL or (word.capital and not word.text.isupper())
