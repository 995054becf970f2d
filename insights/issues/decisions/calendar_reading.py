"""The process that reads a calendar file into events of a service: repeats within bounds, each at its time.

It reads a file from its input, and answers what it holds, or says what is wrong with it, as JSON.
"""

import datetime as dt
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec
import recurring_ical_events
from icalendar import Calendar, Component, Event, vDDDTypes
from icalendar.prop.broken import vBroken

from feedback.record.errors import Malformed
from insights.issues.decisions.calendar_file import MOST_EVENTS, CalendarEvent, CalendarFile

BACK, AHEAD = dt.timedelta(days=365), dt.timedelta(days=365)
"""How far back and ahead of today events are read, those that repeat above all."""

MOST_COMPONENTS = 5_000
LONGEST_REPEAT = dt.timedelta(days=20 * 365)
"""What began to repeat longer ago than this is not reckoned."""

_MOST_MEMORY = 2 << 30
_TIMES = ("DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID")
_REPEATS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS_OF_DAYS = ("BYHOUR", "BYMINUTE", "BYSECOND")
MAX_WHAT, MAX_LINK = 200, 2_000


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
