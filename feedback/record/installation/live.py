"""The settings that count now, which may change while a process runs."""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.encryption import KeyRing
from feedback.record.installation import opened, together
from feedback.record.models import StoredSettings
from feedback.record.settings import Settings

FRESH_SECONDS = 3.0
"""After so long a process looks whether anything was set."""


class LiveSettings:
    """The settings that count now: the operator's, and beneath them what is stored. Safe to ask from any thread."""

    def __init__(self, operators: Settings, keys: KeyRing, engine: Engine) -> None:
        self._operators, self._keys, self._engine = operators, keys, engine
        self._rows: Sequence[Any] = ()
        self._now, self._until = operators, -1.0
        self._lock = threading.Lock()

    def get(self) -> Settings:
        """Returns the settings. One thread at a time looks for new ones, and the others go on with what is known.

        An event loop waits for nobody: it has them looked for beside it, and goes on with what is known.
        """
        if time.monotonic() >= self._until:
            if not _on_event_loop():
                self._look()
            elif not self._lock.locked():
                threading.Thread(target=self._look, daemon=True).start()
        return self._now

    def forget(self) -> None:
        """Has the store read anew when next asked, because something was just set; a look under way came too early."""
        with self._lock:
            self._until = -1.0

    def _look(self) -> None:
        if self._lock.acquire(blocking=self._until < 0):
            try:
                if time.monotonic() >= self._until:
                    self._refresh()
            finally:
                self._lock.release()

    def _refresh(self) -> None:
        if self._operators.settings_in_browser:
            rows = self._stored()
            if rows != self._rows:
                self._rows, self._now = rows, together(self._operators, opened(self._keys, rows))
        self._until = time.monotonic() + FRESH_SECONDS

    def _stored(self) -> Sequence[Any]:
        """Without the store, what was last known."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(
                    select(StoredSettings.name, StoredSettings.sealed).order_by(StoredSettings.name)
                ).all()
        except SQLAlchemyError:
            return self._rows


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
