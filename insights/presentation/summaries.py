"""An issue at a glance: since when it is reported, and how sure it is that this is no chance."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from feedback.i18n import N_, TranslatedLabels, _, gettext
from feedback.record.models import Signal
from feedback.record.states import CLOSED_STATUSES, ChannelName, SignalKind, SignalTier, Trend
from insights.presentation import certainty, sentences
from insights.presentation.formats import ago, day_of, last_report, since
from insights.presentation.schemas import IssueView, SignalNow, SignalView
from insights.presentation.service_schemas import DetectionHealth

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LEAST_SILENCE, MOST_GAPS = HOUR / 6, 4
"""Silence after which it is said that no more came: this long, and so many of the gaps that were between reports."""
TRENDS = TranslatedLabels(
    {
        Trend.NEW: N_("It is new here."),
        Trend.EMERGING: N_("Numbers are higher than usual."),
        Trend.STEADY: N_("Numbers are about as usual."),
        Trend.FADING: N_("Numbers are lower than before."),
    }
)


BEGUN: Mapping[str, str] = {
    SignalKind.NEW: N_("New since %(time)s"),
    SignalKind.SURGE: N_("More than usual since %(time)s"),
    SignalKind.REGRESSION: N_("Back since %(time)s"),
}


class GlanceAnswer(NamedTuple):
    """What answers one question about an issue: in a few words, and then more in sentences."""

    short: str
    more: str


def since_when(issue: IssueView, now: dt.datetime, zone: str) -> GlanceAnswer:
    """Says since when it is reported, how often and how often is usual, and whether it goes on."""
    signal = issue.signal
    if signal and signal.now:
        return _so_far(signal, signal.now, now, zone, is_first=_is_first(issue, signal))
    if issue.watch and issue.watch.now:
        return _so_far(issue.watch, issue.watch.now, now, zone, is_first=False)
    reports = sentences.reports(issue.count)
    if not issue.first_seen or not issue.last_seen:
        return GlanceAnswer(_("Nothing of it is kept."), _("%(reports)s.", reports=reports))
    told = _("%(reports)s since then, in all.", reports=reports)
    latest = _latest(issue.first_seen, issue.last_seen, issue.by_channel, now, zone)
    begun = _begun(issue.first_seen, issue.by_channel, now, zone)
    return GlanceAnswer(f"{begun}.", " ".join([told, *latest, TRENDS[issue.trend]]))


def _is_first(issue: IssueView, signal: SignalView) -> bool:
    """Whether nobody reported it before."""
    return signal.kind == SignalKind.NEW and bool(issue.first_seen and issue.first_seen >= signal.since)


def _so_far(signal: SignalView, known: SignalNow, now: dt.datetime, zone: str, *, is_first: bool) -> GlanceAnswer:
    told = _(
        "%(reports)s since then; %(normally)s.",
        reports=sentences.reports(known.reports),
        normally=_("nothing like it was reported here before")
        if is_first
        else sentences.normally(usual_so_far(signal, now)),
    )
    latest = _latest(signal.since, known.last_report_at, known.by_channel, now, zone)
    begun = _begun(signal.since, known.by_channel, now, zone, _how_begun(signal))
    over = [sentences.no_report(known.silence.hours, known.silence.usual)] if known.silence else []
    return GlanceAnswer(f"{begun}, {_goes_on(signal, known, now, zone)}.", " ".join([told, *latest, *over]))


def _goes_on(signal: SignalView, known: SignalNow, now: dt.datetime, zone: str) -> str:
    """Says whether reports still come, after a comma."""
    if _are_dated(known.by_channel):
        return _by_dates()
    last = known.last_report_at
    if known.silence:
        return _("and over since %(time)s, as it seems", time=since(last, now, zone))
    usual_gap = (last - signal.since) / max(known.reports - 1, 1)
    if now - last >= max(LEAST_SILENCE, MOST_GAPS * usual_gap):
        minutes = round((now - last) / MINUTE)
        if minutes < 60:
            return _("but none for %(minutes)s minutes", minutes=minutes)
        return _("but none after %(time)s", time=since(last, now, zone))
    if known.pace == "growing":
        return _("and coming faster and faster")
    slower = known.pace == "ebbing" and now - known.since >= DAY
    return _("and still coming, but more slowly") if slower else _("and still coming")


def _by_dates() -> str:
    return _("by the dates in the file")


def _how_begun(signal: SignalView) -> str:
    if signal.tier == SignalTier.WATCH:
        return N_("Perhaps since %(time)s")
    return N_("Again since %(time)s") if signal.evidence.get("again_after") else BEGUN[signal.kind]


def _begun(moment: dt.datetime, channels: Collection[str], now: dt.datetime, zone: str, text: str = "%(time)s") -> str:
    """Names when something began, as in: New since 08:10 today (3 hours ago)"""
    dated = _are_dated(channels)
    begun = gettext(text, time=day_of(moment, now, zone) if dated else since(moment, now, zone))
    if now - moment < (2 * DAY if dated else HOUR):
        return begun
    return _("%(begun)s (%(ago)s)", begun=begun, ago=ago(moment, now, zone))


def _latest(first: dt.datetime, last: dt.datetime, channels: Collection[str], now: dt.datetime, zone: str) -> list[str]:
    """Says when the latest came; nothing where that is the day of the first, and days are all that is known."""
    if not _are_dated(channels):
        if now - last >= HOUR:
            return [sentences.latest(last, now, zone)]
        clock, how_long = since(last, now, zone), last_report(last, now, zone)
        return [_("The latest came at %(time)s (%(ago)s).", time=clock, ago=how_long)]
    day = day_of(last, now, zone)
    return [] if day == day_of(first, now, zone) else [_("The latest is dated %(day)s.", day=day)]


def _are_dated(channels: Collection[str]) -> bool:
    """Whether all came in files, whose rows mostly bear a day alone: the times that they get are made up."""
    return set(channels) == {ChannelName.IMPORT}


def usual_so_far(signal: Signal | SignalView, now: dt.datetime) -> float:
    """Returns how many reports were to be expected so far, as many an hour as in a signal's window; no fewer in all."""
    hours = (now - signal.since) / HOUR
    return signal.expected * max(1.0, hours / signal.window_hours)


def how_sure(issue: IssueView, noticing: Callable[[], DetectionHealth], last: SignalView | None = None) -> GlanceAnswer:
    """Says how sure it is: the verdict, and then why, or why we are not surer.

    `noticing` is asked where it does not stand out; `last` is the last signal that was sent of it, standing or not.
    """
    found = issue.signal or issue.watch
    if found is None:
        return GlanceAnswer(
            _("It does not stand out now."), _why_it_stands_out_no_more(issue, last) or _as_usual(noticing())
        )
    return GlanceAnswer(f"{certainty.grade(found)}.", certainty.why(found))


def _why_it_stands_out_no_more(issue: IssueView, last: SignalView | None) -> str:
    """What people decided about it; nothing where its figures alone say that it is as usual."""
    if last and last.false_by:
        return _("It stood out, and %(name)s called it a false alarm.", name=last.false_by)
    if last and last.ended_at and issue.status in CLOSED_STATUSES:
        return _("It stood out, and is closed now.")
    return ""


def _as_usual(noticing: DetectionHealth) -> str:
    if noticing.sight != "sure":
        return noticing.says
    return _("Nothing about it is beyond chance just now: about as many report it as usual.")
