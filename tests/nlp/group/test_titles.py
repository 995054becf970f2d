import itertools

import numpy as np
import pytest

from nlp.group import titles
from nlp.group.phrases import parser, phrases


def named(*groups: list[str], known: tuple[str, ...] = ()) -> list[str]:
    texts = [text for group in groups for text in group]
    ends = np.cumsum([0, *map(len, groups)])
    members = [np.arange(begin, end) for begin, end in itertools.pairwise(ends)]
    words = [tuple(" ".join(group).lower().split()[:6]) for group in groups]
    return titles.name(texts, members, words, centroids=np.zeros((len(groups), 4), np.float32), known=known)


def found(text: str) -> set[str]:
    return set(phrases(parser()(text)))


def test_a_title_is_a_phrase_that_people_used() -> None:
    [title] = named(["The waiting time was long", "A long waiting time again", "I hate the waiting time"])
    assert "waiting time" in title.lower()


def test_two_topics_never_have_one_title_nor_one_that_is_known() -> None:
    said = ["More car parking please", "We need more car parking", "More car parking is needed"]
    [first] = named(said)
    assert len({first, *named(said, list(said), list(said), known=(first,))}) == 4


def test_marks_for_what_was_hidden_are_in_no_title() -> None:
    [title] = named(["Hello my name is [NAME]", "My name is [NAME]", "I am [NAME] and my bin was missed"])
    assert "name]" not in title.lower() and "is name" not in title.lower()


def test_no_word_is_spelt_as_the_mark_for_what_was_hidden() -> None:
    said = ["My name tag fell off, I am [NAME]", "Told [NAME] of my name tag", "The name tag broke, says [NAME]"]
    [title] = named(said)
    assert "name tag" in title.lower() and "NAME" not in title


def test_a_slip_of_the_pen_is_left_for_what_is_spelt_right() -> None:
    others = [
        f"The receptionist {what}" for what in ("sat", "slept", "ate", "left", "sang", "stood", "ran", "hid", "cried")
    ]
    [title] = named(["Very helpfull receptionist", "Very busy receptionist", *others])
    assert "helpfull" not in title.lower()


@pytest.mark.parametrize(
    ("text", "hollow"),
    [
        ("The food is not, and never was", "food is not"),
        ("My continence is difficult to talk about", "continence is difficult to talk"),
        ("Nothing staff are excellent", "nothing staff are excellent"),
        ("Nothing too much trouble for you all", "too much trouble"),
        ("Additional areas", "additional areas"),
        ("Some staff care", "some staff care"),
    ],
)
def test_what_says_nothing_by_itself_is_no_title(text: str, hollow: str) -> None:
    assert hollow not in found(text)


def test_a_word_torn_from_its_denial_is_no_title() -> None:
    [title] = named(["I don't like bin day", "They don't like bin day", "We don't like bin day"])
    assert not title.lower().startswith(("t ", "n't", "like bin"))


def test_half_a_word_is_in_no_title() -> None:
    assert not any("t" in phrase.split() for phrase in found("I wouldn t want to change anything"))


def test_what_nobody_wishes_for_is_no_wish() -> None:
    assert not any("better" in phrase for phrase in found("I could not wish for a better therapist"))
    assert "better parking" in found("We would all like to see better parking here")


def test_a_phrase_is_whole() -> None:
    said = found("Those sessions gave me the tools to deal with the problems in my life")
    assert "sessions gave" not in said and "deal with" not in said
    assert "problems in my life" in said or "problems" not in " ".join(said)


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("During my assessment I felt as if nobody heard me", "assessment i felt"),
        ("My back is better, thanks to the physiotherapy", "thanks to the physiotherapy"),
        ("We saw doctors and not nurses", "not nurses"),
        ("Get the psychiatrist from Nottingham", "get the psychiatrist"),
        ("I would like to have started the treatment", "like to have started the treatment"),
        ("The COVID -19 rules changed every week", "covid -19"),
        ("They gave me 10 care on the ward", "10 care"),
        ("I have had some tablets with", "i have had some tablets with"),
        ("The refund went", "refund went"),
        ("How long does a decision actually take", "decision actually take"),
        ("I hope the ward is kept open", "ward is kept open"),
    ],
)
def test_what_is_torn_from_a_longer_saying_is_no_phrase(text: str, torn: str) -> None:
    assert torn not in found(text)


@pytest.mark.parametrize(
    "text", ["The first appointment was too late", "Keep patients informed", "More staff at weekends"]
)
def test_clauses_instructions_and_wishes_are_phrases(text: str) -> None:
    assert any(len(phrase.split()) >= 3 for phrase in found(text))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Okay, the post office can't read the barcode, they tried it twice", "post office can't read the barcode"),
        ("The recycling was not collected on Monday", "recycling was not collected"),
    ],
)
def test_what_does_not_work_is_a_clause_without_its_article(text: str, whole: str) -> None:
    assert whole in found(text)


def test_words_are_written_as_people_mostly_write_them() -> None:
    said = [f"I waited {n} weeks for a GP referral" for n in range(3)]
    assert "GP" in named(said)[0] or "referral" not in named(said)[0]
    [title] = named(["Waiting for the GP referral", "The GP referral was lost", "Where is my GP referral"])
    assert "GP referral" in title


def test_an_i_that_a_scanner_took_for_a_capital_is_a_small_one_again() -> None:
    [title] = named(["The waItIng tIme was long", "A long waItIng tIme again", "I hate the waItIng tIme"])
    assert "waiting time" in title.lower() and "I" not in title[1:]


def test_welsh_is_named_by_what_was_said() -> None:
    said = [
        "Dim digon o lefydd parcio yn y dref",
        "Mae angen mwy o lefydd parcio",
        "Nid oes lle i barcio ger yr ysbyty yn y bore o gwbl",
    ]
    [title] = named(said)
    assert title in said


def test_statements_without_any_phrase_are_named_all_the_same() -> None:
    assert all(named(["!!!", "???", "..."], ["!", "?", "."]))
