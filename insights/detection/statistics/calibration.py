"""Whether chance brings to a service what it is said to: told by what was found in it and never became certain.

A finding whose chance is one a week ought to be met about once a week where nothing happens. Where such stirs are more
frequent (the rates wander more than the test allows for, people copy each other's words), every chance is as much
larger. Where they are rarer it stays as it is: what is rare at one a week need not be rarer at one a year. What became
a signal is no stir: it may well be real.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from insights.detection.statistics.gamma_poisson import WEEK

STIR = 1.0
"""The chance up to which a finding is a stir: that many a week are to be expected."""

SPAN = 26 * WEEK
PRIOR = 26.0
"""Weeks as they should be, that a service starts with."""

LEAST, MOST = 1.0, 10.0

FORGOTTEN = 2 * WEEK
"""After so long, the same statements stir anew."""


@dataclass(frozen=True, slots=True)
class Stir:
    """`at`: when it was last met, in hours; `keys`: its statements."""

    at: float
    keys: frozenset[int]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`since`: the hour from which stirs are counted, None before it is known what is usual in the service."""

    since: float | None = None
    stirs: tuple[Stir, ...] = ()

    def factor(self, now: float) -> float:
        """What a chance is to be multiplied by in this service."""
        weeks = min(now - self.since, SPAN) / WEEK if self.since is not None else 0.0
        lately = sum(now - stir.at < SPAN for stir in self.stirs)
        return float(np.clip((PRIOR + lately) / (PRIOR + STIR * weeks), LEAST, MOST))

    def begun(self, now: float) -> Calibration:
        return self if self.since is not None else replace(self, since=now)

    def met(self, keys: Iterable[int], now: float) -> Calibration:
        """One more stir, or an earlier one again if it shares a statement with it."""
        mine = frozenset(keys)
        again = [stir for stir in self.stirs if stir.keys & mine and now - stir.at < FORGOTTEN]
        merged = Stir(now, mine.union(*(stir.keys for stir in again)))
        others = (stir for stir in self.stirs if stir not in again and now - stir.at < SPAN)
        return replace(self, stirs=(*others, merged))

    def without(self, keys: Iterable[int]) -> Calibration:
        """Less what has become certain."""
        certain = set(keys)
        return replace(self, stirs=tuple(stir for stir in self.stirs if not stir.keys & certain))
