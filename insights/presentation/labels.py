"""The machine's findings in words that a service owner reads at a glance."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from feedback.record.models import Change
from insights.detection.statistics.trend import Band
from insights.presentation.schemas import Beside, Measured, Noticing, SignalView

CHANNELS: Mapping[str, str] = {
    "web": "on the website",
    "sms": "by text message",
    "call": "by phone",
    "email": "by e-mail",
    "import": "from files",
}
CHANNEL_NAMES: Mapping[str, str] = {
    "web": "website",
    "sms": "text message",
    "call": "phone",
    "email": "e-mail",
    "import": "file",
}
KINDS: Mapping[str, str] = {"new": "New", "surge": "More than usual", "regression": "Back again"}
ALERTS: Mapping[str, str] = {**KINDS, "urgent": "Urgent"}
WAYS: Mapping[str, str] = {"email": "E-mail", "webhook": "Webhook", "chat": "Chat tool"}
DIGESTS: Mapping[str, str] = {
    "at_once": "At once",
    "daily": "In one message a day, at 8:00",
    "weekly": "In one message a week, on Mondays at 8:00",
}
SUBSCRIBED: Mapping[str, str] = {
    "active": "Active",
    "muted": "Muted",
    "disabled": "Switched off after five days of failures",
    "ended": "Ended by whoever got it",
}
TOLD: Mapping[str, str] = {
    "waiting": "On its way",
    "sent": "Sent",
    "failed": "Could not be sent",
    "dropped": "Dropped",
}
TRENDS: Mapping[str, str] = {"new": "New", "emerging": "Emerging", "steady": "Steady", "fading": "Fading"}
TONES: Mapping[str, str] = {"praise": "Praise", "filler": "Nothing to act on"}
"""Groups that are shown apart from the issues."""
STATUSES: Mapping[str, str] = {
    "open": "Open",
    "acknowledged": "Acknowledged",
    "in_progress": "In progress",
    "resolved": "Resolved",
    "archived": "Archived",
}
THEME_EVENTS: Mapping[str, str] = {
    "began": "First heard of",
    "joined": "An issue joined",
    "left": "An issue left",
    "signal": "Stood out beyond chance",
    "signal ended": "Back to what is usual",
    "ended": "No longer heard of",
}
STAGES: Mapping[str, str] = {
    "clean": "Waiting to be read",
    "group": "Waiting to be grouped",
    "done": "Read",
    "set_aside": "Set aside",
    "withdrawn": "Taken back",
    "expired": "Kept no longer",
}
VERDICTS: Mapping[str, str] = {
    "spam": "Spam",
    "abuse": "Abusive",
    "duplicate": "Duplicate",
    "campaign": "Campaign",
    "counted": "Counted by staff",
    "set_aside": "Set aside by staff",
}
ONLY: Mapping[str, str] = {"": "All feedback", "urgent": "Urgent", "uncounted": "What does not count"}
"""Parts of the feedback, as `reading.feedback.ONLY` tells them apart."""

OUTCOMES: Mapping[str, str] = {
    "worked": "Worked",
    "no_effect": "Did not work",
    "worse": "Became worse",
    "too_early": "Too early to tell",
}
LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Welsh", "unknown": "Other"}

MOSTLY = 0.8
"""The share of one channel from which on the others need no mention."""


SIGHTS: Mapping[str, str] = {"blind": "Too little is said to tell", "learning": "Young: watched with caution"}
DOUBTS: Mapping[str, str] = {
    "few reports": "it rests on few reports",
    "one channel only": "all of it came by one channel",
    "one batch only": "all of it was entered in one go",
    "one day only": "all of it is of one day",
    "young service": "the service is too young to be sure of what is usual",
    "much the same words": "many of the reports are in much the same words",
}


def evidence(signal: SignalView, now: dt.datetime, zone: str) -> str:
    """As in: 27 reports in 48 h where 1.2 were expected, since Friday; by phone only."""
    reports = f"{signal.observed:,} report{'' if signal.observed == 1 else 's'}"
    span = _span(signal.window_hours)
    begun = since(signal.since, now, zone)
    return f"{reports} in {span} where {_usual(signal.expected)} expected, since {begun}; {_ways(signal.by_channel)}"


def finding(signal: SignalView, now: dt.datetime, zone: str) -> list[str]:
    """All that is to be said of a signal, in sentences."""
    watched = "It is watched, and nobody is told: it may well be chance." if signal.tier == "watch" else ""
    said = [f"{evidence(signal, now, zone)}.", sureness(signal.score), *remarks(signal), watched]
    return [sentence for sentence in said if sentence]


def remarks(signal: SignalView) -> list[str]:
    """What changed beside it, and what speaks against it."""
    return [*beside(signal), *([against(signal)] if against(signal) else [])]


def sureness(score: float) -> str:
    """`score`: -log10 of how likely it is that chance alone brings so many."""
    if score >= 9:
        return "Chance alone would bring so many less than once in a billion times."
    return f"Chance alone would bring so many about once in {round(10**score, -max(int(score) - 1, 0)):,.0f} times."


def beside(signal: SignalView) -> list[str]:
    """As in: Began 3 h after release 2.41."""
    return [f"Began {_when(change)} {named(change)}." for change in signal.changes]


def _when(change: Beside) -> str:
    if change.until and not change.hours:
        return "during"
    hours = round(change.hours)
    return "within an hour of" if hours < 1 else f"{_span(hours)} after"


def named(change: Beside | Change) -> str:
    """With its kind, where its name does not say that by itself."""
    known = change.kind == "other" or change.kind in change.what.lower()
    return change.what if known else f"{change.kind} {change.what}"


def against(signal: SignalView) -> str:
    """What speaks against it, as a sentence; nothing where nothing does."""
    doubts = [DOUBTS.get(doubt, doubt) for doubt in signal.evidence.get("against", ())]
    return f"What speaks against it: {'; '.join(doubts)}." if doubts else ""


def record(noticing: Noticing) -> str:
    """As in: In 26 weeks 3 signals were sent, and staff called 1 of them a false alarm."""
    weeks = round(noticing.weeks)
    sent = f"{noticing.sent:,} signal{'' if noticing.sent == 1 else 's'} {'was' if noticing.sent == 1 else 'were'} sent"
    false = f"{noticing.marked_false:,}" if noticing.marked_false else "none"
    return (
        f"In {weeks} week{'' if weeks == 1 else 's'} {sent}, and staff called {false} of them a false alarm: "
        f"{noticing.false_per_week:.2g} a week, where {noticing.tolerance:g} are tolerated.{_caution(noticing.caution)}"
    )


def _caution(times: float) -> str:
    """Nothing below a tenth: that is no caution that anybody would feel."""
    if times < 1.1:
        return ""
    return (
        " More here has looked like a beginning and come to nothing than chance should bring: a finding has to be"
        f" {times:.1f} times as unlikely as is common before it is signalled."
    )


def usual(band: Band | None) -> str:
    """As in: 2 to 7."""
    return f"{band.low:,.0f} to {band.high:,.0f}" if band else ""


def _usual(expected: float) -> str:
    if expected < 0.05:
        return "almost none were"
    text = f"{expected:.1f}" if expected < 10 else f"{expected:,.0f}"
    return f"{text.removesuffix('.0')} {'was' if text == '1.0' else 'were'}"


def _span(hours: float) -> str:
    whole = round(hours)
    return f"{whole // 24} days" if whole > 48 and whole % 24 == 0 else f"{whole} h"


def since(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """The day as people would name it, in the service's own time zone."""
    place = ZoneInfo(zone)
    begun, today = moment.astimezone(place), now.astimezone(place).date()
    days = (today - begun.date()).days
    if days <= 0:
        return f"{begun:%H:%M} today"
    if days == 1:
        return f"{begun:%H:%M} yesterday"
    return f"{begun:%A}" if days < 7 else day(begun)


