"""What is read of a group: where sentences part, what opens them, and which of many."""

import numpy as np
import pytest

from nlp.group.titles import parts
from tests.nlp.group.titles.titled import named


@pytest.mark.parametrize(
    ("joined", "first"),
    [
        ("Waiting ten weeks for the refund I need it for the rent", "I need it for the rent"),
        ("Lost my blue badge after a review My condition is no better", "My condition is no better"),
    ],
)
def test_sentences_that_run_into_each_other_are_parted(joined: str, first: str) -> None:
    [title] = named([joined, first, first, joined.removesuffix(first).strip(), joined])
    assert not {"rent", "refund"} <= set(title.split()) and not {"badge", "condition"} <= set(title.split())


def test_a_sentence_begins_at_the_capital_of_a_word_that_is_no_name() -> None:
    [title] = named(["The form was handed in weeks back Other councils take a fortnight"] * 3)
    assert not {"form", "councils"} <= set(title.split())


def test_no_is_the_denial_of_what_follows_and_no_greeting() -> None:
    assert named(["No more liners for the food caddy"] * 3) == ["No more liners for the food caddy"]
    assert parts.tidy("No, the bin was missed") == "the bin was missed"


def test_what_opens_many_statements_whatever_follows_is_in_no_title() -> None:
    faults = ["bin was missed", "lamp is broken", "road is flooded", "form is lost", "queue is long", "shop is closed"]
    titles = named(*[[f"I never write to anybody, the {fault}" for _ in range(4)] for fault in faults])
    assert titles == [fault.capitalize() for fault in faults]


def test_what_is_read_of_a_large_group_stays_nearly_the_same_when_a_tenth_more_is_said() -> None:
    texts = [f"My bin number {n} was missed" for n in range(1_100)]
    before, after = (parts.sample(texts, np.arange(size)) for size in (1_000, 1_100))
    assert len(before) == len(after) == parts.SAMPLE
    assert len({*before.tolist()} & {*after.tolist()}) > 0.85 * parts.SAMPLE
    turned = parts.sample(texts[:1_000][::-1], np.arange(1_000)[::-1])
    assert [texts[:1_000][::-1][row] for row in turned] == [texts[row] for row in before], "whatever came first"


def test_marks_for_what_was_hidden_are_in_no_title_whatever_is_said() -> None:
    [title] = named(["Hello my name is [NAME]", "My name is [NAME]", "I am [NAME] and my bin was missed"])
    assert parts.HIDDEN.lower() not in title.lower() and "[" not in title


@pytest.mark.parametrize("thanks", ["Thank you", "Thanks", "Many thanks", "Thank you so much"])
def test_thanks_before_what_is_praised_go_whole_and_stay_where_they_say_what_for(thanks: str) -> None:
    assert parts.tidy(f"{thanks}, lovely service") == "lovely service"
    assert parts.tidy(f"{thanks} for the quick answer") == f"{thanks} for the quick answer"


@pytest.mark.parametrize(
    ("slip", "mended"),
    [
        ("To long on waiting", "Too long on waiting"),
        ("The wait is to long", "The wait is too long"),
        ("Go to many meetings", "Go to many meetings"),
        ("Not without the the care", "Not without the care"),
    ],
)
def test_slips_of_the_smallest_words_are_mended(slip: str, mended: str) -> None:
    assert parts.tidy(slip) == mended
