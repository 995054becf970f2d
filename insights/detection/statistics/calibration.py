"""Whether chance brings to a service what the test says: told by what was found in it and never became certain.

A candidate whose chance is one a week ought to be met about once a week where nothing happens. Where such near misses
are more frequent (the rates wander more than the test allows for, people copy each other's words), every chance is as
much larger. Where they are rarer it stays as it is: what is rare at one a week need not be rarer at one a year. What
became a signal is no near miss: it may well be real.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from insights.detection.statistics.gamma_poisson import WEEK_HOURS

NEAR_MISS_CHANCE = 1.0
"""The chance a week up to which a candidate is a near miss: that many a week are to be expected."""

SPAN_HOURS = 26 * WEEK_HOURS
PRIOR_WEEKS = 4.0
"""Weeks with as many near misses as should be, that a service starts with: kinds of services that we know lie so far
apart (.5 and 1.7 a week) that a month of its own past tells more than what is common to them."""

LEAST_FACTOR, LARGEST_FACTOR = 1.0, 10.0

SAME_NEAR_MISS_HOURS = 2 * WEEK_HOURS
"""After so long, the same statements make a new near miss."""


class NearMiss(msgspec.Struct, frozen=True):
    """A candidate that did not become certain: when it was last met (hours), and the keys of its statements."""

    at: float
    keys: frozenset[int]


class Calibration(msgspec.Struct, frozen=True, rename={"near_misses": "stirs"}):
    """The near misses of a service.

    `since` is the hour from which they are counted, None before it is known what is usual in the service.
    """

    since: float | None = None
    near_misses: tuple[NearMiss, ...] = ()

    def factor(self, now: float) -> float:
        """Tell what every chance is to be multiplied by in this service at the hour `now`."""
        weeks = min(now - self.since, SPAN_HOURS) / WEEK_HOURS if self.since is not None else 0.0
        recent = sum(now - one.at < SPAN_HOURS for one in self.near_misses)
        factor = (PRIOR_WEEKS + recent) / (PRIOR_WEEKS + NEAR_MISS_CHANCE * weeks)
        return float(np.clip(factor, LEAST_FACTOR, LARGEST_FACTOR))

    def started(self, now: float) -> Calibration:
        """Count near misses from now on, unless they are counted already."""
        return self if self.since is not None else msgspec.structs.replace(self, since=now)

    def with_near_miss(self, keys: Iterable[int], now: float) -> Calibration:
        """Add one more, or renew an earlier one that shares a statement with it."""
        mine = frozenset(keys)
        again = [one for one in self.near_misses if one.keys & mine and now - one.at < SAME_NEAR_MISS_HOURS]
        merged = NearMiss(now, mine.union(*(one.keys for one in again)))
        others = (one for one in self.near_misses if one not in again and now - one.at < SPAN_HOURS)
        return msgspec.structs.replace(self, near_misses=(*others, merged))

    def without(self, keys: Iterable[int]) -> Calibration:
        """Take out what has become certain."""
        certain = set(keys)
        return msgspec.structs.replace(
            self, near_misses=tuple(one for one in self.near_misses if not one.keys & certain)
        )
