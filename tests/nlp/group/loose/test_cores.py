"""What is left of a loose group: what is said again and again in it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, Labels
from nlp.group.loose import cores
from tests.nlp.group.loose.test_parting import said

STRAYS = [(thing, 1) for thing in range(4, 20)]


def cut(
    vectors: Floats,
    *,
    mapped: bool = False,
    held: bool = False,
    pieces: NDArray[np.int64] | None = None,
    before: Labels | None = None,
    labels: Labels | None = None,
    alone: Floats | None = None,
) -> list[int]:
    n = len(vectors)
    of = cores.LooseStatements.of_all(vectors, np.full(n, mapped), pieces, before, alone)
    groups = np.zeros(n, np.int32) if labels is None else labels
    return [int(group) for group in cores.of_groups(of, groups, np.full(n, held))]


def test_of_a_loose_group_is_left_what_is_said_again_and_again_in_it() -> None:
    assert cut(said((0, 8), *STRAYS)) == [0] * 8 + [-1] * 16


def test_two_things_that_a_loose_group_says_are_two_groups() -> None:
    assert cut(said((0, 8), (1, 6), *STRAYS)) == [0] * 8 + [1] * 6 + [-1] * 16


def test_a_group_stays_whole_of_which_one_statement_tells_two_in_five_or_that_people_put_together() -> None:
    assert cut(said((0, 8), *STRAYS[:8])) == [0] * 16
    assert cut(said((0, 8), *STRAYS), held=True) == [0] * 24


def test_a_loose_group_beside_more_that_is_none_is_a_broad_subject_and_stays_whole() -> None:
    labels = np.array([0] * 24 + [1] * 30, np.int32)
    assert cut(said((0, 8), *STRAYS, (1, 30)), labels=labels) == [0] * 24 + [1] * 30
    assert cut(said((0, 8), *STRAYS, (1, 12)), labels=labels[:36]) == [1] * 8 + [-1] * 16 + [0] * 12


def test_a_group_of_which_hardly_two_say_the_same_is_none() -> None:
    assert cut(said((0, 2), *STRAYS)) == [-1] * 18


def test_what_few_people_say_in_many_statements_is_no_core() -> None:
    pieces = np.array([0, 0, 0, 1, 1, 1, 2, 2, *range(3, 19)])
    assert cut(said((0, 8), *STRAYS), pieces=pieces) == [-1] * 24


def test_a_core_is_of_who_says_it_and_not_of_what_else_they_wrote() -> None:
    says = said(*STRAYS[:4], (0, 4), *STRAYS)
    assert cut(said((0, 8), *STRAYS), alone=says) == [-1] * 4 + [0] * 4 + [-1] * 16


def test_a_group_is_cut_down_where_hardly_two_say_the_same_though_their_whole_comments_are_alike() -> None:
    assert cut(said((0, 24)), alone=said((0, 4), *STRAYS, *STRAYS[:4])) == [0] * 4 + [-1] * 20
    assert cut(said((0, 24)), alone=said((0, 8), *STRAYS)) == [0] * 24


def test_who_says_something_else_about_it_is_not_in_its_core() -> None:
    rows = said((0, 8), *STRAYS)
    rows[8:12, 0] = 0.55  # alike in what it is about
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert cut(rows) == [0] * 8 + [-1] * 16


def test_what_was_known_stays_apart_and_takes_up_who_says_the_same() -> None:
    known = np.array([7] * 6 + [-1] * 2 + [3] * 3 + [-1] * 17, np.int32)
    assert cut(said((0, 8), (1, 4), *STRAYS), before=known) == [0] * 8 + [1] * 4 + [-1] * 16


def test_what_was_known_stays_one_where_it_is_found_in_two_loose_groups() -> None:
    known = np.array([7] * 9 + [-1] * 24, np.int32)
    labels = np.array([0] * 6 + [1] * 3 + [0] * 12 + [1] * 12, np.int32)
    strays = [(thing, 1) for thing in range(1, 20)] + [(19, 1)] * 5
    assert cut(said((0, 9), *strays), before=known, labels=labels)[:9] == [0] * 9


def test_who_was_in_a_core_stays_there_when_others_as_far_from_it_come_not_in() -> None:
    rows = said((0, 8), *STRAYS)
    rows[8:16, 0], rows[8:16, 4:12] = 0.3, rows[8:16, 4:12] * 0.7  # eight who lie between
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    known = np.array([0] * 12 + [-1] * 12, np.int32)
    found = cut(rows, before=known)
    assert found[:8] == [0] * 8 and found[8:12] == [0] * 4 and found[16:] == [-1] * 8 and -1 in found[12:16]


def test_of_what_a_map_leads_here_less_likeness_is_asked() -> None:
    rows = said((0, 8), *STRAYS, alike=0.42)
    assert cut(rows) == [-1] * 24
    assert cut(rows, mapped=True) == [0] * 8 + [-1] * 16


def test_of_many_thousands_some_tell_where_most_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = said((0, 40), (1, 30), *STRAYS * 6)
    whole = cut(vectors)
    monkeypatch.setattr(cores, "LISTENED_TO", 20)
    assert cut(vectors) == whole == [0] * 40 + [1] * 30 + [-1] * 96
