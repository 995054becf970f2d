"""Groups that only accompany one other: "it has not arrived" is said beside "my badge was lost in the post".

Who says it speaks of the other, and is counted there: a list of issues is longer for it and tells nothing more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Labels, by_group

BESIDE = 0.8
"""Of the pieces of feedback of a group, the share that also speak of one other, larger group, from which on it only
accompanies that."""

MOSTLY = 0.5
"""The part of a group that was grouped before, beyond which it goes on."""


def leave_out(labels: Labels, pieces: NDArray[np.int64], held: NDArray[np.bool_], before: Labels) -> Labels:
    """Leave out the groups that accompany another: (n,) labels, -1 for none.

    `pieces`: (n,) in which piece of feedback each was said; `held`: (n,) whose group stays whatever is said beside it,
    as one does most of which was grouped `before`, (n,), -1 for none.
    """
    labels, speaking = labels.copy(), list[set[int]]()
    groups = [(group, set(pieces[group].tolist())) for group in by_group(labels)]
    for group, its in sorted(groups, key=lambda one: -len(one[1])):
        beside = max((len(its & larger) for larger in speaking), default=0)
        stays = held[group].any() or (before[group] >= 0).mean() > MOSTLY
        if beside >= BESIDE * len(its) and not stays:
            labels[group] = -1
        else:
            speaking.append(its)
    return labels
