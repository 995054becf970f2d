"""What is found, and what stands of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from insights.detection.index import Vectors
from insights.detection.look import Way
from insights.detection.scan import Region

Kind = Literal["new", "surge", "regression"]
Tier = Literal["signal", "watch"]


@dataclass(frozen=True, slots=True)
class Active:
    """An issue that has been signalled and is still being reported. Its members are its reports since it began.

    `region`: where it was found, None where it was known and only its own reports are meant; `usual`: reports an hour
    before it began, so that a known issue ends when it is back at its level. One of the tier `watch` claims no reports:
    they are evidence still. `told`: when it was last signalled.
    """

    issue: str
    begun: dt.datetime
    last_report: dt.datetime
    region: Region | None = None
    usual: float = 0.0
    tier: Tier = "signal"
    told: dt.datetime | None = None

    @property
    def claims(self) -> bool:
        """Whether a report in its region is one of its own, before anybody has grouped it."""
        return self.tier == "signal" and self.region is not None


@dataclass(frozen=True, slots=True)
class Resolved:
    """An issue that people hold to be resolved: since when, and the centre of its vectors as they came (unit)."""

    at: dt.datetime
    centroid: Vectors


@dataclass(frozen=True, slots=True)
class Signal:
    """The finding that an issue is new, a surge or a regression, with its evidence.

    `issue`: a known one, or with `centroid` and `radius` (of unit vectors as they came; a cosine) one that was found
    by the scan, now or when it came to be watched, and is to be stored under this id. `observed` reports in the last
    `window` hours, where `expected` were; `score`: -log10 of how likely so many are; `chance`: how often a week chance
    alone brings the like in this service. `tier`: whether it is sure enough to be sent. `way`: whether it was found in
    a neighbourhood, in one channel's, about a known issue or about a resolved one; `keys`: the statements that it rests
    on; `against`: what speaks against it.
    """

    kind: Kind
    tier: Tier
    issue: str
    since: dt.datetime
    observed: int
    expected: float
    score: float
    chance: float
    window: int
    feedback_ids: tuple[str, ...]
    keys: tuple[int, ...]
    channels: dict[str, int]
    way: Way
    centroid: Vectors | None = None
    radius: float | None = None
    against: tuple[str, ...] = ()
