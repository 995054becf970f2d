"""What the detector remembers beside the reports, in the binary form in which it is stored."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from insights.detection.signal import Active
from insights.detection.state import State
from insights.detection.statistics.baseline import Habits
from insights.detection.statistics.calibration import Calibration


@dataclass(frozen=True, slots=True)
class Remembered:
    active: tuple[Active, ...] = ()
    calibration: Calibration = Calibration()
    habits: tuple[float, Habits] | None = None


def freeze(state: State) -> bytes:
    """What another worker needs beside the reports to go on exactly where this one stopped."""
    kept = Remembered(state.active, state.calibration, state.habits)
    return msgspec.msgpack.encode(kept, enc_hook=_bytes)


def remembered(stored: bytes | None) -> Remembered:
    """Nothing, where nothing is stored, or an earlier version of this code stored it in another form."""
    try:
        return msgspec.msgpack.decode(stored, type=Remembered, dec_hook=_array) if stored else Remembered()
    except msgspec.MsgspecError:
        return Remembered()


def _bytes(value: Any) -> Any:
    """Vectors as little-endian single floats; a number of NumPy's as one of Python's."""
    return np.asarray(value, "<f4").tobytes() if isinstance(value, np.ndarray) else value.item()


def _array(_: Any, value: bytes) -> NDArray[np.float32]:
    return np.frombuffer(value, "<f4").copy()
