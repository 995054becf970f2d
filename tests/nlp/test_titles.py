import itertools

import numpy as np

from nlp import titles


def named(*groups: list[str]) -> list[str]:
    texts = [text for group in groups for text in group]
    ends = np.cumsum([0, *map(len, groups)])
    members = [np.arange(begin, end) for begin, end in itertools.pairwise(ends)]
    words = [tuple(" ".join(group).lower().split()[:6]) for group in groups]
    return titles.name(texts, members, words, centroids=np.zeros((len(groups), 4), np.float32))


def test_a_title_is_a_phrase_that_people_used() -> None:
    [title] = named(["The waiting time was long", "A long waiting time again", "I hate the waiting time"])
    assert "waiting time" in title.lower()


def test_two_topics_never_have_one_title() -> None:
    said = ["More car parking please", "We need more car parking", "More car parking is needed"]
    assert len(set(named(said, list(said), list(said)))) == 3


def test_marks_for_what_was_hidden_are_in_no_title() -> None:
    [title] = named(["Hello my name is [NAME]", "My name is [NAME]", "I am [NAME] and my bin was missed"])
    assert "name]" not in title.lower() and "is name" not in title.lower()


def test_a_word_torn_from_its_denial_is_no_title() -> None:
    [title] = named(["I don't like bin day", "They don't like bin day", "We don't like bin day"])
    assert not title.lower().startswith(("t ", "n't", "like bin"))


def test_statements_without_any_phrase_are_named_all_the_same() -> None:
    assert all(named(["!!!", "???", "..."], ["!", "?", "."]))
