import numpy as np
from numpy.typing import NDArray

from nlp.group.refit_matching import FoundGroup, KnownGroup, match


def direction(place: int) -> NDArray[np.float32]:
    axes: NDArray[np.float32] = np.eye(8, dtype=np.float32)
    row: NDArray[np.float32] = axes[place]
    return row


def known(name: str, members: range, place: int, keep: bool = False) -> KnownGroup[str]:
    return KnownGroup(name, frozenset(members), direction(place), keep)


def found(members: list[int], place: int) -> FoundGroup:
    return FoundGroup(frozenset(members), direction(place))


def test_issues_keep_their_ids_though_the_topics_come_in_another_order() -> None:
    old = [known("bins", range(10), 0), known("badges", range(10, 20), 1)]
    new = [found([*range(10, 20), 30], 1), found(list(range(10)), 0)]
    assert match(old, new).ids == ("badges", "bins")


def test_an_issue_without_common_statements_is_known_by_its_centroid() -> None:
    assert match([known("bins", range(10), 0)], [found([40, 41, 42], 0)]).ids == ("bins",)


def test_what_nobody_knew_is_new() -> None:
    matching = match([known("bins", range(10), 0)], [found(list(range(10)), 0), found([40, 41, 42], 3)])
    assert matching.ids == ("bins", None)


def test_a_split_keeps_the_id_with_the_larger_part_and_is_told() -> None:
    matching = match([known("bins", range(10), 0)], [found([7, 8, 9], 1), found(list(range(7)), 0)])
    assert matching.ids == (None, "bins")
    assert [(it.kind, it.parent, it.child, it.shared) for it in matching.lineage] == [("split", "bins", 0, 3)]


def test_a_merge_is_told() -> None:
    matching = match([known("bins", range(10), 0), known("lids", range(10, 14), 1)], [found(list(range(14)), 0)])
    assert matching.ids == ("bins",) and not matching.nested
    assert [(it.kind, it.parent) for it in matching.lineage] == [("merge", "lids")]


def test_an_issue_that_must_survive_does_so_beside_a_wider_topic() -> None:
    old = [known("bins", range(10), 0), known("lids", range(10, 14), 1, keep=True)]
    matching = match(old, [found(list(range(14)), 0)])
    assert matching.ids == ("bins",) and matching.nested == {"lids"}
    assert [it.kind for it in matching.lineage] == ["nested"]


def test_an_issue_that_must_survive_takes_no_topic_that_is_hardly_its_own() -> None:
    lids = known("lids", range(4), 1, keep=True)
    wide, narrow = found(list(range(13)), 1), found(list(range(9)), 1)
    assert match([lids], [wide]).ids == (None,) and match([lids], [wide]).nested == {"lids"}
    assert match([lids], [narrow]).ids == ("lids",)


def test_nothing_known_and_nothing_found_match() -> None:
    assert match([], [found([1, 2, 3], 0)]).ids == (None,)
    assert match([known("bins", range(3), 0, keep=True)], []).nested == {"bins"}


def test_which_of_two_issues_goes_on_does_not_depend_on_the_order_in_which_they_come() -> None:
    bins, lids = known("bins", range(10), 0), known("lids", range(10, 20), 1)
    half_each = found(list(range(20)), 1)
    assert match([bins, lids], [half_each]).ids == match([lids, bins], [half_each]).ids == ("lids",), "the nearer one"
    told = known("bins", range(10), 0, keep=True)
    assert match([told, lids], [half_each]).ids == match([lids, told], [half_each]).ids == ("bins",), "who was told of"
