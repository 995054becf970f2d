"""What the detector knows of one service from one step to the next, and the binary form in which it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from feedback.record.models import Signal
from feedback.record.states import Scale, SignalTier
from insights.detection.active_issues import ActiveIssue
from insights.detection.index import ObservationIndex
from insights.detection.observation import Observation, hours
from insights.detection.statistics.baseline import Baseline
from insights.detection.statistics.calibration import Calibration

MISSED = "missed"
"""The `way` in the evidence of a signal that people raised, and the machine did not."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one service; an empty state is a new service.

    `observations` are those of the last 32 days, as they came or were grouped since. `calibration` corrects its chances
    by its own past. `joined` tells which statements, by key, the last step put into which issue. `baseline` is what is
    usual, with the hour at which it was learnt. `index` is a cache that follows from the observations.
    """

    observations: tuple[Observation, ...] = ()
    active: tuple[ActiveIssue, ...] = ()
    calibration: Calibration = Calibration()
    joined: Mapping[int, str] = field(default_factory=dict)
    index: ObservationIndex | None = field(default=None, repr=False, compare=False)
    version: int = field(default=0, repr=False, compare=False)
    baseline: tuple[float, Baseline] | None = field(default=None, repr=False, compare=False)

    def indexed(self, batch: Sequence[Observation]) -> ObservationIndex:
        """Return its index; a new one where another step has used it, or its whitening is out of date."""
        if self.index and self.index.version == self.version and self.index.fits(len(self.observations)):
            return self.index
        return ObservationIndex((*self.observations, *batch))


class StoredState(msgspec.Struct, frozen=True, rename={"baseline": "habits"}):
    """What cannot be learnt from the observations. Names in the stored form are those of earlier versions."""

    active: tuple[ActiveIssue, ...] = ()
    calibration: Calibration = Calibration()
    baseline: tuple[float, Baseline] | None = None


def serialize(state: State) -> bytes:
    """Encode what another worker needs beside the observations to go on exactly where this one stopped."""
    return msgspec.msgpack.encode(StoredState(state.active, state.calibration, state.baseline), enc_hook=_encoded)


def deserialize(stored: bytes | None) -> StoredState:
    """Decode what was stored: nothing, where nothing is, or where another version stored it in another form."""
    try:
        return msgspec.msgpack.decode(stored, type=StoredState, dec_hook=_array) if stored else StoredState()
    except msgspec.MsgspecError:
        return StoredState()


def restore(state: State, stored: bytes | None, signals: Sequence[Signal]) -> State:
    """Go on where another worker stopped, with the issues of these signals, which have not ended.

    What people ended meanwhile is forgotten. A signal of which nothing was stored goes on by its issue's reports alone.
    """
    known = deserialize(stored)
    by_issue = {(active.issue, active.tier): active for active in known.active}
    active = [
        by_issue.get((str(signal.issue_id), SignalTier(signal.tier)))
        or ActiveIssue(
            str(signal.issue_id),
            signal.since,
            signal.last_report_at,
            usual_per_hour=signal.expected / signal.window_hours,
            tier=SignalTier(signal.tier),
            last_signalled=signal.detected_at,
            slow=signal.evidence.get("scale") == Scale.SLOW,
        )
        for signal in signals
    ]
    calibration = _judged(known.calibration, state.observations, signals)
    return replace(state, active=tuple(active), calibration=calibration, baseline=known.baseline)


def _judged(known: Calibration, observations: Sequence[Observation], signals: Sequence[Signal]) -> Calibration:
    """Count by what people said: what the machine missed was no chance, and what they called a false alarm was."""
    judged = {str(it.issue_id): it for it in signals if it.false_at or it.evidence.get("way") == MISSED}
    keys: dict[str, list[int]] = {}
    for one in observations if judged else ():
        if one.issue in judged:
            keys.setdefault(one.issue, []).append(one.key)
    for issue, mine in keys.items():
        false = judged[issue].false_at is not None
        known = known.with_near_miss(mine, hours(judged[issue].detected_at)) if false else known.without(mine)
    return known


def _encoded(value: Any) -> Any:
    """Vectors become little-endian single floats; a number of NumPy's becomes one of Python's."""
    return np.asarray(value, "<f4").tobytes() if isinstance(value, np.ndarray) else value.item()


def _array(_: Any, value: bytes) -> NDArray[np.float32]:
    return np.frombuffer(value, "<f4").copy()
