"""Faults that lie elsewhere, as it seems: they are held against no row, but what meets them lets others pass."""

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import OperationalError

from feedback.record.errors import Unavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 60.0
"""Seconds until a row is tried again that failed alone; twice as long each time."""

LIMITS_OF_PROGRAM = "54"
"""The class of PostgreSQL's errors about a value that it cannot take, too long for an index say."""


def lies_elsewhere(error: Exception) -> bool:
    """Tell whether a failure is not to be held against the rows: what we rest on was away, or seems to have been."""
    if isinstance(error, OperationalError):
        return not str(getattr(error.orig, "sqlstate", "")).startswith(LIMITS_OF_PROGRAM)
    return isinstance(error, Unavailable)


class Setback:
    """Says how a stage goes on in this process after such faults, until it has done as much at once as before.

    What failed is tried by halves, so that what fails each time does so alone in the end; then it waits, ever longer,
    and in no outage for longer than that has lasted.
    """

    def __init__(self, most: int) -> None:
        self.limit = self._most = most
        self._waits: dict[Any, tuple[float, float]] = {}

    def waiting(self) -> list[Any]:
        """Return the keys of the rows that let others pass."""
        now = time.monotonic()
        return [key for key, (until, _) in tuple(self._waits.items()) if until > now]

    def meet(self, keys: Iterable[Any]) -> None:
        """Take note of rows that failed together."""
        first, *others = keys
        if others:
            self.limit = max(1, (1 + len(others)) // 2)
            return
        _, pause = self._waits.get(first, (0.0, FIRST_PAUSE / 2))
        pause = min(2 * pause, LONGEST_PAUSE)
        self._waits[first] = time.monotonic() + pause, pause

    def overcome(self, keys: Iterable[Any]) -> bool:
        """Take note of rows that were done, and tell whether the stage is over the setback."""
        for key in keys:
            self._waits.pop(key, None)
        now = time.monotonic()
        for key, (until, pause) in tuple(self._waits.items()):
            if now > until + pause + LONGEST_PAUSE:  # another worker has done it
                self._waits.pop(key, None)
        self.limit = min(2 * self.limit, self._most)
        return self.limit == self._most and not self._waits
