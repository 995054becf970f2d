import numpy as np

from nlp.embed.vectors import Floats, unit
from nlp.group import codebook

WIDTH = 40
ALL = np.eye(WIDTH, dtype=np.float32)[-1] * 2
"""What every statement of the service shares."""


def said(subject: int, number: int, seed: int = 0, spread: float = 0.1) -> Floats:
    noise = np.random.default_rng(seed + subject).normal(size=(number, WIDTH)) * spread
    return unit((np.eye(WIDTH)[subject] + ALL + noise).astype(np.float32))


def test_statements_go_where_they_fit_and_nowhere_else() -> None:
    vectors = np.concatenate([said(0, 60), said(1, 60), said(2, 60)])
    placed = codebook.place(vectors, [said(0, 1, seed=9), said(1, 2, seed=9)])
    assert placed.tolist() == [0] * 60 + [1] * 60 + [-1] * 60


def test_a_theme_whose_examples_differ_reaches_farther_than_one_whose_examples_are_alike() -> None:
    vectors = np.concatenate([said(0, 60, spread=0.4), said(1, 60, spread=0.4)])

    def placed(spread: float) -> int:
        return int((codebook.place(vectors, [said(0, 6, seed=9, spread=spread)]) == 0).sum())

    assert placed(spread=0.3) > placed(spread=0.05)


def test_of_few_statements_that_all_fit_all_are_placed() -> None:
    assert codebook.place(said(0, 8), [said(0, 1, seed=9), said(1, 1, seed=9)]).tolist() == [0] * 8


def test_without_themes_or_statements_nothing_is_placed() -> None:
    assert codebook.place(said(0, 3), []).tolist() == [-1] * 3
    assert codebook.place(np.zeros((0, WIDTH), np.float32), [said(0, 1)]).tolist() == []
