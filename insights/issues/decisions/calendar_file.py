"""A calendar file (iCalendar, RFC 5545) read into events of a service: repeats within bounds, each at its time.

Run as a module it is the process that `read_apart` starts: it reads a file from its input, and answers what it holds,
or says what is wrong with it, as JSON.
"""

import asyncio
import datetime as dt
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec
import recurring_ical_events
from icalendar import Calendar, Component, Event, vDDDTypes
from icalendar.prop.broken import vBroken

from feedback.record.errors import Malformed
from insights.issues.decisions.lifecycle import Link, ShortText

BACK, AHEAD = dt.timedelta(days=365), dt.timedelta(days=365)
"""How far back and ahead of today events are read, those that repeat above all."""

MOST_EVENTS = 200
"""Events that are taken from one file, the earliest first."""

MOST_COMPONENTS = 5_000
LONGEST_REPEAT = dt.timedelta(days=20 * 365)
"""What began to repeat longer ago than this is not reckoned."""

MOST_SECONDS = 10
"""Of processor time, for a file: what repeats on a day that there never is is looked for until the year 9999."""

_MOST_MEMORY = 2 << 30
_PATIENCE = 6
"""How many times as long a busy machine may take."""

_ONE_AT_A_TIME = asyncio.Semaphore(1)
_TIMES = ("DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID")
_REPEATS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS_OF_DAYS = ("BYHOUR", "BYMINUTE", "BYSECOND")
MAX_WHAT, MAX_LINK = 200, 2_000


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

    Raises `Malformed` as `read` does, and for what takes too long or too much memory.
    """
    command = [sys.executable, "-P", "-m", __name__, time_zone, now.isoformat(), str(MOST_SECONDS)]
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


def read(body: bytes, time_zone: str, now: dt.datetime) -> CalendarFile:
    """Reads a file. Raises `Malformed` for what is no calendar.

    A time without a zone, and a day, are of `time_zone`. What was cancelled is left out.
    """
    try:
        calendars = Calendar.from_ical(body, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Malformed("this is no calendar file (.ics)") from error
    if not calendars:
        raise Malformed("this calendar file (.ics) is empty, or cut off")
    parts = [part for calendar in calendars for part in calendar.walk("VEVENT")]
    if len(parts) > MOST_COMPONENTS:
        raise Malformed(f"a calendar file may hold {MOST_COMPONENTS:,} events at most")
    kept = [part for part in parts if _is_sound(part, now)]
    calendar = Calendar()
    if usual := calendars[0].get("X-WR-TIMEZONE"):
        calendar.add("X-WR-TIMEZONE", usual)
    for part in kept:
        calendar.add_component(part)
    zone = ZoneInfo(time_zone)
    told = _told(calendar, zone, now)
    events = list(islice(told, MOST_EVENTS + 1))
    return CalendarFile(events[:MOST_EVENTS], len(events) > MOST_EVENTS, len(parts) - len(kept))


def _is_sound(part: Component, now: dt.datetime) -> bool:
    """Whether it can be read, and does not repeat more often than daily, which a stranger could make go on for ever."""
    begun, rules = part.get("DTSTART"), part.get("RRULE") or []
    if not isinstance(begun, vDDDTypes) or not isinstance(begun.dt, dt.date):
        return False
    if not str(part.get("SUMMARY", "")).strip() or any(isinstance(part.get(name), vBroken) for name in _TIMES):
        return False
    rules = rules if isinstance(rules, list) else [rules]
    return len(rules) <= 1 and all(_is_bounded(rule) and _days(begun.dt, now) < LONGEST_REPEAT for rule in rules)


def _days(begun: dt.date, now: dt.datetime) -> dt.timedelta:
    return now.date() - (begun.date() if isinstance(begun, dt.datetime) else begun)


def _is_bounded(rule: object) -> bool:
    if not isinstance(rule, dict):
        return False
    often = all(str(each).upper() in _REPEATS for each in rule.get("FREQ", ("",)))
    return often and not any(part in rule for part in _PARTS_OF_DAYS) and all(n >= 1 for n in rule.get("INTERVAL", ()))


def _told(calendar: Calendar, zone: ZoneInfo, now: dt.datetime) -> Iterator[CalendarEvent]:
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    found = query.between(now - BACK, now + AHEAD)
    for event in sorted(found, key=lambda one: _moment(one.start, zone)):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            at, until = _moment(event.start, zone), _moment(event.end, zone)
            what = " ".join(str(event["SUMMARY"]).split())[:MAX_WHAT]
            yield CalendarEvent(what, at, until if until > at else None, _link(event))


def _moment(time: dt.date, zone: ZoneInfo) -> dt.datetime:
    """A day begins at its midnight."""
    if not isinstance(time, dt.datetime):
        time = dt.datetime.combine(time, dt.time())
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _link(event: Event) -> str | None:
    link = str(event.get("URL", "")).strip()
    return link if link.startswith(("http://", "https://")) and len(link) <= MAX_LINK else None


def _answer(time_zone: str, now: str) -> CalendarFile | str:
    try:
        return read(sys.stdin.buffer.read(), time_zone, dt.datetime.fromisoformat(now))
    except Malformed as error:
        return str(error)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.json.encode(_answer(*sys.argv[1:3])))
