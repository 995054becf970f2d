"""Looks at a service: one more at whatever waits, and what the detector was told and said at each."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from insights.detection import detector
from tests.walking import put
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once

NOW = dt.datetime.now(dt.UTC)


@dataclass
class Look:
    """One call of the detector: what it was told, and what it said."""

    state: detector.State
    batch: tuple[detector.Observation, ...]
    now: dt.datetime
    told: dict[str, Any]
    signals: list[detector.Finding] = field(default_factory=list)


def look_at(worker: Worker) -> None:
    """As the walk, but topics stay as they are."""
    while any([work_once(worker, CLEAN), work_once(worker, GROUP), work_once(worker, NOTICE)]):
        pass


def break_the_photo(worker: Worker, hours: int, place: int, channel: str = "web") -> None:
    at = NOW - dt.timedelta(hours=hours)
    put(worker, *said(BROKEN, 4, skip=4 * place), at=at, channel=channel)
    put(worker, *said(USUAL, 3, skip=3 * place), at=at)
