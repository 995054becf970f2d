"""Which statements are grouped among themselves: by what their vectors can be compared with, praise apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EMBEDDED_WELL = {"en", "unknown"}
"""What the main model was trained on. The rest is grouped with it where it was mapped into its space, else among its
own kind, and never scored as if it were English."""

MEASURED = ("cy", "pl", "ro", "ur")
"""Of the languages that are mapped into its space, those of which it was measured how near they come to English twins
(docs/grouping.md); of the others nobody knows."""

MAPPED = " from "
"""Stands in the name of what embedded a text between the main model and the one whose vectors were mapped to it."""

MAPPED_REACH = np.float32(0.7)
"""The similarity that a mapped statement needs to a neighbour, as a share of what others need: its own to its English
twin is .53 (Welsh) to .61 (Urdu) where an English one's would be 1."""


class Stratum(NamedTuple):
    """Statements grouped among themselves: of languages that compare, and praise apart from what may be an issue.

    Embeddings tell what is spoken of better than how it is judged: in one group, "friendly staff" hides "rude staff".
    """

    language: str
    praise: bool


def stratum_of(language: str, kind: str, embedded_by: str | None = None) -> Stratum:
    """Say which stratum a statement of this language and kind belongs to, by what embedded it.

    An unknown language counts as English, and so does one whose vectors were mapped into the space of English.
    """
    comparable = language in EMBEDDED_WELL or is_mapped(embedded_by)
    return Stratum("en" if comparable else language, kind == "praise")


def is_mapped(embedded_by: str | None) -> bool:
    """Tell whether a vector comes from another encoder by a map."""
    return MAPPED in (embedded_by or "")


def reach_of(mapped: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How near each must be, as a share of what others need; `mapped`: whose vectors come from another encoder."""
    return np.where(mapped, MAPPED_REACH, np.float32(1))


def by_stratum(strata: Sequence[Stratum]) -> Iterator[tuple[Stratum, NDArray[np.int64]]]:
    """Yield each stratum, in their order, with the rows that are of it."""
    for stratum in sorted(set(strata)):
        yield stratum, np.array([row for row, its in enumerate(strata) if its == stratum], np.int64)
