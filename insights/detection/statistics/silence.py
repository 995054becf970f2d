"""How long a channel may be silent before that is no chance, by its own silences of the last weeks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HourlyCounts = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float64]

HOURS_OF_A_WEEK = 168
FEWEST_PIECES, FEWEST_WEEKS = 20, 4
"""Of less it cannot be told what is usual."""

TAIL = 10
"""So many of the longest silences tell how fast longer ones become rare."""

PRIOR_WEEKS = 4.0
"""For each hour of the day so many hours of the average stand beside those seen: few hours tell little of it."""


@dataclass(frozen=True, slots=True)
class UsualSilence:
    """What to expect of a channel: `rates` are pieces an hour by slot (n,); `limit` is in pieces.

    A silence in which more than `limit` pieces were to be expected comes by chance as often as is tolerated.
    """

    rates: Rates
    limit: float

    def missing(self, slots: Slots) -> float:
        """Returns how many pieces were to be expected in these hours."""
        return float(self.rates[slots].sum())


def learn(counts: HourlyCounts, slots: Slots, tolerance: float) -> UsualSilence | None:
    """Learns from the pieces of each hour of some weeks (n,); None where they are too few.

    `slots` says of which kind each hour is, as an hour of a working day. Silences are measured by the pieces that were
    to be expected in them, so that nights and weekends are none. Two limits are taken, and the longer holds: that of
    pieces which come by chance alone (Poisson), R a week: of which R exp(-limit) silences are longer; and that of the
    channel's own silences, beyond whose tenth an exponential tail is laid with the uncertainty of its mean. `tolerance`
    is how many silences a week may be called too long by chance.
    """
    weeks, pieces = len(counts) / HOURS_OF_A_WEEK, int(counts.sum())
    if pieces < FEWEST_PIECES or weeks < FEWEST_WEEKS:
        return None
    rates = _rates(counts, slots)
    by_chance = float(np.log(max(pieces / weeks / tolerance, 1.0)))
    return UsualSilence(rates, max(by_chance, _beyond(_silences(counts, rates[slots]), weeks, tolerance)))


def _rates(counts: HourlyCounts, slots: Slots) -> Rates:
    number = int(slots.max()) + 1
    hours, pieces = np.bincount(slots, minlength=number), np.bincount(slots, counts, minlength=number)
    rates: Rates = (pieces + PRIOR_WEEKS * counts.mean()) / (hours + PRIOR_WEEKS)
    return rates


def _silences(counts: HourlyCounts, expected: Rates) -> Rates:
    """What was to be expected between one hour in which something came and the next, the longest silence first."""
    heard, until = np.flatnonzero(counts), np.concatenate([[0.0], np.cumsum(expected)])
    return np.sort(until[heard[1:]] - until[heard[:-1] + 1])[::-1]


def _beyond(silences: Rates, weeks: float, tolerance: float) -> float:
    """The silence that a week's silences exceed as often as is tolerated.

    Of `tail` silences beyond the next the mean excess m is known as well as that of `tail` exponential draws: a further
    one exceeds x with the probability (1 + x / (tail m)) ** -tail.
    """
    tail = min(TAIL, len(silences) - 1)
    if tail < 1:
        return 0.0
    least = float(silences[tail])
    spread = tail * (float(silences[:tail].mean()) - least)
    rarer = max(tail / weeks / tolerance, 1.0)
    return float(least + spread * (rarer ** (1 / tail) - 1))
