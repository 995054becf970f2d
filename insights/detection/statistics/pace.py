"""Whether something that stands out is growing or ebbing just now: the later half of a span against the earlier."""

from typing import Literal

from scipy.special import bdtr

Pace = Literal["growing", "steady", "ebbing"]

SIGNIFICANT = 0.1
"""The p-value below which the halves differ by more than chance: it is said to people who look, and sends nothing."""

PRIOR_PIECES = 5.0
"""Pieces that each half is taken to hold beside those that it has: few tell little of how busy a half was."""


def pace(late: int, early: int, volume_late: int, volume_early: int) -> Pace:
    """Tells by the reports of the two halves, held against all that the service received in them.

    A night in which nobody writes anything is no ebb. The p-value is that of the binomial distribution of the
    reports of the later half, given those of both.
    """
    share = (volume_late + PRIOR_PIECES) / (volume_late + volume_early + 2 * PRIOR_PIECES)
    both = late + early
    if late and 1 - bdtr(late - 1, both, share) < SIGNIFICANT:
        return "growing"
    return "ebbing" if bdtr(late, both, share) < SIGNIFICANT else "steady"
