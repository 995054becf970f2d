"""The sentence under a title."""

import numpy as np
import pytest

from nlp.group.titles import examples
from tests.nlp.group.titles.titled import embedder


def test_the_sentence_under_a_title_is_whole_and_no_pleasantry() -> None:
    said = [
        "Thank you so much for all of your kind help",
        "The bin was missed",
        "The crew drove past our street and the bin was missed again this week.",
        "bin was missed",
        "My name is [NAME] and the bin at my house was missed this week",
    ]
    chosen = examples.telling(said, embedder().encode(said), np.arange(5), "Bin was missed")
    assert said[chosen].startswith("The crew drove past")


@pytest.mark.parametrize(
    "better",
    [
        ("Where do I hand it in?", "I found a blue badge on the pavement in a lane."),
        ("It has not been emptied for two weeks.", "The bin in our lane has not been emptied for two weeks."),
        ("Hello, the blue bin was not emptied by the crew.", "The blue bin was not emptied by the crew again."),
    ],
)
def test_the_sentence_under_a_title_stands_by_itself(better: tuple[str, str]) -> None:
    said = [*better, "blue badge found", "found a badge in the lane", "bin was not emptied", "blue bin not emptied"]
    chosen = examples.telling(said, embedder().encode(said), np.arange(len(said)), "")
    assert chosen == 1


def test_the_sentence_under_a_title_tells_of_what_the_title_names() -> None:
    said = [
        "I cannot get into my council tax account, the site says the account does not exist.",
        "I cannot log in to my council tax account, it says there is no account.",
        "My council tax account does not exist when I try to get into it.",
        "The council tax payment page is not working, it shows an error.",
        "I tried to pay my council tax and the payment page would not load.",
    ]
    chosen = examples.telling(
        said, embedder().encode(said), np.arange(len(said)), "Council tax payment page not working"
    )
    assert chosen == 3
