"""What speaks against a finding: reasons for a person to look before acting on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insights.detection.index import Memory, Places

FEW = 5
"""Pieces below which a finding rests on few reports."""

ALIKE = 0.95
"""The similarity of two texts from which they are much the same words."""

NIGHT = 4.0
"""The hour until which what is said belongs to the day before."""

YOUNG = 28.0
"""Days that a service takes to show what is usual for it."""


def doubts(memory: Memory, recent: Places, age: float) -> tuple[str, ...]:
    """Of the reports that a finding rests on, in a service whose history is `age` days old."""
    rows = memory.rows[recent]
    channels = np.unique(memory.rows["channel"])
    found = {
        "few reports": len(np.unique(rows["piece"])) < FEW,
        "one channel only": len(channels) > 1 and _one(rows["channel"]),
        "one batch only": rows["batch"][0] >= 0 and _one(rows["batch"]),
        "one day only": days(memory, recent) < 2,
        "young service": age < YOUNG,
        "much the same words": _copied(memory, recent) >= 0.5,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def days(memory: Memory, places: Places) -> int:
    """On how many days these were said; a day ends when the night does."""
    return len(np.unique((memory.rows["at"][places] - NIGHT) // 24))


def _one(codes: NDArray[np.int32]) -> bool:
    return bool((codes == codes[0]).all())


def _copied(memory: Memory, places: Places) -> float:
    """The share of texts that are much the same as another of them."""
    likeness = memory.plain[places] @ memory.plain[places].T
    np.fill_diagonal(likeness, 0)
    return float((likeness.max(axis=1) >= ALIKE).mean())
