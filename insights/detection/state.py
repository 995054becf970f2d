"""What is remembered of one service from one step to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from insights.detection.index import Memory, Report
from insights.detection.signal import Active
from insights.detection.statistics.baseline import Habits
from insights.detection.statistics.calibration import Calibration


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one service; an empty one is a new service.

    `reports`: of the last 32 days, as they came or were grouped since; `calibration`: how its chances are
    corrected by its own past; `joined`: the statements that the last step put into an issue, by key.
    """

    reports: tuple[Report, ...] = ()
    active: tuple[Active, ...] = ()
    calibration: Calibration = Calibration()
    joined: Mapping[int, str] = field(default_factory=dict)
    memory: Memory | None = field(default=None, repr=False, compare=False)
    version: int = field(default=0, repr=False, compare=False)
    habits: tuple[float, Habits] | None = field(default=None, repr=False, compare=False)

    def laid_out(self, batch: Sequence[Report]) -> Memory:
        """Its own memory, or one built anew: another step has used it, or its whitening is out of date."""
        if self.memory and self.memory.version == self.version and self.memory.serves(len(self.reports)):
            return self.memory
        return Memory((*self.reports, *batch))
