"""Dates and times in every form that spreadsheets, forms and survey tools write, the day first as in Britain."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from feedback.record.errors import Malformed
from feedback.record.limits import EARLIEST, LATEST

LONDON: Final = ZoneInfo("Europe/London")
_YEARS: Final = range(EARLIEST.year, LATEST.year)
_LONGEST: Final = 60
_SERIALS: Final = range(10_000, 80_000)
"""Days since the end of 1899, as Excel counts them: of 1927 to 2119."""
_FIRST_SERIAL: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - the zone is added by the caller
_PIVOT: Final = 70
"""Years of two figures from here on are of the last century."""
_SECONDS: Final = range(10**9, 4 * 10**9)
"""Seconds since 1970, as computers count them: of 2001 to 2096."""

_MONTH_NAMES: Final = {
    name: number
    for number, names in enumerate(
        (
            *("january jan ionawr ion", "february feb chwefror chwe", "march mar mawrth maw", "april apr ebrill ebr"),
            *("may mai", "june jun mehefin meh", "july jul gorffennaf gorff", "august aug awst"),
            *("september sept sep medi", "october oct hydref hyd", "november nov tachwedd tach"),
            "december dec rhagfyr rhag",
        ),
        start=1,
    )
    for name in names.split()
}
_DAYS: Final = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:dydd |nos )?(?:llun|mawrth(?= \d)|mercher|iau|gwener|sadwrn|sul)"
)
_ZONES: Final = {"z": 0, "utc": 0, "gmt": 0, "bst": 60}
_MARK: Final = r"[\s,]*"
_OFFSET: Final = r"(?:(?P<zone>z|utc|gmt|bst)?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?|\((?P<bracketed>utc|gmt|bst)\))"
_TIME: Final = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    rf"\s?(?P<half>[ap]\.?\s?m\.?|y[bhp])?\s?{_OFFSET}(?:\s?\((?!utc|gmt|bst)[a-z ]{{3,40}}\))?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|af|ail|ydd|ed|fed|eg|ain)?"
_MONTH, _NAME = r"(?P<month>\d{1,2})", r"(?P<name>[^\W\d_]{3,10})\.?"
_YEAR: Final = r"(?P<year>\d{4}|'?\d{2})"
_FIGURES: Final = tuple(
    re.compile(form + r"(?!\d)")
    for form in (
        r"(?P<year>\d{4})(?P<gap>[-/. ])(?P<month>\d{1,2})(?P=gap)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_DAY}\s?(?P<gap>[-/. ])\s?{_MONTH}\s?(?P=gap)\s?{_YEAR}",
        rf"{_DAY}[-/. ]{{0,2}}(?:of )?{_NAME}[-/., ]{{0,2}}{_YEAR}",
        rf"{_NAME}[-/. ]{{1,2}}{_DAY}[-/., ]{{1,2}}{_YEAR}",
        rf"(?P<year>\d{{4}})[-/. ]{_NAME}[-/. ]{_DAY}",
    )
)
_WEEKDAY: Final = re.compile(rf"^(?:{_DAYS})\.?,?\s+", re.IGNORECASE)
_TIME_BEHIND: Final = re.compile(rf"(?:t|{_MARK}(?:at |am (?=\d))?){_TIME}")
_TIME_BEFORE: Final = re.compile(r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?\s?(?:[ap]m)?)(?:\s+on|,)?\s+(?P<date>\S.*)")
_NUMBER: Final = re.compile(r"\d{4,13}(?:\.\d{1,12})?")
_FIRST_TWO: Final = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})\b")

_REFUSED: Final = "This is no date: write 2025-03-31, 2025-03-31T09:30:00Z or 31/03/2025."


def moment(text: str, zone: dt.tzinfo = LONDON, *, month_first: bool = False) -> dt.datetime | dt.date:
    """Reads a date, or a date with a time; the day stands before the month unless `month_first`.

    A time without an offset is one of `zone`; midnight without an offset is what spreadsheets make of a date alone. An
    hour that comes twice when clocks go back is the first of the two. Raises `Malformed` where it is neither.
    """
    read = _read(text.strip(), month_first) if len(text) <= _LONGEST else None
    if read is None or read.year not in _YEARS:
        raise Malformed(_REFUSED)
    if read.tzinfo is not None:
        return read
    return read.date() if read.time() == dt.time() else read.replace(tzinfo=zone)


def months_stand_first(written: Iterable[str], *, usual: bool = False) -> bool:
    """Tells whether dates of one column have the month first, as those do that could not be dates otherwise.

    `usual` is the answer where every date could be read both ways.
    """
    pairs = [(int(found[1]), int(found[2])) for text in written if (found := _FIRST_TWO.match(text))]
    if any(first > 12 for first, _ in pairs):
        return False
    return usual or any(second > 12 >= first for first, second in pairs)


def _read(text: str, month_first: bool) -> dt.datetime | None:
    """The moment, without a zone where the text names none."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        if _NUMBER.fullmatch(text):
            return _counted(float(text))
        return _written(" ".join(_WEEKDAY.sub("", text.lower()).split()), month_first)
    except (ValueError, OverflowError):
        return None


