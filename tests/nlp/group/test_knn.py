import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, unit
from nlp.group import knn

MANY = 1_500
K = 5


@pytest.fixture(autouse=True)
def small_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of many vectors, with few."""
    monkeypatch.setattr(knn, "EXACT_UP_TO", 400)
    monkeypatch.setattr(knn, "CELL_VECTORS", 50)


def strata(number: int) -> Floats:
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(20, 16))
    return unit((middles[rng.integers(20, size=number)] + rng.normal(size=(number, 16))).astype(np.float32))


def truly(vectors: Floats) -> NDArray[np.int64]:
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    return np.argsort(-similarity, axis=1)[:, :K]


@pytest.mark.parametrize(("number", "found"), [(300, 1.0), (MANY, 0.95)])
def test_nearly_all_true_neighbours_are_found(number: int, found: float) -> None:
    vectors = strata(number)
    index, similarity = knn.nearest(vectors, K)
    shared = [len(set(mine) & set(true)) for mine, true in zip(index.tolist(), truly(vectors).tolist(), strict=True)]
    assert np.mean(shared) / K >= found
    assert np.allclose(similarity, np.einsum("ikd,id->ik", vectors[index], vectors), atol=1e-5)


def test_nobody_is_a_neighbour_of_its_own_nor_twice_that_of_another() -> None:
    index, _ = knn.nearest(strata(MANY), K)
    assert not (index == np.arange(MANY)[:, None]).any()
    assert all(len(set(mine)) == K for mine in index.tolist())


def test_a_flood_of_one_vector_takes_nobodys_neighbours() -> None:
    vectors = strata(MANY)
    vectors[:1_400] = vectors[0]
    index, similarity = knn.nearest(vectors, K)
    assert np.isfinite(similarity).all() and all(len(set(mine)) == K for mine in index.tolist())


def test_the_same_vectors_have_the_same_neighbours() -> None:
    vectors = strata(MANY)
    assert (knn.nearest(vectors, K)[0] == knn.nearest(vectors.copy(), K)[0]).all()
