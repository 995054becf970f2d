"""Dates, numbers and names of languages as each language writes them (by Babel, from the CLDR)."""

import datetime as dt
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from feedback.i18n import language
from feedback.i18n.catalogues import ENGLISH

_TERRITORIES = {ENGLISH: "en_GB"}
"""English as it is written here."""


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_TERRITORIES.get(code, code))


def tag(code: str = "") -> str:
    """Returns the tag of a language, or of the one that is spoken, as an attribute `lang` has it (BCP 47)."""
    return str(_locale(code or language())).replace("_", "-")


def direction() -> str:
    """Returns in which direction the language that is spoken is written: ltr or rtl."""
    return str(_locale(language()).text_direction)


def own_name(code: str) -> str:
    """Returns what a language calls itself, as in: Cymraeg."""
    return upper_first(str(_locale(code).languages[code]))


def upper_first(text: str) -> str:
    """Writes a text as a sentence begins, and leaves the rest as it is: names keep their capitals."""
    return text[:1].upper() + text[1:]


def long_date(day: dt.date) -> str:
    """Writes a day, as in: 25 May 2026."""
    return format_date(day, "d MMMM y", _locale(language()))


def short_date(day: dt.date) -> str:
    """Writes a day in little room, as in: 25 Nov 2026."""
    return format_date(day, "d MMM y", _locale(language()))


def date_and_time(local: dt.datetime) -> str:
    """Writes a time, as in: 25 May 2026, 14:05."""
    return format_datetime(local.replace(tzinfo=None), "d MMM y, HH:mm", locale=_locale(language()))


def weekday(day: dt.date) -> str:
    """Names a day of this week, as in: Saturday 28 November."""
    return format_date(day, "EEEE d MMMM", _locale(language()))


def weekday_names(code: str = "") -> list[tuple[str, str]]:
    """Lists what days are called in a language, Monday first: whole, then cut short, in small letters."""
    widths = [_locale(code or language()).days["format"][width] for width in ("wide", "abbreviated")]
    return [(widths[0][day].casefold(), widths[1][day].casefold()) for day in range(7)]


def number(value: float, decimals: int = 0) -> str:
    """Writes a number with the signs between its groups of digits, as in: 12,345."""
    return _number(round(value, decimals) + 0, decimals, language())  # + 0: nothing is not negative


@lru_cache(maxsize=4_096)
def _number(value: float, decimals: int, code: str) -> str:
    """A page writes the same few hundreds of times."""
    return format_decimal(value, "#,##0" + "." * bool(decimals) + "0" * decimals, _locale(code))


def percent(share: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Writes a share of one, as in: 65%, or 65 % in French; what is little and not nothing is less than 1%.

    With `signed` it is a change, as in: +12%, or −60%.
    """
    locale = _locale(language())
    least = 10.0 ** -(decimals + 2)
    if not signed and 0 < share < least / 2:
        return f"<\xa0{percent(least, decimals)}"
    pattern = locale.percent_formats[None].pattern.replace("#,##0", "#,##0" + "." * bool(decimals) + "0" * decimals)
    written = format_percent(abs(share), pattern, locale)
    sign = ("−" if share < 0 else "+") if signed else ""
    return f"{sign}{written}"


def calendar_names() -> dict[str, list[str]]:
    """Returns the names of days (from Sunday) and of months, by the keys of d3-time-format, which draws charts."""
    locale = _locale(language())
    days, months = locale.days["format"], locale.months["format"]
    from_sunday = (6, *range(6))
    return {
        "days": [days["wide"][day] for day in from_sunday],
        "shortDays": [days["abbreviated"][day] for day in from_sunday],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
