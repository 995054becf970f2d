import numpy as np
from numpy.typing import NDArray

from nlp.embed import context

AXES: NDArray[np.float32] = np.eye(4, dtype=np.float32)


def test_a_text_of_one_statement_stays_as_it_is() -> None:
    rows = np.array([0, 1])
    assert np.allclose(context.in_context(AXES[:2], AXES[:2], rows), AXES[:2])


def test_the_more_is_said_the_less_each_statement_leans_on_the_whole() -> None:
    few = context.in_context(AXES[:2], AXES[3:], np.zeros(2, np.int64))
    many = context.in_context(np.tile(AXES[:1], (30, 1)), AXES[3:], np.zeros(30, np.int64))
    assert few[0, 3] > 0.5 > many[0, 3] > 0
    assert np.allclose(np.linalg.norm(few, axis=1), 1)


def test_the_main_statement_is_nearest_to_the_whole() -> None:
    labels = np.array([0, 1], np.int32)
    assert context.main(AXES[:2], AXES[1:2], np.zeros(2, np.int64), labels).tolist() == [1]


def test_a_statement_in_a_topic_comes_before_a_nearer_one_in_none() -> None:
    labels = np.array([0, -1], np.int32)
    assert context.main(AXES[:2], AXES[1:2], np.zeros(2, np.int64), labels).tolist() == [0]


def test_a_text_without_statements_has_no_main_one() -> None:
    empty = np.zeros((0, 4), np.float32)
    assert context.main(empty, AXES[:1], np.zeros(0, np.int64), np.zeros(0, np.int32)).tolist() == [-1]
    assert context.in_context(empty, AXES[:1], np.zeros(0, np.int64)).shape == (0, 4)
