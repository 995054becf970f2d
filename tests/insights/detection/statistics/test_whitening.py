"""How the statements of a service are told apart."""

import numpy as np
import pytest

from insights.detection.observation import Vectors
from insights.detection.statistics.whitening import whitening
from nlp.embed.vectors import unit

WAYS = 64


def said(about: Vectors, count: int, seed: int) -> Vectors:
    noise = np.random.default_rng(seed).normal(size=(count, WAYS)).astype(np.float32)
    return unit(about + 0.08 * noise)


@pytest.mark.parametrize("seed", range(5))
def test_a_new_problem_stands_out_from_the_known_one_beside_it(seed: int) -> None:
    known, other, own = np.eye(WAYS, dtype=np.float32)[:3]
    usual = np.vstack([said(known, 200, seed), said(other, 200, seed + 100)])
    beside = said(unit(known + own), 8, seed + 200)
    everything = np.vstack([usual, beside])
    plain, evened = unit(everything - everything.mean(axis=0)), whitening(everything)(everything)
    assert parted(evened) > 1.3 * parted(plain)


def parted(vectors: Vectors) -> float:
    """How much more the last eight are like each other than like the first 200."""
    mine = vectors[-8:]
    within = (mine @ mine.T)[np.triu_indices(8, 1)].mean()
    return float(within - (mine @ vectors[:200].T).mean())


def test_few_statements_change_hardly_anything() -> None:
    some = said(np.eye(WAYS, dtype=np.float32)[0], 4, 1)
    evened, plain = whitening(some)(some), unit(some - some.mean(axis=0))
    assert (evened * plain).sum(axis=1).min() > 0.99
