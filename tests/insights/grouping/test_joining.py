"""Which topic a statement joins that another language's encoder and a map brought into the space of the main one."""

from collections.abc import Sequence

import numpy as np

from insights.grouping import joining
from nlp.embed.vectors import Floats

TOPICS = np.eye(12, 13, dtype=np.float32)
QUOTES = [[f"quote {number}", f"another {number}"] for number in range(12)]


def lies(*near: float) -> Floats:
    """A mapped statement that lies so near to the first topics, and else where none is."""
    row = np.zeros((1, 13), np.float32)
    row[0, : len(near)], row[0, 12] = near, np.sqrt(1 - sum(it**2 for it in near))
    return row


def second(**cosines: float) -> joining.Likeness[list[str]]:
    """The multilingual encoder, which tells these of the first quote of a topic and .8 of all else."""

    def encode(texts: Sequence[str]) -> Floats:
        told = [cosines.get(text.replace(" ", "_"), 0.8) for text in texts[1:]]
        return np.array([[1, 0], *([cosine, np.sqrt(1 - cosine**2)] for cosine in told)], np.float32)

    return lambda texts, quotes: joining.by_quotes(encode, texts, quotes)


def joined(said: Floats, likeness: joining.Likeness[list[str]] | None = None) -> int:
    found, _ = joining.join(said, ["Mae'r lifft wedi torri"], TOPICS, QUOTES, likeness)
    return int(found[0])


def test_what_lies_far_by_the_map_joins_the_topic_whose_quote_says_the_same() -> None:
    assert joined(lies(0.4, 0.35), second(quote_1=0.9)) == 1


def test_one_quote_that_says_the_same_is_enough() -> None:
    assert joined(lies(0.4, 0.35), second(another_1=0.9)) == 1


def test_what_all_quotes_are_as_like_joins_none_unless_the_map_alone_is_sure() -> None:
    assert joined(lies(0.4, 0.35), second()) == -1
    assert joined(lies(0.6, 0.35), second()) == 0


def test_without_the_second_encoder_the_map_alone_tells() -> None:
    nothing: joining.Likeness[list[str]] = lambda texts, quotes: joining.by_quotes(None, texts, quotes)  # noqa: E731
    for likeness in (None, nothing):
        assert joined(lies(0.4, 0.35), likeness) == -1
        assert joined(lies(0.6, 0.35), likeness) == 0


def test_only_topics_that_are_among_the_nearest_by_the_map_are_asked_about() -> None:
    asked = list[list[str]]()

    def likeness(texts: Sequence[str], quotes: Sequence[list[str]]) -> Floats:
        asked.extend(quotes)
        return np.full((len(texts), len(quotes)), 0.8, np.float32)

    near = np.linspace(0.3, 0.1, 12)
    joined(lies(*near.tolist()), likeness)
    assert asked == QUOTES[: joining.NEAREST]


def test_how_sure_it_is_grows_with_how_alike_they_are() -> None:
    sure = [
        joining.join(lies(0.4, 0.3), [""], TOPICS, QUOTES, second(quote_0=cosine))[1][0] for cosine in (0.86, 0.9, 0.95)
    ]
    assert 0 < sure[0] < sure[1] < sure[2] <= 1


def test_few_topics_can_be_joined_too() -> None:
    found, _ = joining.join(lies(0.4, 0.3), [""], TOPICS[:2], QUOTES[:2], second(quote_1=0.95))
    assert found.tolist() == [1]
