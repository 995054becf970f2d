"""Times, counts and rates as people read them."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from feedback.i18n import _, formats, ngettext
from feedback.record.limits import UNSEEN
from insights.detection.statistics.trend import Band
from insights.presentation import labels

MOST_YEARS = 100
"""Years in which something comes once, beyond which nobody cares in how many."""


def one_line(text: str) -> str:
    """Writes text on one line, without control characters, or those that turn the direction of what follows."""
    return UNSEEN.sub("", " ".join(text.split()))


def day(date: dt.date) -> str:
    """Writes a day, as in: 25 May 2026."""
    return formats.long_date(date)


def short_day(date: dt.date) -> str:
    """Writes a day in a narrow column, as in: 25 Nov 2026."""
    return formats.short_date(date)


def moment(at: dt.datetime, zone: str) -> str:
    """Writes a time in a service's own time zone, as in: 25 May 2026, 14:05."""
    return formats.date_and_time(at.astimezone(ZoneInfo(zone)))


def since(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Names a time as people would, in a service's own time zone, as in: 14:05 yesterday, or Friday."""
    days, begun = _days_ago(moment, now, zone), moment.astimezone(ZoneInfo(zone))
    if days <= 0:
        return _("%(time)s today", time=f"{begun:%H:%M}")
    if days == 1:
        return _("%(time)s yesterday", time=f"{begun:%H:%M}")
    return day_of(moment, now, zone)


def day_of(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Names a day as people would, in a service's own time zone, as in: today, or Saturday 28 November."""
    days, begun = _days_ago(moment, now, zone), moment.astimezone(ZoneInfo(zone))
    if days <= 1:
        return _("today") if days <= 0 else _("yesterday")
    return formats.weekday(begun) if days < 7 else day(begun)


def ago(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Says how long ago something was, as in: 3 hours ago, or 4 weeks ago."""
    days, hours = _days_ago(moment, now, zone), int((now - moment) / dt.timedelta(hours=1))
    if days < 2:
        return ngettext("%(num)s hour ago", "%(num)s hours ago", hours)
    if days < 14:
        return ngettext("%(num)s day ago", "%(num)s days ago", days)
    return ngettext("%(num)s week ago", "%(num)s weeks ago", days // 7)


def _days_ago(moment: dt.datetime, now: dt.datetime, zone: str) -> int:
    place = ZoneInfo(zone)
    return (now.astimezone(place).date() - moment.astimezone(place).date()).days


def last_report(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Says when something was last said, as in: 4 minutes ago, or at 14:05 yesterday."""
    minutes = round((now - moment) / dt.timedelta(minutes=1))
    if minutes < 60:
        ago = ngettext("%(num)s minute ago", "%(num)s minutes ago", minutes)
        return ago if minutes > 0 else _("just now")
    return at_time(moment, now, zone)


def at_time(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Says when something was, as in: at 14:05 yesterday, or on Friday."""
    when = since(moment, now, zone)
    return _("at %(time)s", time=when) if ":" in when else _("on %(day)s", day=when)


def span(hours: float) -> str:
    """Writes how long something lasts, as in: 48 h, or 3 days, or 6 weeks."""
    whole = round(hours)
    if whole > 336 and whole % 168 == 0:
        return ngettext("%(num)s week", "%(num)s weeks", whole // 168)
    days = whole // 24
    return (
        ngettext("%(num)s day", "%(num)s days", days)
        if whole > 48 and whole % 24 == 0
        else _("%(hours)s h", hours=whole)
    )


def how_often(per_week: float) -> str:
    """Says how often something comes that comes so often a week, as in: about once a year."""
    if per_week <= 1 / (52 * MOST_YEARS):
        return _("less than once in %(num)s years", num=MOST_YEARS)
    every = 1 / per_week
    if every < 2 / 3:
        return _("about %(count)s times a week", count=formats.number(per_week))
    if every < 9:
        return ngettext("about once a week", "about once in %(num)s weeks", round(every))
    if every < 44:
        return ngettext("about once a month", "about once in %(num)s months", round(every / (52 / 12)))
    return ngettext("about once a year", "about once in %(num)s years", round(every / 52))


def into_call(offset: float) -> str:
    """Writes when in a call something was said, `offset` in seconds, as in: 4:12 into the call."""
    minutes, seconds = divmod(int(offset), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return _("%(clock)s into the call", clock=clock)


def expected_range(band: Band | None) -> str:
    """Writes between which counts nine days of ten lie, as in: 2 to 7; nothing where none is known."""
    if band is None:
        return ""
    return _("%(low)s to %(high)s", low=formats.number(band.low), high=formats.number(band.high))


def channel_counts(by_channel: Mapping[str, int]) -> str:
    """Writes how many came by each channel, as in: phone 12, website 3."""
    ranked = sorted(by_channel.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{labels.CHANNELS.get(channel, channel)} {formats.number(count)}" for channel, count in ranked)


def rate(per_thousand: float | None) -> str:
    """Writes reports per 1,000 pieces; nothing where there is no rate."""
    return "" if per_thousand is None else formats.number(per_thousand, 1)


def change(share: float) -> str:
    """Writes a change as a share of what was before (-0.6), as in: −60%."""
    return _("tenfold or more") if share >= 9 else formats.percent(share, signed=True)
