"""Who is linked to whom."""

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, unit
from nlp.group import knn, knn_graph

CROWDS, MEMBERS, LOOSE = 10, 16, 200
FIRST_LOOSE = CROWDS * MEMBERS


def said() -> Floats:
    """Crowds that say the same nearly word for word, and more who say each something of their own."""
    rng = np.random.default_rng(0)
    crowds = np.repeat(rng.normal(size=(CROWDS, 64)), MEMBERS, axis=0) + 0.2 * rng.normal(size=(FIRST_LOOSE, 64))
    return unit(np.concatenate([crowds, rng.normal(size=(LOOSE, 64))]).astype(np.float32))


def linked(vectors: Floats) -> NDArray[np.int64]:
    """With how many others each is linked."""
    links: NDArray[np.int64] = np.diff(knn_graph.surroundings(vectors).graph.indptr)
    return links


def test_where_some_have_neighbours_who_say_the_same_who_is_merely_nearest_is_none() -> None:
    links = linked(said())
    assert links[:FIRST_LOOSE].min() >= MEMBERS - 1 and links[FIRST_LOOSE:].mean() < 1


def test_where_all_are_equally_unlike_each_is_linked_with_its_neighbours() -> None:
    assert linked(said()[FIRST_LOOSE:]).mean() >= knn_graph.NEIGHBOURS


def test_how_dense_it_is_around_each_is_the_mean_similarity_to_its_neighbours() -> None:
    vectors = said()
    index, _ = knn.nearest(unit(vectors - vectors.mean(axis=0)), knn_graph.NEIGHBOURS)
    told = knn_graph.surroundings(vectors).density
    assert np.allclose(told, np.einsum("ikd,id->ik", vectors[index], vectors).mean(axis=1), atol=1e-5)


def test_who_comes_from_another_encoder_is_linked_with_who_is_less_alike() -> None:
    vectors, twins = said(), np.arange(FIRST_LOOSE, FIRST_LOOSE + 5)
    vectors[twins] = unit(0.3 * vectors[:5] + 0.7 * vectors[twins])
    mapped = np.isin(np.arange(len(vectors)), twins)
    held, lenient = (knn_graph.surroundings(vectors, told).graph[twins][:, :MEMBERS].sum() for told in (None, mapped))
    assert lenient > 1.4 * held


def test_those_who_speak_another_language_are_linked_with_who_says_the_same_however_many_they_are() -> None:
    """One report in Welsh has its English neighbours by itself; of thirty, the neighbours of each were the others."""
    vectors, welsh = said(), np.arange(FIRST_LOOSE, FIRST_LOOSE + 2 * MEMBERS)
    crowd = unit(vectors[:MEMBERS].mean(axis=0))
    another = unit(vectors[welsh[0]] - (vectors[welsh[0]] @ crowd) * crowd)
    vectors[welsh] = unit(0.55 * crowd + 0.8 * another + 0.02 * vectors[welsh])
    mapped = np.isin(np.arange(len(vectors)), welsh)
    apart, together = (knn_graph.surroundings(vectors, told).graph[welsh] for told in (None, mapped))
    assert apart[:, :FIRST_LOOSE].nnz == 0
    assert together[:, :MEMBERS].sum(axis=1).min() > 1 and together[:, MEMBERS:FIRST_LOOSE].nnz == 0
    assert together[:, welsh].sum(axis=1).min() > 1


def test_where_all_come_from_another_encoder_they_are_grouped_as_any_others() -> None:
    vectors = said()
    alone = knn_graph.surroundings(vectors, np.ones(len(vectors), bool)).graph
    np.testing.assert_array_equal(alone.toarray(), knn_graph.surroundings(vectors).graph.toarray())
