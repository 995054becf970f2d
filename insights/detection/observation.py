"""A statement as the detector sees it, and the kinds of arrays that the detector computes with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from feedback.record.states import ChannelName, StatementKind
from nlp.clean.severity import DEFAULT

Vectors: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]
FloatArray: TypeAlias = NDArray[np.float64]

HISTORY = dt.timedelta(days=32)
"""How much of a service's past the detector looks at: four weeks before the longest window of a busy service."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One statement as the detector sees it.

    `at` is when it was said. `vector` is a unit vector (d,), or None where the statement was not embedded: it counts in
    the volume all the same. `batch` names who entered it in bulk and when. `evidence` tells whether it may count
    towards a signal, `praise` that it praises, and `telling` that it says what is wrong or wished for and is no bare
    mention; `issue` is the one it has joined. A `late` one was over 48 h old on receipt, so it only teaches what is
    normal. `key` is the statement's own number. `sender` tells who sent it from others of that day, and
    `network` what it came by, where that is known and not yet forgotten; it was `sent_again` if they are forgotten, but
    it was not the first of that sender or network on that day.
    """

    feedback_id: str
    at: dt.datetime
    vector: Vectors | None
    channel: str
    evidence: bool = True
    issue: str | None = None
    batch: str | None = None
    late: bool = False
    key: int = 0
    praise: bool = False
    telling: bool = True
    sender: str | None = None
    network: str | None = None
    sent_again: bool = False

    @property
    def live(self) -> bool:
        """Whether somebody sent it when they said it: it is of no batch, no import, and no date without a time."""
        return self.batch is None and self.channel != ChannelName.IMPORT


def is_telling(kind: str, severity: float, language: str) -> bool:
    """Tell whether a statement says what is wrong or wished for, by its kind, its severity and its language.

    A bare mention ("The staff") counts as a problem, as doubt goes there; it may as well answer what was best. Only of
    English is that known.
    """
    return kind != StatementKind.PROBLEM or severity > DEFAULT or language != "en"


def hours(at: dt.datetime) -> float:
    """Express a moment as hours since 1970, the unit of time in all arrays of the detector."""
    return at.timestamp() / 3600


def moment(at: float) -> dt.datetime:
    """Give the moment that is so many hours since 1970."""
    return dt.datetime.fromtimestamp(at * 3600, dt.UTC)
