"""Which statements are grouped among themselves: by what the embedding model can compare, praise apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EMBEDDED_WELL = {"en", "unknown"}
"""What the model was trained on. The rest is grouped among its own kind, and never scored as if it were English."""


class Crowd(NamedTuple):
    """Statements that are grouped among themselves: of one language, and praise apart from what may be an issue.

    Embeddings tell what is spoken of better than how it is judged: in one group, "friendly staff" hides "rude staff".
    """

    language: str
    praise: bool


def crowd_of(language: str, kind: str) -> Crowd:
    """Say which crowd a statement of this language and kind belongs to; an unknown language counts as English."""
    return Crowd("en" if language in EMBEDDED_WELL else language, kind == "praise")


def by_crowd(crowds: Sequence[Crowd]) -> Iterator[tuple[Crowd, NDArray[np.int64]]]:
    """Yield each crowd, in their order, with the rows that are of it."""
    for crowd in sorted(set(crowds)):
        yield crowd, np.array([row for row, its in enumerate(crowds) if its == crowd], np.int64)