def _counted(number: float) -> dt.datetime | None:
    """A serial number of Excel, or seconds or their thousandths since 1970."""
    if int(number) in _SERIALS:
        seconds = round((number % 1) * 86_400)
        return _FIRST_SERIAL + dt.timedelta(days=int(number), seconds=seconds)
    for thousandths in (1, 1_000):
        if int(number / thousandths) in _SECONDS:
            return dt.datetime.fromtimestamp(number / thousandths, dt.UTC)
    return None


def _written(text: str, month_first: bool) -> dt.datetime | None:
    if before := _TIME_BEFORE.fullmatch(text):
        text = f"{before['date']} {before['time']}"
    for form in _FIGURES:
        found = form.match(text)
        if found is None or (date := _date(found, month_first)) is None:
            continue
        rest = text[found.end() :].strip(" ,")
        if not rest:
            return dt.datetime.combine(date, dt.time())
        behind = _TIME_BEHIND.fullmatch(text, found.end())
        return dt.datetime.combine(date, _time(behind)) if behind else None
    return None


def _date(found: re.Match[str], month_first: bool) -> dt.date | None:
    parts = found.groupdict()
    day, year = int(parts["day"]), int(parts["year"].lstrip("'"))
    if year < 100:
        year += 2000 if year < _PIVOT else 1900
    if name := parts.get("name"):
        named = _MONTH_NAMES.get(name)
        return dt.date(year, named, day) if named else None
    month = int(parts["month"])
    if month_first and found.start("day") < found.start("month"):
        day, month = month, day
    return dt.date(year, month, day)


def _time(found: re.Match[str]) -> dt.time:
    """Raises ValueError where there is no such time."""
    hour, half = int(found["hour"]), (found["half"] or "")[:2]
    if found["minute"] is None and not half:
        raise ValueError("a number is no time")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half[0] == "p" or half in ("yh", "yp") else 0)
    microsecond = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    return dt.time(hour, int(found["minute"] or 0), int(found["second"] or 0), microsecond, _zone(found))


def _zone(found: re.Match[str]) -> dt.tzinfo | None:
    name, offset = found["zone"] or found["bracketed"], found["offset"]
    if name is None and offset is None:
        return None
    minutes = _ZONES[name] if name else 0
    if offset:
        figures = offset[1:].replace(":", "")
        hours, rest = (figures[:-2], figures[-2:]) if len(figures) > 2 else (figures, "0")
        minutes += (int(hours) * 60 + int(rest)) * (-1 if offset[0] == "-" else 1)
    return dt.timezone(dt.timedelta(minutes=minutes))
