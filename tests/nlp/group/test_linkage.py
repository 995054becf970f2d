import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from nlp.embed.vectors import unit
from nlp.group import linkage as ours
from tests.nlp.group.test_topics import same_groups


def test_single_statements_are_joined_as_average_linkage_joins_them() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32))
    for number in (1, 5, 39):
        theirs = fcluster(linkage(vectors, "average", metric="cosine"), number, "maxclust") - 1
        assert same_groups(ours.join(vectors, np.arange(40, dtype=np.int32), number), theirs)


def test_groups_that_are_parted_for_their_size_alone_become_one_again() -> None:
    rng = np.random.default_rng(0)
    middles = np.repeat(np.eye(4, 12), (200, 20, 20, 20), axis=0)
    vectors = unit((middles + rng.normal(scale=0.1, size=middles.shape)).astype(np.float32))
    issues = np.repeat(np.arange(4, dtype=np.int32), (200, 20, 20, 20))
    cut = np.where((issues == 0) & (np.arange(260) < 100), 4, issues).astype(np.int32)
    assert same_groups(ours.join(vectors, cut, 4), issues)


def test_no_more_groups_than_wanted_are_left_as_they_are() -> None:
    vectors = np.eye(4, dtype=np.float32)
    labels = np.array([0, 0, 1, 2], np.int32)
    assert ours.join(vectors, labels, 3).tolist() == ours.join(vectors, labels, 8).tolist() == labels.tolist()
