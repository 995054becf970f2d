"""What the detector remembers beside the reports, as it is stored: another worker goes on exactly where one stopped."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from feedback.record.models import Signal
from insights import detect
from insights.noticing.calibration import Calibration
from insights.noticing.habits import Habits


@dataclass(frozen=True, slots=True)
class Remembered:
    active: tuple[detect.Active, ...] = ()
    calibration: Calibration = Calibration()
    habits: tuple[float, Habits] | None = None


def freeze(state: detect.State) -> bytes:
    kept = Remembered(state.active, state.calibration, state.habits)
    return msgspec.msgpack.encode(kept, enc_hook=_bytes)


def thaw(state: detect.State, stored: bytes | None, standing: Iterable[Signal]) -> detect.State:
    """What people ended is forgotten; what stands and was never remembered goes on by its issue's reports alone."""
    kept = _decoded(stored) if stored else Remembered()
    by_issue: dict[tuple[str, str], detect.Active] = {(active.issue, active.tier): active for active in kept.active}
    active = [by_issue.get((str(signal.issue_id), signal.tier)) or _by_itself(signal) for signal in standing]
    return replace(state, active=tuple(active), calibration=kept.calibration, habits=kept.habits)


def _by_itself(signal: Signal) -> detect.Active:
    usual = signal.expected / signal.window_hours
    tier: detect.Tier = "watch" if signal.tier == "watch" else "signal"
    return detect.Active(str(signal.issue_id), signal.since, signal.last_report_at, usual=usual, tier=tier)


def _decoded(stored: bytes) -> Remembered:
    """Nothing, where an earlier version of this code stored it in another form."""
    try:
        return msgspec.msgpack.decode(stored, type=Remembered, dec_hook=_array)
    except msgspec.MsgspecError:
        return Remembered()


def _bytes(value: Any) -> Any:
    """Vectors as little-endian single floats; a number of NumPy's as one of Python's."""
    return np.asarray(value, "<f4").tobytes() if isinstance(value, np.ndarray) else value.item()


def _array(_: Any, value: bytes) -> np.ndarray:
    return np.frombuffer(value, "<f4").copy()
