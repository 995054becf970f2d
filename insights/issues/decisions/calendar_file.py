"""A calendar file (iCalendar, RFC 5545): the events that it holds, read in a process of its own."""

import asyncio
import datetime as dt
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from feedback.record.errors import Malformed
from insights.issues.decisions.lifecycle import Link, ShortText

MOST_EVENTS = 200
"""Events that are taken from one file, the earliest first."""

MOST_SECONDS = 10
"""Of processor time, for a file: what repeats on a day that there never is is looked for until the year 9999."""

_READER = "insights.issues.decisions.calendar_reading"
_PATIENCE = 6
"""How many times as long a busy machine may take."""

_ONE_AT_A_TIME = asyncio.Semaphore(1)


class CalendarEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An event as the file tells it; `until` is none where it has no length."""

    what: ShortText
    at: dt.datetime
    until: dt.datetime | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What a file holds. `has_more`: there are more events than are taken; `skipped` cannot be read, or say nothing."""

    events: list[CalendarEvent]
    has_more: bool
    skipped: int


async def read_apart(body: bytes, time_zone: str, now: dt.datetime) -> CalendarFile:
    """Reads a file in a process of its own, which has bounds, so that none keeps anybody else waiting.

    Raises `Malformed` for what is no calendar, and for what takes too long or too much memory.
    """
    command = [sys.executable, "-P", "-m", _READER, time_zone, now.isoformat(), str(MOST_SECONDS)]
    async with _ONE_AT_A_TIME:
        code, answer = await _asked(command, body)
    held = msgspec.json.decode(answer, type=CalendarFile | str) if code == 0 else "it repeats too often to be reckoned"
    if isinstance(held, str):
        raise Malformed(held)
    return held


async def _asked(command: Sequence[str], body: bytes) -> tuple[int | None, bytes]:
    """What it fails of is not told: it may quote the file."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=nowhere, env=environment)
    try:
        answer, _ = await asyncio.wait_for(child.communicate(body), _PATIENCE * MOST_SECONDS)
    except TimeoutError:
        return None, b""
    finally:
        if child.returncode is None:
            child.kill()
    return child.returncode, answer
