"""What is read from the store as arrays."""

import numpy as np

from insights.statement_arrays import matrix


def blob(*numbers: float) -> bytes:
    """As PostgreSQL sends a halfvec."""
    return bytes(4) + np.array(numbers, ">f2").tobytes()


def test_vectors_are_rows_of_length_one() -> None:
    assert np.allclose(matrix([blob(3, 4), blob(0, 2)]), [[0.6, 0.8], [0.0, 1.0]])
    assert matrix([]).shape == (0, 0)


def test_one_that_has_spoiled_is_like_nothing_and_spoils_no_other() -> None:
    assert np.allclose(matrix([blob(1), blob(3, 4), blob(0, 2)]), [[0.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