def _ways(by_channel: Mapping[str, int]) -> str:
    """How they came, the most used channel first."""
    ranked = sorted(by_channel, key=lambda channel: -by_channel[channel])
    names = [CHANNELS.get(channel, channel) for channel in ranked]
    if not names:
        return "no channel known"
    if len(names) == 1:
        return f"{names[0]} only"
    if by_channel[ranked[0]] >= MOSTLY * sum(by_channel.values()):
        return f"mostly {names[0]}"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def channels(by_channel: Mapping[str, int]) -> str:
    """As in: phone 12, website 3."""
    ranked = sorted(by_channel.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{CHANNEL_NAMES.get(channel, channel)} {count:,}" for channel, count in ranked)


def day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def moment(at: dt.datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def into_call(offset: float) -> str:
    """When in a call something was said, `offset` in seconds, as in: 4:12 into the call."""
    minutes, seconds = divmod(int(offset), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock} into the call"


def rate(per_thousand: float | None) -> str:
    return "" if per_thousand is None else f"{per_thousand:,.1f}"


def change(found: Measured) -> str:
    """As in: −62 % (from −75 % to −44 %)."""
    if found.change is None or found.interval is None:
        return ""
    low, high = map(share, found.interval)
    return f"{share(found.change)} (from {low} to {high})"


def share(of_before: float) -> str:
    return "tenfold or more" if of_before >= 9 else f"{of_before:+.0%}".replace("%", "\xa0%").replace("-", "−")


def part(found: Measured) -> str:
    """One channel or language: how it came out, and the change where there is one to tell."""
    told = OUTCOMES[found.verdict].lower()
    return f"{told}, {share(found.change)}" if found.verdict in ("worked", "worse") and found.change else told
