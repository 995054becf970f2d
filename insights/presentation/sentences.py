"""The machine's findings in sentences that a service owner reads at a glance."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from feedback.record.models import Change
from feedback.record.states import OutcomeVerdict, Scale, SignalTier
from insights.presentation import labels
from insights.presentation.formats import change, last_report, moment, since, span
from insights.presentation.schemas import MeasuredChange, NearbyChange, SignalNow, SignalView
from insights.presentation.service_schemas import DetectionHealth

MAIN_CHANNEL_SHARE = 0.8
"""The share of one channel from which on the others need no mention."""

PACES = {"growing": "growing", "steady": "neither growing nor ebbing", "ebbing": "ebbing"}

MOST_TIMES = 20
"""Times what was expected, from which on the number of times says nothing."""

LEAST_CAUTION = 1.1
"""The factor below which nobody would feel that more caution is taken."""


def evidence(signal: SignalView, now: dt.datetime, zone: str) -> str:
    """Says what a signal rests on, as in: 27 reports in 48 h where 1.2 were expected, since Friday; by phone only.

    What slowly grew says so: 38 reports in 6 weeks where 9 were expected: four times as often as before, growing since
    3 October 2026; by all channels.
    """
    found = counted(signal.observed, signal.expected, signal.window_hours)
    begun, came = since(signal.since, now, zone), _by_channel(signal.by_channel)
    if signal.evidence.get("scale") == Scale.SLOW:
        return f"{found}: {_times(signal)}, growing since {begun}; {came}"
    return f"{found}, since {begun}; {came}"


def counted(observed: int, expected: float, hours: float) -> str:
    """Says what was counted and what was to be expected, as in: 27 reports in 48 h where 1.2 were expected."""
    reports = f"{observed:,} report{'' if observed == 1 else 's'}"
    return f"{reports} in {span(hours)} where {_expected(expected)} expected"


def how_often(per_week: float) -> str:
    """Says how often something comes that comes so often a week, as in: about one a year."""
    every = 1 / per_week
    if every <= 1:
        return f"about {per_week:,.0f} a week"
    if every < 9:
        return f"about one in {every:,.0f} weeks"
    if every < 44:
        return f"about one in {every / (52 / 12):,.0f} months"
    years = every / 52
    return "about one a year" if years < 1.5 else f"about one in {years:,.0f} years"


def now_known(known: SignalNow, now: dt.datetime, zone: str) -> str:
    """Says what is known by now, as in: By now 41 reports since 09:10 today, the last at 12:02 today; growing."""
    reports = f"{known.reports:,} report{'' if known.reports == 1 else 's'}"
    begun, last = since(known.since, now, zone), last_report(known.last_report_at, now, zone)
    return f"By now {reports} since {begun}, the last {last}, {_by_channel(known.by_channel)}; {PACES[known.pace]}"


def end(ended: Mapping[str, Any]) -> str:
    """Says why a signal is over, as in: No report for 3 h, where 12 were usual."""
    if ended["why"] == "resolved":
        return "It was resolved."
    return f"No report for {span(ended['silent_hours'])}, where {ended['usual']:,.0f} were usual."


def silence(silent: Mapping[str, Any], zone: str) -> str:
    """Says how a channel is silent, as in: Nothing has come since 2 Mar 2026, 14:05 (19 h), where 27 were usual."""
    last = moment(dt.datetime.fromisoformat(silent["last_received_at"]), zone)
    lasted, usual = span(silent["silent_hours"]), silent["expected"]
    return f"Nothing has come since {last} ({lasted}), where {usual:,.0f} were usual. See whether the way in works."


def author(by: str, name: str | None = None) -> str:
    """Says who did something, whose `name` is known or not; never the id that the store knows them by."""
    kind, _id, number = by.partition(":")
    if name or not number:
        return name or labels.AUTHORS.get(by, by)
    return labels.GONE_AUTHORS.get(kind, by)


def audited(subject: str) -> tuple[str, str]:
    """Says what an entry of the audit is about, and where it is shown; nowhere where it has no page."""
    kind, _id, identity = subject.partition(":")
    folders = {"issue": "issues/", "feedback": "feedback/", "subscription": "subscriptions/", "service": ""}
    path = f"/dashboard/{folders[kind]}{identity}" if kind in folders else ""
    return labels.AUDITED_THINGS.get(kind, subject), path


def escalation(escalated: Mapping[str, Any]) -> str:
    """Says why somebody is told what was sent to somebody else."""
    minutes = escalated["after_minutes"]
    return f"It was sent to {escalated['from']}; nobody acknowledged it within {minutes:,} min."


def happened(what: str) -> str:
    """Says what happened to an issue, findings in the words of their badges, as in: Noticed: more than usual."""
    tier, _, kind = what.partition(" ")
    if tier not in set(SignalTier):
        return what.capitalize()
    noticed = labels.SIGNAL_TIERS[SignalTier(tier)]
    return f"{noticed}: {labels.SIGNAL_KINDS.get(kind, 'it is over' if kind == 'ended' else kind).lower()}"


def growth(was: int) -> str:
    """Says how many reports an alert told of before."""
    return f"It was {was:,} when you were last told."


def _times(signal: SignalView) -> str:
    """Says how many times as often something is reported as expected, as in: three times as often as before."""
    times = signal.observed / max(signal.expected, 1e-9)
    if times >= MOST_TIMES:
        return "hardly known before"
    return f"{labels.TIMES.get(round(times), f'{round(times)} times')} as often as before"


def describe_signal(signal: SignalView, now: dt.datetime, zone: str) -> list[str]:
    """Returns all that is to be said of a signal, a sentence each."""
    watched = "It is watched, and nobody is told: it may well be chance." if signal.tier == SignalTier.WATCH else ""
    said = [f"{evidence(signal, now, zone)}.", odds(signal.score), *remarks(signal), watched]
    return [sentence for sentence in said if sentence]


def remarks(signal: SignalView) -> list[str]:
    """Returns what changed beside a signal, and what speaks against it."""
    return [*nearby_changes(signal), *([caveats(signal)] if caveats(signal) else [])]


def odds(score: float) -> str:
    """Says how unlikely it is that chance alone brings so many; `score` is -log10 of it."""
    if score >= 9:
        return "Chance alone would bring so many less than once in a billion times."
    return f"Chance alone would bring so many about once in {round(10**score, -max(int(score) - 1, 0)):,.0f} times."


def nearby_changes(signal: SignalView) -> list[str]:
    """Says beside which changes a signal began, as in: Began 3 h after release 2.41."""
    return [f"Began {_when(change)} {name_of_change(change)}." for change in signal.changes]


def explanation(signal: SignalView, zone: str) -> str:
    """Says which planned work explains a signal; nothing where none does."""
    work = signal.explained_by
    if work is None or work.until is None:
        return ""
    return (
        f"Explained by {name_of_change(work)}, until {moment(work.until, zone)}: it is shown, and nobody is alerted"
        " unless it goes on after that."
    )


def _when(change: NearbyChange) -> str:
    if change.until and not change.hours:
        return "during"
    hours = round(change.hours)
    return "within an hour of" if hours < 1 else f"{span(hours)} after"


def name_of_change(change: NearbyChange | Change) -> str:
    """Names a change with its kind, where its name does not say that by itself."""
    known = change.kind == "other" or change.kind.replace("_", " ") in change.what.lower()
    return change.what if known else f"{change.kind.replace('_', ' ')} {change.what}"


def caveats(signal: SignalView) -> str:
    """Says what speaks against a signal; nothing where nothing does."""
    found = [labels.CAVEATS.get(caveat, caveat) for caveat in signal.evidence.get("against", ())]
    return f"What speaks against it: {'; '.join(found)}." if found else ""


def track_record(health: DetectionHealth) -> str:
    """Says how often it was right, as in: In 26 weeks 3 signals were sent, and staff called 1 of them a false alarm."""
    weeks = round(health.weeks)
    span_of_weeks = f"In {weeks} week{'' if weeks == 1 else 's'}"
    tolerated = f"{health.tolerance:g} are tolerated.{_caution(health.caution)}"
    if not health.sent:
        return f"{span_of_weeks} no signal was sent. Of false alarms a week, {tolerated}"
    sent = f"{health.sent:,} signal{' was' if health.sent == 1 else 's were'} sent"
    false = f"{health.marked_false:,}" if health.marked_false else "none"
    return (
        f"{span_of_weeks} {sent}, and staff called {false} of them a false alarm: "
        f"{health.false_per_week:.2g} a week, where {tolerated}"
    )


def _caution(factor: float) -> str:
    if factor < LEAST_CAUTION:
        return ""
    return (
        " More here has looked like a beginning and come to nothing than chance should bring: a finding has to be"
        f" {factor:.1f} times as unlikely as is common before it is signalled."
    )


def _expected(expected: float) -> str:
    if expected < 0.05:
        return "almost none were"
    text = f"{expected:.1f}" if expected < 10 else f"{expected:,.0f}"
    return f"{text.removesuffix('.0')} {'was' if text == '1.0' else 'were'}"


def _by_channel(by_channel: Mapping[str, int]) -> str:
    """How they came, the most used channel first."""
    ranked = sorted(by_channel, key=lambda channel: -by_channel[channel])
    names = [labels.BY_CHANNEL.get(channel, channel) for channel in ranked]
    if not names:
        return "no channel known"
    if len(names) == 1:
        return f"{names[0]} only"
    if by_channel[ranked[0]] >= MAIN_CHANNEL_SHARE * sum(by_channel.values()):
        return f"mostly {names[0]}"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def change_with_interval(found: MeasuredChange) -> str:
    """Writes a change with its 90 % interval, as in: −62 % (from −75 % to −44 %)."""
    if found.change is None or found.interval is None:
        return ""
    low, high = map(change, found.interval)
    return f"{change(found.change)} (from {low} to {high})"


def outcome(found: MeasuredChange) -> str:
    """Says how one channel or language came out, with the change where there is one to tell."""
    verdict = labels.OUTCOME_VERDICTS[found.verdict].lower()
    clear = found.verdict in (OutcomeVerdict.WORKED, OutcomeVerdict.WORSE)
    return f"{verdict}, {change(found.change)}" if clear and found.change else verdict
