"""Loose groups parted until each part can be told."""

import numpy as np
import pytest

from nlp.embed.vectors import Floats, unit
from nlp.group.loose import parting as ours


def said(*things: tuple[int, int], alike: float = 0.8) -> Floats:
    """Statements of things, so many of each: two of one thing are so alike, two of others have nothing in common."""
    count = sum(number for _, number in things)
    vectors = np.zeros((count, 20 + count), np.float32)
    vectors[np.arange(count), [thing for thing, number in things for _ in range(number)]] = alike**0.5
    vectors[np.arange(count), 20 + np.arange(count)] = (1 - alike) ** 0.5
    return vectors


def test_a_group_of_several_things_is_parted_until_a_statement_of_each_part_tells_two_in_five() -> None:
    things = np.repeat(np.arange(5, dtype=np.int32), (9, 9, 4, 4, 4))
    parts = ours.part(said((0, 9), (1, 9), (2, 4), (3, 4), (4, 4)), np.zeros(30, np.int32))
    assert parts.min() == 0 and parts.max() > 0
    for part in range(parts.max() + 1):
        assert np.bincount(things[parts == part]).max() >= 0.4 * (parts == part).sum()
    assert all(len(set(parts[things == thing].tolist())) == 1 for thing in range(5))


def test_a_group_of_which_one_statement_tells_two_in_five_stays_whole() -> None:
    assert not ours.part(said((0, 8), (1, 6)), np.zeros(14, np.int32)).any()


def test_who_has_nothing_in_common_with_any_part_is_in_none() -> None:
    vectors = said((0, 8), (1, 8), (2, 8), (3, 1))
    vectors[-1] = -vectors[:-1].sum(axis=0)  # farther from each than these are from one another
    parts = ours.part(unit(vectors), np.zeros(25, np.int32))
    assert parts[-1] == -1 and parts[:-1].min() == 0 and parts.max() == 1


def test_who_is_left_over_joins_the_part_that_it_comes_near_enough_to_whichever_group_that_was_of() -> None:
    vectors = said((0, 5), (1, 5), (2, 5), (3, 5), (4, 1))
    vectors[-1, 3], vectors[-1, 4] = 0.6, 0.53
    labels = np.where(np.arange(21) // 5 == 3, 0, 1).astype(np.int32)
    parts = ours.part(unit(vectors), labels)
    assert parts[-1] == parts[-2] >= 0


def test_what_is_in_no_group_stays_in_none_and_where_all_are_strangers_no_group_is_left() -> None:
    labels = np.where(np.arange(15) < 12, 0, -1).astype(np.int32)
    assert (ours.part(said((0, 12), (1, 3)), labels) == labels).all()
    assert (ours.part(said(*((thing, 1) for thing in range(12))), np.zeros(12, np.int32)) == -1).all()


def test_a_part_holds_more_than_a_few_of_a_large_group() -> None:
    vectors = said((0, 40), (1, 40), (2, 40), (3, 4))
    vectors[-4:, :3] = -0.5
    parts = ours.part(unit(vectors), np.zeros(124, np.int32))
    assert (parts[:-4] >= 0).all() and (parts[-4:] == -1).all()


def test_a_group_too_large_for_one_tree_is_parted_by_some_and_the_others_join_the_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors = said((0, 60), (1, 60), (2, 60))
    whole = ours.part(vectors, np.zeros(180, np.int32))
    monkeypatch.setattr(ours, "LARGEST_TREE", 30)
    by_some = ours.part(vectors, np.zeros(180, np.int32))
    assert whole.max() == by_some.max() == 1 and (by_some >= 0).all()
    assert all(len(set(by_some[begin : begin + 60].tolist())) == 1 for begin in (0, 60, 120))
