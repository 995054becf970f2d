"""Rows that belong together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.embed.vectors import by_group, evenly


@given(st.lists(st.integers(-1, 5)))
def test_each_row_of_a_group_is_in_its_group_alone_and_in_order(labels: list[int]) -> None:
    found = [rows.tolist() for rows in by_group(np.array(labels, np.int32))]
    assert found == [[row for row, its in enumerate(labels) if its == it] for it in sorted(set(labels) - {-1})]


def test_places_are_spread_evenly_and_all_are_taken_where_there_are_few() -> None:
    assert evenly(5, 9).tolist() == [0, 1, 2, 3, 4]
    assert evenly(9, 3).tolist() == [0, 4, 8]
    assert evenly(0, 3).tolist() == []
