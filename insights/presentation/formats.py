"""Times, counts and rates as people read them."""

import datetime as dt
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from insights.detection.statistics.trend import Band
from insights.presentation import labels

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of what follows, and halves of characters."""


def one_line(text: str) -> str:
    """Writes text on one line, without control characters, or those that turn the direction of what follows."""
    return UNSEEN.sub("", " ".join(text.split()))


def day(date: dt.date) -> str:
    """Writes a day, as in: 25 May 2026."""
    return f"{date.day} {date:%B %Y}"


def moment(at: dt.datetime, zone: str) -> str:
    """Writes a time in a service's own time zone, as in: 25 May 2026, 14:05."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def since(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Names a time as people would, in a service's own time zone, as in: 14:05 yesterday, or Friday."""
    place = ZoneInfo(zone)
    begun, today = moment.astimezone(place), now.astimezone(place).date()
    days = (today - begun.date()).days
    if days <= 0:
        return f"{begun:%H:%M} today"
    if days == 1:
        return f"{begun:%H:%M} yesterday"
    return f"{begun:%A}" if days < 7 else day(begun)


def last_report(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Says when something was last said, as in: 4 minutes ago, or at 14:05 yesterday."""
    minutes = round((now - moment) / dt.timedelta(minutes=1))
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago" if minutes > 0 else "just now"
    when = since(moment, now, zone)
    return f"at {when}" if ":" in when else f"on {when}"


def span(hours: float) -> str:
    """Writes how long something lasts, as in: 48 h, or 3 days, or 6 weeks."""
    whole = round(hours)
    if whole > 336 and whole % 168 == 0:
        return f"{whole // 168} weeks"
    return f"{whole // 24} days" if whole > 48 and whole % 24 == 0 else f"{whole} h"


def into_call(offset: float) -> str:
    """Writes when in a call something was said, `offset` in seconds, as in: 4:12 into the call."""
    minutes, seconds = divmod(int(offset), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock} into the call"


def expected_range(band: Band | None) -> str:
    """Writes between which counts nine days of ten lie, as in: 2 to 7; nothing where none is known."""
    return f"{band.low:,.0f} to {band.high:,.0f}" if band else ""


def channel_counts(by_channel: Mapping[str, int]) -> str:
    """Writes how many came by each channel, as in: phone 12, website 3."""
    ranked = sorted(by_channel.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{labels.CHANNELS.get(channel, channel)} {count:,}" for channel, count in ranked)


def rate(per_thousand: float | None) -> str:
    """Writes reports per 1,000 pieces; nothing where there is no rate."""
    return "" if per_thousand is None else f"{per_thousand:,.1f}"


def change(share: float) -> str:
    """Writes a change as a share of what was before (-0.6), as in: −60 %."""
    return "tenfold or more" if share >= 9 else f"{share:+.0%}".replace("%", "\xa0%").replace("-", "−")
