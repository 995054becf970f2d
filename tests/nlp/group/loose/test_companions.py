"""Groups that are only said beside another one."""

import numpy as np

from nlp.group.loose import companions

NOBODY, NEW = np.zeros(40, bool), np.full(40, -1, np.int32)
PIECES = np.concatenate([np.arange(20), np.arange(10), np.arange(15, 25)])
"""Twenty pieces; ten of them say a second thing, and five of them, with five others, a third."""
GROUPS = np.repeat([0, 1, 2], [20, 10, 10]).astype(np.int32)


def test_what_is_said_only_beside_another_issue_is_none() -> None:
    left = companions.leave_out(GROUPS, PIECES, NOBODY, NEW)
    assert left.tolist() == [0] * 20 + [-1] * 10 + [2] * 10


def test_what_many_say_by_itself_is_an_issue_though_some_say_it_beside_another() -> None:
    left = companions.leave_out(GROUPS[20:], np.concatenate([np.arange(10), np.arange(3, 13)]), NOBODY[20:], NEW[20:])
    assert left.tolist() == [1] * 10 + [2] * 10


def test_an_issue_that_must_last_stays_whatever_is_said_beside_it() -> None:
    kept = NOBODY.copy()
    kept[25] = True
    assert companions.leave_out(GROUPS, PIECES, kept, NEW).tolist() == GROUPS.tolist()


def test_of_two_that_are_always_said_together_one_stays() -> None:
    left = companions.leave_out(np.repeat([0, 1], 5).astype(np.int32), np.tile(np.arange(5), 2), NOBODY[:10], NEW[:10])
    assert left.tolist() == [0] * 5 + [-1] * 5


def test_an_issue_that_was_known_goes_on() -> None:
    before = np.where(np.arange(40) < 27, 0, -1).astype(np.int32)
    assert companions.leave_out(GROUPS, PIECES, NOBODY, before).tolist() == GROUPS.tolist()
