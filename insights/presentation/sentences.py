"""The machine's findings in sentences that a service owner reads at a glance."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from feedback.i18n import N_, TranslatedLabels, _, ngettext
from feedback.i18n.formats import number, upper_first
from feedback.record.models import Change
from feedback.record.states import OutcomeVerdict, Scale, SignalTier
from insights.presentation import certainty, labels
from insights.presentation.formats import at_time, change, day, how_often, last_report, moment, since, span
from insights.presentation.schemas import MeasuredChange, NearbyChange, SignalNow, SignalView
from insights.presentation.service_schemas import DetectionHealth

MAIN_CHANNEL_SHARE = 0.8
"""The share of one channel from which on the others need no mention."""

PACES: Mapping[str, str] = TranslatedLabels(
    {
        "growing": N_("Reports are coming faster and faster."),
        "steady": N_("Reports keep coming at the same pace."),
        "ebbing": N_("Reports are coming more slowly now."),
    }
)

LEAST_GROWTH = dt.timedelta(days=2)
"""What was all said in less time than this has come more often over weeks, and was not seen to grow."""

MOST_TIMES = 20
"""Times what was expected, from which on the number of times says nothing."""

LEAST_CAUTION = 1.1
"""The factor below which nobody would feel that more caution is taken."""


def evidence(signal: SignalView, now: dt.datetime, zone: str) -> str:
    """Says what a signal rests on, as in: 27 reports in 48 h (normally about 3 in that time), since Friday; by phone.

    What slowly grew says so: 38 reports in 6 weeks (normally about 9 in that time): four times as often as from 9
    March 2026 to 1 October 2026, growing since 3 October 2026; by all channels. So does what struck again: again,
    after it had ended at 14:10 today.
    """
    said = {
        "found": counted(signal.observed, signal.expected, signal.window_hours),
        "since": since(signal.since, now, zone),
        "channels": came_by(signal.by_channel),
    }
    if signal.evidence.get("scale") == Scale.SLOW:
        if times := _times(signal, zone):
            said["found"] = _("%(found)s: %(times)s", found=said["found"], times=times)
        if signal.detected_at - signal.since >= LEAST_GROWTH:
            return _("%(found)s, growing since %(since)s; %(channels)s", **said)
    told = _("%(found)s, since %(since)s; %(channels)s", **said)
    if again_after := signal.evidence.get("again_after"):
        at = at_time(dt.datetime.fromisoformat(again_after), now, zone)
        return _("%(told)s; again, after it had ended %(at)s", told=told, at=at)
    return told


def counted(observed: int, expected: float, hours: float) -> str:
    """Says what was counted and what is normal, as in: 27 reports in 48 h (normally about 3 in that time)."""
    return _(
        "%(reports)s in %(span)s (%(normally)s)",
        reports=reports(observed),
        span=span(hours),
        normally=normally(expected),
    )


def normally(expected: float) -> str:
    """Says how many reports a time normally brings, in whole ones: nobody reports a fraction."""
    return _("normally %(usual)s in that time", usual=usual(expected))


def usual(expected: float) -> str:
    """Writes the number of reports that a time normally brings, as in: none, or about 3."""
    if expected < 0.05:
        return _("none")
    if expected < 1:
        return _("none or one")
    return _("about %(count)s", count=number(expected))


def reports(count: int) -> str:
    """Writes a number of reports, as in: 1,041 reports."""
    return ngettext("%(count)s report", "%(count)s reports", count, count=number(count))


def now_known(known: SignalNow, now: dt.datetime, zone: str) -> str:
    """Says what is known by now, as in: By now 41 reports since 09:10 today, by phone. The latest came just now. …"""
    begun = _(
        "By now %(reports)s since %(since)s, %(channels)s.",
        reports=reports(known.reports),
        since=since(known.since, now, zone),
        channels=came_by(known.by_channel),
    )
    return f"{begun} {latest(known.last_report_at, now, zone)} {goes_on(known)}"


def so_far(known: SignalNow, usual: float, now: dt.datetime, zone: str) -> str:
    """Sums a finding up, as in: 41 reports since 09:12 today, mostly by phone; normally about 3 in that time. …"""
    begun = _(
        "%(reports)s since %(since)s, %(channels)s; %(normally)s.",
        since=since(known.since, now, zone),
        reports=reports(known.reports),
        channels=came_by(known.by_channel),
        normally=normally(usual),
    )
    return f"{begun} {latest(known.last_report_at, now, zone)} {goes_on(known)}"


def goes_on(known: SignalNow) -> str:
    """Says at what pace reports come, or that it seems to be over, as in: It seems to be over. No report for 3 h; …"""
    if known.silence is None:
        return PACES[known.pace]
    over = _("It seems to be over.")
    return f"{over} {no_report(known.silence.hours, known.silence.usual)}"


def no_report(hours: float, usual: float) -> str:
    """Says that nobody reports any more, as in: No report for 3 h; normally about 12 in that time."""
    return _("No report for %(span)s; %(normally)s.", span=span(hours), normally=normally(usual))


def latest(last: dt.datetime, now: dt.datetime, zone: str) -> str:
    """Says when the latest report came, as in: The latest came 4 minutes ago."""
    return _("The latest came %(when)s.", when=last_report(last, now, zone))


def in_all(count: int, last_seen: dt.datetime | None, now: dt.datetime, zone: str) -> str:
    """Sums up an issue that does not stand out, as in: 12 reports in all. The latest came on Friday."""
    told = _("%(reports)s in all.", reports=reports(count))
    return f"{told} {latest(last_seen, now, zone)}" if last_seen else told


def end(ended: Mapping[str, Any]) -> str:
    """Says why a signal is over, as in: No report for 3 h; normally about 12 in that time."""
    if ended["why"] == "resolved":
        return _("It was resolved.")
    return no_report(ended["silent_hours"], ended["usual"])


def silence(silent: Mapping[str, Any], zone: str) -> str:
    """Says how a channel is silent, as in: Nothing has come for 19 h, since 2 Mar 2026, 14:05; normally about 27 …"""
    last = moment(dt.datetime.fromisoformat(silent["last_received_at"]), zone)
    return _(
        "Nothing has come for %(span)s, since %(last)s; %(normally)s. See whether the way in works.",
        last=last,
        span=span(silent["silent_hours"]),
        normally=normally(silent["expected"]),
    )


def escalation(escalated: Mapping[str, Any]) -> str:
    """Says why somebody is told what was sent to somebody else."""
    return _(
        "It was sent to %(to)s; nobody acknowledged it within %(minutes)s min.",
        to=escalated["from"],
        minutes=number(escalated["after_minutes"]),
    )


def happened(what: str) -> str:
    """Says what happened to an issue, findings in the words of their badges, as in: Noticed: new problem."""
    tier, kind = [*what.split(" ", 1), ""][:2]
    if tier not in set(SignalTier):
        return upper_first(what)
    noticed = labels.SIGNAL_TIERS[SignalTier(tier)]
    if tier == SignalTier.GOOD_NEWS and kind != "ended":
        return noticed
    kind = _("it is over") if kind == "ended" else labels.SIGNAL_KINDS.get(kind, kind)
    return f"{noticed}: {kind.lower()}"


def growth(was: int) -> str:
    """Says how many reports an alert told of before."""
    return _("It was %(count)s when you were last told.", count=number(was))


def _times(signal: SignalView, zone: str) -> str:
    """Says how many times as often something is reported as expected, as in: three times as often as before.

    Where it is known, that names the time which it is held against. Reckoned from what is shown beside it, or
    readers who reckon too find another number. Nothing where none was.
    """
    shown = round(signal.expected) if signal.expected >= 1 else signal.expected
    times = signal.observed / max(shown, 1e-9)
    if times >= MOST_TIMES:
        return ""
    often = labels.TIMES.get(round(times)) or _("%(count)s times", count=number(times))
    if "held_against" not in signal.evidence:
        return _("%(times)s as often as before", times=often)
    begin, end = (dt.datetime.fromisoformat(at).astimezone(ZoneInfo(zone)) for at in signal.evidence["held_against"])
    return _("%(times)s as often as from %(begin)s to %(end)s", times=often, begin=day(begin), end=day(end))


def describe_signal(signal: SignalView, now: dt.datetime, zone: str) -> list[str]:
    """Returns all that is to be said of a signal, a sentence each."""
    return [f"{evidence(signal, now, zone)}.", certainty.verdict(signal), *remarks(signal), *certainty.watched(signal)]


def remarks(signal: SignalView) -> list[str]:
    """Returns what changed beside a signal, and why to be cautious."""
    return [*nearby_changes(signal), *certainty.caveats(signal)]


def nearby_changes(signal: SignalView) -> list[str]:
    """Says beside which changes a signal began, as in: Began 3 h after release 2.41."""
    return [_began(change) for change in signal.changes]


def _began(change: NearbyChange) -> str:
    name, hours = name_of_change(change), round(change.hours)
    if change.until and not change.hours:
        return _("Began during %(change)s.", change=name)
    if hours < 1:
        return _("Began within an hour of %(change)s.", change=name)
    return _("Began %(span)s after %(change)s.", span=span(hours), change=name)


def explanation(signal: SignalView, zone: str) -> str:
    """Says which planned work explains a signal; nothing where none does."""
    work = signal.explained_by
    if work is None or work.until is None:
        return ""
    return _(
        "Explained by %(work)s, until %(until)s: it is shown, and nobody is alerted unless it goes on after that.",
        work=name_of_change(work),
        until=moment(work.until, zone),
    )


def name_of_change(change: NearbyChange | Change) -> str:
    """Names a change with its kind, where its name does not say that by itself."""
    known = change.kind == "other" or change.kind.replace("_", " ") in change.what.lower()
    return change.what if known else f"{change.kind.replace('_', ' ')} {change.what}"


def track_record(health: DetectionHealth) -> str:
    """Says how often it was right, as in: In 26 weeks 3 warnings were given; staff called 1 a false alarm."""
    weeks = ngettext("In %(num)s week", "In %(num)s weeks", round(health.weeks))
    tolerated = _("A false alarm may come %(how_often)s.", how_often=how_often(health.tolerance))
    if not health.sent:
        sent = _("%(weeks)s no warning was given.", weeks=weeks)
    else:
        sent = _(
            "%(weeks)s %(sent)s; staff called %(false)s of them a false alarm.",
            weeks=weeks,
            sent=ngettext(
                "%(count)s warning was given", "%(count)s warnings were given", health.sent, count=number(health.sent)
            ),
            false=number(health.marked_false) if health.marked_false else _("none"),
        )
    return f"{sent} {tolerated}{_caution(health.caution)}"


def _caution(factor: float) -> str:
    if factor < LEAST_CAUTION:
        return ""
    return " " + _(
        "More here has looked like a beginning and come to nothing than chance should bring: a finding has to be"
        " %(factor)s times as unlikely as is common before you are warned of it.",
        factor=number(factor, 1),
    )


def came_by(by_channel: Mapping[str, int]) -> str:
    """How they came, the most used channel first."""
    ranked = sorted(by_channel, key=lambda channel: -by_channel[channel])
    names = [labels.BY_CHANNEL.get(channel, channel) for channel in ranked]
    if not names:
        return _("no channel known")
    if len(names) == 1:
        return _("%(channel)s only", channel=names[0])
    if by_channel[ranked[0]] >= MAIN_CHANNEL_SHARE * sum(by_channel.values()):
        return _("mostly %(channel)s", channel=names[0])
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def change_with_interval(found: MeasuredChange) -> str:
    """Writes a change with its 90% interval, as in: −62% (from −75% to −44%)."""
    if found.change is None or found.interval is None:
        return ""
    low, high = map(change, found.interval)
    return _("%(change)s (from %(low)s to %(high)s)", change=change(found.change), low=low, high=high)


def outcome(found: MeasuredChange) -> str:
    """Says how one channel or language came out, with the change where there is one to tell."""
    verdict = labels.OUTCOME_VERDICTS[found.verdict].lower()
    clear = found.verdict in (OutcomeVerdict.WORKED, OutcomeVerdict.WORSE)
    return f"{verdict}, {change(found.change)}" if clear and found.change else verdict
