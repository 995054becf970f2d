"""A text as long as the longest call, made of one thing over and over. Were it read anew at each of its words, these
tests would not fail but run for minutes: that shows as well, on any machine."""

import pytest

from ingest.intake.arrival import TRANSCRIPT_LIMIT
from nlp.clean.language import language
from nlp.clean.recognisers.lexicon import words_of
from nlp.clean.recognisers.names import NameFinder
from nlp.clean.severity import severity
from nlp.clean.statement_kinds import kind
from nlp.clean.statements import is_filler, split
from nlp.clean.tokens import tokens
from nlp.clean.urgency import urgency
from nlp.embed.unigram import UnigramTokenizer


def filled(part: str) -> str:
    """With an end that is like nothing before, so that whoever hoped for more hopes in vain."""
    return (part * TRANSCRIPT_LIMIT)[: TRANSCRIPT_LIMIT - 1] + "x"


@pytest.mark.parametrize("part", [" ", "?", "a", "could not ", "a smell of gas ", "[NAME] and "])
def test_what_is_said_is_read_once(part: str) -> None:
    text = filled(part)
    said = [text[start:end] for start, end in split(text)]
    assert said
    assert not urgency(text) or part == "a smell of gas "
    assert [kind(text), language(text), severity(text)]
    assert not is_filler(said[0])


def test_filler_is_parted_in_one_way_only() -> None:
    assert not any(is_filler(f"{'no thank you ' * 6}{end}") for end in map(str, range(200)))


@pytest.mark.parametrize("part", ["Anna and ", "is it ", "Zorbak and "])
def test_names_are_sought_near_each_word_alone(part: str) -> None:
    text = filled(part)
    found = list(NameFinder().find(text, words_of(text), None))
    assert bool(found) == any(word.is_name for word in words_of(part))


@pytest.mark.parametrize("marks", ["\u0300\u0316", "\u0f73\u0f75"])
def test_marks_without_number_on_one_letter_are_put_in_order_at_once(marks: str) -> None:
    letters = UnigramTokenizer(["<s>", "</s>", "<unk>"], [0.0] * 3, longest=8)
    assert letters.encode([filled(marks)]) == [[0, 2, 1]]
    assert tokens(f"bin{filled(marks)}")


def test_no_mark_that_a_language_puts_on_a_letter_is_left_out() -> None:
    assert tokens("Vie\u0323\u0302t-nu\u0302 \u0915\u093c\u0915") == ["việt", "nû", "\u0915\u093c\u0915"]
